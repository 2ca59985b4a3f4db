// A message as it is shown: its text or other body, then lines of what belongs to it.
#include "core/place.h"
#include "i18n/tr.h"
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
    const auto lifetime = Duration::milliseconds(signed_of(settings.expiration_ms));
    std::string out = tr("messages live {1}", span_text(lifetime));
    if (settings.burn_seconds != 0) {
        const std::string span = span_text(Duration::seconds(settings.burn_seconds));
        out += ", " + tr("burn {1} after they are opened", span);
    }
    out += std::string(", ") + (settings.receipts ? tr("receipts on") : tr("receipts off"));
    out += std::string(", ") + (settings.typing ? tr("typing on") : tr("typing off"));
    return out;
}

class PlainBody {
  public:
    explicit PlainBody(OutputText& out) : out_(out) {}
    void operator()(std::monostate) {}
    void operator()(const core::Screenshot&) { out_.append(tr("took a picture of the screen")); }
    void operator()(const core::Location& place) {
        out_.append(
            tr("is at {1}", core::latitude_text(place) + "," + core::longitude_text(place)));
        if (place.accuracy_m != 0) {
            out_.append(" (" + tr("within {1} m", place.accuracy_m) + ")");
        }
        if (place.label.empty()) return;
        out_.append(": ");
        append_printable(out_, as_bytes(place.label));
    }
    void operator()(const core::PollView& poll) {
        append_filled(out_, tr("asks: {1}"), {poll.poll.question});
        if (poll.poll.multiple) out_.append(std::string(" (") + tr("more than one") + ")");
        if (poll.closed) out_.append(std::string(" (") + tr("closed") + ")");
        for (size_t i = 0; i < poll.poll.options.size(); ++i) {
            out_.append("\n    " + std::to_string(i + 1) + ". ");
            append_printable(out_, as_bytes(poll.poll.options[i]));
            const auto own = std::find(poll.own_choices.begin(), poll.own_choices.end(), i);
            out_.append(": " + std::to_string(poll.counts[i]));
            append_item(out_, own != poll.own_choices.end(), tr("yours"));
        }
    }
    void operator()(const core::ContactCard& card) {
        append_filled(out_, tr("contact {1}"), {card.name});
        out_.append("\n    ");
        append_filled(out_, tr("add with: {1}"), {"mayfly contact add " + card.link});
    }
    void operator()(const core::ConversationSettings& settings) {
        out_.append(tr("set: {1}", agreed_text(settings)));
    }

  private:
    OutputText& out_;
};

void show_file(OutputText& out, const core::FileView& file) {
    const std::string size = size_text(file.size_bytes);
    if (file.duration_ms == 0) {
        return append_filled(out, tr("file {1} ({2})"), {file.name, size});
    }
    append_filled(out, tr("voice memo {1} ({2}, {3})"),
                  {file.name, size, span_text(Duration::milliseconds(file.duration_ms))});
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
        out.append("\n    ");
        append_filled(out, is_read ? tr("read by {1} {2}") : tr("reached {1} {2}"),
                      {messenger.name_of(receipt.account), local_time(at)});
    }
}

void show_quote(OutputText& out, const core::Messenger& messenger, const core::Quote& quote) {
    out.append("\n    > ");
    if (!quote.alive) {
        out.append(tr("(gone)"));
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
    const std::string sender = message.outgoing ? tr("you") : messenger.name_of(message.sender);
    append_printable(out, as_bytes(sender));
    if (message.verified) out.append(std::string(" (") + tr("verified") + ")");
    out.append(": ");
    if (message.needs_newer) {
        out.append(tr("(needs a newer Mayfly)"));
    } else if (message.file) {
        show_file(out, *message.file);
    } else if (message.type == core::ContentType::text) {
        append_text(out, message.text.expose(), is_styled());
    } else {
        std::visit(PlainBody(out), message.body);
    }
    if (message.edited) out.append(std::string(" (") + tr("edited") + ")");
    if (message.reply_to) show_quote(out, messenger, *message.reply_to);
    out.append("\n    " + tr("id {1}, expires in {2}", core::text_of(message.id),
                             span_text(message.expires_at - now)));
    const bool burns = message.burn_seconds != 0 && message.state != core::MessageState::opened;
    append_item(
        out, burns,
        tr("burns {1} after it is opened", span_text(Duration::seconds(message.burn_seconds))));
    append_item(out, message.state == core::MessageState::queued, tr("waits for the relay"));
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
    const std::string group = group_title(messenger, typing.conversation);
    append_filled(out, group.empty() ? tr("{1} is typing") : tr("{1} is typing in {2}"),
                  {messenger.name_of(typing.account), group});
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
    if (local.muted_until > now) {
        out.append(tr("muted until {1}", local_time(local.muted_until)) + "\n");
    }
    if (local.archived) out.append(std::string(tr("archived")) + "\n");
    if (local.pinned) out.append(std::string(tr("pinned")) + "\n");
}

}  // namespace mayfly::cli
