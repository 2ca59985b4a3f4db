#include "wire/account_record.h"

#include <gtest/gtest.h>

#include "crypto/seeded_entropy.h"
#include "crypto/signature.h"

namespace mayfly::wire {
namespace {

struct KeyPair {
    explicit KeyPair(uint64_t seed) {
        crypto::SeededEntropy entropy(seed);
        pair = crypto::signature_generate(crypto::SignatureId::ed25519, entropy).value();
        public_key = *PublicKey::from(pair.public_key);
    }
    Signature sign(BytesView message) const {
        auto out = crypto::sign(crypto::SignatureId::ed25519, pair.private_key, message);
        return *Signature::from(out.value());
    }
    crypto::SignatureKeyPair pair;
    PublicKey public_key;
};

const KeyPair& account_key() {
    static const KeyPair key(1);
    return key;
}

DeviceEntry device(uint8_t number, const KeyPair& account = account_key()) {
    DeviceEntry entry;
    entry.certificate.account_key = account.public_key;
    entry.certificate.device.bytes[0] = number;
    entry.certificate.device_key.bytes[0] = number;
    entry.certificate.signature = account.sign(device_certificate_to_sign(entry.certificate));
    return entry;
}

AccountRecord valid_record() {
    AccountRecord record;
    record.account_key = account_key().public_key;
    record.issued_at_ms = 1'700'000'000'000;
    record.display_name =
        "Ali\xc3\xa7"
        "e";
    record.devices = {device(1), device(2)};
    record.devices[0].intro = {{"relay.example", Token{}}};
    record.relays = {"relay.example", "other.example:4433"};
    record.handles = {{"alice", "relay.example"}};
    return record;
}

Bytes sign(const AccountRecord& record, const KeyPair& key = account_key()) {
    SignedAccountRecord out;
    out.body = codec::encode(record);
    out.signature = key.sign(account_record_to_sign(out.body));
    return codec::encode(out);
}

std::string error_of_bytes(const Bytes& signed_record) {
    const auto record = verify_account_record(signed_record);
    return record.ok() ? "ok" : error_name(record.code());
}
// What verifying says of a valid record after this change.
template <class Change>
std::string error_after(Change change) {
    AccountRecord record = valid_record();
    change(record);
    return error_of_bytes(sign(record));
}

TEST(account_record, a_valid_record_reads_back) {
    const auto record = verify_account_record(sign(valid_record()));
    ASSERT_TRUE(record.ok());
    EXPECT_EQ(codec::encode(*record), codec::encode(valid_record()));
}

TEST(account_record, a_certificate_binds_account_device_and_key) {
    const DeviceCertificate good = device(1).certificate;
    EXPECT_TRUE(verify_device_certificate(good).ok());
    DeviceCertificate bad = good;
    bad.account_key = KeyPair(2).public_key;
    EXPECT_FALSE(verify_device_certificate(bad).ok());
    bad = good;
    bad.device.bytes[15] ^= 1;
    EXPECT_FALSE(verify_device_certificate(bad).ok());
    bad = good;
    bad.device_key.bytes[31] ^= 1;
    EXPECT_FALSE(verify_device_certificate(bad).ok());
    bad = good;
    bad.signature.bytes[0] ^= 1;
    EXPECT_FALSE(verify_device_certificate(bad).ok());
}

TEST(account_record, a_record_over_the_size_limit_is_refused) {
    EXPECT_EQ(error_of_bytes(Bytes(account_record_size_bytes_max + 1)), "input_too_large");
}

TEST(account_record, a_record_cut_short_is_refused) {
    Bytes record = sign(valid_record());
    for (size_t size = 0; size < record.size(); size += 7) {
        EXPECT_NE(error_of_bytes(Bytes(record.begin(), record.begin() + ptrdiff_t(size))), "ok");
    }
    record.push_back(0);
    EXPECT_EQ(error_of_bytes(record), "trailing_input");
}

TEST(account_record, a_record_of_another_version_is_refused) {
    EXPECT_EQ(error_after([](AccountRecord& record) { record.version = 2; }),
              "unsupported_version");
}

TEST(account_record, a_record_signed_by_another_key_is_refused) {
    EXPECT_EQ(error_of_bytes(sign(valid_record(), KeyPair(2))), "forged_record");
    Bytes record = sign(valid_record());
    record[60] ^= 1;  // in the account key
    EXPECT_EQ(error_of_bytes(record), "forged_record");
}

TEST(account_record, only_the_first_record_has_no_previous_one) {
    EXPECT_EQ(error_after([](auto& record) { record.number = 0; }), "malformed_input");
    EXPECT_EQ(error_after([](auto& record) { record.number = 2; }), "malformed_input");
    EXPECT_EQ(error_after([](auto& record) { record.previous.bytes[0] = 1; }), "malformed_input");
    EXPECT_EQ(error_after([](auto& record) {
                  record.number = 2;
                  record.previous.bytes[0] = 1;
              }),
              "ok");
}

TEST(account_record, a_display_name_is_text_without_control_characters) {
    const auto named = [](std::string name) {
        return error_after([&](auto& record) { record.display_name = std::move(name); });
    };
    for (const char* good : {"", "Bob", "\xc2\xa0", "\xe2\x82\xac", "\xf0\x9f\x90\x9d",
                             "\xed\x9f\xbf", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_EQ(named(good), "ok") << good;
    }
    for (const char* bad :
         {"\x1b[2J", "a\nb", "\x7f", "\xc2\x85", "\xff", "\x80", "\xc3", "\xc3(", "\xc0\xaf",
          "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
        EXPECT_EQ(named(bad), "malformed_input") << bad;
    }
    EXPECT_EQ(named(std::string("a\0b", 3)), "malformed_input");
    EXPECT_EQ(named(std::string(display_name_size_bytes_max, 'a')), "ok");
    EXPECT_EQ(named(std::string(display_name_size_bytes_max + 1, 'a')), "input_too_large");
}

TEST(account_record, device_entries_are_bounded_and_distinct) {
    const auto with = [](size_t active, size_t revoked) {
        return error_after([&](AccountRecord& record) {
            record.devices.clear();
            for (size_t i = 0; i < active + revoked; ++i) {
                record.devices.push_back(device(static_cast<uint8_t>(i)));
                record.devices.back().revoked = i >= active;
            }
        });
    };
    EXPECT_EQ(with(0, 0), "malformed_input");
    EXPECT_EQ(with(devices_per_account_max, 2), "ok");
    EXPECT_EQ(with(devices_per_account_max + 1, 0), "input_too_large");
    EXPECT_EQ(with(1, device_entries_per_account_max - 1), "ok");
    EXPECT_EQ(with(1, device_entries_per_account_max), "input_too_large");
    EXPECT_EQ(error_after([](auto& record) { record.devices.push_back(device(1)); }),
              "malformed_input");
    EXPECT_EQ(error_after([](AccountRecord& record) {  // another id with the same key
                  DeviceCertificate& certificate = record.devices[1].certificate;
                  certificate.device_key = record.devices[0].certificate.device_key;
                  certificate.signature =
                      account_key().sign(device_certificate_to_sign(certificate));
              }),
              "malformed_input");
}

TEST(account_record, a_record_lists_only_devices_of_its_account) {
    EXPECT_EQ(error_after([](auto& record) { record.devices.push_back(device(3, KeyPair(2))); }),
              "forged_record");
    EXPECT_EQ(
        error_after([](auto& record) { record.devices[0].certificate.signature.bytes[5] ^= 1; }),
        "forged_record");
}

TEST(account_record, relay_addresses_in_a_record_are_canonical) {
    for (const std::string bad : {"", "Relay.example", "relay.example:443", "a b"}) {
        EXPECT_EQ(error_after([&](auto& record) { record.relays = {bad}; }), "malformed_input");
        EXPECT_EQ(error_after([&](auto& record) {
                      record.devices[0].intro = {{bad, Token{}}};
                  }),
                  "malformed_input");
        EXPECT_EQ(error_after([&](auto& record) {
                      record.handles = {{"alice", bad}};
                  }),
                  "malformed_input");
    }
    EXPECT_EQ(error_after([](auto& record) { record.relays.clear(); }), "malformed_input");
    EXPECT_EQ(error_after([](auto& record) { record.relays = {"a.b", "a.b"}; }), "malformed_input");
    EXPECT_EQ(error_after(
                  [](auto& record) { record.relays = {"a.b", "b.b", "c.b", "d.b", "e.b", "f.b"}; }),
              "input_too_large");
    EXPECT_EQ(
        error_after([](auto& record) {
            record.devices[0].intro.assign(intro_addresses_per_device_max + 1, {"a.b", Token{}});
        }),
        "input_too_large");
}

TEST(account_record, handles_in_a_record_are_folded_and_distinct) {
    const auto named = [](std::string name) {
        return error_after([&](auto& record) { record.handles = {{name, "relay.example"}}; });
    };
    EXPECT_EQ(named("Alice"), "malformed_input");
    EXPECT_EQ(named("al"), "malformed_input");
    EXPECT_EQ(named("a.l_i-ce9"), "ok");
    EXPECT_EQ(error_after([](auto& record) { record.handles.push_back(record.handles[0]); }),
              "malformed_input");
    EXPECT_EQ(error_after([](auto& record) {
                  record.handles = {{"ab1", "a.b"}, {"ab2", "a.b"}, {"ab3", "a.b"},
                                    {"ab4", "a.b"}, {"ab5", "a.b"}, {"ab6", "a.b"}};
              }),
              "input_too_large");
}

// --- the chain

struct Chain {
    AccountRecord first = valid_record();
    Bytes first_signed = sign(first);
    AccountRecord next = successor();

    AccountRecord successor() const {
        AccountRecord out = first;
        out.number = first.number + 1;
        out.previous = account_record_hash(first_signed);
        return out;
    }
    std::string check() const {
        const Status status = check_successor(first, first_signed, next);
        return status.ok() ? "ok" : error_name(status.code());
    }
};

TEST(account_record, a_successor_is_of_the_same_account) {
    Chain chain;
    EXPECT_EQ(chain.check(), "ok");
    chain.next.account_key = KeyPair(2).public_key;
    EXPECT_EQ(chain.check(), "forged_record");
}

TEST(account_record, a_record_that_is_not_newer_is_stale) {
    Chain chain;
    chain.next.number = chain.first.number;
    EXPECT_EQ(chain.check(), "stale_record");
    chain.next.number = 0;
    EXPECT_EQ(chain.check(), "stale_record");
}

TEST(account_record, a_gap_or_another_previous_breaks_the_chain) {
    Chain chain;
    ++chain.next.number;
    EXPECT_EQ(chain.check(), "forged_record");
    chain.next = chain.successor();
    chain.next.previous.bytes[3] ^= 1;
    EXPECT_EQ(chain.check(), "forged_record");
}

TEST(account_record, a_revoked_device_stays_revoked) {
    Chain chain;
    chain.first.devices[0].revoked = true;
    chain.first_signed = sign(chain.first);
    chain.next = chain.successor();
    EXPECT_EQ(chain.check(), "ok");
    chain.next.devices[0].revoked = false;
    EXPECT_EQ(chain.check(), "forged_record");
    chain.next.devices[0].certificate.device.bytes[9] = 9;
    EXPECT_EQ(chain.check(), "forged_record") << "the same key under another id";
    chain.next.devices.erase(chain.next.devices.begin());
    EXPECT_EQ(chain.check(), "ok") << "it need not be listed for ever";
}

TEST(account_record, names_are_folded_and_limited) {
    EXPECT_EQ(*fold_handle_name("Al-ICE_9."), "al-ice_9.");
    EXPECT_EQ(fold_handle_name(std::string(32, 'a'))->size(), 32U);
    for (const std::string& bad :
         {std::string("ab"), std::string(33, 'a'), std::string("a b"), std::string("a@b"),
          std::string("\xc3\xa4"
                      "bc"),
          std::string("")}) {
        EXPECT_EQ(fold_handle_name(bad).code(), ErrorCode::bad_handle) << bad;
    }
}

TEST(account_record, the_account_id_is_the_hash_of_the_key) {
    EXPECT_EQ(to_hex(account_id_of(PublicKey{}).view()),
              "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
}

}  // namespace
}  // namespace mayfly::wire
