// Files: sent, fetched, cut short at any point, taken back, burnt.
#include "core/machine.h"
#include "core/network_test_support.h"

namespace mayfly::core {
namespace {

class Files : public testing::Test {
  protected:
    Files() : pair_(make_pair(network_)) { bob().arrivals = 0; }  // of the acceptance

    TestClient& alice() { return *pair_.alice; }
    TestClient& bob() { return *pair_.bob; }
    relay::MemoryStore& relay() { return network_.relay_store(test_relay); }

    static Bytes pattern(size_t size_bytes) {
        Bytes out(size_bytes);
        uint64_t state = 88172645463325252U;
        for (uint8_t& byte : out) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            byte = static_cast<uint8_t>(state);
        }
        return out;
    }
    Result<OperationId> offer(FileOffer file, SendOptions options = {}) {
        TRY_ASSIGN(auto started, alice().messenger().send_file(pair_.to_bob, file, options,
                                                               network_.now, alice().entropy()));
        alice().last_sent = started.id;
        alice().run(std::move(started.effects));
        return started.operation;
    }
    static FileOffer named(const std::string& name) {
        FileOffer out;
        out.source = name;
        out.name = name;
        out.type = "application/octet-stream";
        return out;
    }
    // send gives Bob a file of so many bytes.
    MessageId send(size_t size_bytes, SendOptions options = {}) {
        alice().files.files["file"] = pattern(size_bytes);
        const size_t before = bob().arrivals;
        EXPECT_TRUE(offer(named("file"), options).ok());
        EXPECT_TRUE(network_.until([&] { return bob().arrivals > before; }));
        return alice().last_sent;
    }
    Result<OperationId> fetch(const MessageId& id, const std::string& target = "copy") {
        TRY_ASSIGN(auto started,
                   bob().messenger().download(id, target, network_.now, bob().entropy()));
        bob().run(std::move(started.effects));
        return started.operation;
    }
    std::string fetched(const MessageId& id, const std::string& target = "copy") {
        const auto operation = fetch(id, target);
        if (!operation.ok()) return error_name(operation.code());
        if (!network_.finish(bob(), *operation)) return "did not end";
        const Status ended = *bob().ended(*operation);
        return ended.ok() ? "ok" : error_name(ended.code());
    }

    // step_until delivers frame by frame, where `until` delivers all that are on their way.
    bool step_until(const std::function<bool()>& condition) {
        for (int i = 0; i < 5'000 && !condition(); ++i) network_.step(1);
        return condition();
    }

    TestNetwork network_;
    Pair pair_;
};

TEST_F(Files, file_arrives_as_it_was_sent) {
    for (const size_t size : {size_t{0}, size_t{1}, file_chunk_size_bytes,
                              file_chunk_size_bytes + 1, size_t{3'000'000}}) {
        const MessageId id = send(size);
        const auto view = bob().messenger().find_message(text_of(id), network_.now);
        ASSERT_TRUE(view.ok() && view->file);
        EXPECT_EQ(view->file->name, "file");
        EXPECT_EQ(view->file->size_bytes, size);
        EXPECT_FALSE(view->needs_newer);
        const std::string target = "copy" + std::to_string(size);
        EXPECT_EQ(fetched(id, target), "ok");
        EXPECT_EQ(bob().files.files.at(target), alice().files.files.at("file"));
    }
    EXPECT_TRUE(bob().files.drafts.empty());
}

TEST_F(Files, relay_sees_padded_ciphertext_only) {
    send(700'000);
    ASSERT_EQ(relay().blobs().size(), 1U);
    const Bytes& blob = relay().blobs().begin()->second;
    EXPECT_EQ(blob.size(), file_blob_size(700'000));
    const BytesView plain = BytesView(alice().files.files.at("file")).first(64);
    EXPECT_EQ(std::search(blob.begin(), blob.end(), plain.begin(), plain.end()), blob.end());
}

TEST_F(Files, texts_overtake_a_file_that_is_on_its_way) {
    alice().files.files["file"] = pattern(2'000'000);
    const auto file = offer(named("file"));
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(alice().send(pair_.to_bob, "quick").ok());
    ASSERT_TRUE(step_until([&] { return bob().arrivals == 1; }));
    EXPECT_EQ(bob().take().front().text.size(), 5U);
    EXPECT_FALSE(alice().ended(*file).has_value());
    ASSERT_TRUE(network_.finish(alice(), *file));
    EXPECT_TRUE(alice().ended(*file)->ok());
}

TEST_F(Files, upload_survives_crash_at_every_write_and_lost_connections) {
    for (uint64_t at = 1; at <= 6; ++at) {
        alice().files.files["file"] = pattern(2'000'000);
        const size_t before = bob().arrivals;
        alice().crash_after(at);
        if (at % 2 == 0) network_.cut_at_frame(at * 3, at % 4 == 0);
        if (!offer(named("file")).ok()) continue;
        ASSERT_TRUE(network_.until([&] {
            return bob().arrivals > before || alice().messenger().transfers_under_way() == 0;
        })) << at;
        ASSERT_TRUE(network_.until([&] { return bob().arrivals > before; })) << at;
        const auto views = bob().take();
        ASSERT_EQ(views.size(), 1U);
        const std::string target = "copy" + std::to_string(at);
        EXPECT_EQ(fetched(views.front().id, target), "ok") << at;
        EXPECT_EQ(bob().files.files.at(target), alice().files.files.at("file"));
    }
    EXPECT_GE(alice().crashes(), 3U);
}

TEST_F(Files, upload_goes_on_where_it_was_after_a_restart_of_both_sides) {
    constexpr size_t size = 40'000'000;  // beyond one interval of saved progress
    alice().files.files["file"] = pattern(size);
    ASSERT_TRUE(offer(named("file")).ok());
    ASSERT_TRUE(step_until(
        [&] { return alice().last_progress && alice().last_progress->done_bytes > size / 2; }));
    network_.stop_relay(test_relay);
    network_.start_relay(test_relay);
    alice().restart();
    alice().last_progress.reset();
    ASSERT_TRUE(step_until([&] { return alice().last_progress.has_value(); }));
    EXPECT_GT(alice().last_progress->done_bytes,
              size / 2 - 2 * transfer_window * file_chunk_size_bytes);
    ASSERT_TRUE(network_.until([&] { return bob().arrivals == 1; }));
    EXPECT_EQ(fetched(alice().last_sent), "ok");
    EXPECT_EQ(bob().files.files.at("copy"), alice().files.files.at("file"));
}

TEST_F(Files, download_goes_on_where_it_was_after_a_restart_of_both_sides) {
    constexpr size_t size = 40'000'000;
    const MessageId id = send(size);
    ASSERT_TRUE(fetch(id).ok());
    ASSERT_TRUE(step_until(
        [&] { return bob().last_progress && bob().last_progress->done_bytes > size / 2; }));
    network_.stop_relay(test_relay);
    network_.start_relay(test_relay);
    bob().restart();
    bob().last_progress.reset();
    ASSERT_TRUE(step_until([&] { return bob().last_progress.has_value(); }));
    EXPECT_GT(bob().last_progress->done_bytes, size / 3);
    EXPECT_EQ(fetched(id), "ok");
    EXPECT_EQ(bob().files.files.at("copy"), alice().files.files.at("file"));
    EXPECT_TRUE(bob().files.drafts.empty());
}

TEST_F(Files, draft_that_was_lost_is_fetched_anew) {
    constexpr size_t size = 40'000'000;
    const MessageId id = send(size);
    ASSERT_TRUE(fetch(id).ok());
    ASSERT_TRUE(step_until(
        [&] { return bob().last_progress && bob().last_progress->done_bytes > size / 2; }));
    bob().files.drafts.clear();
    bob().restart();
    EXPECT_EQ(fetched(id), "ok");
    EXPECT_EQ(bob().files.files.at("copy"), alice().files.files.at("file"));
}

TEST_F(Files, file_that_changed_during_its_upload_is_not_sent) {
    alice().files.files["file"] = pattern(2'000'000);
    const auto operation = offer(named("file"));
    ASSERT_TRUE(operation.ok());
    network_.step(6);
    alice().files.stamps["file"] = 1;
    alice().restart();
    ASSERT_TRUE(network_.finish(alice(), *operation));
    EXPECT_EQ(alice().ended(*operation)->code(), ErrorCode::file_changed);
    EXPECT_TRUE(alice().messenger().messages(pair_.to_bob, network_.now)->empty());
    network_.pass(Duration::minutes(1));
    EXPECT_TRUE(relay().blobs().empty()) << "what was there already is deleted";
}

TEST_F(Files, damaged_chunk_leaves_no_file_and_no_draft) {
    const MessageId id = send(1'000'000);
    network_.tamper = [&](const std::string& client, Bytes& frame) {
        if (client != "Bob") return true;
        auto decoded = wire::decode_relay_frame(frame);
        auto* part = std::get_if<wire::BlobPart>(&decoded->body);
        if (part == nullptr) return true;
        part->bytes.back() ^= 1;
        frame = wire::encode_frame(*decoded);
        return true;
    };
    EXPECT_EQ(fetched(id), "file_corrupt");
    EXPECT_TRUE(bob().files.files.empty());
    EXPECT_TRUE(bob().files.drafts.empty());
}

TEST_F(Files, existing_file_is_never_replaced) {
    const MessageId id = send(1000);
    bob().files.files["copy"] = {1};
    EXPECT_EQ(fetched(id), "file_exists");
    EXPECT_EQ(bob().files.files.at("copy"), Bytes{1});
    EXPECT_EQ(fetched(id, "other"), "ok");
}

TEST_F(Files, only_messages_with_files_are_downloaded) {
    ASSERT_TRUE(alice().send(pair_.to_bob, "text").ok());
    ASSERT_TRUE(network_.until([&] { return bob().arrivals == 1; }));
    EXPECT_EQ(fetched(alice().last_sent), "not_a_file");
    EXPECT_EQ(fetched(MessageId{}), "unknown_message");
}

TEST_F(Files, recalled_file_goes_from_the_relay_too) {
    const MessageId id = send(1'000'000);
    ASSERT_EQ(relay().blobs().size(), 1U);
    ASSERT_TRUE(alice().recall(id).ok());
    ASSERT_TRUE(network_.until([&] { return alice().messenger().outbox_empty(); }));
    EXPECT_TRUE(relay().blobs().empty());
    ASSERT_TRUE(network_.until(
        [&] { return !bob().messenger().find_message(text_of(id), network_.now).ok(); }));
    EXPECT_EQ(fetched(id), "unknown_message");
}

TEST_F(Files, recall_during_the_upload_leaves_nothing) {
    alice().files.files["file"] = pattern(2'000'000);
    ASSERT_TRUE(offer(named("file")).ok());
    network_.step(6);
    EXPECT_EQ(relay().blobs().size(), 1U);
    ASSERT_TRUE(alice().recall(alice().last_sent).ok());
    network_.pass(Duration::minutes(1));
    EXPECT_TRUE(relay().blobs().empty());
    EXPECT_EQ(bob().arrivals, 0U);
    EXPECT_EQ(alice().messenger().transfers_under_way(), 0U);
    EXPECT_TRUE(alice().messenger().outbox_empty());
}

TEST_F(Files, burnt_file_leaves_neither_name_nor_key_nor_draft) {
    const MessageId id = send(40'000'000);
    const auto operation = fetch(id);
    ASSERT_TRUE(operation.ok());
    ASSERT_TRUE(step_until([&] { return bob().last_progress.has_value(); }));
    ASSERT_EQ(bob().files.drafts.size(), 1U);
    ASSERT_TRUE(bob().burn(id).ok());
    EXPECT_TRUE(bob().files.drafts.empty());
    EXPECT_EQ(bob().ended(*operation)->code(), ErrorCode::unknown_message);
    for (const char kind : {'b', 'y', 'x', 'm', 'u', 'h'}) {
        Bytes key = {static_cast<uint8_t>(kind)};
        append(key, id.view());
        EXPECT_FALSE(bob().store().get(key)->has_value()) << kind;
    }
    network_.pass(Duration::minutes(1));
    EXPECT_TRUE(bob().files.files.empty());
}

TEST_F(Files, expired_file_is_gone_on_both_sides_and_at_the_relay) {
    SendOptions options;
    options.expiration = Duration::minutes(10);
    const MessageId id = send(1'000'000, options);
    network_.pass(Duration::minutes(11));
    EXPECT_EQ(fetched(id), "unknown_message");
    EXPECT_TRUE(relay().blobs().empty());
    for (TestClient* client : {&alice(), &bob()}) {
        for (const char kind : {'b', 'y', 'u', 'h', 'x'}) {
            Bytes key = {static_cast<uint8_t>(kind)};
            append(key, id.view());
            EXPECT_FALSE(client->store().get(key)->has_value()) << kind;
        }
    }
}

TEST_F(Files, burn_timer_of_a_file_starts_when_it_was_fetched) {
    SendOptions options;
    options.burn = Duration::seconds(30);
    const MessageId id = send(1'000'000, options);
    network_.pass(Duration::minutes(5));
    EXPECT_EQ(fetched(id), "ok");
    network_.pass(Duration::seconds(29));
    EXPECT_TRUE(bob().messenger().find_message(text_of(id), network_.now).ok());
    network_.pass(Duration::seconds(2));
    EXPECT_FALSE(bob().messenger().find_message(text_of(id), network_.now).ok());
}

TEST_F(Files, pieces_of_a_file_are_sent_in_their_order) {
    alice().files.files["file"] = pattern(1'000'000);
    const Bytes& whole = alice().files.files.at("file");
    FileOffer file = named("file");
    file.pieces = {
        {500'000, 400'000, {}}, {0, 0, {7, 7, 7}}, {0, 300'000, {8, 8}}, {0, 100'000, {}}};
    ASSERT_TRUE(offer(std::move(file)).ok());
    ASSERT_TRUE(network_.until([&] { return bob().arrivals == 1; }));
    EXPECT_EQ(fetched(alice().last_sent), "ok");
    Bytes expected(whole.begin() + 500'000, whole.begin() + 900'000);
    append(expected, Bytes{7, 7, 7, 8, 8});
    append(expected, Bytes(299'998, 0));
    append(expected, BytesView(whole).first(100'000));
    EXPECT_EQ(bob().files.files.at("copy"), expected);
    FileOffer outside = named("file");
    outside.pieces = {{999'999, 2, {}}};
    EXPECT_EQ(offer(std::move(outside)).code(), ErrorCode::invalid_argument);
}

TEST_F(Files, voice_memo_arrives_with_its_duration) {
    alice().files.files["memo"] = pattern(50'000);
    FileOffer memo = named("memo");
    memo.type = "audio/ogg";
    memo.duration_ms = 12'340;
    ASSERT_TRUE(offer(std::move(memo)).ok());
    ASSERT_TRUE(network_.until([&] { return bob().arrivals == 1; }));
    const auto views = bob().take();
    ASSERT_TRUE(views.size() == 1 && views.front().file);
    EXPECT_EQ(views.front().file->duration_ms, 12'340U);
    EXPECT_EQ(fetched(views.front().id), "ok");
}

TEST_F(Files, file_at_a_relay_of_the_senders_choice_is_not_asked_for) {
    const MessageId id = send(1000);
    const auto before = network_.frames();
    // The body as a sender who lies about the place of the file would have made it.
    MemoryStorePort scratch;
    Step step(scratch, network_.now, &bob().entropy());
    FileContent file;
    file.name = "trap";
    file.size_bytes = 10;
    file.relay = "elsewhere.example";
    seal_body(step, id, codec::encode_secret(file).expose());
    ASSERT_TRUE(bob().store().apply(step.effects.writes).ok());
    EXPECT_EQ(fetched(id), "other_relay");
    EXPECT_EQ(network_.frames(), before);
}

TEST_F(Files, files_are_answered_and_reacted_to_like_texts) {
    const MessageId id = send(1000);
    SendOptions answer;
    answer.reply_to = id;
    ASSERT_TRUE(bob().send(pair_.to_alice, "thanks", answer).ok());
    const MessageId thanks = bob().last_sent;
    ASSERT_TRUE(bob()
                    .perform(bob().messenger().react(id, "\xf0\x9f\x91\x8d", true, network_.now,
                                                     bob().entropy()))
                    .ok());
    network_.pass(Duration::seconds(2));
    const auto reply = alice().messenger().find_message(text_of(thanks), network_.now);
    ASSERT_TRUE(reply.ok() && reply->reply_to);
    EXPECT_EQ(reply->reply_to->type, ContentType::file);
    EXPECT_EQ(as_text(reply->reply_to->text.expose()), "file");
    const auto file = alice().messenger().find_message(text_of(id), network_.now);
    ASSERT_TRUE(file.ok() && file->file);
    EXPECT_EQ(file->reactions.size(), 1U);
    SearchQuery by_name;
    by_name.words = "FILE";
    EXPECT_EQ(alice().messenger().search(by_name, network_.now)->size(), 1U);
    EXPECT_EQ(
        alice().messenger().edit(id, as_bytes("words"), {}, network_.now, alice().entropy()).code(),
        ErrorCode::invalid_argument);
    EXPECT_EQ(fetched(id), "ok");
}

TEST_F(Files, files_live_as_the_settings_say) {
    ConversationSettings settings;
    settings.expiration_ms = 3'600'000;
    settings.burn_seconds = 20;
    ASSERT_TRUE(bob()
                    .perform(bob().messenger().change_settings(pair_.to_alice, settings,
                                                               network_.now, bob().entropy()))
                    .ok());
    network_.pass(Duration::seconds(2));
    const MessageId id = send(1000);
    const auto shown = bob().messenger().find_message(text_of(id), network_.now);
    ASSERT_TRUE(shown.ok());
    EXPECT_EQ(shown->expires_at - shown->sent_at, Duration::hours(1));
    EXPECT_EQ(shown->burn_seconds, 20U);
}

}  // namespace
}  // namespace mayfly::core
