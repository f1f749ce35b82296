#include "support/engines.h"
#include "support/population.h"

#include <cmath>

/// Validation E2: drift v = χ ∇c on top of a walk whose spread it does not change.

namespace crine::test {
namespace {

constexpr std::size_t kCells = 4000;
constexpr double kSpeed = 0.1, kPersistence = 30, kStep = 3;

/// A domain with c = slope · x, in its middle cells that walk and drift.
struct Crowd {
    Model model;
    InitialState state;
};
Crowd crowd(Real chi, double slope, Real fastest = std::numeric_limits<Real>::infinity()) {
    Crowd c{box(60, 20, 20, 20), {}};
    add_ligand(c.model, 0, 0);
    add_type(c.model, 5);
    CellType& type = c.model.types[0];
    type.mechanics = false;
    type.chemotaxis_speed = fastest;
    type.base[behaviour::speed] = Real(kSpeed);
    type.base[behaviour::persistence] = Real(kPersistence);
    type.base[c.model.vocabulary().of(behaviour::chemotaxis, 0)] = chi;
    c.state = empty_state(c.model, [slope](int, Vec3 p) { return slope * (p.x + 100); });
    for (std::size_t i = 0; i < kCells; ++i) c.state.cells.add(0, {600, 200, 200}, 5);
    return c;
}

struct Spread {
    double mean[3], variance[3];
};
Spread after(Device const& device, Crowd const& crowd, double time) {
    auto const engine = make_backend(device);
    engine->start(crowd.model, crowd.state);
    for (std::uint64_t n = 0; n < static_cast<std::uint64_t>(std::llround(time / kStep)); ++n) {
        engine->sort();
        engine->move({static_cast<double>(n) * kStep, kStep, n});
    }
    HostCells const c = cells_of(*engine);
    Spread s{};
    std::vector<Real> const* const axes[3] = {&c.x, &c.y, &c.z};
    double const start[3] = {600, 200, 200};
    for (int a = 0; a < 3; ++a) {
        double sum = 0, squares = 0;
        for (Real const p : *axes[a]) sum += p - start[a], squares += (p - start[a]) * (p - start[a]);
        s.mean[a] = sum / kCells;
        s.variance[a] = squares / kCells - s.mean[a] * s.mean[a];
    }
    return s;
}

double walk_variance(double t) {  // of one axis in 3-D: Fürth
    return 2.0 / 3 * kSpeed * kSpeed * kPersistence * (t + kPersistence * std::expm1(-t / kPersistence));
}

}  // namespace

using ChemotaxisOnEveryEngine = OnEveryEngine;

TEST_P(ChemotaxisOnEveryEngine, DriftIsSensitivityTimesGradientAndLeavesTheSpreadAlone) {
    double const time = 900, slope = 0.002, tolerance = 4 * std::sqrt(walk_variance(time) / kCells);
    for (Real const chi : {Real(50), Real(-50), Real(0)}) {
        Spread const s = after(GetParam(), crowd(chi, slope), time);
        EXPECT_NEAR(s.mean[0], static_cast<double>(chi) * slope * time, tolerance) << "χ = " << chi;
        EXPECT_NEAR(s.mean[1], 0, tolerance);
        EXPECT_NEAR(s.mean[2], 0, tolerance);
        for (double const v : s.variance) EXPECT_NEAR(v, walk_variance(time), 4 * walk_variance(time) * std::sqrt(2.0 / kCells));
    }
}

TEST_P(ChemotaxisOnEveryEngine, ReversingTheGradientReversesTheDrift) {
    Spread const s = after(GetParam(), crowd(50, -0.002), 900);
    EXPECT_NEAR(s.mean[0], -90, 4 * std::sqrt(walk_variance(900) / kCells));
}

TEST_P(ChemotaxisOnEveryEngine, SteepGradientsSaturate) {
    double const drift = 0.5 / (1 + 0.5 / 0.25);  // χ |∇c| = 0.5 µm/s, at most 0.25 µm/s
    Spread const s = after(GetParam(), crowd(50, 0.01, Real(0.25)), 900);
    EXPECT_NEAR(s.mean[0], drift * 900, 4 * std::sqrt(walk_variance(900) / kCells));
}

/// Of a walk with new directions n((1 - b) u + b e), u of chance: at b = 1/2 half the angle to e is left, whose cosine is 2/3 in the mean.
TEST_P(ChemotaxisOnEveryEngine, ABiasedWalkTurnsTowardsTheGradient) {
    double const time = 900;
    for (double const slope : {0.002, -1e-5}) {  // how steep does not matter
        Crowd c = crowd(0, slope);
        CellType& type = c.model.types[0];
        type.base[behaviour::bias] = Real(0.5);
        type.base[c.model.vocabulary().of(behaviour::attraction, 0)] = 3;
        double const way = (slope > 0 ? 1 : -1) * 2.0 / 3 * kSpeed * time;
        Spread const s = after(GetParam(), c, time);
        double const tolerance = 4 * std::sqrt(walk_variance(time) / kCells);
        EXPECT_NEAR(s.mean[0], way, tolerance);
        EXPECT_NEAR(s.mean[1], 0, tolerance);

        type.base[behaviour::bias] = 1;
        Spread const straight = after(GetParam(), c, time);
        EXPECT_TRUE(close(straight.mean[0], (slope > 0 ? 1 : -1) * kSpeed * time, 1e-4));
        EXPECT_LT(straight.variance[0], 1e-3);
        type.base[c.model.vocabulary().of(behaviour::attraction, 0)] = -1;
        EXPECT_TRUE(close(after(GetParam(), c, time).mean[0], -straight.mean[0], 1e-4));
    }
}

CRINE_ON_EVERY_ENGINE(ChemotaxisOnEveryEngine);

}  // namespace crine::test
