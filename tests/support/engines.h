#pragma once

#include "crine/backend.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ostream>
#include <string>
#include <vector>

/// Every test of a kernel or of physics is written once and runs on each device that is there. With CRINE_REQUIRE_CUDA=1
/// a missing GPU fails instead of vanishing from the list.

namespace crine {

/// How GoogleTest writes a device.
inline void PrintTo(Device const& device, std::ostream* out) {  // NOLINT(readability-identifier-naming)
    *out << (device.kind == Device::Kind::cpu ? "cpu" : "cuda");
}

}  // namespace crine

namespace crine::test {

inline std::vector<Device> devices() {
    Device cpu;
    cpu.kind = Device::Kind::cpu;
    std::vector<Device> found{cpu};
    bool card = false;
    for (auto const& info : available_devices()) card = card || info.engine == "cuda";
    if (card || std::getenv("CRINE_REQUIRE_CUDA") != nullptr) {
        Device cuda;
        cuda.kind = Device::Kind::cuda;
        found.push_back(cuda);
    }
    return found;
}

inline std::string device_name(testing::TestParamInfo<Device> const& info) { return info.param.kind == Device::Kind::cpu ? "cpu" : "cuda"; }

class OnEveryEngine : public testing::TestWithParam<Device> {};

#define CRINE_ON_EVERY_ENGINE(fixture) \
    INSTANTIATE_TEST_SUITE_P(Engine, fixture, testing::ValuesIn(crine::test::devices()), crine::test::device_name)

/// One comparison for reals everywhere: relative with an absolute floor.
inline testing::AssertionResult close(double got, double expected, double relative = 1e-5, double floor = 1e-30) {
    double const error = std::fabs(got - expected), bound = relative * std::fabs(expected) + floor;
    if (error <= bound) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "got " << got << ", expected " << expected << " (error " << error << ", allowed " << bound << ")";
}

}  // namespace crine::test
