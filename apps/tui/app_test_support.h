// Ui: an App over one person's messenger in the test network, with keys and a picture.
#pragma once

#include "core/device_test_support.h"
#include "core/file_metadata.h"
#include "tui/layout.h"

namespace mayfly::tui {

class TestPort final : public rpc::AccountPort {
  public:
    explicit TestPort(core::TestClient& client) : client_(client) {}
    core::Messenger* messenger() override { return &client_.messenger(); }
    Status perform(core::Effects effects) override {
        ENSURE(client_.run(std::move(effects)), storage_failed);
        return {};
    }
    Entropy& entropy() override { return client_.entropy(); }

  private:
    core::TestClient& client_;
};

// TestFiles knows the files of a TestClient; folders are what their names say.
class TestFiles final : public Files {
  public:
    explicit TestFiles(core::TestClient& client) : client_(client) {}
    Result<core::FileOffer> offer(const std::string& path, bool voice) override {
        TRY_ASSIGN(const core::FilePort::Source source, client_.files.inspect(path));
        core::FileOffer offer;
        offer.source = path;
        offer.name = path.substr(path.rfind('/') + 1);
        offer.type = "application/octet-stream";
        if (!voice) return offer;
        TRY_ASSIGN(offer.duration_ms,
                   core::opus_duration_ms(client_.files, path, source.size_bytes));
        return offer;
    }
    Result<std::string> target(const std::string& path, const std::string& name) override {
        ENSURE(path.find("nowhere") == std::string::npos, storage_failed);
        return path.ends_with('/') ? path + name : path;
    }
    std::vector<std::string> names_in(const std::string& folder) override {
        std::set<std::string> names;
        for (const auto& [path, content] : client_.files.files) {
            if (!path.starts_with(folder)) continue;
            const std::string rest = path.substr(folder.size());
            names.insert(rest.substr(0, rest.find('/') + 1));
            if (rest.find('/') == std::string::npos) names.insert(rest);
        }
        names.erase("");
        return {names.begin(), names.end()};
    }

  private:
    core::TestClient& client_;
};

namespace keys {
constexpr const char* up = "\x1b[A";
constexpr const char* down = "\x1b[B";
constexpr const char* home = "\x1b[H";
constexpr const char* f1 = "\x1bOP";
constexpr const char* esc = "\x1b";
constexpr const char* enter = "\r";
constexpr const char* attach = "\x06";
}  // namespace keys

class Ui {
  public:
    Ui(core::TestNetwork& network, core::TestClient& client)
        : network_(network), port_(client), files_(client), app(port_, files_) {
        client.on_event = [this](const core::Event& event) { app.on_event(event, network_.now); };
        app.refresh(network_.now);
    }
    // type presses keys as a terminal sends them; false if one of them meant nothing.
    bool type(std::string_view bytes) {
        bool meant = true;
        app.tick(network_.now);
        for (const Key& key : decoder_.feed(bytes)) meant = app.on_key(key, network_.now) && meant;
        for (const Key& key : decoder_.flush()) meant = app.on_key(key, network_.now) && meant;
        network_.settle();
        app.tick(network_.now);
        return meant;
    }
    // choose goes to the line of a page that has the text, and presses Enter.
    void choose(std::string_view text) {
        type(keys::home);
        for (int i = 0; i < 100; i++) {
            const std::string here = line_at_cursor();
            if (here.find(text) != std::string::npos) {
                type(keys::enter);
                return;
            }
            type(keys::down);
        }
        ADD_FAILURE() << "no line with " << text << " in\n" << picture();
    }
    std::string picture(int rows = 24, int columns = 80) {
        app.tick(network_.now);
        Screen screen(rows, columns);
        draw_app(app, screen, network_.now);
        std::string out;
        for (int row = 0; row < rows; row++) out += screen.row_text(row) + "\n";
        return out;
    }
    bool shows(std::string_view text) { return picture().find(text) != std::string::npos; }
    // select goes to an entry of the list.
    void select(const std::string& name) {
        type(keys::home);
        for (size_t i = 0; i < app.talk().entries().size(); i++) {
            if (app.talk().selected()->name == name) return;
            type(keys::down);
        }
        ADD_FAILURE() << "no entry " << name << " in\n" << picture();
    }

  private:
    std::string line_at_cursor() {
        const std::string all = picture();
        for (size_t at = 0; at < all.size();) {
            const size_t end = all.find('\n', at);
            if (all[at] == '>') return all.substr(at, end - at);
            at = end + 1;
        }
        return "";
    }

    core::TestNetwork& network_;
    TestPort port_;
    TestFiles files_;
    KeyDecoder decoder_;

  public:
    App app;
};

}  // namespace mayfly::tui
