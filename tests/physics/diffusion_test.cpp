#include "crine/units.h"
#include "support/engines.h"
#include "support/models.h"

#include <cmath>

/// Diffusion and decay against closed forms: absolute error, and the order at which it falls.

namespace crine::test {
namespace {

class Diffusion : public OnEveryEngine {};

constexpr bool kDouble = sizeof(Real) == 8;
/// What "to round-off" means for the storage precision of this build.
constexpr double kRoundOff = kDouble ? 1e-10 : 1e-5;
constexpr double kTight = kDouble ? 1e-13 : 1e-6;

void advance(Backend& on, double dt, int steps) {
    for (int s = 0; s < steps; ++s) {
        Moment const now{s * dt, dt, static_cast<std::uint64_t>(s)};
        on.exchange(now);
        on.transport(now);
        on.check(now);
    }
}

/// The field after some steps from a start given by position.
std::vector<Real> run(Device const& device, Model const& m, std::function<double(Vec3)> const& start, double dt, int steps) {
    auto const engine = make_backend(device);
    engine->start(m, empty_state(m, [&](int, Vec3 p) { return start ? start(p) : 0; }));
    advance(*engine, dt, steps);
    return field(*engine, 0, static_cast<int>(m.ligands.size()));
}

Model line(int n, Real spacing, Real d, Real k, Scheme scheme) {
    Model m = box(n, 1, 1, spacing);
    add_ligand(m, d, k, scheme);
    m.solver_tolerance = kTight;
    return m;
}

double gaussian(double r2, double t) { return 1e6 * std::pow(4 * kPi * 10 * t, -1.5) * std::exp(-r2 / (40 * t) - 1e-3 * t); }

/// Relative error at the centre of the pulse (a voxel's) and 50 µm away after 100 s of spreading.
std::array<double, 2> gaussian_error(Device const& device, int n, double dt) {
    Real const h = Real(400) / n;
    Model m = box(n, n, n, h);
    add_ligand(m, 10, Real(1e-3), Scheme::tr_bdf2);
    m.solver_tolerance = 1e-6;
    double const centre = 200 + h / 2;
    auto const from_centre = [&](Vec3 p) {
        return (p.x - centre) * (p.x - centre) + (p.y - centre) * (p.y - centre) + (p.z - centre) * (p.z - centre);
    };
    auto const c = run(
        device, m, [&](Vec3 p) { return gaussian(from_centre(p), 20); }, dt, static_cast<int>(std::lround(100 / dt)));
    auto const relative = [&](int i) {
        double const expected = gaussian(from_centre(m.grid.centre(i, n / 2, n / 2)), 120);
        return c[m.grid.voxel(i, n / 2, n / 2)] / expected - 1;
    };
    return {relative(n / 2), relative(n / 2 + static_cast<int>(std::lround(50 / h)))};
}

// A1
TEST_P(Diffusion, GaussianSpreads) {
    auto const coarse = gaussian_error(GetParam(), 40, 4), fine = gaussian_error(GetParam(), 80, 2);
    for (int at = 0; at < 2; ++at) {
        EXPECT_LT(std::fabs(fine[at]), 0.01);
        EXPECT_NEAR(coarse[at] / fine[at], 4, 0.4) << coarse[at] << " " << fine[at];
    }
}

// A1: the discrete Laplacian spreads a pulse by exactly 2 D t, decay or not
TEST_P(Diffusion, VarianceGrowsExactly) {
    Model m = box(80, 80, 80, 5);
    add_ligand(m, 10, Real(1e-3), Scheme::implicit_euler);
    m.solver_tolerance = kTight;
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [](int, Vec3 p) {
                      return gaussian((p.x - 200.) * (p.x - 200.) + (p.y - 200.) * (p.y - 200.) + (p.z - 200.) * (p.z - 200.), 20);
                  }));
    auto const variance = [&] {
        auto const c = field(*engine, 0, 1);
        double sum = 0, square = 0;
        for (int k = 0; k < 80; ++k)
            for (int j = 0; j < 80; ++j)
                for (int i = 0; i < 80; ++i) {
                    double const x = (i + 0.5) * 5 - 200, value = c[m.grid.voxel(i, j, k)];
                    sum += value, square += value * x * x;
                }
        return square / sum;
    };
    double const before = variance();
    advance(*engine, 2, 10);
    // implicit Euler adds 2 D dt / (1 + k dt) a step: the loss is taken at the end of the step
    EXPECT_TRUE(close(variance() - before, 2 * 10 * 20 / (1 + 1e-3 * 2), kDouble ? 1e-6 : 2e-4));
}

// A2
TEST_P(Diffusion, PlaneSourceReachesItsGradient) {
    auto const exact = [](double x) { return 10 * std::cosh((500 - x) / 100) / std::sinh(5.0); };
    double error[2];
    for (int refined = 0; refined < 2; ++refined) {
        Model m = line(100 << refined, Real(5) / (1 << refined), 10, Real(1e-3), Scheme::quasi_steady);
        m.ligands[0].faces[x_low] = {FaceKind::flux, 1};
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        advance(*engine, 1, 1);
        std::vector<Vec3> points;
        for (Real x : {0, 50, 100, 200, 300, 500}) points.push_back({x, Real(2), Real(2)});
        auto const c = engine->sample(0, points);
        double const expected[] = {10.000908, 6.066331, 3.680196, 1.356769, 0.5070125, 0.1347651};
        for (std::size_t p = 0; p < points.size(); ++p) EXPECT_TRUE(close(c[p], expected[p], 0.005)) << points[p].x;
        // decay length between 50 and 250 µm, less the reflection at the far wall
        auto const at = engine->sample(0, {{50, 2, 2}, {250, 2, 2}});
        EXPECT_TRUE(close(std::acosh(std::cosh(2.5) * at[0] / at[1]) / 4.5, 1, 0.005));
        auto const all = field(*engine, 0, 1);
        int const i = 19 << refined;
        error[refined] = 0.5 * (all[i] + all[i + 1]) / (0.5 * (exact((i + 0.5) * m.grid.spacing) + exact((i + 1.5) * m.grid.spacing))) - 1;
    }
    if (kDouble) {
        EXPECT_NEAR(error[0] / error[1], 4, 0.4);
    }
}

// A3
TEST_P(Diffusion, GradientBuildsUp) {
    for (bool held : {true, false}) {
        Model m = line(160, 5, 10, Real(1e-3), Scheme::tr_bdf2);
        m.ligands[0].faces[x_low] = held ? Face{FaceKind::value, 1} : Face{FaceKind::flux, Real(0.1)};  // c = 1 at x = 0 in the end
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        auto const exact = [&](double x, double t) {
            double const a = std::exp(-x / 100) * std::erfc(x / std::sqrt(40 * t) - std::sqrt(1e-3 * t)),
                         b = std::exp(x / 100) * std::erfc(x / std::sqrt(40 * t) + std::sqrt(1e-3 * t));
            return 0.5 * (held ? a + b : a - b);
        };
        EXPECT_TRUE(close(exact(100, 300), held ? 0.1642155 : 0.05856372, 1e-6));
        double time = 0;
        for (double until : {100., 300., 1000.}) {
            int const steps = static_cast<int>((until - time) / 2);
            advance(*engine, 2, steps);
            time = until;
            auto const c = engine->sample(0, {{0, 1, 1}, {50, 1, 1}, {100, 1, 1}, {200, 1, 1}});
            EXPECT_TRUE(close(c[0], exact(0, time), 0.01));
            EXPECT_TRUE(close(c[1], exact(50, time), 0.01));
            EXPECT_TRUE(close(c[2], exact(100, time), 0.01, time < 200 ? 2e-4 : 0)) << time;  // the foot of the front spans few voxels
            EXPECT_TRUE(close(c[3], exact(200, time), 0.01, 1e-3));
        }
    }
}

/// A source of 10 molecules/s in the middle voxel of a cube of n³.
Model point_source(int n, Real h, Real d, Real k) {
    Model m = box(n, n, n, h);
    m.material_names = {"tissue", "source"};
    m.material[m.grid.voxel(n / 2, n / 2, n / 2)] = 1;
    add_ligand(m, d, k, Scheme::quasi_steady);
    m.materials[1].source = 10 / (h * h * h);
    m.solver_tolerance = kTight;
    return m;
}

// A4, A5, A15
TEST_P(Diffusion, PointSource) {
    int const n = 161, middle = n / 2;
    Model m = point_source(n, 5, 10, Real(1e-3));
    auto const c = run(GetParam(), m, {}, 1, 1);
    auto const at = [&](int i, int j, int k) { return c[m.grid.voxel(middle + i, middle + j, middle + k)]; };
    for (int i : {5, 6, 10, 20}) {
        double const r = 5.0 * i;
        EXPECT_TRUE(close(at(i, 0, 0), 10 / (4 * kPi * 10 * r) * std::exp(-r / 100), 0.015)) << r;
    }
    // its own voxel: Watson's integral, less the part that decay takes
    EXPECT_TRUE(close(at(0, 0, 0), 0.2527310 * 10 / (10 * 5) - 10 / (4 * kPi * 10 * 100), 0.005));
    // the 48 symmetries of a cube
    for (auto [a, b, d] : {std::array{3, 1, 0}, {7, 4, 2}, {1, 1, 1}})
        for (int flip = 0; flip < 8; ++flip) {
            int const x = flip & 1 ? -a : a, y = flip & 2 ? -b : b, z = flip & 4 ? -d : d;
            for (Real v : {at(x, y, z), at(x, z, y), at(y, x, z), at(y, z, x), at(z, x, y), at(z, y, x)})
                EXPECT_TRUE(close(v, at(a, b, d), kDouble ? 1e-12 : 1e-5));
        }
}

// A6
TEST_P(Diffusion, SecretingSphere) {
    int const n = 128;
    Model m = box(n, n, n, Real(2.5));
    m.material_names = {"tissue", "cell", "shell"};
    double const centre = 160;
    std::size_t shell = 0;
    for (int k = 0; k < n; ++k)
        for (int j = 0; j < n; ++j)
            for (int i = 0; i < n; ++i) {
                Vec3 const p = m.grid.centre(i, j, k);
                double const r =
                    std::sqrt((p.x - centre) * (p.x - centre) + (p.y - centre) * (p.y - centre) + (p.z - centre) * (p.z - centre));
                auto& material = m.material[m.grid.voxel(i, j, k)];
                material = r < 10 ? 1 : (r < 12.5 ? 2 : 0);
                shell += material == 2;
            }
    add_ligand(m, 10, Real(1e-3), Scheme::quasi_steady);
    // nothing diffuses inside the cell; what it secretes appears in the voxels around it, rescaled to 10 molecules/s in all
    m.materials[1].diffusivity = 0;
    m.materials[2].source = static_cast<Real>(10 / (shell * m.grid.volume()));
    auto const expected = [](double r) { return 10 * std::exp(-(r - 10) / 100) / (4 * kPi * 10 * r * (1 + 10 / 100.0)); };
    EXPECT_TRUE(close(expected(20), 0.003272940, 1e-6));
    // the walls of the box reflect: a box with held walls of twice the distance would be as good; here the images are subtracted
    for (int side = 0; side < 6; ++side) m.ligands[0].faces[side] = {FaceKind::value, static_cast<Real>(expected(195))};
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m));
    advance(*engine, 1, 1);
    for (double r : {15., 20., 50.}) {
        double const s = r / std::sqrt(3.0);
        auto const c =
            engine->sample(0, {{Real(centre + r), Real(centre), Real(centre)}, {Real(centre + s), Real(centre + s), Real(centre - s)}});
        for (Real v : c) EXPECT_TRUE(close(v, expected(r), 0.03)) << r;
    }
}

/// Rate at which the amplitude of a mode falls in one very short TR-BDF2 step.
double mode_rate(Device const& device, Model const& m, std::function<double(Vec3)> const& mode, double dt, int steps) {
    auto const engine = make_backend(device);
    engine->start(m, empty_state(m, [&](int, Vec3 p) { return mode(p); }));
    auto const before = field(*engine, 0, 1);
    advance(*engine, dt, steps);
    auto const after = field(*engine, 0, 1);
    double up = 0, down = 0;
    for (std::size_t v = 0; v < before.size(); ++v)
        up += static_cast<double>(after[v]) * before[v], down += static_cast<double>(before[v]) * before[v];
    double shape = 0;
    for (std::size_t v = 0; v < before.size(); ++v) shape = std::max(shape, std::fabs(after[v] - up / down * before[v]));
    EXPECT_LT(shape, kDouble ? 1e-11 : 2e-5);
    return -std::log(up / down) / (dt * steps);
}

// A7
TEST_P(Diffusion, EigenmodesDecayAtTheirRate) {
    Model m = box(40, 40, 40, 5);
    add_ligand(m, 10, Real(1e-3), Scheme::tr_bdf2);
    m.solver_tolerance = kTight;
    auto const cosine = [](int a, int b, int c) {
        return [=](Vec3 p) { return std::cos(kPi * a * p.x / 200) * std::cos(kPi * b * p.y / 200) * std::cos(kPi * c * p.z / 200); };
    };
    // 20 steps of 1 s: the time error of TR-BDF2 is (rate dt)³ / 25 a step
    auto const tolerance = [](double rate) { return kDouble ? rate * rate / 20 + 1e-9 : 1e-4; };
    for (auto const& [mode, rate] :
         {std::pair{cosine(1, 1, 1), 0.0083983990}, {cosine(2, 0, 0), 0.010849328}, {cosine(1, 2, 3), 0.035419524}})
        EXPECT_TRUE(close(mode_rate(GetParam(), m, mode, 1, 20), rate, tolerance(rate)));
    Model held = m;
    for (auto& face : held.ligands[0].faces) face = {FaceKind::value, 0};
    auto const sine = [](Vec3 p) { return std::sin(kPi * p.x / 200) * std::sin(kPi * p.y / 200) * std::sin(kPi * p.z / 200); };
    EXPECT_TRUE(close(mode_rate(GetParam(), held, sine, 1, 20), 0.0083983990, tolerance(0.0084)));
    Model around = m;
    for (bool& periodic : around.grid.periodic) periodic = true;
    auto const wave = [](Vec3 p) { return std::cos(2 * kPi * p.x / 200); };
    auto const wave_3 = [](Vec3 p) {
        return std::cos(2 * kPi * p.x / 200) * std::cos(2 * kPi * p.y / 200) * std::cos(2 * kPi * p.z / 200);
    };
    EXPECT_TRUE(close(mode_rate(GetParam(), around, wave, 1, 20), 0.010849328, tolerance(0.011)));
    EXPECT_TRUE(close(mode_rate(GetParam(), around, wave_3, 1, 20), 0.030547983, tolerance(0.031)));
}

/// Amplitude of the cosine mode (2) on a line of 200 µm after 100 s.
double mode_amplitude(Device const& device, Scheme scheme, int n, double dt) {
    Model const m = line(n, Real(200) / n, 10, Real(1e-3), scheme);
    return std::exp(-100 *
                    mode_rate(
                        device, m, [](Vec3 p) { return std::cos(2 * kPi * p.x / 200); }, dt, static_cast<int>(std::lround(100 / dt))));
}

// A8
TEST_P(Diffusion, OrderInSpaceAndTime) {
    double const exact = std::exp(-100 * (1e-3 + 10 * std::pow(2 * kPi / 200, 2)));
    auto const error = [&](Scheme scheme, int n, double dt) { return std::fabs(mode_amplitude(GetParam(), scheme, n, dt) - exact); };
    EXPECT_TRUE(close(error(Scheme::implicit_euler, 20, 1), 4.7098e-3, 1e-5, kDouble ? 5e-8 : 1e-5));
    EXPECT_TRUE(close(error(Scheme::implicit_euler, 40, 0.25), 1.1812e-3, 1e-5, kDouble ? 5e-8 : 1e-5));
    if (kDouble) {  // in float the rounding of 1600 steps is as large as a tenth of this error
        EXPECT_TRUE(close(error(Scheme::implicit_euler, 80, 0.0625), 2.9553e-4, 1e-5, 5e-9));
    }
    EXPECT_NEAR(error(Scheme::tr_bdf2, 20, 20) / error(Scheme::tr_bdf2, 40, 10), 4, 0.4);
    // along one axis Douglas-Gunn is Crank-Nicolson
    EXPECT_TRUE(close(error(Scheme::adi, 20, 1), 2.7360e-3, 2e-5, kDouble ? 0 : 1e-6));
    EXPECT_TRUE(close(error(Scheme::adi, 40, 0.5), 6.8361e-4, 1e-5, kDouble ? 0 : 1e-6));
    EXPECT_TRUE(close(error(Scheme::adi, 80, 0.25), 1.7088e-4, 5e-5, kDouble ? 0 : 1e-6));
}

// A8: order in time alone, against the exact rate of the same grid
TEST_P(Diffusion, OrderInTime) {
    double const exact = std::exp(-100 * (1e-3 + 4 * 10 / 25.0 * std::pow(std::sin(kPi / 40), 2)));
    auto const error = [&](Scheme scheme, double dt) { return std::fabs(mode_amplitude(GetParam(), scheme, 40, dt) - exact); };
    EXPECT_NEAR(error(Scheme::implicit_euler, 2) / error(Scheme::implicit_euler, 1), 2, 0.2);
    EXPECT_NEAR(error(Scheme::tr_bdf2, 20) / error(Scheme::tr_bdf2, 10), 4, 0.4);
}

/// Error of a Gaussian pulse in a box of two materials after 60 s, against steps so short that halving them changes nothing.
double splitting_error(Device const& device, Scheme scheme, double dt) {
    Model m = box(20, 20, 20, 5);
    m.material_names = {"loose", "dense"};
    for (int k = 0; k < 20; ++k)
        for (int j = 0; j < 20; ++j)
            for (int i = 0; i < 20; ++i) m.material[m.grid.voxel(i, j, k)] = i + 2 * j > 3 * k;
    auto const ends = [&](Scheme with, double step) {
        Model here = m;
        add_ligand(here, 10, Real(1e-3), with);
        here.materials[1].diffusivity = 3, here.materials[1].decay = Real(0.01);
        here.solver_tolerance = with == Scheme::adaptive ? 1e9 : 1e-8;
        auto const pulse = [](Vec3 p) {
            return std::exp(-((p.x - 40) * (p.x - 40) + (p.y - 50) * (p.y - 50) + (p.z - 60) * (p.z - 60)) / 800);
        };
        return run(device, here, pulse, step, static_cast<int>(std::lround(60 / step)));
    };
    auto const exact = ends(Scheme::adi, 0.1), got = ends(scheme, dt);
    double error = 0;
    for (std::size_t v = 0; v < got.size(); ++v) error = std::max(error, std::fabs(static_cast<double>(got[v]) - exact[v]));
    return error;
}

// A8: factors along the axes are of order 2 in three dimensions too, in a medium where they do not commute
TEST_P(Diffusion, OrderOfStepsAlongLines) {
    for (Scheme scheme : {Scheme::adi, Scheme::adaptive})
        EXPECT_NEAR(splitting_error(GetParam(), scheme, 3) / splitting_error(GetParam(), scheme, 1.5), 4, 0.5) << static_cast<int>(scheme);
}

// The steps that a tolerance makes the adaptive scheme take: errors fall with it, at the order of the scheme.
TEST_P(Diffusion, ToleranceDecidesTheSteps) {
    double last_error = 1;
    int last_steps = 0;
    for (double tolerance : {1e-1, 1e-2, 1e-3}) {
        Model m = box(40, 40, 40, 5);
        add_ligand(m, 10, Real(1e-3), Scheme::adaptive);
        m.solver_tolerance = tolerance;
        auto const mode = [](Vec3 p) { return 1 + std::cos(kPi * p.x / 200) * std::cos(kPi * p.y / 200) * std::cos(2 * kPi * p.z / 200); };
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m, [&](int, Vec3 p) { return mode(p); }));
        engine->transport({0, 60, 0});
        auto const c = field(*engine, 0, 1);
        double const decay = std::exp(-1e-3 * 60), slope = 4 * 10 / 25.0,
                     rate = slope * (2 * std::pow(std::sin(kPi / 80), 2) + std::pow(std::sin(kPi / 40), 2));
        double error = 0;
        for (int k = 0; k < 40; ++k)
            for (int i = 0; i < 40; ++i) {
                Vec3 const p = m.grid.centre(i, 7, k);
                error = std::max(error, std::fabs(c[m.grid.voxel(i, 7, k)] / decay - 1 - (mode(p) - 1) * std::exp(-rate * 60)));
            }
        int const steps = engine->totals().solves[0].cycles;
        EXPECT_LT(error, tolerance);
        EXPECT_LT(error, last_error / 5);
        EXPECT_GT(steps, last_steps);
        EXPECT_LE(engine->totals().solves[0].error, tolerance);
        last_error = error, last_steps = steps;
    }
}

// However long the steps, lines end in the steady state that multigrid finds.
TEST_P(Diffusion, LinesReachTheSteadyState) {
    auto const ends = [&](Scheme scheme, double dt, int steps) {
        Model m = box(12, 9, 10, 5);
        m.material_names = {"loose", "dense"};
        for (std::size_t v = 0; v < m.material.size(); ++v) m.material[v] = v % 7 == 0;
        add_ligand(m, 10, Real(0.01), scheme);
        m.materials[1].diffusivity = 2, m.materials[1].decay = Real(0.5), m.materials[0].source = 1;
        m.ligands[0].faces[z_low] = {FaceKind::value, 3};
        m.solver_tolerance = kTight;
        if (scheme == Scheme::adaptive) m.solver_tolerance = 1e-3;
        return run(GetParam(), m, {}, dt, steps);
    };
    auto const expected = ends(Scheme::quasi_steady, 1, 1);
    for (auto const& [scheme, dt, steps] : {std::tuple{Scheme::adi, 2.0, 600}, {Scheme::adaptive, 1000.0, 2}}) {
        auto const got = ends(scheme, dt, steps);
        for (std::size_t v = 0; v < got.size(); ++v)
            ASSERT_TRUE(close(got[v], expected[v], scheme == Scheme::adi ? 2e-5 : 1e-3)) << static_cast<int>(scheme);
    }
}

// A8: production against decay has the right steady state at any step
TEST_P(Diffusion, ProductionAgainstDecay) {
    for (Real d : {0, 10})
        for (Scheme scheme : {Scheme::implicit_euler, Scheme::tr_bdf2, Scheme::quasi_steady, Scheme::adi, Scheme::adaptive}) {
            Model m = line(8, 5, d, Real(0.1), scheme);
            if (scheme == Scheme::adaptive) m.solver_tolerance = 1e-6;  // an error of steps, and of what has only begun to come
            m.materials[0].source = 3;
            auto const c = run(GetParam(), m, {}, 1, 400);
            for (Real v : c) EXPECT_TRUE(close(v, 30, kRoundOff));
        }
}

/// Two layers of 100 µm with D = 10 and 1, the face of a voxel between them.
Model two_layers(int n, Real k) {
    Model m = box(n, 1, 1, Real(200) / n);
    m.material_names = {"fast", "slow"};
    for (int i = n / 2; i < n; ++i) m.material[i] = 1;
    add_ligand(m, 10, k, Scheme::quasi_steady);
    m.materials[1].diffusivity = 1;
    m.ligands[0].faces[x_low] = {FaceKind::value, 1};
    m.solver_tolerance = kTight;
    return m;
}

// A10: harmonic faces make every node exact
TEST_P(Diffusion, TwoLayersAreExact) {
    Model m = two_layers(40, 0);
    m.ligands[0].faces[x_high] = {FaceKind::value, 0};
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m));
    advance(*engine, 1, 1);
    auto const c = field(*engine, 0, 1);
    for (int i = 0; i < 40; ++i) {
        double const x = (i + 0.5) * 5;
        EXPECT_TRUE(close(c[i], x < 100 ? 1 - x / 1100 : (200 - x) / 110, kDouble ? 1e-12 : 1e-5));
    }
    // and between the nodes: at the face it has the value of both materials
    for (Real x : {Real(96), Real(98.5), Real(99.9), Real(100), Real(100.1), Real(101), Real(104)})
        EXPECT_TRUE(close(engine->sample(0, {{x, 2, 2}})[0], x < 100 ? 1 - x / 1100 : (200 - x) / 110, kDouble ? 1e-10 : 1e-5)) << x;
    // through a face of 25 µm², in and out again at the far wall
    double const flux = 10 * 2 * (1 - c[0]) / 5;
    EXPECT_TRUE(close(flux, 1 / 110.0, kDouble ? 1e-10 : 1e-4));
    EXPECT_LT(std::fabs(engine->totals().ligands[0].entered), kDouble ? 1e-12 : 1e-5);
}

// A11
TEST_P(Diffusion, TwoLayersWithDecay) {
    double const expected[] = {0.6751506, 0.5226347, 0.2386968, 0.1118783, 0.04416630};
    double error[2];
    for (int refined = 0; refined < 2; ++refined) {
        Model const m = two_layers(80 << refined, Real(1e-3));
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        advance(*engine, 1, 1);
        auto const c = engine->sample(0, {{50, 1, 1}, {100, 1, 1}, {125, 1, 1}, {150, 1, 1}, {200, 1, 1}});
        EXPECT_TRUE(close(c[0], expected[0], 1e-3));
        for (int p : {2, 3, 4}) EXPECT_TRUE(close(c[p], expected[p], 2e-3)) << p;
        auto const all = field(*engine, 0, 1);
        int const n = 80 << refined;
        double const h = m.grid.spacing, link = 2 * 10 / 11.0, flux = link * (all[n / 2 - 1] - all[n / 2]) / h;
        // the value at the interface, and the flux on both sides of it from four values each
        double const interface = all[n / 2 - 1] - flux * h / 2 / 10;
        EXPECT_TRUE(close(interface, expected[1], 2e-3));
        auto const slope = [&](int first, int next) {
            return (-71 * all[first] + 141 * all[first + next] - 93 * all[first + 2 * next] + 23 * all[first + 3 * next]) / (24 * h);
        };
        EXPECT_TRUE(close(10 * slope(n / 2 - 1, -1), -slope(n / 2, 1), 0.005));
        EXPECT_TRUE(close(2 * 10 * (1 - all[0]) / h, 0.08683160, 0.005));
        error[refined] = 2 * 10 * (1 - all[0]) / h + 1e-3 * h / 2 - 0.08683160;
    }
    EXPECT_LT(std::fabs(error[1]), std::fabs(error[0]));
}

// ADI is for steps in which no more is lost than there is.
TEST_P(Diffusion, AlternatingDirectionsFailWhereTheyTakeTooMuch) {
    auto const run_with = [&](double dt) {
        Model m = box(12, 9, 10, 5);
        m.material_names = {"loose", "dense"};
        for (std::size_t v = 0; v < m.material.size(); ++v) m.material[v] = v % 12 < 6;
        add_ligand(m, 10, 0, Scheme::adi);
        m.materials[1].decay = Real(0.05);
        run(
            GetParam(), m, [](Vec3) { return 1; }, dt, 3);
    };
    EXPECT_NO_THROW(run_with(10));
    try {
        run_with(600);
        FAIL();
    } catch (RunError const& error) {
        EXPECT_NE(std::string(error.what()).find("takes more than there is"), std::string::npos) << error.what();
    }
}

// A9
TEST_P(Diffusion, KeepsItsMass) {
    for (Scheme scheme : {Scheme::implicit_euler, Scheme::adi, Scheme::adaptive}) {
        Model m = box(12, 10, 9, 5);
        add_ligand(m, 10, 0, scheme);
        m.solver_tolerance = 1e-5;
        auto const engine = make_backend(GetParam());
        unsigned seed = 1;
        engine->start(m, empty_state(m, [&](int, Vec3) { return (seed = seed * 1664525u + 1013904223u) / 4294967296.0; }));
        double const before = engine->totals().ligands[0].free;
        advance(*engine, 1, 10000);
        auto const ledger = engine->totals().ligands[0];
        EXPECT_TRUE(close(ledger.free, before, kDouble ? 1e-12 : 5e-7)) << static_cast<int>(scheme);
        EXPECT_LT(std::fabs(ledger.imbalance()), kDouble ? 1e-12 : 5e-7) << static_cast<int>(scheme);
    }
}

// A9: with decay and a source, M(t) = M0 e^{-kt} + S/k (1 - e^{-kt}); of the time step, only its own amplification
TEST_P(Diffusion, BudgetOfSourceAndDecay) {
    Model m = box(12, 10, 9, 5);
    add_ligand(m, 10, Real(0.01), Scheme::tr_bdf2);
    m.materials[0].source = Real(0.02);
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [&](int, Vec3 p) { return 1 + std::sin(p.x); }));
    double const volume = 12 * 10 * 9 * 125.0, before = engine->totals().ligands[0].free;
    advance(*engine, 0.5, 200);
    auto const ledger = engine->totals().ligands[0];
    double const left = std::exp(-1.0);
    EXPECT_TRUE(close(ledger.free, before * left + 2 * volume * (1 - left), kDouble ? 1e-6 : 2e-6));
    EXPECT_TRUE(close(ledger.produced, 0.02 * volume * 100, 1e-6));
    EXPECT_LT(std::fabs(ledger.imbalance()), kDouble ? 1e-12 : 1e-6);
}

// A field that decays for weeks after its source is gone: it follows no rounding of its ledger and never stalls a solver.
TEST_P(Diffusion, DiesAwayQuietly) {
    for (Scheme scheme : {Scheme::implicit_euler, Scheme::adaptive}) {
        Model m = box(8, 8, 4, 20);
        add_ligand(m, 38, Real(1.58e-3), scheme);
        m.solver_tolerance = 1e-3;
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m, [](int, Vec3 p) { return std::exp(-(p.x * p.x + p.y * p.y) / 2000); }));
        ASSERT_NO_THROW(advance(*engine, 600, 1000));
        for (Real c : field(*engine, 0, 1)) {
            EXPECT_GE(c, scheme == Scheme::implicit_euler ? 0 : -1e-30);  // the other is not positive at any step; below 1e-30 is none
            EXPECT_LT(c, 1e-12);
        }
        EXPECT_LT(std::fabs(engine->totals().ligands[0].imbalance()), 1e-10);
    }
}

CRINE_ON_EVERY_ENGINE(Diffusion);

}  // namespace
}  // namespace crine::test
