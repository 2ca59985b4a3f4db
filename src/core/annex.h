// What belongs to messages and conversations besides them, as functions of the machine. Each group
// is one source file. Specification: docs/spec/content.md sections 7 to 10.
#pragma once

#include "core/content_rows.h"
#include "core/machine.h"

namespace mayfly::core {

constexpr size_t reactions_per_person_max = 16;  // of one message; who needs more writes a text
constexpr size_t orphans_max = 100;              // of one conversation
constexpr Duration orphan_life = Duration::days(1);
constexpr Duration typing_life = Duration::seconds(10);
constexpr Duration typing_pause = Duration::seconds(5);  // between two notices that we send
constexpr size_t quote_size_bytes_max = 200;             // what a reply shows of its target
// Settings must reach who is away as long as anything waits for them at a relay.
constexpr Duration settings_life = message_age_max;

// siblings gives the conversations that are shown as one with it, itself among them.
std::vector<ConversationId> siblings(const Machine& machine, const ConversationId& conversation);
bool are_siblings(const Machine& machine, const ConversationId& a, const ConversationId& b);
// keys_under gives the keys with a prefix as they are after this step.
Result<std::vector<Bytes>> keys_under(Step& step, const Bytes& prefix);

// annexes.cpp: secondary contents and the messages that they concern
struct Secondary {
    ConversationId conversation;
    AnnexRow annex;  // with its body
};
Status apply_secondary(Machine& machine, Step& step, MessageRow& target, Secondary secondary);
Status secondary_arrived(Machine& machine, Step& step, ConversationRow& conversation,
                         const AccountId& sender, const Content& content);
// adopt_orphans applies what came before its message.
Status adopt_orphans(Machine& machine, Step& step, const MessageRow& target);
// erase_annexes ends all that concerns a message; nothing of it comes back.
Status erase_annexes(Machine& machine, Step& step, const MessageRow& target);
// take_past_annex keeps what another device of ours had on a message that it hands over.
Status take_past_annex(Step& step, const MessageRow& target, AnnexRow annex);
Result<std::vector<AnnexRow>> annexes_of(Step& step, const MessageId& target);
// next_stamp is later than what the account said before of the same thing, so that it counts.
uint64_t next_stamp(const std::optional<AnnexRow>& before, Time now);
Status end_orphan(Step& step, BytesView subject);

// secondary_out.cpp: what we send of these
Result<OperationId> queue_reaction(Machine& machine, Step& step, const MessageId& target,
                                   std::string_view emoji, bool add);
Result<OperationId> queue_edit(Machine& machine, Step& step, const MessageId& target,
                               BytesView text, std::vector<Mention> mentions);
Result<OperationId> queue_vote(Machine& machine, Step& step, const MessageId& target,
                               const Bytes& choices);
// queue_receipt says that a message came or was read, if the conversation wants that.
Status queue_receipt(Machine& machine, Step& step, const MessageRow& message, ReceiptKind kind);

// typing.cpp: never stored
Status send_typing(Machine& machine, Step& step, const ConversationId& conversation, bool active);
Status typing_arrived(Machine& machine, Step& step, const ConversationRow& conversation,
                      const AccountId& sender, const Content& content);
void stop_typing(Machine& machine, Step& step, const ConversationId& conversation,
                 const AccountId& sender);
void expire_typing(Machine& machine, Step& step);

// settings.cpp
const SettingsRow* newest_settings(const Machine& machine, const ConversationId& conversation);
ConversationSettings settings_of(const Machine& machine, const ConversationId& conversation);
// keep_settings takes them unless newer ones are known.
void keep_settings(Machine& machine, Step& step, const ConversationId& conversation,
                   const SettingsRow& row);
// check_settings refuses what this conversation cannot take; settings_arrived makes it count.
Status check_settings(const ConversationRow& conversation, uint64_t sent_at_ms, Time now);
Status settings_arrived(Machine& machine, Step& step, const ConversationRow& conversation,
                        const AccountId& sender, const MessageId& id, uint64_t sent_at_ms,
                        BytesView body);
// change_settings tells a direct conversation by a message; of a group they are its state.
Result<OperationId> change_settings(Machine& machine, Step& step,
                                    const ConversationId& conversation,
                                    const ConversationSettings& settings);
LocalSettings local_settings_of(const Machine& machine, const ConversationId& conversation);
Status set_local_settings(Machine& machine, Step& step, const ConversationId& conversation,
                          const LocalSettings& settings);
Result<SecretBuffer> draft_of(const Machine& machine, Step& step,
                              const ConversationId& conversation);
Status set_draft(Machine& machine, Step& step, const ConversationId& conversation, BytesView text);
// drop_draft forgets the draft if it is the text that was just sent.
Status drop_draft(Machine& machine, Step& step, const ConversationId& conversation, BytesView text);
Status erase_conversation_rows(Machine& machine, Step& step, const ConversationId& conversation);

// message_view.cpp
Status complete_view(const Machine& machine, Step& step, const MessageRow& row, MessageView& view);
// account_name is what people call an account: a handle, a display name, or its id's beginning.
std::string account_name(const Machine& machine, const AccountId& account);
std::vector<Mention> find_mentions(const Machine& machine, const ConversationId& conversation,
                                   BytesView text);

// search.cpp
Result<std::vector<MessageView>> search_messages(const Machine& machine, Step& step,
                                                 const SearchQuery& query);

}  // namespace mayfly::core
