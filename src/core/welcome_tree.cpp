#include "core/welcome_tree.h"

#include "core/content_rows.h"

namespace mayfly::core {

namespace {

constexpr size_t length_size_bytes = 4;

}  // namespace

Bytes encode_welcome_tree(const WelcomeTree& tree) {
    const Bytes body = codec::encode(tree);
    codec::Writer writer;
    writer(static_cast<uint32_t>(body.size()));
    writer.raw(body);
    return writer.take();
}

Result<WelcomeTree> decode_welcome_tree(BytesView content) {
    codec::Reader reader(content);
    const uint32_t size_bytes = reader.u32();
    ENSURE(reader.ok() && size_bytes <= content.size() - length_size_bytes, malformed_input);
    const BytesView padding = content.subspan(length_size_bytes + size_bytes);
    ENSURE(std::all_of(padding.begin(), padding.end(), [](uint8_t byte) { return byte == 0; }),
           malformed_input);
    TRY_ASSIGN(WelcomeTree tree,
               codec::decode<WelcomeTree>(content.subspan(length_size_bytes, size_bytes)));
    ENSURE(tree.version == content_version, unsupported_version);
    return tree;
}

Bytes welcome_tree_chunk(BytesView content, uint64_t index) {
    Bytes out(file_chunk_size(content.size(), index));
    const auto start = static_cast<size_t>(index * file_chunk_size_bytes);
    const BytesView part = content.subspan(std::min(start, content.size()));
    std::copy_n(part.begin(), std::min(part.size(), out.size()), out.begin());
    return out;
}

Result<TreeLocation> decode_tree_location(BytesView data) {
    TRY_ASSIGN(TreeLocation location, codec::decode<TreeLocation>(data));
    ENSURE(location.version == content_version, unsupported_version);
    return location;
}

namespace row_key {
Bytes tree_upload(const ConversationId& conversation) {
    Bytes key = said(row_kind::tree_upload);
    append(key, conversation.view());
    return key;
}
}  // namespace row_key

}  // namespace mayfly::core
