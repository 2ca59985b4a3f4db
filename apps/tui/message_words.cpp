#include "tui/message_words.h"

#include "core/place.h"

namespace mayfly::tui {
namespace {

struct Words {
    Text& out;

    void operator()(std::monostate) const {}
    void operator()(const core::Screenshot&) const { out += "[took a picture of the screen]"; }
    void operator()(const core::ConversationSettings&) const { out += "[changed the settings]"; }
    void operator()(const core::Location& place) const {
        out += "[is at " + core::latitude_text(place) + "," + core::longitude_text(place) + "] ";
        out += place.label;
    }
    void operator()(const core::ContactCard& card) const {
        out += "[contact] ";
        out += card.name;
        out += "\n";
        out += card.link;
    }
    void operator()(const core::PollView& poll) const {
        out += poll.closed ? "[poll, closed] " : "[poll] ";
        out += poll.poll.question;
        for (size_t i = 0; i < poll.poll.options.size(); ++i) {
            out += "\n" + std::to_string(i + 1) + ". ";
            out += poll.poll.options[i];
            out += ": " + std::to_string(poll.counts[i]);
        }
    }
};

void add_quote(const core::Quote& quote, Text& out) {
    out += "> ";
    if (quote.alive) {
        // One line of it is enough to know what is meant.
        const std::string_view text = as_text(quote.text.expose());
        out += text.substr(0, text.find('\n'));
    } else {
        out += "(gone)";
    }
    out += "\n";
}

}  // namespace

Text words_of(const core::MessageView& message) {
    Text out;
    if (message.reply_to) add_quote(*message.reply_to, out);
    if (message.file) {
        out += message.file->duration_ms == 0 ? "[file] " : "[voice memo] ";
        out += message.file->name;
    }
    out += as_text(message.text.expose());
    std::visit(Words{out}, message.body);
    if (message.edited) out += " (edited)";
    for (const core::ReactionView& reaction : message.reactions) {
        out += &reaction == &message.reactions.front() ? "\n" : "  ";
        out += reaction.emoji + " " + std::to_string(reaction.by.size());
    }
    return out;
}

}  // namespace mayfly::tui
