#pragma once

#include "crine/portable.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>

namespace crine {

/// When a step that is not over by then is to be given up, by the steady clock [ns]; 0: never. Set by a signal handler.
extern std::atomic<std::int64_t> give_up_at;

/// Thrown where a step was given up: the engine's state is then no longer that of any time.
struct GivenUp : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline namespace CRINE_NS {

/// By the steady clock [ns].
inline std::int64_t steady_now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Whether the step is to be given up. Asked by loops of which nobody knows how long they take, within a body too; a GPU's never ask.
CRINE_HD inline bool out_of_time() {
#ifdef __CUDA_ARCH__
    return false;
#else
    std::int64_t const at = give_up_at.load(std::memory_order_relaxed);
    return at != 0 && steady_now() > at;
#endif
}

/// The same for loops on the host.
inline void end_if_out_of_time() {
    if (out_of_time()) throw GivenUp("interrupted within a step");
}

}  // namespace CRINE_NS
}  // namespace crine
