// Defines the time at which a step is given up, which signal handlers set and long loops look at.
#include "crine/interrupt.h"

namespace crine {

std::atomic<std::int64_t> give_up_at{0};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);  // a signal handler may set it

}  // namespace crine
