// Desk: what the pages share. The account and what was asked of it, what is said to the person, and
// the pages themselves.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>

#include "rpc/schema.h"
#include "tui/files.h"
#include "tui/page.h"
#include "tui/words.h"

namespace mayfly::tui {

// Long enough to be read, short enough not to hide the keys for long.
constexpr Duration notice_duration = Duration::seconds(8);

enum class Wish : uint8_t { none, quit, lock };

class Desk {
  public:
    using Then = std::function<void()>;

    Desk(rpc::AccountPort& port, Files& files) : port_(port), files_(files) {}

    // --- the account. Pages are called only while it is open; after perform or begin gave false it
    // may be closed.
    bool is_open() const { return port_.messenger() != nullptr; }
    core::Messenger& messenger() const { return *port_.messenger(); }
    Entropy& entropy() const { return port_.entropy(); }
    Files& files() const { return files_; }
    Time now() const { return now_; }
    void set_now(Time now) { now_ = now; }
    std::string name_of(const core::AccountId& account) const;
    std::optional<core::ContactView> contact(const core::AccountId& account) const;
    std::optional<core::ConversationView> conversation(const core::ConversationId& id) const;

    // --- acting. What was refused is said to the person.
    // begin performs what an operation starts with. When it has ended well `done` is said, and
    // `then` is done.
    template <class Started>
    bool begin(Result<Started> started, std::string done = {}, Then then = {}) {
        if (!started.ok()) return refuse(started.code());
        return carry_out(started->operation, std::move(started->effects), std::move(done),
                         std::move(then));
    }
    bool perform(Result<core::Effects> effects, std::string done = {});
    // perform_quietly says nothing, and what is shown stays as it is.
    bool perform_quietly(Result<core::Effects> effects) {
        return effects.ok() && port_.perform(std::move(*effects)).ok();
    }
    bool refuse(ErrorCode code);
    void say(std::string text);
    // ask does `yes` if the person answers y.
    void ask(std::string question, Then yes);
    void wish(Wish wish) { wish_ = wish; }
    // touch: all is to be read anew.
    void touch() { stale_ = true; }

    // --- pages. What goes back lives until the key that did it has been dealt with.
    void open(std::unique_ptr<Page> page) { pages_.push_back(std::move(page)); }
    void back();
    void back_to_first();
    void close(const Page* page);  // wherever it lies

    // --- for the app
    const std::vector<std::unique_ptr<Page>>& pages() const { return pages_; }
    void note(const core::Event& event);
    // settle is called when a key or an event has been dealt with.
    void settle();
    bool take_stale() { return std::exchange(stale_, false); }
    void answer(bool yes);
    Wish wish() const { return wish_; }
    bool online() const { return !up_.empty(); }
    const std::string& notice() const { return notice_; }
    const std::string& question() const { return question_; }
    // progress of a file that is on its way.
    const core::TransferProgress* progress(const core::MessageId& id) const;

  private:
    struct UnderWay {
        std::string done;
        Then then;
    };
    bool carry_out(core::OperationId operation, core::Effects effects, std::string done, Then then);
    void note_end(const core::OperationEnded& ended);
    void note_change(const core::ConversationChanged& change);

    rpc::AccountPort& port_;
    Files& files_;
    Time now_;
    std::vector<std::unique_ptr<Page>> pages_;
    std::vector<std::unique_ptr<Page>> left_;
    std::map<core::OperationId, UnderWay> under_way_;
    std::vector<Then> due_;  // what operations that ended left to do
    std::map<core::MessageId, core::TransferProgress> progress_;
    std::set<std::string> up_;
    std::string notice_;
    Time notice_until_;
    std::string question_;
    Then yes_;
    bool stale_ = false;
    Wish wish_ = Wish::none;
};

}  // namespace mayfly::tui
