// Benchmark `circles`: the neighbour search, by FLAME GPU 2's Circles model with about 200 candidates around each agent.
#include "host/bench/models.h"
#include "host/bench/session.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace crine::bench {
namespace {

/// Agents of density 1 in a cube, whose bins are as wide as the model's radius.
Tissue crowd(std::size_t n) {
    constexpr double kMargin = 1e-4;  // so that round-off does not make the bins wider
    double const edge = std::cbrt(static_cast<double>(n)) * (1 + kMargin);
    int const bins = std::max(1, static_cast<int>(edge / 2));
    Tissue crowd{box(bins, bins, bins, static_cast<Real>(edge / bins)), {}};
    add_type(crowd.model);
    crowd.type().radius = 1, crowd.type().adhesion_reach = 1;
    HostCells& cells = crowd.state.cells;
    cells.resize(n);
    std::mt19937 random(12);
    std::uniform_real_distribution<float> place(0, static_cast<float>(edge));
    for (std::size_t i = 0; i < n; ++i) {
        cells.id[i] = static_cast<std::uint32_t>(i + 1);
        cells.x[i] = place(random), cells.y[i] = place(random), cells.z[i] = place(random);
        cells.radius[i] = 1;
    }
    return crowd;
}

}  // namespace

void measure_circles(Session& session) {
    std::size_t const n = session.size().agents;
    Tissue const crowd = bench::crowd(n);
    auto const engine = session.engine(crowd.model, crowd.state);
    auto const advance = [&](int steps) {
        return timed(*engine, [&] {
            for (int s = 0; s < steps; ++s) {
                engine->sort();
                engine->circles({});
            }
        });
    };
    int const steps = session.steps_for(advance(1));
    Samples const rate =
        session.repeat([&] { return advance(steps); }).as([&](double seconds) { return static_cast<double>(n) * steps / seconds; });
    constexpr double kBytes = 3 * sizeof(Real) + 3 * sizeof(Real);  // read a place, write a place
    session.report({.name = "circles",
                    .setting = "density 1, radius 2",
                    .size = n,
                    .metric = metric::agent_steps_per_s.name,
                    .value = rate,
                    .note = "sort, circles"},
                   kBytes * rate.median);
}

}  // namespace crine::bench
