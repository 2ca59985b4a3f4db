// mayfly without a verb: the terminal UI of apps/tui over a session and a terminal.
#include <unistd.h>

#include "i18n/tr.h"
#include "terminal.h"
#include "tui/layout.h"
#include "tui_files.h"
#include "verbs.h"

namespace mayfly::cli {
namespace {

// Without keys for so long, what is on the screen is nobody's business (--timeout).
constexpr Duration lock_after_default = Duration::minutes(10);
// An ESC that nothing follows for so long is the key and not the beginning of another.
constexpr Duration escape_delay = Duration::milliseconds(50);
// Timers of messages count down in seconds.
constexpr Duration redraw_interval = Duration::milliseconds(500);

class SessionPort final : public rpc::AccountPort {
  public:
    explicit SessionPort(Session& session) : session_(session) {}
    core::Messenger* messenger() override {
        return session_.is_open() ? &session_.messenger() : nullptr;
    }
    Status perform(core::Effects effects) override { return session_.perform(std::move(effects)); }
    Entropy& entropy() override { return session_.entropy(); }

  private:
    Session& session_;
};

class Ui {
  public:
    Ui(Context& context, Session& session)
        : context_(context),
          session_(session),
          port_(session),
          files_(session.files()),
          app_(port_, files_) {}

    enum class Ended : uint8_t { quit, locked, hung_up };
    Result<Ended> run() {
        session_.on_event(
            [this](const core::Event& event) { app_.on_event(event, wall_clock_now()); });
        TRY(session_.go_online());
        TRY_ASSIGN(const Terminal terminal, Terminal::open());
        app_.refresh(wall_clock_now());
        last_key_ = monotonic_now();
        const Duration lock_after = context_.command.timeout.value_or(lock_after_default);
        while (!context_.interrupt.pending()) {
            if (!take_keys(terminal)) return Ended::hung_up;
            if (app_.wish() == tui::Wish::quit) return Ended::quit;
            const bool idle = monotonic_now() - last_key_ >= lock_after;
            if (app_.wish() == tui::Wish::lock || idle) return Ended::locked;
            TRY(session_.work());
            TRY(lend());
            app_.tick(wall_clock_now());
            if (!session_.is_open()) return MAYFLY_ERROR(storage_failed);
            draw(terminal);
            wait();
        }
        return Ended::hung_up;
    }

  private:
    bool take_keys(const Terminal& terminal) {
        rpc::WipedString typed;
        if (!terminal.read(typed)) return false;
        std::vector<tui::Key> keys;
        if (!typed.empty()) {
            last_key_ = monotonic_now();
            keys = decoder_.feed(rpc::view_of(typed));
        } else if (decoder_.waits() && monotonic_now() - last_key_ >= escape_delay) {
            keys = decoder_.flush();
        }
        for (const tui::Key& key : keys) app_.on_key(key, wall_clock_now());
        return true;
    }

    // lend lets another process use the home, and goes on when it is done.
    Status lend() {
        if (!session_.someone_waits()) return {};
        session_.close();
        TRY(session_.open(std::nullopt));
        TRY(session_.go_online());
        app_.refresh(wall_clock_now());
        return {};
    }

    void draw(const Terminal& terminal) {
        const Terminal::Size size = terminal.size();
        if (size.rows != screen_.rows() || size.columns != screen_.columns()) {
            screen_.resize(size.rows, size.columns);
        }
        tui::draw_app(app_, screen_, wall_clock_now());
        rpc::WipedString bytes;
        screen_.draw(bytes);
        terminal.write(bytes);
    }

    void wait() const {
        std::vector<pollfd> fds{{context_.interrupt.fd(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        Duration wait = decoder_.waits() ? escape_delay : hand_over_check;
        wait = std::min(wait, redraw_interval);
        session_.wait_on(fds, wait);
        (void)::poll(fds.data(), fds.size(), static_cast<int>(wait.ms));
    }

    Context& context_;
    Session& session_;
    SessionPort port_;
    TuiFiles files_;
    tui::App app_;
    tui::Screen screen_{24, 80};
    tui::KeyDecoder decoder_;
    Time last_key_;
};

// The home has no passphrase to ask for: a key will do.
void wait_for_enter() {
    const std::string_view prompt = tr("mayfly is locked; Enter goes on ");
    (void)!::write(STDERR_FILENO, prompt.data(), prompt.size());
    char c = 0;
    while (::read(STDIN_FILENO, &c, 1) == 1 && c != '\n') {
    }
}

// When it returns the keys to the home are gone from memory.
Result<Ui::Ended> run_once(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    Ui ui(context, *session);
    auto ended = ui.run();
    session->on_event({});
    return ended;
}

}  // namespace

Outcome run_tui(Context& context) {
    TRY_ASSIGN(const store::Protection protection, store::store_protection(context.home));
    auto follow_lock = store::FollowLock::acquire(context.home);
    if (!follow_lock.ok() && follow_lock.code() == ErrorCode::store_locked) {
        return Failure{ErrorCode::store_locked, tr("a daemon or receive --follow is running"), ""};
    }
    TRY(follow_lock);
    while (true) {
        Result<Ui::Ended> ended = run_once(context);
        if (!ended.ok() && ended.code() == ErrorCode::invalid_argument) {
            return Failure{ErrorCode::invalid_argument, tr("the terminal UI wants a terminal"),
                           tr("mayfly --help lists the verbs")};
        }
        TRY(ended);
        if (ended.value() != Ui::Ended::locked) return {};
        const bool asks =
            protection == store::Protection::passphrase && context.command.passphrase_file.empty();
        if (!asks) wait_for_enter();
        if (context.interrupt.pending()) return {};
    }
}

}  // namespace mayfly::cli
