// A message as it is shown: its text or other body, then lines of what belongs to it.
#include "core/place.h"
#include "message_text.h"
#include "rpc/schema.h"
#include "views.h"

namespace mayfly::cli {
namespace {

int64_t signed_of(uint64_t number) { return static_cast<int64_t>(number); }

class JsonBody {
  public:
    explicit JsonBody(JsonLine& line) : line_(line) {}
    void operator()(std::monostate) {}
    void operator()(const core::Screenshot&) {}
    void operator()(const core::Location& place) {
        line_.open("location", '{')
            .text("latitude", core::latitude_text(place))
            .text("longitude", core::longitude_text(place))
            .number("accuracy_m", place.accuracy_m)
            .text("label", place.label)
            .close('{');
    }
    void operator()(const core::PollView& poll) {
        line_.open("poll", '{')
            .text("question", poll.poll.question)
            .texts("options", poll.poll.options)
            .open("counts", '[');
        for (const size_t count : poll.counts) line_.number_item(signed_of(count));
        line_.close('[')
            .number("voters", signed_of(poll.voters))
            .boolean("multiple", poll.poll.multiple)
            .number("closes_at", signed_of(poll.poll.closes_at_ms))
            .boolean("closed", poll.closed)
            .open("own_choices", '[');
        for (const uint8_t choice : poll.own_choices) line_.number_item(choice + 1);
        line_.close('[').close('{');
    }
    void operator()(const core::ContactCard& card) {
        line_.open("card", '{').text("name", card.name).text("link", card.link).close('{');
    }
    void operator()(const core::ConversationSettings& settings) {
        line_.open("settings", '{')
            .number("expire_seconds", signed_of(settings.expiration_ms / 1000))
            .number("burn_seconds", settings.burn_seconds)
            .boolean("receipts", settings.receipts)
            .boolean("typing", settings.typing)
            .close('{');
    }

  private:
    JsonLine& line_;
};

void json_additions(JsonLine& line, const core::MessageView& message) {
    if (message.edited) line.boolean("edited", true);
    if (message.reply_to) line.text("reply_to", core::text_of(message.reply_to->id));
    if (!message.mentions.empty()) {
        line.open("mentions", '[');
        for (const core::Mention& mention : message.mentions) {
            line.open_item()
                .number("start", mention.start)
                .number("length", mention.length)
                .text("account", core::text_of(mention.account))
                .close('{');
        }
        line.close('[');
    }
    if (!message.reactions.empty()) {
        line.open("reactions", '[');
        for (const core::ReactionView& reaction : message.reactions) {
            std::vector<std::string> by;
            for (const core::AccountId& account : reaction.by) by.push_back(core::text_of(account));
            line.open_item().text("emoji", reaction.emoji).texts("by", by).close('{');
        }
        line.close('[');
    }
    if (!message.receipts.empty()) {
        line.open("receipts", '[');
        for (const core::ReceiptView& receipt : message.receipts) {
            line.open_item()
                .text("account", core::text_of(receipt.account))
                .number("delivered_at", receipt.delivered_at.value_or(Time{}).ms)
                .number("read_at", receipt.read_at.value_or(Time{}).ms)
                .close('{');
        }
        line.close('[');
    }
}

void show_json(OutputText& out, const core::MessageView& message, const std::string& group) {
    JsonLine line(out, "message");
    line.text("id", core::text_of(message.id))
        .text("conversation", core::text_of(message.conversation))
        .text("group", group)
        .text("sender", core::text_of(message.sender))
        .text("handle", message.handle)
        .text("content", message.needs_newer ? "unknown" : rpc::content_name(message.type))
        .text("text", as_text(message.text.expose()))
        .number("sent_at", message.sent_at.ms)
        .number("expires_at", message.expires_at.ms)
        .number("burn_seconds", message.burn_seconds)
        .text("state", rpc::state_name(message.state))
        .boolean("verified", message.verified);
    if (message.file) {
        line.text("file_name", message.file->name)
            .text("file_type", message.file->type)
            .number("file_size", signed_of(message.file->size_bytes))
            .number("duration_ms", message.file->duration_ms)
            .text("thumbnail", to_base64url(message.file->thumbnail.expose()));
    }
    std::visit(JsonBody(line), message.body);
    json_additions(line, message);
}

std::string agreed_text(const core::ConversationSettings& settings) {
    std::string out =
        "messages live " + span_text(Duration::milliseconds(signed_of(settings.expiration_ms)));
    if (settings.burn_seconds != 0) {
        out += ", burn " + span_text(Duration::seconds(settings.burn_seconds)) +
               " after they are opened";
    }
    out += settings.receipts ? ", receipts on" : ", receipts off";
    out += settings.typing ? ", typing on" : ", typing off";
    return out;
}

class PlainBody {
  public:
    explicit PlainBody(OutputText& out) : out_(out) {}
    void operator()(std::monostate) {}
    void operator()(const core::Screenshot&) { out_.append("took a picture of the screen"); }
    void operator()(const core::Location& place) {
        out_.append("is at " + core::latitude_text(place) + "," + core::longitude_text(place));
        if (place.accuracy_m != 0) {
            out_.append(" (within " + std::to_string(place.accuracy_m) + " m)");
        }
        if (!place.label.empty()) text(": ", place.label);
    }
    void operator()(const core::PollView& poll) {
        text("asks: ", poll.poll.question);
        if (poll.poll.multiple) out_.append(" (more than one)");
        if (poll.closed) out_.append(" (closed)");
        for (size_t i = 0; i < poll.poll.options.size(); ++i) {
            out_.append("\n    " + std::to_string(i + 1) + ". ");
            append_printable(out_, as_bytes(poll.poll.options[i]));
            const auto own = std::find(poll.own_choices.begin(), poll.own_choices.end(), i);
            out_.append(": " + std::to_string(poll.counts[i]));
            if (own != poll.own_choices.end()) out_.append(", yours");
        }
    }
    void operator()(const core::ContactCard& card) {
        text("contact ", card.name);
        text("\n    add with: mayfly contact add ", card.link);
    }
    void operator()(const core::ConversationSettings& settings) {
        out_.append("set: " + agreed_text(settings));
    }

  private:
    void text(std::string_view label, const std::string& value) {
        out_.append(label);
        append_printable(out_, as_bytes(value));
    }
    OutputText& out_;
};

void show_file(OutputText& out, const core::FileView& file) {
    out.append(file.duration_ms == 0 ? "file " : "voice memo ");
    append_printable(out, as_bytes(file.name));
    out.append(" (" + size_text(file.size_bytes));
    if (file.duration_ms != 0) {
        out.append(", " + span_text(Duration::milliseconds(file.duration_ms)));
    }
    out.append(")");
}

std::string names(const core::Messenger& messenger, const std::vector<core::AccountId>& accounts) {
    std::string out;
    for (const core::AccountId& account : accounts) {
        if (!out.empty()) out += ", ";
        out += messenger.name_of(account);
    }
    return out;
}

void plain_additions(OutputText& out, const core::Messenger& messenger,
                     const core::MessageView& message) {
    for (const core::ReactionView& reaction : message.reactions) {
        out.append("\n    ");
        append_printable(out, as_bytes(reaction.emoji));
        out.append(" ");
        append_printable(out, as_bytes(names(messenger, reaction.by)));
    }
    for (const core::ReceiptView& receipt : message.receipts) {
        const bool is_read = receipt.read_at.has_value();
        const Time at = is_read ? *receipt.read_at : receipt.delivered_at.value_or(Time{});
        out.append(is_read ? "\n    read by " : "\n    reached ");
        append_printable(out, as_bytes(messenger.name_of(receipt.account)));
        out.append(" " + local_time(at));
    }
}

void show_quote(OutputText& out, const core::Messenger& messenger, const core::Quote& quote) {
    out.append("\n    > ");
    if (!quote.alive) {
        out.append("(gone)");
        return;
    }
    append_printable(out, as_bytes(messenger.name_of(quote.sender)));
    out.append(": ");
    // One line of it is enough to know what is meant.
    const std::string_view text = as_text(quote.text.expose());
    append_printable(out, as_bytes(text.substr(0, text.find('\n'))));
}

}  // namespace

void show_message(OutputText& out, bool json, const core::Messenger& messenger,
                  const core::MessageView& message, Time now) {
    const std::string group = group_title(messenger, message.conversation);
    if (json) return show_json(out, message, group);
    out.append(local_time(message.sent_at));
    out.append(" ");
    if (!group.empty()) {
        append_printable(out, as_bytes(group));
        out.append(", ");
    }
    const std::string sender = message.outgoing ? "you" : messenger.name_of(message.sender);
    append_printable(out, as_bytes(sender));
    out.append(message.verified ? " (verified): " : ": ");
    if (message.needs_newer) {
        out.append("(needs a newer Mayfly)");
    } else if (message.file) {
        show_file(out, *message.file);
    } else if (message.type == core::ContentType::text) {
        append_text(out, message.text.expose(), is_styled());
    } else {
        std::visit(PlainBody(out), message.body);
    }
    if (message.edited) out.append(" (edited)");
    if (message.reply_to) show_quote(out, messenger, *message.reply_to);
    out.append("\n    id " + core::text_of(message.id));
    out.append(", expires in " + span_text(message.expires_at - now));
    if (message.burn_seconds != 0 && message.state != core::MessageState::opened) {
        out.append(", burns " + span_text(Duration::seconds(message.burn_seconds)) +
                   " after it is opened");
    }
    if (message.state == core::MessageState::queued) out.append(", waits for the relay");
    plain_additions(out, messenger, message);
    out.append("\n");
}

void show_typing(OutputText& out, bool json, const core::Messenger& messenger,
                 const core::TypingChanged& typing) {
    if (json) {
        JsonLine(out, "typing")
            .text("conversation", core::text_of(typing.conversation))
            .text("account", core::text_of(typing.account))
            .boolean("active", typing.active);
        return;
    }
    if (!typing.active) return;
    append_printable(out, as_bytes(messenger.name_of(typing.account)));
    out.append(" is typing");
    const std::string group = group_title(messenger, typing.conversation);
    if (!group.empty()) append_printable(out, as_bytes(" in " + group));
    out.append("\n");
}

void show_settings(OutputText& out, bool json, const core::ConversationId& conversation,
                   const core::ConversationSettings& agreed, const core::LocalSettings& local,
                   Time now) {
    if (json) {
        JsonLine(out, "settings")
            .text("conversation", core::text_of(conversation))
            .number("expire_seconds", signed_of(agreed.expiration_ms / 1000))
            .number("burn_seconds", agreed.burn_seconds)
            .boolean("receipts", agreed.receipts)
            .boolean("typing", agreed.typing)
            .number("muted_until", local.muted_until.ms)
            .boolean("archived", local.archived)
            .boolean("pinned", local.pinned);
        return;
    }
    out.append(agreed_text(agreed) + "\n");
    if (local.muted_until > now) out.append("muted until " + local_time(local.muted_until) + "\n");
    if (local.archived) out.append("archived\n");
    if (local.pinned) out.append("pinned\n");
}

}  // namespace mayfly::cli
