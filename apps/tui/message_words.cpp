#include "tui/message_words.h"

#include <algorithm>

#include "core/place.h"

namespace mayfly::tui {
namespace {

struct Words {
    Text& out;

    void operator()(std::monostate) const {}
    void operator()(const core::Screenshot&) const { out += tr("[took a picture of the screen]"); }
    void operator()(const core::ConversationSettings& settings) const {
        out += tr("[changed the settings: {1}]", agreed_text(settings));
    }
    void operator()(const core::Location& place) const {
        const std::string at = core::latitude_text(place) + "," + core::longitude_text(place);
        out += place.accuracy_m == 0 ? tr("[is at {1}]", at)
                                     : tr("[is at {1}, within {2} m]", at, place.accuracy_m);
        if (!place.label.empty()) out += " " + place.label;
    }
    void operator()(const core::ContactCard& card) const {
        out += tr("[contact] {1}; Enter adds it", card.name);
    }
    void operator()(const core::PollView& poll) const {
        out += poll.closed ? tr("[poll, closed] {1}", poll.poll.question)
                           : tr("[poll] {1}", poll.poll.question);
        for (size_t i = 0; i < poll.poll.options.size(); ++i) {
            const auto& own = poll.own_choices;
            const bool is_own = std::find(own.begin(), own.end(), i) != own.end();
            out += "\n" + std::to_string(i + 1) + ". " + poll.poll.options[i] + ": " +
                   std::to_string(poll.counts[i]);
            if (is_own) out += std::string(" ") + tr("(yours)");
        }
    }
};

void add_file(const core::MessageView& message, const Desk& desk, Text& out) {
    const core::FileView& file = *message.file;
    const std::string size = size_text(file.size_bytes);
    if (file.duration_ms == 0) {
        out += tr("[file] {1} ({2})", file.name, size);
    } else {
        out += tr("[voice memo] {1} ({2}, {3})", file.name, size,
                  timer_text(Duration::milliseconds(file.duration_ms)));
    }
    const core::TransferProgress* progress = desk.progress(message.id);
    if (progress == nullptr || progress->size_bytes == 0) return;
    const std::string percent = std::to_string(progress->done_bytes * 100 / progress->size_bytes);
    out += " " + (progress->upload ? tr("{1}% sent", percent) : tr("{1}% fetched", percent));
}

void add_quote(const core::Quote& quote, const Desk& desk, Text& out) {
    out += "> ";
    if (quote.alive) {
        // One line of it is enough to know what is meant.
        const std::string_view text = as_text(quote.text.expose());
        out += desk.name_of(quote.sender) + ": ";
        out += text.substr(0, text.find('\n'));
    } else {
        out += tr("(gone)");
    }
    out += "\n";
}

}  // namespace

bool is_unread(const core::MessageView& message) {
    return !message.outgoing && message.state == core::MessageState::received;
}

bool is_hidden(const core::MessageView& message) {
    return is_unread(message) && message.burn_seconds != 0;
}

Text words_of(const core::MessageView& message, const Desk& desk) {
    Text out;
    if (is_hidden(message)) {
        out += tr("[burns {1} after it is opened; Enter opens it]",
                  timer_text(Duration::seconds(message.burn_seconds)));
        return out;
    }
    if (message.needs_newer) {
        out += tr("[this needs a newer Mayfly]");
        return out;
    }
    if (message.reply_to) add_quote(*message.reply_to, desk, out);
    if (message.file) add_file(message, desk, out);
    out += as_text(message.text.expose());
    std::visit(Words{out}, message.body);
    if (message.edited) out += std::string(" ") + tr("(edited)");
    for (const core::ReactionView& reaction : message.reactions) {
        out += &reaction == &message.reactions.front() ? "\n" : "  ";
        out += reaction.emoji + " " + std::to_string(reaction.by.size());
    }
    return out;
}

Text first_line(const core::MessageView& message) {
    Text out;
    if (message.file) out += message.file->name;
    if (is_hidden(message)) return out;
    const std::string_view text = as_text(message.text.expose());
    out += text.substr(0, text.find('\n'));
    if (out.empty()) std::visit(Words{out}, message.body);
    return out.substr(0, out.find('\n'));
}

const char* state_mark(const core::MessageView& message) {
    if (!message.outgoing) return is_unread(message) ? "*" : " ";
    if (message.state == core::MessageState::queued) return "~";
    bool arrived = false;
    for (const core::ReceiptView& receipt : message.receipts) {
        if (receipt.read_at) return "✓";
        arrived = arrived || receipt.delivered_at;
    }
    return arrived ? "+" : " ";
}

}  // namespace mayfly::tui
