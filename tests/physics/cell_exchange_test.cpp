#include "crine/units.h"
#include "support/cells.h"
#include "support/engines.h"
#include "support/models.h"

#include <array>
#include <cmath>
#include <vector>

/// Cells and their ligand against closed forms: what a cell takes up and what it catches from itself must not depend on the grid.

namespace crine::test {
namespace {

class CellsAndLigand : public OnEveryEngine {};

constexpr double kOn = 0.05147671;  ///< 3.1e7 /M/s [µm³/s]
constexpr double kDiffusion = 10;   ///< [µm²/s]
constexpr double kRadius = 5;       ///< [µm]
constexpr double kDecay = 1e-3;     ///< [1/s]
constexpr double kLength = 100;     ///< √(D/k) [µm]

/// One cell in the middle of a cube of 400 µm: what its walls reflect adds a thousandth.
Model one_cell(Real h, double receptors) {
    int const n = static_cast<int>(std::lround(400 / h));
    Model m = box(n, n, n, h);
    add_ligand(m, kDiffusion, kDecay, Scheme::quasi_steady);
    add_type(m, kRadius);
    m.types[0].base[m.vocabulary().of(behaviour::uptake, 0)] = static_cast<Real>(receptors * kOn);
    m.solver_tolerance = 1e-6;
    return m;
}

Ledger after_one_step(Device const& device, Model const& m, InitialState const& state) {
    auto const engine = make_backend(device);
    engine->start(m, state);
    Moment const now{0, 1, 0};
    engine->sort();
    engine->exchange(now);
    engine->transport(now);
    engine->check(now);
    auto const ledger = engine->totals().ligands[0];
    EXPECT_LT(std::fabs(ledger.imbalance()), 1e-6);
    return ledger;
}

/// Places inside a voxel, in units of h: its centre, a corner, a face, and anywhere.
constexpr std::array<std::array<double, 3>, 4> kPlaces{{{0.5, 0.5, 0.5}, {0, 0, 0}, {0.5, 0.5, 0}, {0.13, 0.71, 0.38}}};

InitialState cell_at(Model const& m, std::array<double, 3> const& place) {
    auto state = empty_state(m);
    auto const at = [&](int axis) { return static_cast<Real>((static_cast<double>(m.grid.nx / 2) + place[axis]) * m.grid.spacing); };
    state.cells.add(0, {at(0), at(1), at(2)}, kRadius);
    return state;
}

// B3, with decay
TEST_P(CellsAndLigand, CatchesItsOwn) {
    for (Real h : {Real(5), Real(10), Real(20)})
        for (auto const& [receptors, expected] :
             {std::pair{100., 0.00774223}, {1000., 0.0723789}, {5000., 0.280644}, {1e4, 0.438286}, {5e4, 0.795973}, {1e5, 0.886398}})
            for (auto const& place : kPlaces) {
                if (h < 10 && (receptors < 5000 || place != kPlaces[3])) continue;  // half a second each
                Model m = one_cell(h, receptors);
                m.types[0].base[m.vocabulary().of(behaviour::secretion, 0)] = 10;
                auto const ledger = after_one_step(GetParam(), m, cell_at(m, place));
                EXPECT_TRUE(close(ledger.secreted, 10, 1e-5));
                EXPECT_TRUE(close(ledger.taken_up / ledger.secreted, expected, 0.03))
                    << "h " << h << ", receptors " << receptors << ", at " << place[0] << " " << place[1] << " " << place[2];
                EXPECT_LE(ledger.own, ledger.taken_up);
            }
}

// B2: clearance of a cell in a uniform field, 1/k_eff = 1/k_R + 1/(4πDa); decay adds a/λ to the last term's conductance
TEST_P(CellsAndLigand, ClearsItsSurroundings) {
    double const diffusive = 4 * kPi * kDiffusion * kRadius;
    for (Real h : {Real(5), Real(10), Real(20)})
        for (auto const& [receptors, expected] : {std::pair{100., 5.105840},
                                                  {1000., 47.57870},
                                                  {5000., 182.5883},
                                                  {1e4, 282.9514},
                                                  {5e4, 505.0315},
                                                  {1e5, 559.9694},
                                                  {1e300, 628.3185}})
            for (auto const& place : kPlaces) {
                if (h < 10 && (receptors < 5e4 || place != kPlaces[3])) continue;
                Model m = one_cell(h, receptors);  // 1e300: a perfect sink
                m.materials[0].source = kDecay;    // c = 1 far away
                auto const ledger = after_one_step(GetParam(), m, cell_at(m, place));
                double const clearance = ledger.taken_up, with_decay = diffusive * (1 + kRadius / kLength);
                double const without_decay = 1 / (1 / clearance - 1 / with_decay + 1 / diffusive);
                EXPECT_TRUE(close(without_decay, expected, 0.05))
                    << "h " << h << ", receptors " << receptors << ", at " << place[0] << " " << place[1] << " " << place[2];
            }
}

/// A cell near the middle of a cube whose walls hold a concentration: of two spheres at once, seen from far away, one of which is the
/// cube's images. For a cell of radius a in a cube of edge L its conductance is 4πDa / (1 - M a/L), M = 1.7475646 Madelung's constant of
/// NaCl.
struct InACube {
    double conductance;
    Model model;
    InitialState state;

    InACube(double a_over_h, double wall, double secretion, double uptake, std::array<double, 3> const& place) {
        int const n = std::max(24, static_cast<int>(8 * a_over_h));
        Real const h = static_cast<Real>(kRadius / a_over_h);
        conductance = 4 * kPi * kDiffusion * kRadius / (1 - 1.7475646 * a_over_h / n);
        model = box(n, n, n, h);
        add_ligand(model, kDiffusion, 0, Scheme::quasi_steady);
        for (Face& face : model.ligands[0].faces) face = {FaceKind::value, static_cast<Real>(wall)};
        add_type(model, kRadius);
        model.types[0].base[model.vocabulary().of(behaviour::secretion, 0)] = static_cast<Real>(secretion);
        model.types[0].base[model.vocabulary().of(behaviour::uptake, 0)] = static_cast<Real>(uptake * conductance);
        model.solver_tolerance = 1e-6;
        state = cell_at(model, place);
    }
};

// B2 and B3 for cells from a tenth of a voxel to eight voxels, wherever they are in it: partial absorbers, perfect ones, and their own
// ligand.
TEST_P(CellsAndLigand, WhateverTheirSizeInVoxels) {
    for (double a_over_h : {0.1, 0.33, 0.5, 1., 2.5, 6.25})
        for (std::size_t place : {0u, 3u}) {
            if (a_over_h > 2 && place == 0) continue;
            SCOPED_TRACE("a/h " + std::to_string(a_over_h) + ", place " + std::to_string(place));
            for (double uptake : {1., static_cast<double>(INFINITY)}) {
                InACube const of_walls(a_over_h, 1, 0, uptake, kPlaces[place]);
                double const taken = after_one_step(GetParam(), of_walls.model, of_walls.state).taken_up;
                double const expected = of_walls.conductance / (1 + 1 / uptake);
                EXPECT_TRUE(close(taken, expected, 0.01 + 0.015 / (1 + 1 / uptake))) << uptake;
                if (std::isinf(uptake)) continue;
                InACube const own(a_over_h, 0, 10, uptake, kPlaces[place]);
                Ledger const ledger = after_one_step(GetParam(), own.model, own.state);
                EXPECT_TRUE(close(ledger.taken_up / 10, uptake / (1 + uptake), 0.02)) << uptake;
                EXPECT_GE(ledger.own, 0);
                EXPECT_LE(ledger.own, ledger.taken_up);
            }
        }
}

// Two perfect sinks that touch take 2 ln 2 times what one does (Maxwell 1873, Treatise § 173). Each knows the other by its deposit only, so
// that this is of first order in h/a; docs/decisions.md says how large.
TEST_P(CellsAndLigand, PairsOfFirstOrder) {
    std::vector<double> errors;
    for (double a_over_h : {0.5, 1., 2., 4.}) {
        InACube two(a_over_h, 1, 0, static_cast<double>(INFINITY), kPlaces[3]);
        HostCells& cells = two.state.cells;
        Vec3 const at{cells.x[0], cells.y[0], cells.z[0]};
        Real const along = static_cast<Real>(kRadius / std::sqrt(3.));
        two.state.cells = {};
        for (Real side : {-along, along}) cells.add(0, {at.x + side, at.y + side, at.z + side}, kRadius);
        double const free = 2 * std::log(2.) * 4 * kPi * kDiffusion * kRadius;
        double const in_cube = 1 / (1 / free - 1.7475646 / (4 * kPi * kDiffusion * two.model.grid.nx * two.model.grid.spacing));
        errors.push_back(after_one_step(GetParam(), two.model, two.state).taken_up / in_cube - 1);
    }
    EXPECT_LT(errors[0], 0.1);
    for (std::size_t i = 1; i < errors.size(); ++i) {
        EXPECT_GT(errors[i], 0);
        EXPECT_LT(errors[i], 0.65 * errors[i - 1]) << i;
    }
}

// A cell gives for a whole step where it was at the beginning. Its field lags behind it by v/k, had it moved all along, and
//   v dt / (1 - exp(-k dt)) = v/k + v dt/2 + O(dt²)
TEST_P(CellsAndLigand, MovingSourceLagsByHalfAStep) {
    double const decay = 0.05, speed = 0.5;
    std::vector<double> beyond;
    for (double dt : {8., 4., 2.}) {
        Model m = box(60, 1, 1, 10);
        add_ligand(m, 10, static_cast<Real>(decay), Scheme::adaptive);
        add_type(m, kRadius);
        m.types[0].base[m.vocabulary().of(behaviour::secretion, 0)] = 10;
        m.types[0].velocity = {static_cast<Real>(speed), 0, 0};
        m.solver_tolerance = 1e-6;
        auto state = empty_state(m);
        state.cells.add(0, {303, 5, 5}, kRadius);
        auto const engine = make_backend(GetParam());
        engine->start(m, state);
        for (std::uint64_t n = 0; n < static_cast<std::uint64_t>(240 / dt); ++n) {
            Moment const now{static_cast<double>(n) * dt, dt, n};
            engine->sort(), engine->exchange(now), engine->transport(now), engine->move(now), engine->check(now);
        }
        auto const c = field(*engine, 0, 1);
        double amount = 0, first = 0;
        for (int i = 0; i < 60; ++i) amount += c[i], first += c[i] * (i + 0.5) * 10;
        double const lag = cells_of(*engine).x[0] - first / amount;
        EXPECT_TRUE(close(lag, speed * dt / (1 - std::exp(-decay * dt)), 0.01)) << dt;
        beyond.push_back(lag - speed / decay);
    }
    EXPECT_NEAR(beyond[0] / beyond[1], 2, 0.2);
    EXPECT_NEAR(beyond[1] / beyond[2], 2, 0.2);
}

/// An eighth of a sphere of 5 µm held at 0 in a medium that tends to 1 far away; the walls through its centre are its mirrors.
Model held_sphere(Real decay, Scheme scheme) {
    int const n = 48;
    Model m = box(n, n, n, Real(1.25));
    m.material_names = {"tissue", "sink"};
    for (int k = 0; k < n; ++k)
        for (int j = 0; j < n; ++j)
            for (int i = 0; i < n; ++i) m.material[m.grid.voxel(i, j, k)] = norm(m.grid.centre(i, j, k)) < kRadius;
    add_ligand(m, kDiffusion, decay, scheme);
    m.materials[0].source = decay;
    m.materials[1].fixed = true;
    return m;
}

// B1, steady: 4πDa c (1 + a/λ), λ = 20 µm
TEST_P(CellsAndLigand, PerfectSinkResolved) {
    Model const m = held_sphere(Real(0.025), Scheme::quasi_steady);
    auto const engine = make_backend(GetParam());
    auto const state = empty_state(m, [](int, Vec3) { return 1; });
    engine->start(m, state);
    engine->transport({0, 1, 0});
    engine->check({0, 1, 0});
    auto const ledger = engine->totals().ligands[0];
    // in equilibrium the sink takes what the sources give and decay leaves
    double const sources = 0.025 * (m.grid.voxels() - std::count(m.material.begin(), m.material.end(), 1)) * m.grid.volume();
    EXPECT_TRUE(close(8 * (sources - ledger.decayed), 4 * kPi * kDiffusion * kRadius * (1 + kRadius / 20), 0.03));
}

// B1, transient: 4πDa c (1 + a/√(πDt))
TEST_P(CellsAndLigand, PerfectSinkInTime) {
    Model const m = held_sphere(0, Scheme::tr_bdf2);
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [](int, Vec3) { return 1; }));
    double time = 0;
    auto const step = [&](double dt) {
        engine->transport({time, dt, 0});
        engine->check({time, dt, 0});
        time += dt;
        return -engine->totals().ligands[0].produced;
    };
    for (double dt : {0.01, 0.02, 0.05, 0.1, 0.2, 0.3}) step(dt);
    while (time < 9.3) step(0.5);
    double const before = step(9.9 - time), after = step(0.2);  // centred on 10 s
    EXPECT_TRUE(close(8 * (after - before) / 0.2, 4 * kPi * kDiffusion * kRadius * 1.282095, 0.03));
}

// B4
TEST_P(CellsAndLigand, CellInAShellOfConsumers) {
    int const n = 44;
    Real const h = 2.5;
    for (auto const& [receptors, consumption, at_surface, own] : {std::array{100., 5147.67, 0.01613149, 0.008303963},
                                                                  {5000., 5147.67, 0.01146603, 0.2951168},
                                                                  {5000., 61.7721, 0.03183353, 0.8193427}}) {
        Model m = box(n, n, n, h);
        m.material_names = {"tissue", "shell", "outside"};
        std::size_t shell = 0;
        for (int k = 0; k < n; ++k)
            for (int j = 0; j < n; ++j)
                for (int i = 0; i < n; ++i) {
                    double const r = norm(m.grid.centre(i, j, k) - Vec3{55, 55, 55});
                    auto& material = m.material[m.grid.voxel(i, j, k)];
                    material = r < 50 - h ? 0 : (r < 50 ? 1 : 2);
                    shell += material == 1;
                }
        add_ligand(m, kDiffusion, 0, Scheme::quasi_steady);
        add_type(m, kRadius);
        m.types[0].base[m.vocabulary().of(behaviour::uptake, 0)] = static_cast<Real>(receptors * kOn);
        m.types[0].base[m.vocabulary().of(behaviour::secretion, 0)] = 10;
        m.materials[1].decay = static_cast<Real>(consumption / (shell * m.grid.volume()));
        m.materials[2] = {0, 1, 0, false, 0};
        auto state = empty_state(m);
        state.cells.add(0, {Real(55.4), Real(54.7), 55}, kRadius);
        auto const ledger = after_one_step(GetParam(), m, state);
        EXPECT_TRUE(close(ledger.taken_up / 10, own, 0.03));
        EXPECT_TRUE(close(ledger.taken_up / (receptors * kOn), at_surface, 0.03));
    }
}

// B5
TEST_P(CellsAndLigand, ConsumersLimitTheRange) {
    struct Case {
        double diffusivity, density, length, tolerance;
    };
    for (Case const& c : {Case{10, 1e-5, 74.005, 0.05}, {10, 1e-4, 23.403, 0.15}, {100, 1e-5, 201.11, 0.05}, {100, 1e-4, 63.596, 0.15}})
        for (int per_period : {3, 5}) {
            double const period = std::cbrt(1 / c.density);
            int const periods = static_cast<int>(std::ceil(5 * c.length / period));
            Model m = box(periods * per_period, per_period, per_period, static_cast<Real>(period / per_period));
            m.grid.periodic[1] = m.grid.periodic[2] = true;
            add_ligand(m, static_cast<Real>(c.diffusivity), 0, Scheme::quasi_steady);
            add_type(m, kRadius);
            m.types[0].base[m.vocabulary().of(behaviour::uptake, 0)] = static_cast<Real>(5000 * kOn);
            m.ligands[0].faces[x_low] = {FaceKind::flux, 1};
            m.solver_tolerance = 1e-6;
            auto state = empty_state(m);
            for (int i = 0; i < periods; ++i)
                state.cells.add(
                    0, {static_cast<Real>((i + 0.5) * period), static_cast<Real>(0.5 * period), static_cast<Real>(0.5 * period)}, kRadius);
            auto const engine = make_backend(GetParam());
            engine->start(m, state);
            Moment const now{0, 1, 0};
            engine->sort();
            engine->exchange(now);
            engine->transport(now);
            engine->check(now);
            auto const f = field(*engine, 0, 1);
            auto const mean = [&](int first) {  // over one period
                double sum = 0;
                for (int k = 0; k < m.grid.nz; ++k)
                    for (int j = 0; j < m.grid.ny; ++j)
                        for (int i = first * per_period; i < (first + 1) * per_period; ++i) sum += f[m.grid.voxel(i, j, k)];
                return sum;
            };
            // between the first period and one three lengths on
            int const far = std::max(1, static_cast<int>(std::lround(2 * c.length / period)));
            double const length = far * period / std::log(mean(0) / mean(far));
            EXPECT_TRUE(close(length, c.length, c.tolerance))
                << c.diffusivity << " " << c.density << ", " << per_period << " voxels a period";
        }
}

CRINE_ON_EVERY_ENGINE(CellsAndLigand);

}  // namespace
}  // namespace crine::test
