"""The push service that a test of the pages talks to: a line of JSON for what it is, then one for
each push, with what it says. Keys of subscriptions come as lines on the standard input.
"""
import json
import os
import pathlib
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "tests" / "functional"))
from push_service import PushService, Subscription, base64url, check_token  # noqa: E402


def say(**line):
    print(json.dumps(line), flush=True)


def tell(service, browsers):
    while True:
        path, headers, body = service.pushes.get()
        if path is None:
            return
        key = check_token(headers["Authorization"], service.origin, time.time())
        text = browsers[path].decrypt(body)
        say(path=path, text=text.decode(), key=key.hex(), topic=headers["Topic"],
            size=len(body))


def main():
    with tempfile.TemporaryDirectory() as folder:
        service = PushService(folder)
        browsers = {}
        teller = threading.Thread(target=tell, args=(service, browsers))
        teller.start()
        say(origin=service.origin, certificate=service.certificate)
        for line in sys.stdin:
            made = json.loads(line)
            browser = Subscription()
            browser.scalar = int.from_bytes(base64url(made["scalar"]), "big")
            browser.p256dh = base64url(made["p256dh"])
            browser.auth = base64url(made["auth"])
            browsers[made["path"]] = browser
        service.stop()
        service.pushes.put((None, None, None))
        teller.join()


if __name__ == "__main__":
    os.umask(0o077)
    main()
