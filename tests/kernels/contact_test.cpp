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

InitialState scattered(Model const& m, std::size_t cells_of_type) {
    InitialState s = empty_state(m);
    for (std::uint8_t t = 0; t < 3; ++t) scatter(s.cells, m.grid, cells_of_type, t, m.types[t].radius, 11 + t);
    return s;
}

/// A cell in the middle and so many neighbours that touch it, some of which do not touch each other.
InitialState cluster(Model const& m, int neighbours) {
    InitialState s = empty_state(m);
    Vec3 const middle = Real(0.5) * m.grid.size();
    s.cells.add(0, middle, m.types[0].radius);
    for (int n = 0; n < neighbours; ++n) {  // on a spiral over a sphere
        Real const z = (2 * n + 1) / static_cast<Real>(neighbours) - 1, rho = std::sqrt(1 - z * z), angle = Real(2.4) * n;
        s.cells.add(0, middle + Real(7 + n % 2) * Vec3{rho * std::cos(angle), rho * std::sin(angle), z}, m.types[0].radius);
    }
    return s;
}

/// Contact velocity and pressure of every cell after one step, by a loop over all pairs in double. `floor` is of sums that may cancel.
void expect_as_all_pairs(Device const& device, Model const& m, InitialState const& s, double floor = 2e-6) {
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
                double const affinity = double(mine.base[m.vocabulary().of(behaviour::affinity, c.type[j])]) *
                                        other.base[m.vocabulary().of(behaviour::affinity, c.type[i])];
                speed -=
                    std::sqrt(double(mine.base[behaviour::adhesion]) * other.base[behaviour::adhesion] * affinity) * std::pow(1 - d / S, 2);
                ++touching;
            }
            for (int a = 0; a < 3; ++a) v[a] += speed * way[a] / d;
        }
        std::size_t const k = find(got, c.id[i]);
        ASSERT_LT(k, got.size());
        if (!mine.moves) v[0] = v[1] = v[2] = 0;
        EXPECT_TRUE(close(got.cx[k], v[0], 1e-4, floor)) << "cell " << c.id[i];  // sums of a dozen terms of size 0.1 that may cancel
        EXPECT_TRUE(close(got.cy[k], v[1], 1e-4, floor));
        EXPECT_TRUE(close(got.cz[k], v[2], 1e-4, floor));
        EXPECT_TRUE(close(got.pressure[k], pressure, 1e-5, 1e-6));
        if (!mine.moves) {
            EXPECT_EQ(got.x[k], c.x[i]);
        }
    }
    EXPECT_GT(touching, static_cast<int>(c.size() / 3) - 1);  // the comparison is of something
}

}  // namespace

using ContactKernel = OnEveryEngine;

void expect_as_all_pairs_of_a_crowd(Device const& device, Model const& m, std::size_t cells_of_type) {
    expect_as_all_pairs(device, m, scattered(m, cells_of_type));
}

TEST_P(ContactKernel, IsTheSumOverAllPairsBetweenWalls) { expect_as_all_pairs_of_a_crowd(GetParam(), crowd(false, 8, 10), 300); }
TEST_P(ContactKernel, IsTheSumOverAllPairsAcrossPeriodicFaces) { expect_as_all_pairs_of_a_crowd(GetParam(), crowd(true, 8, 10), 300); }
TEST_P(ContactKernel, IsTheSumOverAllPairsInADomainOfTwoBins) { expect_as_all_pairs_of_a_crowd(GetParam(), crowd(true, 4, 10), 60); }
TEST_P(ContactKernel, IsTheSumOverAllPairsInADomainOfOneBin) { expect_as_all_pairs_of_a_crowd(GetParam(), crowd(true, 3, 10), 20); }

TEST_P(ContactKernel, AffinityIsAFactorOnAdhesionOfTwoTypes) {
    for (bool const periodic : {false, true}) {
        Model m = crowd(periodic, 8, 10);
        for (CellType& type : m.types) type.base[behaviour::adhesion] *= 5;
        m.types[0].base[m.vocabulary().of(behaviour::affinity, 1)] = Real(0.3);
        m.types[1].base[m.vocabulary().of(behaviour::affinity, 0)] = 2;
        m.types[0].base[m.vocabulary().of(behaviour::affinity, 0)] = 0;
        expect_as_all_pairs_of_a_crowd(GetParam(), m, 300);
    }
}

TEST_P(ContactKernel, IsTheSumOverAnyNumberOfNeighbours) {
    for (int neighbours : {0, 1, 2, 14, 15, 16, 17, 31, 32, 40}) {
        SCOPED_TRACE(neighbours);
        Model const m = crowd(false, 8, 10);
        expect_as_all_pairs(GetParam(), m, cluster(m, neighbours));
    }
}

TEST_P(ContactKernel, IsTheSumOverManyCellsInOneBin) {
    Model const m = crowd(true, 3, 10);
    expect_as_all_pairs(GetParam(), m, scattered(m, 700), 1e-3);  // more than a thousand terms
}

TEST_P(ContactKernel, OnASheetIsTheSumOverAllPairs) {
    Model m = crowd(true, 8, 10);
    m.grid.nz = 1;
    m.material.assign(m.grid.voxels(), 0);
    expect_as_all_pairs(GetParam(), m, scattered(m, 40));
}

/// Neighbours at the very place of a cell count in full for its pressure, and part from it in opposite directions.
TEST_P(ContactKernel, PartsCellsAtOnePlace) {
    Model const m = crowd(true, 8, 10);
    InitialState s = empty_state(m);
    for (int n = 0; n < 2; ++n) s.cells.add(0, {40, 40, 0}, m.types[0].radius);
    for (int n = 0; n < 2; ++n) s.cells.add(2, {40, 40, 0}, m.types[2].radius);  // without mechanics
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    engine->move({0, 1, 0});
    HostCells const got = cells_of(*engine);
    std::size_t const one = find(got, 1), other = find(got, 2), ghost = find(got, 3);
    Vec3 const v{got.cx[one], got.cy[one], got.cz[one]};
    EXPECT_TRUE(close(norm(v), m.types[0].base[behaviour::repulsion] - m.types[0].base[behaviour::adhesion]));
    EXPECT_EQ(got.cx[other], -v.x);
    EXPECT_EQ(got.cy[other], -v.y);
    EXPECT_EQ(got.cz[other], -v.z);
    EXPECT_EQ(got.pressure[one], 1);
    EXPECT_EQ(got.pressure[other], 1);
    EXPECT_EQ(got.pressure[ghost], 0);
    EXPECT_EQ(got.cx[ghost], 0);
}

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
