// Handlers that remember which signal has told the run to end, and say until when a step may take.
#include "host/run/interrupt.h"

#include "crine/interrupt.h"

#include <atomic>
#include <csignal>
#include <limits>

namespace crine {
namespace {

/// How long a step may go on after a signal [ns]: somebody who presses Ctrl-C waits; a batch system kills after half a minute or so; and
/// SIGUSR1 comes in time.
struct Ending {
    int signal;
    std::int64_t patience;
};
constexpr std::int64_t kSecond = 1'000'000'000, kForever = std::numeric_limits<std::int64_t>::max();
constexpr Ending kEndings[] = {
    {SIGINT, kSecond / 2}, {SIGTERM, 10 * kSecond}, {SIGHUP, 10 * kSecond}, {SIGXCPU, 10 * kSecond}, {SIGUSR1, kForever},
};

/// Who ends a whole group of processes may tell one of them twice, at once: no second signal.
constexpr std::int64_t kTwice = kSecond / 20;

std::atomic<int> g_signal{0};
std::atomic<std::int64_t> g_came{0};
static_assert(std::atomic<int>::is_always_lock_free);  // a signal handler sets it

void set(int signal, void (*handler)(int)) {
    struct sigaction now {};
    if (signal == SIGHUP && sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) return;  // nohup
    struct sigaction then {};
    then.sa_handler = handler, then.sa_flags = SA_RESTART;
    sigemptyset(&then.sa_mask);
    sigaction(signal, &then, nullptr);
}

void remember(int signal) {
    if (g_signal == 0) {
        g_signal = signal, g_came = steady_now();
        for (auto const& [one, patience] : kEndings)
            if (one == signal && patience != kForever) give_up_at = steady_now() + patience;
    } else if (g_signal != signal || steady_now() - g_came > kTwice) {
        set(signal, SIG_DFL);
        raise(signal);
    }
}

}  // namespace

void catch_time_limit() { set(SIGUSR1, remember); }

void catch_interrupts() {
    for (Ending const& ending : kEndings) set(ending.signal, remember);
    for (int const signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
}

int interrupted() { return g_signal; }

}  // namespace crine
