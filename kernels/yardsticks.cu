// Measures the memory bandwidth of a plain copy, with which benchmarks are compared.
#include "kernels/engine.h"

#include <algorithm>
#include <chrono>

namespace crine {
inline namespace CRINE_NS {
namespace {

/// As much as one instruction can move.
struct alignas(16) Quad {
    std::uint32_t words[4];
};

struct CopyBody {
    Quad const* from;
    Quad* to;
    CRINE_HD void operator()(std::size_t i) const { to[i] = from[i]; }
};

}  // namespace

double Engine::copy_bandwidth(std::size_t size) {
    constexpr int kRepeats = 7;
    std::size_t const n = size / sizeof(Quad);
    Buffer<Quad> from(n), to(n);
    std::vector<double> seconds;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
        wait_for_device();
        auto const start = std::chrono::steady_clock::now();
        for_each_index(n, CopyBody{from.data(), to.data()}, sizeof(Quad) / sizeof(Real));
        wait_for_device();
        seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::nth_element(seconds.begin(), seconds.begin() + kRepeats / 2, seconds.end());
    return 2.0 * static_cast<double>(n * sizeof(Quad)) / seconds[kRepeats / 2];
}

}  // namespace CRINE_NS
}  // namespace crine
