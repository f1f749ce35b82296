#include "host/interrupt.h"

#include <csignal>

namespace crine {
namespace {

volatile std::sig_atomic_t g_interrupted = 0;

void remember(int) {
    g_interrupted = 1;
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
    g_interrupted = 0;
    std::signal(SIGINT, remember);
    std::signal(SIGTERM, remember);
}

bool interrupted() { return g_interrupted != 0; }

}  // namespace crine
