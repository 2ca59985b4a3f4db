#include "views.h"

#include <time.h>

#include "util/qr_code.h"

namespace mayfly::cli {
namespace {

// The address to pass on: the first handle, or the link.
std::string address_of(const core::AccountView& account) {
    if (account.handles.empty()) return account.link;
    return account.handles[0].name + "@" + account.handles[0].relay;
}

}  // namespace

std::string local_time(Time at) {
    const time_t seconds = static_cast<time_t>(at.ms / 1000);
    tm parts{};
    ::localtime_r(&seconds, &parts);
    char text[32];
    const size_t size = ::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
    return {text, size};
}

std::string short_name(const std::string& handle, const core::AccountId& account) {
    const size_t at = handle.find('@');
    if (at != std::string::npos && at > 0) return handle.substr(0, at);
    return core::text_of(account).substr(0, core::account_prefix_size_min);
}

void labelled_line(OutputText& out, std::string_view label, std::string_view value) {
    constexpr size_t label_width = 14;
    std::string padded(label);
    padded.resize(label_width, ' ');
    out.append(padded);
    append_printable(out, as_bytes(value));
    out.append("\n");
}

std::string size_text(uint64_t size_bytes) {
    constexpr const char* units[] = {"B", "kB", "MB", "GB"};
    size_t unit = 0;
    uint64_t tenths = size_bytes * 10;
    while (tenths >= 10'000 && unit + 1 < std::size(units)) {
        tenths /= 1000;
        ++unit;
    }
    std::string out = std::to_string(tenths / 10);
    if (unit != 0 && tenths < 1000) out += "." + std::to_string(tenths % 10);
    return out + " " + units[unit];
}

std::string span_text(Duration span) {
    struct Unit {
        int64_t ms;
        const char* name;
    };
    constexpr Unit units[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1000, "s"}};
    for (size_t i = 0; i < std::size(units); i++) {
        if (span.ms < units[i].ms) continue;
        std::string out = std::to_string(span.ms / units[i].ms) + " " + units[i].name;
        const int64_t rest = span.ms % units[i].ms;
        if (i + 1 < std::size(units) && rest >= units[i + 1].ms) {
            out += " " + std::to_string(rest / units[i + 1].ms) + " " + units[i + 1].name;
        }
        return out;
    }
    return "less than 1 s";
}

// A person without a terminal's colours sees the code too: light modules are blocks.
void show_qr(OutputText& out, std::string_view text) {
    const auto code = QrCode::encode(as_bytes(text));
    if (code.ok()) out.append(qr_text(*code));
}

const char* alarm_text(core::Alarm alarm) {
    switch (alarm) {
        case core::Alarm::none: return "";
        case core::Alarm::handle_moved:
            return "this handle leads to another account now; ask your contact in person";
        case core::Alarm::record_forked:
            return "somebody showed another account record of theirs; compare safety numbers";
    }
    return "";
}

void show_account(OutputText& out, bool json, const core::AccountView& account,
                  BytesView recovery_kit) {
    if (json) {
        JsonLine object(out, "account");
        object.text("account", core::text_of(account.account))
            .text("device", to_base32(account.device.view()))
            .text("name", account.display_name)
            .text("address", address_of(account))
            .text("link", account.link)
            .texts("relays", account.relays);
        if (!recovery_kit.empty()) object.text("recovery_kit", as_text(recovery_kit));
        return;
    }
    labelled_line(out, "account", core::text_of(account.account));
    if (!account.display_name.empty()) labelled_line(out, "name", account.display_name);
    labelled_line(out, "address", address_of(account));
    labelled_line(out, "link", account.link);
    for (const std::string& relay : account.relays) labelled_line(out, "relay", relay);
    if (!recovery_kit.empty()) labelled_line(out, "recovery kit", as_text(recovery_kit));
}

void show_contact(OutputText& out, bool json, const core::ContactView& contact) {
    const std::string account = core::text_of(contact.account);
    if (json) {
        JsonLine(out, "contact")
            .text("account", account)
            .text("conversation", to_base32(contact.conversation.view()))
            .text("name", contact.display_name)
            .text("handle", contact.handle)
            .boolean("established", contact.established)
            .boolean("verified", contact.verified)
            .boolean("blocked", contact.blocked)
            .text("alarm", core::alarm_name(contact.alarm));
        return;
    }
    append_printable(out, as_bytes(short_name(contact.handle, contact.account)));
    if (!contact.display_name.empty()) {
        out.append(" (");
        append_printable(out, as_bytes(contact.display_name));
        out.append(")");
    }
    if (contact.verified) out.append(", verified");
    if (contact.blocked) out.append(", blocked");
    out.append(contact.established ? "\n" : ", has not accepted yet\n");
    if (contact.alarm != core::Alarm::none) {
        out.append(std::string("    WARNING: ") + alarm_text(contact.alarm) + "\n");
    }
    if (!contact.handle.empty()) labelled_line(out, "    handle", contact.handle);
    labelled_line(out, "    account", account);
}

void show_blocked(OutputText& out, bool json, const core::BlockedView& blocked) {
    const std::string account = core::text_of(blocked.account);
    if (json) {
        JsonLine(out, "blocked")
            .text("account", account)
            .text("name", blocked.display_name)
            .text("handle", blocked.handle)
            .number("since", blocked.since.ms);
        return;
    }
    append_printable(out, as_bytes(short_name(blocked.handle, blocked.account)));
    out.append(", blocked " + local_time(blocked.since) + "\n");
    if (!blocked.handle.empty()) labelled_line(out, "    handle", blocked.handle);
    labelled_line(out, "    account", account);
}

void show_request(OutputText& out, bool json, const core::RequestView& request) {
    const std::string account = core::text_of(request.account);
    if (json) {
        JsonLine(out, "request")
            .text("id", account)
            .text("account", account)
            .text("conversation", to_base32(request.conversation.view()))
            .text("name", request.display_name)
            .text("handle", request.handle)
            .number("received_at", request.received_at.ms)
            .boolean("handle_is_anothers", request.handle_is_anothers);
        return;
    }
    out.append(local_time(request.received_at));
    out.append(" ");
    append_printable(out, as_bytes(short_name(request.handle, request.account)));
    if (!request.display_name.empty()) {
        out.append(" (");
        append_printable(out, as_bytes(request.display_name));
        out.append(")");
    }
    out.append(" wants to write to you\n");
    if (request.handle_is_anothers) {
        out.append("    WARNING: a contact of yours has this handle, and this is somebody else\n");
    }
    if (!request.handle.empty()) labelled_line(out, "    handle", request.handle);
    labelled_line(out, "    id", account);
}

}  // namespace mayfly::cli
