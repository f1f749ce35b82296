#include "support/cells.h"
#include "support/engines.h"
#include "support/models.h"
#include "support/threads.h"

#include <cmath>
#include <memory>
#include <random>

/// Reactions in every voxel against plain serial loops, and what they promise: nothing is lost, nothing falls below 0, equilibrium stays.

namespace crine::test {
namespace {

class React : public OnEveryEngine {};

constexpr bool kDouble = sizeof(Real) == 8;
constexpr double kRoundOff = kDouble ? 1e-12 : 5e-6;

/// Ligands that do not move; with no other process transport leaves them alone.
Model still(int ligands, Scheme scheme = Scheme::implicit_euler) {
    Model m = box(7, 6, 5, 2);
    for (int l = 0; l < ligands; ++l) add_ligand(m, 0, 0, scheme);
    m.solver_tolerance = kDouble ? 1e-8 : 1e-5;
    return m;
}

/// Between 0 and `most`, often 0.
std::function<double(int, Vec3)> patchy(double most) {
    auto const bits = std::make_shared<std::mt19937>(5);
    return [=](int, Vec3) {
        double const u = (*bits)() / 4294967296.0;
        return u < 0.2 ? 0 : most * u;
    };
}

std::vector<std::vector<Real>> fields_of(Backend& on, Model const& m) {
    std::vector<std::vector<Real>> all;
    for (int l = 0; l < static_cast<int>(m.ligands.size()); ++l) all.push_back(field(on, l, static_cast<int>(m.ligands.size())));
    return all;
}

/// dξ/dt by many small Runge-Kutta steps.
double serial_extent(double a, double b, double c, double k_on, double k_off, double t) {
    auto const rate = [&](double x) { return k_on * (a - x) * (b - x) - k_off * (c + x); };
    int const steps = 2000;
    double const h = t / steps;
    double x = 0;
    for (int n = 0; n < steps; ++n) {
        double const k1 = rate(x), k2 = rate(x + h / 2 * k1), k3 = rate(x + h / 2 * k2), k4 = rate(x + h * k3);
        x += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return x;
}

TEST_P(React, BindingIsExactAtAnyStep) {
    for (auto const& [k_on, k_off, dt] : {std::tuple{0.05, 0.3, 2.0}, {0.5, 0.0, 2.0}, {1e-6, 0.5, 2.0}, {0.05, 0.3, 40.0}}) {
        Model m = still(3);
        m.bindings = {{0, 1, 2, Real(k_on), Real(k_off)}};
        InitialState const state = empty_state(m, patchy(4));
        auto const engine = make_backend(GetParam());
        engine->start(m, state);
        engine->transport({0, dt, 0});
        auto const got = fields_of(*engine, m);
        for (std::size_t v = 0; v < got[0].size(); ++v) {
            double const a = state.fields[0][v], b = state.fields[1][v], c = state.fields[2][v],
                         x = serial_extent(a, b, c, Real(k_on), Real(k_off), dt);
            ASSERT_TRUE(close(got[0][v], a - x, 1e-5, kDouble ? 1e-9 : 2e-6)) << v;
            ASSERT_TRUE(close(got[1][v], b - x, 1e-5, kDouble ? 1e-9 : 2e-6)) << v;
            ASSERT_TRUE(close(got[2][v], c + x, 1e-5, kDouble ? 1e-9 : 2e-6)) << v;
        }
    }
}

// However fast: straight to equilibrium, or to the end of what there is less of.
TEST_P(React, ExtremeStiffness) {
    for (double k_d : {0.0, 1e-6, 1.0, 1e6})
        for (double k_on : {1e3, 1e12}) {
            Model m = still(3);
            m.bindings = {{0, 1, 2, Real(k_on), Real(k_on * k_d)}};
            InitialState const state = empty_state(m, patchy(3));
            auto const engine = make_backend(GetParam());
            engine->start(m, state);
            for (int n = 0; n < 3; ++n) engine->transport({60.0 * n, 60, 0});
            auto const got = fields_of(*engine, m);
            for (std::size_t v = 0; v < got[0].size(); ++v) {
                double const all_a = double(state.fields[0][v]) + state.fields[2][v],
                             all_b = double(state.fields[1][v]) + state.fields[2][v], s = all_a + all_b + k_d,
                             bound = s > 0 ? 2 * all_a * all_b / (s + std::sqrt(s * s - 4 * all_a * all_b)) : 0;
                ASSERT_TRUE(close(got[2][v], bound, 1e-5, k_d == 0 && k_on < 1e6 ? 1e-3 : 2e-6)) << v << " K_d " << k_d << " k_on " << k_on;
                for (auto const& c : got) ASSERT_GE(c[v], 0);
            }
        }
}

TEST_P(React, BindingKeepsWhatThereIs) {
    Model m = box(12, 9, 8, 5);
    add_ligand(m, 10, Real(1e-3), Scheme::adaptive), add_ligand(m, 0, 0, Scheme::adaptive), add_ligand(m, 2, Real(2e-3), Scheme::adaptive);
    m.bindings = {{0, 1, 2, Real(0.5), Real(0.05)}};
    m.ligands[0].faces[x_low] = {FaceKind::value, 2};
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, patchy(3)));
    for (int n = 0; n < 5; ++n) engine->transport({60.0 * n, 60, 0});
    engine->check({});
    auto const ledger = engine->totals().ligands;
    EXPECT_GT(ledger[2].converted, 1);
    EXPECT_EQ(ledger[0].converted, -ledger[2].converted);  // molecule for molecule
    EXPECT_EQ(ledger[1].converted, -ledger[2].converted);
    for (auto const& of : ledger) EXPECT_LT(std::fabs(of.imbalance()), kDouble ? 1e-12 : 2e-6);
    for (auto const& c : fields_of(*engine, m))
        for (Real v : c) EXPECT_GE(v, 0);
}

// Two neutralising antibodies compete for a ligand: where all rest in equilibrium, they stay there at any step.
TEST_P(React, EquilibriumStays) {
    Model m = still(5, Scheme::adaptive);
    for (int material = 0; material < 5; ++material) m.materials[static_cast<std::size_t>(material)].diffusivity = 10;
    m.bindings = {{0, 1, 2, 1, Real(0.5)}, {0, 3, 4, 2, 4}};
    double const at[] = {0.25, 3, 0.25 * 3 / 0.5, 7, 0.25 * 7 / 2};
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [&](int l, Vec3) { return at[l]; }));
    for (int n = 0; n < 50; ++n) engine->transport({600.0 * n, 600, 0});
    engine->check({});
    auto const got = fields_of(*engine, m);
    for (int l = 0; l < 5; ++l) EXPECT_TRUE(close(got[static_cast<std::size_t>(l)][17], at[l], kRoundOff)) << l;
}

// An antibody in excess against a constant source: the free ligand settles where source = k_on [antibody] c, far below one step's supply.
TEST_P(React, SourceAgainstAntibody) {
    Model m = still(3, Scheme::adaptive);
    m.bindings = {{0, 1, 2, Real(1e-3), 0}};
    m.materials[0].source = Real(0.01);
    m.solver_tolerance = 1e-3;
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [](int l, Vec3) { return l == 1 ? 1000 : 0; }));
    for (int n = 0; n < 5; ++n) engine->transport({60.0 * n, 60, 0});
    engine->check({});
    EXPECT_TRUE(close(fields_of(*engine, m)[0][17], 0.01, 0.01));
}

TEST_P(React, ConversionsHandOnWhatTheyTake) {
    for (Scheme scheme : {Scheme::implicit_euler, Scheme::tr_bdf2, Scheme::adi, Scheme::adaptive}) {
        Model m = box(9, 8, 7, 5);
        for (int l = 0; l < 5; ++l) add_ligand(m, Real(l == 1 ? 0 : 10), l == 2 ? Real(0.01) : Real(0), scheme);
        // latent (0) → active (2) by an enzyme (1); active → fragments (3 and 4), saturably; latent → fragment (3), by itself
        m.conversions = {{2, {3, 4}, -1, Real(0.02), Real(0.5)}, {0, {2}, 1, Real(0.004), 0}, {0, {3}, -1, Real(1e-3), 0}};
        m.solver_tolerance = kDouble ? 1e-9 : 1e-5;
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m, [](int l, Vec3 p) { return l == 1 ? 1 + p.y / 10 : (l == 0 ? 1 + std::sin(p.x) : 0); }));
        double const before = engine->totals().ligands[0].free;
        for (int n = 0; n < 20; ++n) engine->transport({10.0 * n, 10, 0});
        engine->check({});
        auto const ledger = engine->totals().ligands;
        auto const what = testing::Message() << "scheme " << static_cast<int>(scheme);
        for (auto const& of : ledger) EXPECT_LT(std::fabs(of.imbalance()), kDouble ? 1e-12 : 2e-6) << what;
        EXPECT_TRUE(
            close(-ledger[0].converted, ledger[2].converted + ledger[4].converted + ledger[3].converted - ledger[4].converted, 1e-12))
            << what;
        EXPECT_GT(ledger[4].converted, 0.01 * before) << what;
        EXPECT_TRUE(close(ledger[0].free + ledger[2].free + ledger[2].decayed + ledger[3].free, before, kDouble ? 1e-11 : 1e-5)) << what;
        EXPECT_EQ(ledger[1].converted, 0) << what;
    }
}

// A sheddable pair: the enzyme frees the ligand and its site from the complex.
TEST_P(React, ReleaseFromTheMatrix) {
    Model m = still(4, Scheme::adaptive);
    m.bindings = {{0, 1, 2, Real(1e-6), 0}};
    m.conversions = {{2, {0, 1}, 3, Real(0.01), 0}};
    m.solver_tolerance = 1e-4;
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [](int l, Vec3) { return l == 2 ? 5 : (l == 3 ? 2 : 0); }));
    for (int n = 0; n < 10; ++n) engine->transport({10.0 * n, 10, 0});
    engine->check({});
    auto const got = fields_of(*engine, m);
    double const left = 5 * std::exp(-2.0);
    EXPECT_TRUE(close(got[2][9], left, 2e-3));
    EXPECT_TRUE(close(got[0][9], 5 - left, 1e-3));
    EXPECT_TRUE(close(got[1][9], got[0][9], 1e-5));
}

// What goes round in a circle ends where both ways are equally fast.
TEST_P(React, CircularConversions) {
    Model m = still(2, Scheme::adaptive);
    m.conversions = {{0, {1}, -1, Real(0.03), 0}, {1, {0}, -1, Real(0.01), 0}};
    m.solver_tolerance = 1e-3;
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [](int l, Vec3) { return l == 0 ? 8 : 0; }));
    for (int n = 0; n < 20; ++n) engine->transport({60.0 * n, 60, 0});
    engine->check({});
    auto const got = fields_of(*engine, m);
    EXPECT_TRUE(close(got[0][3], 2, 0.02));
    EXPECT_TRUE(close(double(got[0][3]) + got[1][3], 8, kRoundOff));
    for (auto const& of : engine->totals().ligands) EXPECT_LT(std::fabs(of.imbalance()), kDouble ? 1e-12 : 2e-6);
}

// A region held at a value supplies whatever binds there.
TEST_P(React, HeldRegionsSupply) {
    Model m = box(10, 1, 1, 5);
    m.material_names = {"tissue", "vessel"};
    m.material[0] = 1;
    for (int l = 0; l < 3; ++l) add_ligand(m, l == 0 ? Real(10) : Real(0), 0, Scheme::adaptive);
    m.materials[3].fixed = true, m.materials[3].value = 2;
    m.bindings = {{0, 1, 2, Real(0.1), Real(0.01)}};
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [](int l, Vec3 p) { return l == 1 ? 3 : (l == 0 && p.x < 5 ? 2 : 0); }));
    for (int n = 0; n < 100; ++n) engine->transport({60.0 * n, 60, 0});
    engine->check({});
    auto const got = fields_of(*engine, m);
    EXPECT_EQ(got[0][0], 2);
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(close(got[2][static_cast<std::size_t>(i)], 3 * 2 / 2.1, 2e-3)) << i;
    auto const ledger = engine->totals().ligands;
    for (auto const& of : ledger) EXPECT_LT(std::fabs(of.imbalance()), kDouble ? 1e-12 : 2e-6);
    EXPECT_TRUE(close(ledger[0].produced, ledger[0].free - ledger[0].initial + ledger[2].free, 1e-5));
}

Model busy() {
    Model m = box(24, 18, 12, 5);
    for (int l = 0; l < 4; ++l) add_ligand(m, Real(5 * l), Real(1e-3), Scheme::adaptive);
    m.bindings = {{1, 0, 2, Real(0.3), Real(0.02)}};
    m.conversions = {{2, {1}, 3, Real(0.01), Real(0.5)}, {3, {}, -1, Real(0.01), Real(0.2)}};
    m.ligands[3].hindered_by = {{0, Real(0.1), 0}};
    m.solver_tolerance = 0.01;
    return m;
}

TEST_P(React, SameBitsOnAnyNumberOfThreads) {
    Model const m = busy();
    same_on_any_number_of_threads(GetParam(), [&](Device const& device) {
        auto const engine = make_backend(device);
        engine->start(m, empty_state(m, patchy(3)));
        for (int n = 0; n < 2; ++n) engine->transport({20.0 * n, 20, 0});
        engine->check({});
        return engine->state_hash();
    });
}

// Matrix that lowers D by the same factors as materials would is the same medium, for every solver and on every face.
TEST_P(React, MatrixActsLikeMaterials) {
    for (Scheme scheme : {Scheme::adi, Scheme::adaptive, Scheme::implicit_euler, Scheme::tr_bdf2, Scheme::quasi_steady})
        for (int periodic : {-1, 0, 2}) {
            Model m = box(12, 7, 6, 5);
            m.material_names = {"loose", "dense", "held"};
            std::mt19937 bits(7);
            for (auto& material : m.material) material = static_cast<std::uint8_t>(bits() % 16 == 0 ? 2 : bits() % 2);
            if (periodic >= 0) m.grid.periodic[periodic] = true;
            add_ligand(m, 10, Real(0.01), scheme);
            m.materials[2].fixed = true, m.materials[2].value = 2;
            m.ligands[0].faces[y_low] = {FaceKind::value, 3}, m.ligands[0].faces[y_high] = {FaceKind::flux, Real(0.5)};
            m.solver_tolerance = scheme == Scheme::adaptive ? 1e-3 : (kDouble ? 1e-12 : 1e-6);
            Model regions = m, matrix = m;
            regions.materials[1].diffusivity = 1;
            add_ligand(regions, 0, 0), add_ligand(matrix, 0, 0);
            matrix.ligands[0].hindered_by = {{1, 0, static_cast<Real>(1 / std::log(10))}};
            auto const start = [&](int l, std::size_t v) {
                return l == 1 ? Real(m.material[v] == 1) : (m.material[v] == 2 ? Real(2) : Real(v % 5));
            };
            InitialState state = empty_state(matrix);
            for (std::size_t v = 0; v < m.material.size(); ++v)
                for (int l = 0; l < 2; ++l) state.fields[static_cast<std::size_t>(l)][v] = start(l, v);
            auto const a = make_backend(GetParam()), b = make_backend(GetParam());
            a->start(regions, state), b->start(matrix, state);
            for (int n = 0; n < 3; ++n) a->transport({20.0 * n, 20, 0}), b->transport({20.0 * n, 20, 0});
            auto const expected = field(*a, 0, 2), got = field(*b, 0, 2);
            for (std::size_t v = 0; v < got.size(); ++v)
                ASSERT_TRUE(close(got[v], expected[v], kDouble ? 1e-9 : 2e-5, kDouble ? 1e-9 : 5e-6))
                    << static_cast<int>(scheme) << " " << v;
            EXPECT_TRUE(close(b->totals().ligands[0].entered, a->totals().ligands[0].entered, kDouble ? 1e-9 : 1e-4));
        }
}

// Receptors take a ligand that an antibody binds meanwhile, in as many steps as that needs: every molecule is somewhere.
TEST_P(React, ReceptorsAndAntibodies) {
    for (Scheme scheme : {Scheme::adaptive, Scheme::implicit_euler, Scheme::tr_bdf2}) {
        Model m = box(8, 8, 8, 10);
        for (int l = 0; l < 3; ++l) add_ligand(m, 10, Real(1e-4), scheme);
        m.bindings = {{0, 1, 2, Real(0.02), Real(1e-3)}};
        add_type(m, 5);
        m.receptors.push_back({"receptor", {}, {{0, 0.05, {1e-3}}}});
        m.types[0].receptors.push_back(5000), m.types[0].base.push_back(0);
        m.types[0].base[static_cast<std::size_t>(m.vocabulary().of(behaviour::secretion, 0))] = 50;
        m.solver_tolerance = scheme == Scheme::adaptive ? 1e-3 : (kDouble ? 1e-12 : 1e-6);
        InitialState state = empty_state(m, [](int l, Vec3) { return l == 0 ? 0.2 : (l == 1 ? 0.3 : 0); });
        for (Real x : {23, 57}) state.cells.add(0, {x, 41, 38}, 5);
        auto const engine = make_backend(GetParam());
        engine->start(m, state);
        for (int n = 0; n < 20; ++n) {
            Moment const now{60.0 * n, 60, static_cast<std::uint64_t>(n)};
            engine->sort();
            engine->exchange(now);
            engine->transport(now);
            engine->bind(now);
            engine->check(now);
        }
        auto const ledger = engine->totals().ligands;
        EXPECT_GT(ledger[0].on_receptors, 100);
        EXPECT_GT(ledger[2].converted, 100);
        for (auto const& of : ledger) EXPECT_LT(std::fabs(of.imbalance()), kDouble ? 1e-11 : 5e-6) << static_cast<int>(scheme);
    }
}

// A cell in matrix takes up what it would in a material of that D.
TEST_P(React, CellsSeeTheMatrix) {
    auto const uptake = [&](bool by_matrix) {
        Model m = box(10, 10, 10, 20);
        add_ligand(m, by_matrix ? 100 : 10, 0, Scheme::adaptive), add_ligand(m, 0, 0, Scheme::adaptive);
        if (by_matrix) m.ligands[0].hindered_by = {{1, 0, static_cast<Real>(1 / std::log(10))}};
        add_type(m, 3);
        m.types[0].base[static_cast<std::size_t>(m.vocabulary().of(behaviour::uptake, 0))] = 5000;
        InitialState state = empty_state(m, [](int, Vec3) { return 1; });
        state.cells.add(0, {103, 98, 100}, 3);
        auto const engine = make_backend(GetParam());
        engine->start(m, state);
        engine->sort();
        engine->exchange({0, 60, 0});
        engine->transport({0, 60, 0});
        return engine->totals().ligands[0].taken_up;
    };
    double const in_matrix = uptake(true), expected = uptake(false);
    EXPECT_GT(expected, 0);
    EXPECT_TRUE(close(in_matrix, expected, 1e-4));
}

CRINE_ON_EVERY_ENGINE(React);

}  // namespace
}  // namespace crine::test
