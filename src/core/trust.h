// The parts of the machine about trust and leaving. Specification: docs/spec/trust.md.
#pragma once

#include "core/trust_rows.h"
#include "mls/group.h"

namespace mayfly::core {

struct Machine;
struct Purpose;
class Step;

// trust.cpp
const TrustRow* trust_of(const Machine& machine, const AccountId& account);
bool is_blocked(const Machine& machine, const AccountId& account);
// is_closed_by_block: a direct conversation with a blocked account.
bool is_closed_by_block(const Machine& machine, const ConversationRow& row);
bool is_verified(const Machine& machine, const AccountId& account);
// check_records refuses records of a blocked account, and those that contradict what we know of a
// contact: a forked chain, or a handle of theirs that leads to another account. That is an alarm.
Status check_records(Machine& machine, Step& step, const std::vector<Bytes>& records,
                     const std::optional<wire::HandleEntry>& handle);
void raise_alarm(Machine& machine, Step& step, const AccountId& account, Alarm alarm);
// handle_is_anothers: an accepted contact has the handle that this one claims.
bool handle_is_anothers(const Machine& machine, const ContactRow& row);
Result<std::string> safety_number(const Machine& machine, const AccountId& account);
// mark_trust changes one mark here and nowhere else.
void mark_trust(Machine& machine, Step& step, const AccountId& account, bool TrustRow::*mark,
                bool value);
// publish_trust: our other devices hear of the marks, and the vault keeps them.
Status publish_trust(Machine& machine, Step& step, const AccountId& account);
Status set_verified(Machine& machine, Step& step, const AccountId& account, bool verified);
Status unblock_account(Machine& machine, Step& step, const AccountId& account);
// trust_elsewhere: another device of ours has these marks now.
Status trust_elsewhere(Machine& machine, Step& step, const TrustRow& row);
void forget_trust(Machine& machine, Step& step, const AccountId& account);

// block.cpp
Result<OperationId> block_account(Machine& machine, Step& step, const AccountId& account,
                                  bool remove);
// close_conversations: the account's direct ones; the relays are told within the operation.
Status close_conversations(Machine& machine, Step& step, const AccountId& account,
                           OperationId operation);
// close_direct: nothing of the conversation goes out or comes in any more; what was said stays
// readable. What waits in the outbox is the caller's.
Status close_direct(Machine& machine, Step& step, ConversationRow& row, Status why,
                    OperationId operation);
std::vector<BlockedView> blocked_accounts(const Machine& machine);

// report.cpp
// proof_of takes what was signed, before anything of the content is fitted to rules of ours.
// store_proof keeps it, if the message was stored.
ProofRow proof_of(const wire::DeviceCertificate& sender, mls::ApplicationMessage& message,
                  const Content& content);
Status store_proof(Step& step, const MessageId& id, const ProofRow& row);
Result<std::string> make_report(Machine& machine, Step& step, const std::vector<MessageId>& ids);

// deletion.cpp
// How long our other devices are waited for when they are told, before the queue goes anyway.
constexpr Duration deletion_tell_max = Duration::seconds(60);
Result<OperationId> delete_account(Machine& machine, Step& step, bool tell_siblings);
// deleted_elsewhere: another device of ours deleted the account, so this one does as well.
Status deleted_elsewhere(Machine& machine, Step& step);
// is_of_own_devices: all that is still heard, so that they can be told.
bool is_of_own_devices(const Machine& machine, const wire::Delivery& delivery);
Status pump_deletion(Machine& machine, Step& step, const std::string& relay);
void deletion_replied(Machine& machine, Step& step, const std::string& relay,
                      const Purpose& purpose, const wire::ReplyBody& body);
bool deletion_refused_queue(Machine& machine, Step& step, const std::string& relay,
                            wire::ReplyStatus status);

}  // namespace mayfly::core
