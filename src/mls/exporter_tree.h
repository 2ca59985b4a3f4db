// The exporter tree of draft-ietf-mls-extensions: one secret for each component and epoch. It is
// given once and erased with all that it was derived from, so that what an application forgets is
// gone (the exporter of RFC 9420 section 8.5 can give its secrets again until the epoch ends).
#pragma once

#include "mls/component.h"
#include "mls/record_key.h"
#include "mls/tree_secrets.h"

namespace mayfly::mls {

class ExporterTree {
  public:
    ExporterTree() = default;  // nothing can be taken
    // An empty secret: restored row by row.
    ExporterTree(const CipherSuite& suite, Epoch epoch, Secret application_export_secret);

    // take is SafeExportSecret. mls_already_exported the second time.
    Result<Secret> take(ComponentId component);

    // Persistence, as in mls/secret_tree.h.
    RecordKeys keys() const;
    std::optional<SecretBuffer> record(const RecordKey& key) const;
    Status restore(const RecordKey& key, BytesView value);
    RecordKeys take_changes() { return std::exchange(changes_, {}); }

  private:
    RecordKey node_key(NodeIndex node) const;

    CipherSuite suite_{};
    Epoch epoch_;
    std::map<NodeIndex, Secret> nodes_;
    RecordKeys changes_;
};

}  // namespace mayfly::mls
