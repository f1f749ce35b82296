#include "crine/units.h"
#include "support/cells.h"
#include "support/engines.h"
#include "support/models.h"

#include <cmath>

/// Validation E1: mean square displacement of the persistent random walk, Fürth (1920).

namespace crine::test {
namespace {

constexpr std::size_t kCells = 10000;

struct Walkers {
    double speed, persistence;  ///< [µm/s], [s]
};

/// Fraction by which the mean of the squared displacements differs from 2 S² P (t - P (1 - exp(-t/P))), and its standard error.
void expect_furth(Device const& device, Walkers walk, int dimensions, double dt, std::vector<double> const& times) {
    // a domain so large that nobody meets a wall
    Model m = box(10, 10, dimensions == 2 ? 1 : 10, 1000);
    add_type(m, 5);
    m.types[0].mechanics = false;
    m.types[0].base[behaviour::speed] = static_cast<Real>(walk.speed);
    m.types[0].base[behaviour::persistence] = static_cast<Real>(walk.persistence);
    InitialState s = empty_state(m);
    Vec3 const start{5000, 5000, dimensions == 2 ? Real(500) : Real(5000)};
    for (std::size_t i = 0; i < kCells; ++i) s.cells.add(0, start, 5);
    auto const engine = make_backend(device);
    engine->start(m, s);
    std::uint64_t step = 0;
    for (double const until : times) {
        for (; static_cast<double>(step) * dt < until - dt / 2; ++step) {
            engine->sort();
            engine->move({static_cast<double>(step) * dt, dt, step});
        }
        HostCells const c = cells_of(*engine);
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < kCells; ++i) {
            Vec3 const d = position(c, i) - start;
            double const r2 = static_cast<double>(dot(d, d));
            sum += r2, squares += r2 * r2;
            if (dimensions == 2) {
                ASSERT_EQ(c.z[i], start.z) << "a cell has left its sheet";
            }
        }
        double const mean = sum / kCells, error = std::sqrt((squares / kCells - mean * mean) / kCells), P = walk.persistence;
        double const expected = 2 * walk.speed * walk.speed * P * (until - P * -std::expm1(-until / P));
        EXPECT_NEAR(mean, expected, 4 * error + 1e-3 * expected) << dimensions << "-D, t = " << until << " s, dt = " << dt << " s";
        EXPECT_LT(error, 0.02 * expected);
    }
}

}  // namespace

using WalkOnEveryEngine = OnEveryEngine;

TEST_P(WalkOnEveryEngine, SpreadsAsFurthInTwoAndThreeDimensionsAtAnyTimeStep) {
    Walkers const lymphocyte{10 / kMinute, 2 * kMinute}, fibroblast{0.5 / kMinute, 30 * kMinute};
    for (int dimensions : {2, 3}) {
        expect_furth(GetParam(), lymphocyte, dimensions, 0.1 * lymphocyte.persistence, {2 * kMinute, 10 * kMinute, 60 * kMinute});
        expect_furth(GetParam(), lymphocyte, dimensions, 0.01 * lymphocyte.persistence, {1 * kMinute, 2 * kMinute, 10 * kMinute});
        expect_furth(GetParam(), fibroblast, dimensions, 0.1 * fibroblast.persistence, {30 * kMinute, 120 * kMinute, 600 * kMinute});
        for (double dt : {1.0, 5.0, 40.0, 100.0})
            expect_furth(GetParam(), lymphocyte, dimensions, dt * lymphocyte.persistence,
                         {2 * kMinute * dt, 4 * kMinute * dt, 10 * kMinute * dt});
    }
}

TEST_P(WalkOnEveryEngine, ForgetsItsDirectionInItsPersistenceAtAnyTimeStep) {
    double const persistence = 120;
    for (double steps : {0.1, 0.5, 2.0}) {
        Model m = box(10, 10, 10, 1000);
        add_type(m, 5);
        m.types[0].mechanics = false;
        m.types[0].base[behaviour::speed] = Real(0.1);
        m.types[0].base[behaviour::persistence] = static_cast<Real>(persistence);
        InitialState s = empty_state(m);
        for (std::size_t i = 0; i < kCells; ++i) s.cells.add(0, {5000, 5000, 5000}, 5);
        for (Real& x : s.cells.dx) x = 1;
        auto const engine = make_backend(GetParam());
        engine->start(m, s);
        double const dt = steps * persistence;
        for (std::uint64_t n = 0; n < 2; ++n) engine->sort(), engine->move({static_cast<double>(n) * dt, dt, n});
        HostCells const c = cells_of(*engine);
        double sum = 0;
        for (Real x : c.dx) sum += static_cast<double>(x) / kCells;
        EXPECT_NEAR(sum, std::exp(-2 * steps), 4.5 * std::sqrt(0.5 / kCells)) << steps;
    }
}

/// Along what attracts, new directions have a mean of 2 r / 3 on a sphere, r = b / (1 - b), up to b = 1/2, and 1 - 1 / (3 r²) beyond; on a
/// circle it is an elliptic integral, 0.25866 for r = 1/2 and 0.93422 for 2.
TEST_P(WalkOnEveryEngine, DriftsByItsBiasAtAnyTimeStep) {
    struct Case {
        int dimensions;
        double bias, mean;
    };
    double const speed = 0.1, persistence = 20, time = 800;
    for (auto const& [dimensions, bias, mean] :
         {Case{3, 1.0 / 3, 1.0 / 3}, {3, 2.0 / 3, 1 - 1.0 / 12}, {2, 1.0 / 3, 0.25866}, {2, 2.0 / 3, 0.93422}})
        for (double dt : {4.0, 20.0, 800.0}) {
            Model m = box(20, 20, dimensions == 2 ? 1 : 20, 100);
            add_ligand(m, 0, 0);
            add_type(m, 5);
            m.types[0].mechanics = false;
            Vocabulary const words = m.vocabulary();
            m.types[0].base[behaviour::speed] = static_cast<Real>(speed);
            m.types[0].base[behaviour::persistence] = static_cast<Real>(persistence);
            m.types[0].base[behaviour::bias] = static_cast<Real>(bias);
            m.types[0].base[static_cast<std::size_t>(words.of(behaviour::attraction, 0))] = 1;
            InitialState s = empty_state(m, [](int, Vec3 p) { return p.x; });
            Vec3 const start{1000, 1000, dimensions == 2 ? Real(50) : Real(1000)};
            for (std::size_t i = 0; i < 1500; ++i) s.cells.add(0, start, 5);
            auto const engine = make_backend(GetParam());
            engine->start(m, s);
            for (std::uint64_t n = 0; static_cast<double>(n) * dt < time - dt / 2; ++n)
                engine->sort(), engine->move({static_cast<double>(n) * dt, dt, n});
            HostCells const c = cells_of(*engine);
            double sum = 0, squares = 0;
            for (std::size_t i = 0; i < c.size(); ++i) {
                double const d = static_cast<double>(c.x[i] - start.x) / (speed * time);
                sum += d / 1500, squares += d * d / 1500;
            }
            EXPECT_NEAR(sum, mean, 4.5 * std::sqrt((squares - sum * sum) / 1500) + 1e-3)
                << dimensions << "-D, bias " << bias << ", dt = " << dt << " s";
        }
}

TEST_P(WalkOnEveryEngine, WallsKeepWalkersInAndEvenlySpread) {
    for (double dt : {2.0, 100.0, 800.0}) {  // in the last one ways are longer than the domain
        Model m = box(10, 10, 10, 10);
        m.grid.periodic[1] = true;
        add_type(m, 5);
        m.types[0].mechanics = false;
        m.types[0].base[behaviour::speed] = 2;
        m.types[0].base[behaviour::persistence] = 10;
        InitialState s = empty_state(m);
        for (std::size_t i = 0; i < kCells; ++i) s.cells.add(0, {5, 5, 5}, 5);
        auto const engine = make_backend(GetParam());
        engine->start(m, s);
        for (std::uint64_t n = 0; static_cast<double>(n) * dt < 800; ++n) {
            engine->sort();
            engine->move({dt * static_cast<double>(n), dt, n});
        }
        HostCells const c = cells_of(*engine);
        for (auto const* axis : {&c.x, &c.y, &c.z}) {
            std::vector<int> tenth(10);
            for (Real const p : *axis) {
                ASSERT_TRUE(p >= 0 && p <= 100) << p;
                ++tenth[std::min(9, static_cast<int>(p / 10))];
            }
            for (int n : tenth) EXPECT_NEAR(n, 1000, 4.5 * 30) << dt;  // binomial: √(10000 · 0.1 · 0.9) = 30
        }
    }
}

CRINE_ON_EVERY_ENGINE(WalkOnEveryEngine);

}  // namespace crine::test
