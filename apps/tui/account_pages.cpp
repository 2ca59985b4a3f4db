// Pages of this account: address, link, devices; and the help.
#include "tui/form_page.h"
#include "tui/pages.h"

namespace mayfly::tui {
namespace {

std::string code_text(uint32_t code) {
    const std::string digits = rpc::device_code_text(code);
    return digits.substr(0, 3) + " " + digits.substr(3);
}

std::string label_of(const core::DeviceView& device) {
    return device.name.empty() ? std::string(tr("(no name)")) : device.name;
}

std::string device_text(const core::DeviceView& device) {
    const std::string added = date_text(device.added_at);
    if (device.revoked) return tr("{1}: shut out", label_of(device));
    if (device.is_this) return tr("{1}: this device, since {2}", label_of(device), added);
    return tr("{1}: since {2}", label_of(device), added);
}

std::optional<core::DeviceView> find_device(const Desk& desk, const wire::DeviceId& id) {
    const auto devices = desk.messenger().devices();
    if (!devices.ok()) return std::nullopt;
    for (const core::DeviceView& device : *devices) {
        if (device.device == id) return device;
    }
    return std::nullopt;
}

void ask_revoke(Desk& desk, const core::DeviceView& device) {
    const wire::DeviceId id = device.device;
    desk.ask(tr("Shut out {1} for good? y: yes, any other key: no", label_of(device)), [&desk, id] {
        desk.begin(desk.messenger().revoke_device(id, desk.now(), desk.entropy()),
                   tr("The device is shut out"));
    });
}

void open_device(Desk& desk, const wire::DeviceId& id) {
    desk.open(make_menu(desk, tr("Device"), [&desk, id] {
        Rows rows;
        const auto device = find_device(desk, id);
        if (!device) return rows;
        rows.emplace_back(device_text(*device), Desk::Then(), bold);
        rows.emplace_back(tr("Give it a name"), [&desk, id] {
            Form form;
            form.title = tr("Name of the device");
            form.intro = tr("All your devices show this name; nobody else sees it.");
            form.fields = {tr("Name:")};
            form.done = [&desk, id](const auto& values) {
                return desk.perform(
                    desk.messenger().name_device(id, values[0], desk.now(), desk.entropy()));
            };
            open_form(desk, std::move(form));
        });
        if (!device->is_this && !device->revoked) {
            rows.emplace_back(tr("Shut it out: it was lost, or is not yours any more"),
                              [&desk, device = *device] { ask_revoke(desk, device); });
        }
        return rows;
    }));
}

void open_add_device(Desk& desk) {
    Form form;
    form.title = tr("Add a device");
    form.intro = tr("On the new device: mayfly device link. Type the link that it shows here.");
    form.fields = {tr("Link (mayfly-device:...):")};
    form.done = [&desk](const auto& values) {
        return desk.begin(desk.messenger().add_device(values[0], desk.now(), desk.entropy()));
    };
    open_form(desk, std::move(form));
}

void add_pairing(Desk& desk, const core::PairingView& pairing, Rows& rows) {
    const auto stop = [&desk] {
        desk.perform(desk.messenger().cancel_device(desk.now(), desk.entropy()),
                     tr("Nothing was added"));
    };
    if (!pairing.code) {
        rows.emplace_back(tr("Waiting for the new device ..."), Desk::Then(), bold);
        rows.emplace_back(tr("Stop"), stop);
    } else if (!pairing.confirmed) {
        rows.emplace_back(
            tr("The new device must show this code, too: {1}", code_text(*pairing.code)),
            Desk::Then(), bold);
        rows.emplace_back(tr("It shows the same code: add it"), [&desk] {
            desk.perform(desk.messenger().confirm_device(desk.now(), desk.entropy()));
        });
        rows.emplace_back(tr("It shows another code: stop"), stop);
    } else {
        rows.emplace_back(tr("Confirmed here; now confirm on the new device."), Desk::Then(), bold);
    }
    rows.emplace_back("");
}

Rows device_rows(Desk& desk) {
    Rows rows;
    const auto pairing = desk.messenger().pairing();
    if (pairing) add_pairing(desk, *pairing, rows);
    const auto devices = desk.messenger().devices();
    if (devices.ok()) {
        for (const core::DeviceView& device : *devices) {
            const wire::DeviceId id = device.device;
            rows.emplace_back(
                device_text(device), [&desk, id] { open_device(desk, id); },
                device.revoked ? dim : plain);
        }
    }
    if (!pairing) rows.emplace_back(tr("Add a device"), [&desk] { open_add_device(desk); });
    return rows;
}

Rows account_rows(Desk& desk) {
    Rows rows;
    const auto account = desk.messenger().account();
    if (!account.ok()) return rows;
    if (!account->display_name.empty()) rows.emplace_back(tr("Name: {1}", account->display_name));
    for (const wire::HandleEntry& handle : account->handles) {
        rows.emplace_back(tr("Address: {1}", handle.name + "@" + handle.relay));
    }
    rows.emplace_back(tr("Link: {1}", account->link));
    rows.emplace_back(tr("Your devices"), [&desk] { open_devices(desk); });
    rows.emplace_back(tr("People you blocked"), [&desk] { open_blocked(desk); });
    for (const std::string& relay : account->relays) rows.emplace_back(tr("Relay: {1}", relay));
    rows.emplace_back(tr("Account: {1}", core::text_of(account->account)));
    rows.emplace_back(tr("Others add you by the address, the link or this code:"));
    add_qr(rows, account->link);
    return rows;
}

// add_keys adds the keys of one place, a line for each action.
void add_keys(Where where, Rows& rows) {
    rows.emplace_back(place_name(where), Desk::Then(), bold);
    for (const Keys& keys : keys_of(where)) {
        std::string line = keys.names;
        constexpr int keys_width = 10;
        while (width_of(line) < keys_width) line += ' ';
        line += "  ";
        const size_t indent = line.size();
        rows.emplace_back(line + keys.help);
        rows.back().indent = indent;
    }
}

}  // namespace

void open_help(Desk& desk, Where where) {
    // The same key closes it.
    if (desk.pages().back()->title() == tr("Help")) return desk.back();
    desk.open(make_menu(desk, tr("Help"), [where] {
        Rows rows;
        for (const Where place : places(where)) add_keys(place, rows);
        rows.emplace_back("");
        rows.emplace_back(tr("Signs"), Desk::Then(), bold);
        for (const char* line : {
                 tr("In the list: ? asks, & group, # room, (2) not read, ... has not accepted yet, "
                    "✓ verified, ^ pinned, - muted, x blocked."),
                 tr("Left of a message: * not read, ~ waits for the relay, + has arrived, ✓ was "
                    "read."),
                 tr("Right of a message stands what is left of it; ^ means that it burns after it "
                    "is opened."),
             }) {
            rows.emplace_back(line);
        }
        return rows;
    }));
}

void open_account(Desk& desk) {
    desk.open(make_menu(desk, tr("You"), [&desk] { return account_rows(desk); }));
}

void open_devices(Desk& desk) {
    desk.open(make_menu(desk, tr("Your devices"), [&desk] { return device_rows(desk); }));
}

void open_link(Desk& desk, const std::string& title, const std::string& words,
               const std::string& link) {
    desk.open(make_menu(desk, title, [words, link] {
        Rows rows;
        rows.emplace_back(words);
        rows.emplace_back(link, Desk::Then(), bold);
        add_qr(rows, link);
        return rows;
    }));
}

}  // namespace mayfly::tui
