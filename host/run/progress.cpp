// Draws a bar, or prints lines, with the speed of the run and the time that is left.
#include "host/run/progress.h"

#include "host/text/format.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <unistd.h>

namespace crine {
namespace {

constexpr double kBarInterval = 0.2;  ///< wall time between two drawings of the bar [s]
constexpr double kLineInterval = 30;  ///< longest wall time between two lines [s]
constexpr double kLinePause = 1;      ///< shortest [s]
constexpr int kBarWidth = 24;

std::string bar(double fraction) {
    int const full = static_cast<int>(std::lround(fraction * kBarWidth));
    std::string text;
    for (int i = 0; i < kBarWidth; ++i) text += i < full ? "█" : "░";
    return text;
}

}  // namespace

Progress::Style Progress::style_for_stderr() { return ::isatty(STDERR_FILENO) != 0 ? Style::bar : Style::lines; }

std::string Progress::text(double time, std::size_t cells) const {
    double const elapsed = std::max(wall(start_), 1e-9);
    double const speed = (time - begin_) / elapsed;
    std::string text = duration(time) + " of " + duration(end_) + "  " + counted(cells, "cell");
    if (speed > 0) text += "  " + duration(speed * 60) + "/min  ETA " + wall_time((end_ - time) / speed);
    return text;
}

void Progress::show(double time, std::function<std::size_t()> const& cells) {
    if (style_ == Style::quiet) return;
    double const fraction = end_ > 0 ? std::min(time / end_, 1.0) : 1, since = wall(last_shown_);
    bool const tenth = fraction >= next_tenth_;
    bool const due = style_ == Style::bar ? since > kBarInterval : since > kLineInterval || (tenth && since > kLinePause);
    if (!due) return;
    while (next_tenth_ <= fraction) next_tenth_ += 0.1;
    last_shown_ = Clock::now();
    int const percent = static_cast<int>(100 * fraction);
    if (style_ == Style::bar) {
        std::fprintf(stderr, "\r%s %3d %%  %s\033[K", bar(fraction).c_str(), percent, text(time, cells()).c_str());
        bar_drawn_ = true;
    } else {
        std::fprintf(stderr, "%3d %%  %s\n", percent, text(time, cells()).c_str());
    }
    std::fflush(stderr);
}

void Progress::finish() {
    if (bar_drawn_) std::fputs("\r\033[K", stderr);
    bar_drawn_ = false;
}

}  // namespace crine
