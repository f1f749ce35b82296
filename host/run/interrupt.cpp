// Handlers that note when a signal has told the run to end.
#include "host/run/interrupt.h"

#include "crine/interrupt.h"

#include <csignal>

namespace crine {
namespace {

constexpr int kEndings[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};

void set(int signal, void (*handler)(int)) {
    struct sigaction now {};
    if (signal == SIGHUP && sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) return;  // nohup
    struct sigaction then {};
    then.sa_handler = handler, then.sa_flags = SA_RESTART;
    sigemptyset(&then.sa_mask);
    sigaction(signal, &then, nullptr);
}

void remember(int) {
    told_to_end = steady_now();
    for (int const signal : kEndings) set(signal, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
    told_to_end = 0;
    for (int const signal : kEndings) set(signal, remember);
    for (int const signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
}

bool interrupted() { return told_to_end != 0; }

}  // namespace crine
