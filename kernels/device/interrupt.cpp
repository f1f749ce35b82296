// Defines the time at which the run was told to end, which signal handlers set and long loops look at.
#include "crine/interrupt.h"

namespace crine {

std::atomic<std::int64_t> told_to_end{0};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);  // a signal handler may set it

}  // namespace crine
