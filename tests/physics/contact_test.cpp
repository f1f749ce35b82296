#include "crine/units.h"
#include "support/cells.h"
#include "support/engines.h"
#include "support/models.h"

#include <cmath>

/// Validation E7: the contact law of two cells against its own equation d' = 2 v(d).

namespace crine::test {
namespace {

constexpr double kRadius = 8.412710547954228;  // of a sphere of 2494 µm³, the published cell [µm]
constexpr double kReach = 1.25, kRepulsion = 10 / kMinute, kAdhesion = 0.4 / kMinute;
constexpr bool kDouble = sizeof(Real) == 8;

Model pair_model() {
    Model m = box(10, 10, 10, 20);
    add_type(m, Real(kRadius));
    m.types[0].base[behaviour::repulsion] = Real(kRepulsion);
    m.types[0].base[behaviour::adhesion] = Real(kAdhesion);
    return m;
}

struct Pair {
    double distance;
    Vec3 centre;
};

/// Two cells on a slanted line, `start` apart, after `time` seconds in steps of dt.
Pair pair_after(Device const& device, double start, double time, double dt) {
    Model const m = pair_model();
    InitialState s = empty_state(m);
    Vec3 const centre{101, 99, 100}, line{Real(2.0 / 7), Real(3.0 / 7), Real(6.0 / 7)};
    s.cells.add(0, centre - Real(start / 2) * line, Real(kRadius));
    s.cells.add(0, centre + Real(start / 2) * line, Real(kRadius));
    auto const engine = make_backend(device);
    engine->start(m, s);
    std::uint64_t const steps = static_cast<std::uint64_t>(std::llround(time / dt));
    for (std::uint64_t n = 0; n < steps; ++n) {
        engine->sort();
        engine->move({static_cast<double>(n) * dt, dt, n});
    }
    HostCells const c = cells_of(*engine);
    Vec3 const a = position(c, 0), b = position(c, 1);
    return {norm(b - a), Real(0.5) * (a + b)};
}

}  // namespace

using ContactOnEveryEngine = OnEveryEngine;

TEST_P(ContactOnEveryEngine, TwoOverlappingCellsPartAsPublished) {
    struct {
        double minutes, distance;
    } const table[] = {{1, 12.099}, {5, 14.611}, {10, 15.391}, {30, 15.956}};
    for (auto const& row : table)
        EXPECT_NEAR(pair_after(GetParam(), 10, row.minutes * kMinute, 0.02 * kMinute).distance, row.distance, 1e-3)
            << row.minutes << " min";
}

TEST_P(ContactOnEveryEngine, TheyComeToRestWhereTheForceIsZero) {
    // √c_r (1 - d/R) = √c_a (1 - d/(1.25 R)): d = 20/21 R = 16.024211 µm
    double const allowed = kDouble ? 1e-7 : 1e-5;
    EXPECT_TRUE(close(pair_after(GetParam(), 10, 1000 * kMinute, kMinute).distance, 20.0 / 21 * 2 * kRadius, allowed));
    EXPECT_TRUE(close(pair_after(GetParam(), 20, 4000 * kMinute, kMinute).distance, 20.0 / 21 * 2 * kRadius, allowed));
}

TEST_P(ContactOnEveryEngine, TheErrorFallsWithTheSquareOfTheStep) {
    // Reference: the equation of the distance by the classical Runge–Kutta method with a fine step.
    double const R = 2 * kRadius, S = kReach * R;
    auto const rate = [&](double d) { return 2 * (kRepulsion * std::pow(1 - d / R, 2) - kAdhesion * std::pow(1 - d / S, 2)); };
    double d = 6, h = 0.1;
    for (int n = 0; n < 1800; ++n) {
        double const k1 = rate(d), k2 = rate(d + h / 2 * k1), k3 = rate(d + h / 2 * k2), k4 = rate(d + h * k3);
        d += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    double const coarse = pair_after(GetParam(), 6, 180, 15).distance - d, fine = pair_after(GetParam(), 6, 180, 7.5).distance - d;
    EXPECT_LT(std::fabs(fine), 0.02);
    EXPECT_NEAR(coarse / fine, 4, 0.6);
}

TEST_P(ContactOnEveryEngine, TheCentreOfMassStays) {
    Vec3 const centre = pair_after(GetParam(), 10, 30 * kMinute, 6).centre;
    double const allowed = kDouble ? 1e-12 : 1e-6;  // relative; validation E7
    EXPECT_NEAR(centre.x, 101, 101 * allowed);
    EXPECT_NEAR(centre.y, 99, 99 * allowed);
    EXPECT_NEAR(centre.z, 100, 100 * allowed);
}

TEST_P(ContactOnEveryEngine, CoincidentCellsPart) { EXPECT_GT(pair_after(GetParam(), 0, 5 * kMinute, 6).distance, 10); }

CRINE_ON_EVERY_ENGINE(ContactOnEveryEngine);

}  // namespace crine::test
