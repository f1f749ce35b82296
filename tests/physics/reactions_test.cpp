#include "crine/units.h"
#include "support/engines.h"
#include "support/models.h"

#include <cmath>

/// Ligands that bind a matrix, are broken down by enzymes or pass through layers of matrix, against closed forms.

namespace crine::test {
namespace {

class Reactions : public OnEveryEngine {};

constexpr bool kDouble = sizeof(Real) == 8;

void advance(Backend& on, double dt, double until, double& time) {
    for (; time < until - dt / 2; time += dt) {
        Moment const now{time, dt, static_cast<std::uint64_t>(std::llround(time / dt))};
        on.exchange(now);
        on.transport(now);
        on.check(now);
    }
}

// --- A12: reversible binding to immobile sites ----------------------------------------------------------

/// Of a mode of wave number² q2 that begins all free: what is free, and what is bound, at time t.
struct LinearBinding {
    double on, off, d_q2;
    std::array<double, 2> at(double t) const {
        double const sum = on + off + d_q2, root = std::sqrt(sum * sum - 4 * d_q2 * off), slow = 2 * d_q2 * off / (sum + root),
                     fast = (sum + root) / 2, s = std::exp(-slow * t), f = std::exp(-fast * t);
        return {((off - slow) * s + (fast - off) * f) / (fast - slow), on * (s - f) / (fast - slow)};
    }
};

enum Which { free_ligand, sites, bound };

/// A line of n voxels in which ligand 0 (D = 10) binds sites of ligand 1, immobile like the complex, ligand 2.
Model binding_line(int n, Real h, double k_on, double k_off, Scheme scheme, double tolerance) {
    Model m = box(n, 1, 1, h);
    add_ligand(m, 10, 0, scheme);
    add_ligand(m, 0, 0, scheme);
    add_ligand(m, 0, 0, scheme);
    m.bindings = {{free_ligand, sites, bound, static_cast<Real>(k_on), static_cast<Real>(k_off)}};
    m.solver_tolerance = tolerance;
    return m;
}

constexpr double kManySites = 1000, kLittle = 1e-3;  ///< so many sites that their number stays what it is

double mode_of(std::vector<Real> const& c) {
    double sum = 0;
    auto const n = static_cast<double>(c.size());
    for (std::size_t i = 0; i < c.size(); ++i) sum += c[i] * std::cos(2 * kPi * (static_cast<double>(i) + 0.5) / n);
    return 2 * sum / n;
}

/// Free amplitude, and free and bound together, of the cosine mode at some times.
std::vector<std::array<double, 2>> cosine_mode(Device const& device, Model const& m, double amplitude, double site_density, double dt,
                                               std::vector<double> const& times, std::uint64_t* cycles = nullptr) {
    auto const engine = make_backend(device);
    engine->start(m, empty_state(m, [&](int l, Vec3 p) {
                      return l == sites ? site_density : (l == free_ligand ? amplitude * (1 + std::cos(2 * kPi * p.x / 200)) : 0);
                  }));
    std::vector<std::array<double, 2>> found;
    double time = 0;
    for (double t : times) {
        advance(*engine, dt, t, time);
        double const a = mode_of(field(*engine, free_ligand, 3)) / amplitude, c = mode_of(field(*engine, bound, 3)) / amplitude;
        found.push_back({a, a + c});
        if (cycles != nullptr) *cycles += static_cast<std::uint64_t>(engine->totals().solves[0].cycles);
    }
    for (Ledger const& ledger : engine->totals().ligands) EXPECT_LT(std::fabs(ledger.imbalance()), kDouble ? 1e-13 : 2e-6);
    return found;
}

TEST_P(Reactions, A12BindingSlowsAMode) {
    std::vector<double> const times{10, 100, 500, 2000};
    double const free[] = {0.09732538, 0.08908859, 0.06023938, 0.01388672}, all[] = {0.9815298, 0.8988070, 0.6077499, 0.1401019};
    LinearBinding const exact{0.9, 0.1, 10 * std::pow(2 * kPi / 200, 2)};
    for (double dt : {1.0, 10.0, 100.0}) {
        std::vector<double> const asked(times.begin() + (dt > 10), times.end());
        Model const m = binding_line(200, 1, 0.9 / kManySites, 0.1, Scheme::adaptive, 1e-4);
        auto const found = cosine_mode(GetParam(), m, kLittle, kManySites, dt, asked);
        for (std::size_t n = 0; n < asked.size(); ++n) {
            std::size_t const row = n + (dt > 10);
            EXPECT_TRUE(close(exact.at(asked[n])[0], free[row], 1e-6));
            EXPECT_TRUE(close(found[n][0], free[row], 1e-3)) << "dt " << dt << ", t " << asked[n];
            EXPECT_TRUE(close(found[n][1], all[row], 1e-3)) << "dt " << dt << ", t " << asked[n];
        }
    }
}

// A12: the default tolerance, and intervals far longer than binding takes
TEST_P(Reactions, A12AtTheDefaultTolerance) {
    for (double dt : {10.0, 100.0}) {
        auto const found = cosine_mode(GetParam(), binding_line(40, 5, 0.9 / kManySites, 0.1, Scheme::adaptive, 1e-3), kLittle, kManySites,
                                       dt, {100, 500, 2000});
        double const all[] = {0.8988070, 0.6077499, 0.1401019};
        for (int n = 0; n < 3; ++n) EXPECT_TRUE(close(found[n][1], all[n], 0.01)) << "dt " << dt;
    }
}

// A12: intervals of about the time that binding takes, and far longer, whatever the scheme of transport
TEST_P(Reactions, A12IsRightToTheToleranceAtAnyStep) {
    double const h = 5, q2 = std::pow(2 / h * std::sin(kPi * h / 200), 2);
    LinearBinding const exact{0.09, 0.01, 100 * q2};
    for (Scheme const scheme : {Scheme::tr_bdf2, Scheme::implicit_euler})
        for (double const dt : {6.0, 48.0}) {
            Model m = binding_line(40, Real(h), 0.09 / kManySites, 0.01, scheme, 1e-4);
            m.materials[0].diffusivity = 100;
            double const found = cosine_mode(GetParam(), m, kLittle, kManySites, dt, {48})[0][1];
            EXPECT_TRUE(close(found, exact.at(48)[0] + exact.at(48)[1], 0.01)) << "scheme " << static_cast<int>(scheme) << ", step " << dt;
        }
}

// A12: variance of all molecules, free and bound, that begin free in one place
TEST_P(Reactions, A12VarianceOfAPulse) {
    Model const m = binding_line(401, 1, 0.9 / kManySites, 0.1, Scheme::adaptive, 1e-5);
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [](int l, Vec3 p) { return l == sites ? kManySites : (l == 0 && p.x > 200 && p.x < 201 ? 1e-3 : 0); }));
    double time = 0;
    for (auto const& [t, expected] : {std::pair{1.0, 13.37817}, {10.0, 37.99918}, {100.0, 218.0}}) {
        advance(*engine, 1, t, time);
        auto const a = field(*engine, free_ligand, 3), c = field(*engine, bound, 3);
        double sum = 0, square = 0;
        for (int i = 0; i < 401; ++i) {
            double const all = static_cast<double>(a[i]) + c[i];
            sum += all, square += all * (i - 200) * (i - 200);
        }
        EXPECT_TRUE(close(square / sum, expected, 2e-3)) << t;
        EXPECT_TRUE(close(sum, 1e-3, 1e-5));
    }
}

// A12: into a half space whose face is held. With the rates of A12 the diffusion limit is 7 % off at 100 s: there the expected values are
// those of the Laplace transform exp(-x sqrt(s (1 + k_on' / (s + k_off)) / D)) / s; binding 100 times as fast meets the limit erfc(x /
// sqrt(4 D_eff t)).
TEST_P(Reactions, A12HeldFace) {
    std::array<double, 2> const finite_rate{0.1677770, 0.2638397}, limit{0.1572992, 0.2635525};
    for (auto const& [faster, expected, tolerance] : {std::tuple{1.0, finite_rate, 2e-3}, {100.0, limit, 0.02}}) {
        Model m = binding_line(400, 1, faster * 0.9 / kManySites, faster * 0.1, Scheme::adaptive, 1e-3);
        m.ligands[0].faces[x_low] = {FaceKind::value, Real(kLittle)};
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m, [](int l, Vec3) { return l == sites ? kManySites : 0; }));
        double time = 0;
        for (auto const& [n, t, x] : {std::tuple{0, 100.0, Real(20)}, {1, 1000.0, Real(50)}}) {
            advance(*engine, 10, t, time);
            auto const c = engine->sample(0, {{x, Real(0.5), Real(0.5)}})[0] / kLittle;
            EXPECT_TRUE(close(c, expected[static_cast<std::size_t>(n)], tolerance)) << faster << " " << t;
        }
        auto const ledgers = engine->totals().ligands;
        EXPECT_TRUE(close(ledgers[free_ligand].entered, ledgers[free_ligand].free + ledgers[bound].free, 1e-5));
        EXPECT_EQ(ledgers[free_ligand].converted, -ledgers[bound].converted);
    }
}

// A12: a gradient of what is free is what it would be without sites, however fast these bind and however long the step
TEST_P(Reactions, A12SteadyGradientsDoNotKnowOfSites) {
    for (double off : {0.1, 1e4}) {
        Model m = binding_line(40, 5, 9 * off / kManySites, off, Scheme::adaptive, 1e-3);
        m.materials[0].decay = Real(0.01);
        m.ligands[0].faces[x_low] = {FaceKind::value, 1};
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m, [](int l, Vec3) { return l == sites ? kManySites : 0; }));
        double time = 0;
        advance(*engine, 600, 60000, time);
        Model plain = box(40, 1, 1, 5);
        add_ligand(plain, 10, Real(0.01), Scheme::quasi_steady);
        plain.ligands[0].faces[x_low] = {FaceKind::value, 1};
        auto const without = make_backend(GetParam());
        without->start(plain, empty_state(plain));
        double none = 0;
        advance(*without, 1, 1, none);
        auto const a = field(*engine, free_ligand, 3), expected = field(*without, 0, 1);
        for (int i = 0; i < 40; ++i) EXPECT_TRUE(close(a[i], expected[i], 1e-4, 1e-4)) << i << ", k_off " << off;
    }
}

// --- A13: few sites --------------------------------------------------------------------------------------

TEST_P(Reactions, A13LittleLigandFindsSitesFree) {
    double const b_max = 9, k_d = 1, off = 0.1;
    Model const m = binding_line(200, 1, off / k_d, off, Scheme::adaptive, 1e-4);
    auto const found = cosine_mode(GetParam(), m, 1e-3 * k_d, b_max, 10, {100, 500, 2000});
    double const free[] = {0.08908859, 0.06023938, 0.01388672}, all[] = {0.8988070, 0.6077499, 0.1401019};
    for (int n = 0; n < 3; ++n) EXPECT_TRUE(close(found[n][0], free[n], 0.01) && close(found[n][1], all[n], 0.01)) << n;
}

/// D_eff of a small wave on a background c in units of K_d = 1, with B_max = 10 and binding that is fast.
double effective_diffusivity(Device const& device, double c) {
    double const off = 10, ripple = 0.01 * c;
    Model const m = binding_line(100, 2, off, off, Scheme::adaptive, 1e-5);
    auto const engine = make_backend(device);
    engine->start(m, empty_state(m, [&](int l, Vec3 p) {
                      double const a = c + ripple * std::cos(2 * kPi * p.x / 200);
                      return l == free_ligand ? a : (l == sites ? 10 / (1 + a) : 10 * a / (1 + a));
                  }));
    double time = 0;
    auto const amplitude = [&] { return mode_of(field(*engine, free_ligand, 3)); };
    advance(*engine, 2, 20, time);
    double const before = amplitude();
    advance(*engine, 2, 420, time);
    return -std::log(amplitude() / before) / 400 / std::pow(std::sin(kPi / 100), 2);  // 2/h = 1
}

TEST_P(Reactions, A13RetardationVanishesWhereSitesAreFull) {
    EXPECT_TRUE(close(effective_diffusivity(GetParam(), 0.01), 10 / (1 + 10 / (1.01 * 1.01)), 0.01));
    EXPECT_TRUE(close(effective_diffusivity(GetParam(), 1), 10 / 3.5, 0.01));
    EXPECT_TRUE(close(effective_diffusivity(GetParam(), 10), 10 / 1.0826, 0.01));
}

// --- A14: saturable clearance ---------------------------------------------------------------------------

Model michaelis_menten(int n, Real h, Real d, double v_max, double k_m, Scheme scheme) {
    Model m = box(n, 1, 1, h);
    add_ligand(m, d, 0, scheme);
    m.conversions = {{0, {}, -1, static_cast<Real>(v_max), static_cast<Real>(k_m)}};
    m.solver_tolerance = kDouble ? 1e-12 : 1e-6;
    return m;
}

TEST_P(Reactions, A14WellMixed) {
    std::pair<double, double> const expected[] = {{5, 7.957053}, {10, 6.016244}, {20, 2.653449}, {30, 0.6062142}};
    Model m = michaelis_menten(4, 5, 0, 0.5, 2, Scheme::tr_bdf2);
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [](int, Vec3) { return 10; }));
    double time = 0;
    for (auto const& [t, c] : expected) {
        advance(*engine, 0.01, t, time);
        EXPECT_TRUE(close(field(*engine, 0, 1)[0], c, kDouble ? 1e-6 : 2e-5)) << t;  // 3000 roundings in single precision
    }
    Ledger const ledger = engine->totals().ligands[0];
    EXPECT_TRUE(close(ledger.cleaved, 500 * (10 - 0.6062142), 1e-5));

    auto const error = [&](double dt) {
        auto const coarse = make_backend(GetParam());
        coarse->start(m, empty_state(m, [](int, Vec3) { return 10; }));
        double begin = 0;
        advance(*coarse, dt, 20, begin);
        return std::fabs(field(*coarse, 0, 1)[0] - 2.653449);
    };
    for (double dt : {2.0, 4.0, 20.0}) EXPECT_LT(error(dt), 1e-3 * 10) << dt;  // the tolerance of a step, of what there was

    // and as long as you like, by the tolerance
    Model tolerant = michaelis_menten(4, 5, 0, 0.5, 2, Scheme::adaptive);
    tolerant.solver_tolerance = 1e-4;
    auto const adaptive = make_backend(GetParam());
    adaptive->start(tolerant, empty_state(tolerant, [](int, Vec3) { return 10; }));
    time = 0;
    for (auto const& [t, c] : expected) {
        advance(*adaptive, 5, t, time);
        EXPECT_TRUE(close(field(*adaptive, 0, 1)[0], c, 2e-3)) << t;
    }
}

TEST_P(Reactions, A14Slab) {
    for (auto const& [scheme, dt, end] : {std::tuple{Scheme::quasi_steady, 1.0, 1.0},
                                          {Scheme::implicit_euler, 200.0, 40000.0},
                                          {Scheme::tr_bdf2, 100.0, 20000.0},
                                          {Scheme::adaptive, 2000.0, 20000.0}}) {
        Model m = michaelis_menten(100, 1, 10, 0.004, 0.1, scheme);
        if (scheme == Scheme::adaptive) m.solver_tolerance = 1e-3;
        m.ligands[0].faces[x_low] = {FaceKind::value, 1};
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        double time = 0;
        advance(*engine, dt, end, time);
        auto const c = engine->sample(0, {{25, Real(0.5), Real(0.5)}, {50, Real(0.5), Real(0.5)}, {75, Real(0.5), Real(0.5)}});
        auto const what = testing::Message() << "scheme " << static_cast<int>(scheme);
        EXPECT_TRUE(close(c[0], 0.496171, 0.01)) << what;
        EXPECT_TRUE(close(c[1], 0.198532, 0.01)) << what;
        EXPECT_TRUE(close(c[2], 0.064615, 0.01)) << what;
        auto const all = field(*engine, 0, 1);
        EXPECT_TRUE(close(all[99], 0.031341, 0.01)) << what;
        // into the slab, from the wall and half a voxel's consumption
        EXPECT_TRUE(close(2 * 10 * (1 - all[0]), 0.245948, 0.01)) << what;
        EXPECT_LT(std::fabs(engine->totals().ligands[0].imbalance()), kDouble ? 1e-12 : 2e-6) << what;
    }
}

// A14: K_m → 0, consumption of order 0: nothing reaches beyond sqrt(2 D c0 / V) = 100 um
TEST_P(Reactions, A14DeadZone) {
    Model m = michaelis_menten(150, 1, 100, 0.02, 1e-4, Scheme::quasi_steady);
    m.ligands[0].faces[x_low] = {FaceKind::value, 1};
    m.solver_tolerance = 1e-5;
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m));
    double time = 0;
    advance(*engine, 1, 10, time);
    auto const c = field(*engine, 0, 1);
    for (int i : {10, 25, 50}) EXPECT_TRUE(close(c[i], std::pow(1 - (i + 0.5) / 100, 2), 0.01)) << i;
    EXPECT_LT(c[105], 1e-3);
}

// --- A10, A11: layers made by a matrix ------------------------------------------------------------------

/// D falls to a tenth in the half of the slab that is full of matrix, ligand 1, by one of the laws.
Model two_layers(int n, Real k, bool obstruction, Scheme scheme) {
    Model m = box(n, 1, 1, Real(200) / n);
    add_ligand(m, 10, k, scheme);
    add_ligand(m, 0, 0, Scheme::adaptive);
    double const root = std::sqrt(0.1);
    m.ligands[0].hindered_by = {obstruction ? Hindrance{1, static_cast<Real>((1 - root) / (1 + root) / 2), 0}
                                            : Hindrance{1, 0, static_cast<Real>(2 / std::log(10))}};
    m.ligands[0].faces[x_low] = {FaceKind::value, 1};
    m.solver_tolerance = kDouble ? 1e-13 : 1e-6;
    return m;
}
InitialState matrix_in_one_half(Model const& m) {
    return empty_state(m, [](int l, Vec3 p) { return l == 1 && p.x > 100 ? 2 : 0; });
}

TEST_P(Reactions, A10LayersOfMatrixAreExact) {
    for (bool obstruction : {false, true}) {
        Model m = two_layers(40, 0, obstruction, Scheme::quasi_steady);
        m.ligands[0].faces[x_high] = {FaceKind::value, 0};
        auto const engine = make_backend(GetParam());
        engine->start(m, matrix_in_one_half(m));
        double time = 0;
        advance(*engine, 1, 1, time);
        auto const c = field(*engine, 0, 2);
        for (int i = 0; i < 40; ++i) {
            double const x = (i + 0.5) * 5;
            EXPECT_TRUE(close(c[i], x < 100 ? 1 - x / 1100 : (200 - x) / 110, kDouble ? 1e-11 : 2e-5)) << obstruction << " " << i;
        }
        EXPECT_TRUE(close(10 * 2 * (1 - c[0]) / 5, 1 / 110.0, kDouble ? 1e-9 : 2e-4));
        EXPECT_LT(std::fabs(engine->totals().ligands[0].entered), kDouble ? 1e-12 : 1e-5);
    }
}

TEST_P(Reactions, A11LayersOfMatrixWithDecay) {
    double const expected[] = {0.6751506, 0.5226347, 0.2386968, 0.1118783, 0.04416630};
    for (auto const& [scheme, dt, steps] :
         {std::tuple{Scheme::quasi_steady, 1.0, 1}, {Scheme::adaptive, 1000.0, 20}, {Scheme::adi, 20.0, 600}}) {
        Model m = two_layers(80, Real(1e-3), true, scheme);
        if (scheme == Scheme::adaptive) m.solver_tolerance = 1e-3;
        auto const engine = make_backend(GetParam());
        engine->start(m, matrix_in_one_half(m));
        double time = 0;
        advance(*engine, dt, dt * steps, time);
        auto const c = field(*engine, 0, 2);
        double const h = 2.5, flux = 2 * 10 / 11.0 * (c[39] - c[40]) / h;
        EXPECT_TRUE(close((c[19] + c[20]) / 2, expected[0], 1e-3));
        EXPECT_TRUE(close(c[39] - flux * h / 2 / 10, expected[1], 2e-3));
        EXPECT_TRUE(close((c[49] + c[50]) / 2, expected[2], 2e-3));
        EXPECT_TRUE(close((c[59] + c[60]) / 2, expected[3], 2e-3));
        EXPECT_TRUE(close(c[79], expected[4], 2e-3));
        auto const slope = [&](int first, int next) {
            return (-71 * c[first] + 141 * c[first + next] - 93 * c[first + 2 * next] + 23 * c[first + 3 * next]) / (24 * h);
        };
        EXPECT_TRUE(close(10 * slope(39, -1), -slope(40, 1), 0.005));
        EXPECT_TRUE(close(2 * 10 * (1 - c[0]) / h, 0.08683160, 0.02));
    }
}

CRINE_ON_EVERY_ENGINE(Reactions);

}  // namespace
}  // namespace crine::test
