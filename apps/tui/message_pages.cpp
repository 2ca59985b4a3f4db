// Pages about one message: reacting, voting, details, saving its file.
#include <algorithm>

#include "core/emoji.h"
#include "tui/form_page.h"
#include "tui/message_words.h"
#include "tui/pages.h"

namespace mayfly::tui {
namespace {

constexpr const char* emojis[] = {"👍", "❤️", "😂", "😮", "😢", "🙏", "👎", "🔥"};

// ReactPage also takes an emoji that is typed.
class ReactPage final : public MenuPage {
  public:
    ReactPage(Desk& desk, const core::MessageId& id)
        : MenuPage(desk, tr("React"), [&desk, id] { return rows(desk, id); }), id_(id) {}
    void on_key(const Key& key) override {
        if (key.kind != Key::Kind::text) return;
        const std::string emoji(rpc::view_of(key.text));
        if (core::is_emoji(as_bytes(emoji))) {
            react(desk_, id_, emoji);
        } else {
            desk_.say(tr("That is no emoji"));
        }
    }

  private:
    static bool is_ours(const Desk& desk, const core::MessageId& id, const std::string& emoji) {
        const auto message = message_of(desk, id);
        const auto account = desk.messenger().account();
        if (!message.ok() || !account.ok()) return false;
        for (const core::ReactionView& reaction : message->reactions) {
            if (reaction.emoji != emoji) continue;
            return std::find(reaction.by.begin(), reaction.by.end(), account->account) !=
                   reaction.by.end();
        }
        return false;
    }
    static void react(Desk& desk, const core::MessageId& id, const std::string& emoji) {
        desk.back();
        const bool add = !is_ours(desk, id, emoji);
        desk.begin(desk.messenger().react(id, emoji, add, desk.now(), desk.entropy()));
    }
    static Rows rows(Desk& desk, const core::MessageId& id) {
        Rows out;
        out.emplace_back(tr("Choose one, or type another. Choosing it again takes it back."));
        for (const char* emoji : emojis) {
            const std::string text = emoji;
            out.emplace_back(is_ours(desk, id, text) ? tr("{1} (yours)", text) : text,
                             [&desk, id, text] { react(desk, id, text); });
        }
        return out;
    }

    core::MessageId id_;
};

// --- voting

using Choices = std::set<uint8_t>;

void vote(Desk& desk, const core::MessageId& id, const Choices& choices) {
    desk.back();
    desk.begin(desk.messenger().vote(id, Bytes(choices.begin(), choices.end()), desk.now(),
                                     desk.entropy()));
}

// toggled also shows the page anew.
void toggle(Desk& desk, Choices& choices, uint8_t option) {
    if (choices.erase(option) == 0) choices.insert(option);
    desk.touch();
}

Rows vote_rows(Desk& desk, const core::MessageId& id, const std::shared_ptr<Choices>& choices) {
    Rows rows;
    const auto message = message_of(desk, id);
    const auto* poll = message.ok() ? std::get_if<core::PollView>(&message->body) : nullptr;
    if (poll == nullptr) {
        rows.emplace_back(tr("This is not there any more."));
        return rows;
    }
    rows.emplace_back(poll->poll.question, Desk::Then(), bold);
    rows.emplace_back(trn("{1} person has voted.", "{1} people have voted.", poll->voters));
    if (poll->closed) rows.emplace_back(tr("The poll is closed."));
    const bool multiple = poll->poll.multiple;
    for (size_t i = 0; i < poll->poll.options.size(); i++) {
        const auto option = static_cast<uint8_t>(i);
        const std::string mark = choices->contains(option) ? "[x] " : "[ ] ";
        const std::string text =
            mark + poll->poll.options[i] + ": " + std::to_string(poll->counts[i]);
        if (poll->closed) {
            rows.emplace_back(text);
        } else {
            rows.emplace_back(text, [&desk, id, choices, option, multiple] {
                if (multiple) return toggle(desk, *choices, option);
                vote(desk, id, {option});
            });
        }
    }
    if (poll->closed) return rows;
    if (multiple) {
        rows.emplace_back(tr("Vote so"), [&desk, id, choices] { vote(desk, id, *choices); });
    }
    if (!poll->own_choices.empty()) {
        rows.emplace_back(tr("Take my vote back"), [&desk, id] { vote(desk, id, {}); });
    }
    return rows;
}

// --- details

std::string state_text(const core::MessageView& message) {
    switch (message.state) {
        case core::MessageState::queued: return tr("waits for the relay");
        case core::MessageState::sent: return tr("the relay has it");
        case core::MessageState::received: return tr("not read");
        case core::MessageState::opened: return tr("read");
    }
    return "";
}

std::string names(const Desk& desk, const std::vector<core::AccountId>& accounts) {
    std::string out;
    for (const core::AccountId& account : accounts) {
        out += (out.empty() ? "" : ", ") + desk.name_of(account);
    }
    return out;
}

void add_said(const Desk& desk, const core::MessageView& message, Rows& rows) {
    for (const core::ReactionView& reaction : message.reactions) {
        rows.emplace_back(reaction.emoji + " " + names(desk, reaction.by));
    }
    for (const core::ReceiptView& receipt : message.receipts) {
        const std::string name = desk.name_of(receipt.account);
        if (receipt.read_at) {
            rows.emplace_back(tr("Read by {1}: {2}", name, date_text(*receipt.read_at)));
        } else if (receipt.delivered_at) {
            rows.emplace_back(tr("Reached {1}: {2}", name, date_text(*receipt.delivered_at)));
        }
    }
}

Rows detail_rows(Desk& desk, const core::MessageId& id) {
    Rows rows;
    const auto message = message_of(desk, id);
    if (!message.ok()) {
        rows.emplace_back(tr("This is not there any more."));
        return rows;
    }
    rows.emplace_back(rpc::view_of(words_of(*message, desk)));
    rows.emplace_back("");
    rows.emplace_back(message->outgoing ? std::string(tr("From you"))
                                        : tr("From {1}", desk.name_of(message->sender)));
    rows.emplace_back(tr("Sent: {1}", date_text(message->sent_at)));
    rows.emplace_back(tr("Expires: {1}", date_text(message->expires_at)));
    if (message->burn_seconds != 0) {
        rows.emplace_back(tr("Burns {1} after it is opened",
                             timer_text(Duration::seconds(message->burn_seconds))));
    }
    rows.emplace_back(tr("State: {1}", state_text(*message)));
    if (message->verified) rows.emplace_back(tr("You have verified the sender."));
    add_said(desk, *message, rows);
    return rows;
}

}  // namespace

Result<core::MessageView> message_of(const Desk& desk, const core::MessageId& id) {
    return desk.messenger().find_message(core::text_of(id), desk.now());
}

void open_react(Desk& desk, const core::MessageId& id) {
    auto page = std::make_unique<ReactPage>(desk, id);
    page->begin();
    desk.open(std::move(page));
}

void open_vote(Desk& desk, const core::MessageId& id) {
    const auto choices = std::make_shared<Choices>();
    const auto message = message_of(desk, id);
    const auto* poll = message.ok() ? std::get_if<core::PollView>(&message->body) : nullptr;
    if (poll != nullptr) choices->insert(poll->own_choices.begin(), poll->own_choices.end());
    desk.open(
        make_menu(desk, tr("Poll"), [&desk, id, choices] { return vote_rows(desk, id, choices); }));
}

void open_details(Desk& desk, const core::MessageId& id) {
    desk.open(make_menu(desk, tr("Message"), [&desk, id] { return detail_rows(desk, id); }));
}

void open_save(Desk& desk, const core::MessageId& id) {
    const auto message = message_of(desk, id);
    if (!message.ok() || !message->file) return;
    Form form;
    form.title = tr("Save the file");
    form.intro = tr("{1} ({2}). It is yours then and does not expire.", message->file->name,
                    size_text(message->file->size_bytes));
    form.fields = {tr("Where to: a folder, or a new name (Tab completes)")};
    form.first_value = "./";
    form.done = [&desk, id, name = message->file->name](const auto& values) {
        const auto target = desk.files().target(std::string(values[0]), name);
        if (!target.ok()) {
            desk.say(tr("There is no such folder"));
            return false;
        }
        const bool begun =
            desk.begin(desk.messenger().download(id, *target, desk.now(), desk.entropy()),
                       tr("Saved: {1}", *target));
        if (begun) desk.say(tr("The file is being fetched ..."));
        return begun;
    };
    open_path(desk, std::move(form));
}

}  // namespace mayfly::tui
