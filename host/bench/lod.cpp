// The LOD scheme on all cores: Thomas' algorithm on several lines at a time, in vector instructions.
#include "host/bench/lod.h"

#include "crine/threads.h"

#include <algorithm>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define CRINE_BEST_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CRINE_BEST_VECTORS
#endif

namespace crine::bench {
namespace {

constexpr std::size_t kLanes = 16;  // lines along x that are solved together

/// Thomas' algorithm on `width` lines side by side, each of n values `stride` apart.
CRINE_BEST_VECTORS void solve_lines(float* first, std::size_t n, std::size_t stride, std::size_t width, float coupling, float const* scale,
                                    float const* carry) {
    for (std::size_t l = 0; l < width; ++l) first[l] *= scale[0];
    for (std::size_t i = 1; i < n; ++i) {
        float* __restrict__ const here = first + i * stride;
        float const* __restrict__ const before = here - stride;
        for (std::size_t l = 0; l < width; ++l) here[l] = (here[l] + coupling * before[l]) * scale[i];
    }
    for (std::size_t i = n - 1; i-- > 0;) {
        float* __restrict__ const here = first + i * stride;
        float const* __restrict__ const after = here + stride;
        for (std::size_t l = 0; l < width; ++l) here[l] += carry[i] * after[l];
    }
}

}  // namespace

Lod::Lod(int edge, double spacing, double diffusivity, double decay, double dt)
    : edge_(edge), coupling_(static_cast<float>(diffusivity * dt / (spacing * spacing))), scale_(edge), carry_(edge) {
    double const a = diffusivity * dt / (spacing * spacing);
    double carry = 0;
    for (int i = 0; i < edge; ++i) {
        int const neighbours = (i > 0) + (i + 1 < edge);
        double const pivot = 1 + decay * dt / 3 + neighbours * a - a * carry;  // each axis takes a third of the decay
        carry = a / pivot;
        scale_[static_cast<std::size_t>(i)] = static_cast<float>(1 / pivot);
        carry_[static_cast<std::size_t>(i)] = static_cast<float>(carry);
    }
}

void Lod::step(std::vector<float>& field) const {
    std::size_t const n = static_cast<std::size_t>(edge_), plane = n * n;
    float* const c = field.data();
    auto const solve = [&](float* first, std::size_t stride, std::size_t width) {
        solve_lines(first, n, stride, width, coupling_, scale_.data(), carry_.data());
    };
    share_out((plane + kLanes - 1) / kLanes, plane * n, [&](std::size_t block) {
        thread_local std::vector<float> tile;  // rows turned into columns
        tile.resize(n * kLanes);
        float* const rows = c + block * kLanes * n;
        std::size_t const lanes = std::min(kLanes, plane - block * kLanes);
        for (std::size_t l = 0; l < lanes; ++l)
            for (std::size_t i = 0; i < n; ++i) tile[i * kLanes + l] = rows[l * n + i];
        solve(tile.data(), kLanes, kLanes);
        for (std::size_t l = 0; l < lanes; ++l)
            for (std::size_t i = 0; i < n; ++i) rows[l * n + i] = tile[i * kLanes + l];
    });
    share_out(n, plane * n, [&](std::size_t k) { solve(c + k * plane, n, n); });
    share_out(n, plane * n, [&](std::size_t j) { solve(c + j * n, plane, n); });
}

}  // namespace crine::bench
