// How far a run is, shown on stderr.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace crine {

/// Tells whoever waits how far a run is, on stderr: a bar on a terminal, now and then a line where output goes to a
/// file, nothing if it is to be quiet.
class Progress {
public:
    enum class Style { quiet, lines, bar };

    /// The style that suits stderr.
    static Style style_for_stderr();

    Progress(Style style, double begin, double end) : style_(style), begin_(begin), end_(end) {}

    /// After every step. Looks at the state only when it has something to show.
    void show(double time, std::function<std::size_t()> const& cells);
    /// Leaves the cursor on a line of its own.
    void finish();

private:
    using Clock = std::chrono::steady_clock;

    std::string text(double time, std::size_t cells) const;
    double wall(Clock::time_point since) const { return std::chrono::duration<double>(Clock::now() - since).count(); }

    Style style_;
    double begin_, end_;  ///< [s]
    Clock::time_point start_ = Clock::now(), last_shown_ = start_;
    double next_tenth_ = 0.1;
    bool bar_drawn_ = false;
};

}  // namespace crine
