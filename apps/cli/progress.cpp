#include "progress.h"

#include <unistd.h>

#include "i18n/tr.h"
#include "output.h"
#include "views.h"

namespace mayfly::cli {
namespace {

constexpr Duration redraw_interval = Duration::milliseconds(100);
constexpr size_t bar_width = 30;

}  // namespace

ProgressBar::ProgressBar(bool wanted) : wanted_(wanted && ::isatty(STDERR_FILENO) == 1) {}

void ProgressBar::show(const core::TransferProgress& progress) {
    if (!wanted_) return;
    const Time now = monotonic_now();
    if (!shown_ || progress.id != id_) {
        id_ = progress.id;
        began_at_ = now;
        began_bytes_ = progress.done_bytes;
    } else if (now - shown_at_ < redraw_interval && progress.done_bytes < progress.size_bytes) {
        return;
    }
    shown_ = true;
    shown_at_ = now;
    const uint64_t size = std::max<uint64_t>(progress.size_bytes, 1);
    const uint64_t done = std::min(progress.done_bytes, size);
    const auto filled = static_cast<size_t>(done * bar_width / size);
    OutputText line;
    const std::string bar = std::string(filled, '#') + std::string(bar_width - filled, '.');
    const char* pattern = progress.upload ? MAYFLY_N("sending   [{1}] {2} %  {3} of {4}")
                                          : MAYFLY_N("fetching  [{1}] {2} %  {3} of {4}");
    line.append("\r" + tr(pattern, bar, done * 100 / size, size_text(done),
                          size_text(progress.size_bytes)));
    const int64_t elapsed_ms = (now - began_at_).ms;
    if (elapsed_ms > 0 && done > began_bytes_) {
        const uint64_t rate = (done - began_bytes_) * 1000 / static_cast<uint64_t>(elapsed_ms);
        line.append("  " + tr("{1}/s", size_text(rate)));
    }
    line.append("\x1b[K");
    (void)line.write_to(STDERR_FILENO);
}

void ProgressBar::end() {
    if (!std::exchange(shown_, false)) return;
    OutputText line;
    line.append("\r\x1b[K");
    (void)line.write_to(STDERR_FILENO);
}

}  // namespace mayfly::cli
