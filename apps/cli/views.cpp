#include "views.h"

#include <time.h>

#include <algorithm>
#include <span>

#include "i18n/tr.h"
#include "util/qr_code.h"

namespace mayfly::cli {
namespace {

// What stands in front of values; the longest in a language decides where its values begin.
constexpr const char* labels[] = {MAYFLY_N("account"), MAYFLY_N("name"),  MAYFLY_N("address"),
                                  MAYFLY_N("link"),    MAYFLY_N("relay"), MAYFLY_N("recovery kit"),
                                  MAYFLY_N("code")};
constexpr const char* detail_labels[] = {
    MAYFLY_N("handle"), MAYFLY_N("account"), MAYFLY_N("id"),      MAYFLY_N("relay"),
    MAYFLY_N("topic"),  MAYFLY_N("lives"),   MAYFLY_N("burns"),   MAYFLY_N("writers"),
    MAYFLY_N("avatar"), MAYFLY_N("typing"),  MAYFLY_N("receipts")};
constexpr size_t label_gap = 2;

// Columns: labels are made of letters that take one.
size_t width_of(std::string_view text) {
    size_t out = 0;
    for (const BytesView bytes = as_bytes(text); const uint8_t byte : bytes) {
        if ((byte & 0xc0) != 0x80) ++out;
    }
    return out;
}
size_t widest(std::span<const char* const> texts) {
    size_t out = 0;
    for (const char* text : texts) out = std::max(out, width_of(tr(text)));
    return out;
}
void padded_line(OutputText& out, std::string_view label, size_t width, std::string_view value) {
    out.append(label);
    out.append(std::string(width - std::min(width - 1, width_of(label)), ' '));
    append_printable(out, as_bytes(value));
    out.append("\n");
}

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
    static const size_t width = widest(labels) + label_gap;
    padded_line(out, label, width, value);
}
void detail_line(OutputText& out, std::string_view label, std::string_view value) {
    static const size_t width = widest(detail_labels) + label_gap;
    out.append("    ");
    padded_line(out, label, width, value);
}

void append_item(OutputText& out, bool is_so, std::string_view item) {
    if (!is_so) return;
    out.append(", ");
    out.append(item);
}

std::string person_text(const std::string& handle, const core::AccountId& account,
                        const std::string& display_name) {
    const std::string name = short_name(handle, account);
    return display_name.empty() ? name : name + " (" + display_name + ")";
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
    if (unit != 0 && tenths < 1000) {
        out += trc("decimal mark", ".") + std::to_string(tenths % 10);
    }
    return out + " " + units[unit];
}

std::string span_text(Duration span) {
    struct Unit {
        int64_t ms;
        const char* text;
    };
    constexpr Unit units[] = {{86'400'000, MAYFLY_N("{1} d")},
                              {3'600'000, MAYFLY_N("{1} h")},
                              {60'000, MAYFLY_N("{1} min")},
                              {1000, MAYFLY_N("{1} s")}};
    for (size_t i = 0; i < std::size(units); i++) {
        if (span.ms < units[i].ms) continue;
        std::string out = tr(units[i].text, span.ms / units[i].ms);
        const int64_t rest = span.ms % units[i].ms;
        if (i + 1 < std::size(units) && rest >= units[i + 1].ms) {
            out += " " + tr(units[i + 1].text, rest / units[i + 1].ms);
        }
        return out;
    }
    return tr("less than 1 s");
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
            return tr("this handle leads to another account now; ask your contact in person");
        case core::Alarm::record_forked:
            return tr("somebody showed another account record of theirs; compare safety numbers");
        case core::Alarm::rules_broken:
            return tr("a device of theirs broke the rules of your conversation; it was begun anew");
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
    labelled_line(out, tr("account"), core::text_of(account.account));
    if (!account.display_name.empty()) labelled_line(out, tr("name"), account.display_name);
    labelled_line(out, tr("address"), address_of(account));
    labelled_line(out, tr("link"), account.link);
    for (const std::string& relay : account.relays) labelled_line(out, tr("relay"), relay);
    if (!recovery_kit.empty()) labelled_line(out, tr("recovery kit"), as_text(recovery_kit));
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
    append_printable(out,
                     as_bytes(person_text(contact.handle, contact.account, contact.display_name)));
    append_item(out, contact.verified, tr("verified"));
    append_item(out, contact.blocked, tr("blocked"));
    append_item(out, !contact.established, tr("has not accepted yet"));
    out.append("\n");
    if (contact.alarm != core::Alarm::none) {
        out.append("    " + tr("WARNING: {1}", alarm_text(contact.alarm)) + "\n");
    }
    if (!contact.handle.empty()) detail_line(out, tr("handle"), contact.handle);
    detail_line(out, tr("account"), account);
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
    out.append(", " + tr("blocked {1}", local_time(blocked.since)) + "\n");
    if (!blocked.handle.empty()) detail_line(out, tr("handle"), blocked.handle);
    detail_line(out, tr("account"), account);
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
    append_filled(out, tr("{1} {2} wants to write to you"),
                  {local_time(request.received_at),
                   person_text(request.handle, request.account, request.display_name)});
    out.append("\n");
    if (request.handle_is_anothers) {
        const char* why = tr("a contact of yours has this handle, and this is somebody else");
        out.append("    " + tr("WARNING: {1}", why) + "\n");
    }
    if (!request.handle.empty()) detail_line(out, tr("handle"), request.handle);
    detail_line(out, tr("id"), account);
}

}  // namespace mayfly::cli
