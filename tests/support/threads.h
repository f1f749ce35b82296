#pragma once

#include "crine/backend.h"

#include <gtest/gtest.h>

/// What a run tells is the same to the last bit however many threads it has.

namespace crine::test {

/// What `run(device)` tells with one thread, after expecting it to tell the same with more.
template <class Run>
auto same_on_any_number_of_threads(Device device, Run const& run) {
    device.threads = 1;
    auto const once = run(device);
    for (int threads : {2, 3, 4, 5, 6, 7}) {
        device.threads = threads;
        EXPECT_EQ(run(device), once) << threads << " threads";
    }
    return once;
}

}  // namespace crine::test
