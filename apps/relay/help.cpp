#include "options.h"

namespace mayfly::relay_app {

const char* const help_text =
    R"(mayfly-relay: hold encrypted messages until they are fetched, then erase them

usage: mayfly-relay serve --data DIR --listen HOST:PORT TLS [OPTION...]
       mayfly-relay invite --data DIR
       mayfly-relay help | version

serve   Serves until SIGTERM or Ctrl-C, then ends in order. When it is ready it prints one line:
            listening HOST:PORT address ADDRESS
        ADDRESS is what people give to `mayfly init --relay`.
  --data DIR            where queues, channels and the relay's own key are kept;
                        made if it is missing
  --listen HOST:PORT    for example 127.0.0.1:7333 or [::]:443; port 0 takes any free one
  TLS is one of
    --tls-self-signed   with a key made on first use and kept in DIR; clients know it by the
                        fingerprint in ADDRESS, so no domain name or authority is needed
    --tls-cert F --tls-key F
                        with a certificate chain and its key (PEM), for a domain name; SIGHUP
                        reads them again, so that a renewed one is used
  --name HOST[:PORT]    the name in ADDRESS, when it is not the one listened on
  --web-pki             clients trust that name by the web's authorities, so ADDRESS pins no key:
                        for a certificate whose key changes when it is renewed, or for a proxy in
                        front that does TLS; needs --name
  --no-web              do not serve the web client, though it is in this program
  --no-push             do not wake browsers by Web Push: it makes this relay connect to the push
                        services of their vendors. Off where --name ends in .onion
  --push-to-private     let push services have private addresses: for one of your own network
  --registration HOW    who may make queues: open (anybody, the default), invite (whoever has a
                        code of `mayfly-relay invite`), closed (nobody new)
  --max-ttl DUR         the longest that a message is kept, 3s to 1y; default 14d
  --max-blob-bytes SIZE how much all attachments together may take, as 500m, 20g or 1t;
                        default 64g; 0 takes none. Messages keep a reserve of the disk.

invite  Prints a code that lets one new queue in.

A session (the second half in another terminal):
  $ mayfly-relay serve --data relay --listen [::1]:7333 --tls-self-signed
  listening [::1]:7333 address [::1]:7333#ubcqtnzhgxwkilbp536padjehy2cmvkoeesck4j6jugvtcfpasja

  $ curl --insecure https://[::1]:7333/health
  ok
  $ mayfly init --relay [::1]:7333#ubcqtnzhgxwkilbp536padjehy2cmvkoeesck4j6jugvtcfpasja

Exit codes: 0 done, 1 failed, 2 usage, 3 network.
)";

}  // namespace mayfly::relay_app
