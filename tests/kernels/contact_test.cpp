#include "support/cells.h"
#include "support/engines.h"
#include "support/models.h"

#include <cmath>

namespace crine::test {
namespace {

/// Three types in one crowd: one ordinary, one that stays, one without mechanics.
Model crowd(bool periodic, int n, Real spacing) {
    Model m = box(n, n, n, spacing);
    for (bool& axis : m.grid.periodic) axis = periodic;
    for (int t = 0; t < 3; ++t) {
        add_type(m, Real(4 + t), 3);
        m.types[t].base[behaviour::repulsion] = Real(0.1 + 0.05 * t);
        m.types[t].base[behaviour::adhesion] = Real(0.02 + 0.01 * t);
        m.types[t].adhesion_reach = Real(1.2 + 0.1 * t);
    }
    m.types[1].moves = false;
    m.types[2].mechanics = false;
    return m;
}

/// Contact velocity and pressure of every cell after one step, by a loop over all pairs in double.
void expect_as_all_pairs(Device const& device, Model const& m, std::size_t cells_of_type) {
    InitialState s = empty_state(m);
    for (std::uint8_t t = 0; t < 3; ++t) scatter(s.cells, m.grid, cells_of_type, t, m.types[t].radius, 11 + t);
    HostCells const& c = s.cells;
    double const length = m.grid.nx * m.grid.spacing;
    auto const engine = make_backend(device);
    engine->start(m, s);
    engine->move({0, 1, 0});
    HostCells const got = cells_of(*engine);

    int touching = 0;
    for (std::size_t i = 0; i < c.size(); ++i) {
        CellType const& mine = m.types[c.type[i]];
        double v[3] = {0, 0, 0}, pressure = 0;
        for (std::size_t j = 0; j < c.size(); ++j) {
            CellType const& other = m.types[c.type[j]];
            if (i == j || !mine.mechanics || !other.mechanics) continue;
            double way[3] = {double(c.x[i]) - c.x[j], double(c.y[i]) - c.y[j], double(c.z[i]) - c.z[j]}, square = 0;
            for (int a = 0; a < 3; ++a) {
                if (m.grid.periodic[a]) way[a] -= length * std::round(way[a] / length);
                square += way[a] * way[a];
            }
            double const d = std::sqrt(square), R = double(mine.radius) + other.radius,
                         S = double(mine.adhesion_reach) * mine.radius + double(other.adhesion_reach) * other.radius;
            double speed = 0;
            if (d < R) {
                speed += std::sqrt(double(mine.base[behaviour::repulsion]) * other.base[behaviour::repulsion]) * std::pow(1 - d / R, 2);
                pressure += 1 - d / R;
            }
            if (d < S) {
                speed -= std::sqrt(double(mine.base[behaviour::adhesion]) * other.base[behaviour::adhesion]) * std::pow(1 - d / S, 2);
                ++touching;
            }
            for (int a = 0; a < 3; ++a) v[a] += speed * way[a] / d;
        }
        std::size_t const k = find(got, c.id[i]);
        ASSERT_LT(k, got.size());
        if (!mine.moves) v[0] = v[1] = v[2] = 0;
        EXPECT_TRUE(close(got.cx[k], v[0], 1e-4, 2e-6)) << "cell " << c.id[i];  // sums of a dozen terms of size 0.1 that may cancel
        EXPECT_TRUE(close(got.cy[k], v[1], 1e-4, 2e-6));
        EXPECT_TRUE(close(got.cz[k], v[2], 1e-4, 2e-6));
        EXPECT_TRUE(close(got.pressure[k], pressure, 1e-5, 1e-6));
        if (!mine.moves) {
            EXPECT_EQ(got.x[k], c.x[i]);
        }
    }
    EXPECT_GT(touching, static_cast<int>(cells_of_type));  // the comparison is of something
}

}  // namespace

using ContactKernel = OnEveryEngine;

TEST_P(ContactKernel, IsTheSumOverAllPairsBetweenWalls) { expect_as_all_pairs(GetParam(), crowd(false, 8, 10), 300); }
TEST_P(ContactKernel, IsTheSumOverAllPairsAcrossPeriodicFaces) { expect_as_all_pairs(GetParam(), crowd(true, 8, 10), 300); }
TEST_P(ContactKernel, IsTheSumOverAllPairsInADomainOfTwoBins) { expect_as_all_pairs(GetParam(), crowd(true, 4, 10), 60); }
TEST_P(ContactKernel, IsTheSumOverAllPairsInADomainOfOneBin) { expect_as_all_pairs(GetParam(), crowd(true, 3, 10), 20); }

TEST_P(ContactKernel, KeepsTheMomentumOfACrowd) {
    Model m = box(10, 10, 10, 10);
    add_type(m, 5);
    m.types[0].base[behaviour::repulsion] = Real(0.1);
    m.types[0].base[behaviour::adhesion] = Real(0.02);
    InitialState s = empty_state(m);
    scatter(s.cells, m.grid, 1000, 0, 5, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    engine->move({0, 1, 0});
    HostCells const got = cells_of(*engine);
    double sum = 0, size = 0;
    for (std::size_t i = 0; i < got.size(); ++i) sum += got.cx[i] + got.cy[i] + got.cz[i], size += std::fabs(got.cx[i]);
    EXPECT_LT(std::fabs(sum), (sizeof(Real) == 8 ? 1e-12 : 1e-6) * size);
}

CRINE_ON_EVERY_ENGINE(ContactKernel);

}  // namespace crine::test
