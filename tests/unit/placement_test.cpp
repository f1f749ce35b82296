#include "crine/units.h"
#include "support/engines.h"
#include "support/scenario_text.h"

#include <gtest/gtest.h>

#include <numeric>

namespace crine::test {
namespace {

std::string const kHead =
    "time: {end: 1 h}\n"
    "domain: {size: [400 um, 300 um, 200 um], spacing: 10 um}\n"
    "regions: {ball: {sphere: {centre: [200 um, 150 um, 100 um], radius: 90 um}}, low: {layer: {axis: z, from: 0 um, to: 50 um}}, skin: "
    "{layer: {axis: z, from: 190 um, to: 200 um}}}\n"
    "cells: {a: {radius: 5 um}, b: {radius: 4 um}, below: {radius: 5 um, habitat: [low]}}\n";

Scenario with(std::string const& placement) { return load_text(kHead + "placement: [" + placement + "]\n"); }

Vec3 at(HostCells const& c, std::size_t i) { return {c.x[i], c.y[i], c.z[i]}; }

bool inside(Scenario const& s, std::size_t region, Vec3 p) {
    Grid const& g = s.model.grid;
    return s.regions[region].inside[g.voxel(voxel_on_axis(p.x, g.nx, g.spacing), voxel_on_axis(p.y, g.ny, g.spacing),
                                            voxel_on_axis(p.z, g.nz, g.spacing))] != 0;
}

TEST(Placement, NumbersCellsAndTakesTheirTypes) {
    Scenario const s = with("{type: b, count: 3}, {type: a, at: [[1 um, 2 um, 3 um]]}");
    auto const& c = s.initial.cells;
    ASSERT_EQ(c.size(), 4u);
    EXPECT_EQ(c.id, (std::vector<std::uint32_t>{1, 2, 3, 4}));
    EXPECT_EQ(c.type, (std::vector<std::uint8_t>{1, 1, 1, 0}));
    EXPECT_EQ(c.radius, (std::vector<Real>{4, 4, 4, 5}));
    EXPECT_EQ(c.x[3], 1);
    EXPECT_EQ(c.z[3], 3);
}

TEST(Placement, FillsARegionToADensity) {
    Scenario const s =
        with("{type: a, region: ball, density: 1e6 /mm^3}, {type: b, region: ball, packing: 0.2}, {type: a, density: 1e5 /mm^3}");
    double const volume = static_cast<double>(s.regions[0].voxels) * 1000;  // [µm³]
    auto const first = static_cast<std::size_t>(std::llround(volume * 1e-3));
    auto const second = static_cast<std::size_t>(std::llround(volume * 0.2 / (4.0 / 3 * kPi * 64)));
    auto const third = static_cast<std::size_t>(std::llround(400. * 300 * 200 * 1e-4));
    auto const& c = s.initial.cells;
    ASSERT_EQ(c.size(), first + second + third);
    for (std::size_t i = 0; i < first + second; ++i) ASSERT_TRUE(inside(s, 0, at(c, i)));
}

/// 20 000 cells in 24 000 voxels: counts in the eight octants of the domain, 4 standard errors of a binomial.
TEST(Placement, IsUniform) {
    Scenario const s = with("{type: a, count: 20000}");
    std::array<int, 8> octants{};
    for (std::size_t i = 0; i < 20000; ++i) {
        Vec3 const p = at(s.initial.cells, i);
        ++octants[static_cast<std::size_t>((p.x > 200) + 2 * (p.y > 150) + 4 * (p.z > 100))];
    }
    for (int n : octants) EXPECT_NEAR(n, 2500, 4 * std::sqrt(20000 * 0.125 * 0.875));
}

TEST(Placement, IsTheSameEveryTimeAndDoesNotDependOnOtherEntries) {
    auto const one = with("{type: a, count: 100}, {type: b, region: ball, count: 50}").initial.cells;
    auto const two = with("{type: a, count: 70}, {type: b, region: ball, count: 50}").initial.cells;
    auto const again = with("{type: a, count: 100}, {type: b, region: ball, count: 50}").initial.cells;
    EXPECT_EQ(one.x, again.x);
    EXPECT_EQ(one.y, again.y);
    EXPECT_EQ(one.z, again.z);
    for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(one.x[100 + i], two.x[70 + i]);
    auto const other_seed = load_text(kHead + "seed: 2\nplacement: [{type: a, count: 100}]\n").initial.cells;
    EXPECT_NE(one.x[0], other_seed.x[0]);
    EXPECT_NE(one.x[0], one.x[100]);  // another entry draws other numbers
}

TEST(Placement, KeepsToTheHabitat) {
    auto const random = with("{type: below, region: ball, count: 200}");
    for (std::size_t i = 0; i < 200; ++i) {
        ASSERT_TRUE(inside(random, 0, at(random.initial.cells, i)));
        ASSERT_TRUE(inside(random, 1, at(random.initial.cells, i)));
    }
    auto const lattice = with("{type: below, lattice: cubic, spacing: 10 um}");
    EXPECT_EQ(lattice.initial.cells.size(), 40u * 30 * 5);
}

/// Distances and numbers of nearest neighbours, far from the walls.
void expect_lattice(char const* lattice, double spacing, std::size_t neighbours, double density) {
    Scenario const s = with(std::string("{type: a, lattice: ") + lattice + ", spacing: " + std::to_string(spacing) + " um}");
    auto const& c = s.initial.cells;
    std::size_t tested = 0;
    for (std::size_t i = 0; i < c.size(); i += 37) {
        Vec3 const p = at(c, i);
        if (std::fabs(p.x - 200) > 150 || std::fabs(p.y - 150) > 100 || std::fabs(p.z - 100) > 60) continue;
        std::size_t near = 0;
        for (std::size_t j = 0; j < c.size(); ++j) {
            double const d = norm(at(c, j) - p);
            ASSERT_TRUE(j == i || d > spacing * (1 - 1e-4)) << lattice;
            near += j != i && d < spacing * (1 + 1e-4);
        }
        EXPECT_EQ(near, neighbours) << lattice;
        ++tested;
    }
    EXPECT_GT(tested, 10u);
    EXPECT_NEAR(static_cast<double>(c.size()) / (400. * 300 * 200) / density, 1, 0.1) << lattice;  // what the walls cut off
}

TEST(Placement, MakesLattices) {
    expect_lattice("cubic", 20, 6, 1.0 / 8000);
    expect_lattice("fcc", 20, 12, std::sqrt(2.0) / 8000);
    expect_lattice("hcp", 20, 12, std::sqrt(2.0) / 8000);
}

/// fcc and hcp have the same neighbours; what tells them apart is that layers repeat after three and after two.
TEST(Placement, StacksLayersInTheOrderOfTheLattice) {
    auto const has = [](HostCells const& c, Vec3 p) {
        for (std::size_t i = 0; i < c.size(); ++i)
            if (norm(at(c, i) - p) < 1e-2) return true;
        return false;
    };
    for (bool fcc : {true, false}) {
        auto const c = with(std::string("{type: a, lattice: ") + (fcc ? "fcc" : "hcp") + ", spacing: 20 um}").initial.cells;
        Real const layer = 20 * std::sqrt(Real(2) / 3);
        std::size_t middle = 0;
        for (std::size_t i = 0; i < c.size(); ++i)
            if (norm(at(c, i) - Vec3{200, 150, 60}) < norm(at(c, middle) - Vec3{200, 150, 60})) middle = i;
        EXPECT_EQ(has(c, at(c, middle) + Vec3{0, 0, 2 * layer}), !fcc);
        EXPECT_EQ(has(c, at(c, middle) + Vec3{0, 0, 3 * layer}), fcc);
    }
}

TEST(Placement, MakesSheets) {
    auto const one = with("{type: a, region: skin, lattice: hex, spacing: 12 um}").initial.cells;
    for (std::size_t i = 0; i < one.size(); ++i) ASSERT_EQ(one.z[i], 195);  // the mid-height of the skin
    EXPECT_NEAR(static_cast<double>(one.size()), 400. * 300 / (144 * std::sqrt(3.0) / 2), 40);
    std::size_t near = 0, middle = 0;
    for (std::size_t i = 0; i < one.size(); ++i)
        if (norm(at(one, i) - Vec3{200, 150, 195}) < norm(at(one, middle) - Vec3{200, 150, 195})) middle = i;
    for (std::size_t i = 0; i < one.size(); ++i) near += i != middle && norm(at(one, i) - at(one, middle)) < 12.01;
    EXPECT_EQ(near, 6u);

    auto const several = with("{type: a, region: low, lattice: square, spacing: 25 um}").initial.cells;
    EXPECT_EQ(several.size(), 16u * 12 * 2);
    EXPECT_EQ(several.z.front(), Real(12.5));
    EXPECT_EQ(several.z.back(), Real(37.5));
    EXPECT_EQ(several.x[0], Real(12.5));
}

TEST(Placement, PutsCellsOfASheetAtItsMidHeight) {
    auto const c = load_text(
                       "time: {end: 1 h}\ndomain: {size: [400 um, 300 um, 10 um], spacing: 10 um}\ncells: {a: {radius: 5 um}}\nplacement: "
                       "[{type: a, count: 50}]\n")
                       .initial.cells;
    for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(c.z[i], 5);
}

TEST(Placement, ReadsATable) {
    TemporaryFolder const folder;
    std::ofstream(folder / "cells.csv") << "z, x,y ,type,radius\r\n30,10,20,b,3.5\r\n\r\n0.5,0.1,0.2,a,6\r\n";
    auto const c = load_text(kHead + "placement: [{file: cells.csv, length_unit: um}]\n", folder).initial.cells;
    ASSERT_EQ(c.size(), 2u);
    EXPECT_EQ(c.type, (std::vector<std::uint8_t>{1, 0}));
    EXPECT_EQ(c.x[0], 10);
    EXPECT_EQ(c.y[0], 20);
    EXPECT_EQ(c.z[0], 30);
    EXPECT_EQ(c.radius[0], Real(3.5));
    std::ofstream(folder / "cells.csv") << "type,x,y,z\na,0.1,0.2,0.05\n";
    auto const millimetres = load_text(kHead + "placement: [{file: cells.csv, length_unit: mm}]\n", folder).initial.cells;
    EXPECT_TRUE(close(millimetres.x[0], 100));
    EXPECT_EQ(millimetres.radius[0], 5);
}

/// Sizing makes no arrays and still knows how many cells there would be.
TEST(Placement, CountsWithoutPlacing) {
    std::string const text =
        kHead + "placement: [{type: a, region: ball, density: 1e6 /mm^3}, {type: b, lattice: fcc, spacing: 12 um}, {type: a, count: 7}]\n";
    TemporaryFolder const folder;
    std::size_t expected = 0, none = 0;
    Scenario const sized = load_text(text, folder, true, &expected);
    Scenario const full = load_text(text, folder, false, &none);
    EXPECT_EQ(expected, full.initial.cells.size());
    EXPECT_EQ(none, expected);
    EXPECT_EQ(sized.initial.cells.size(), 0u);
    EXPECT_TRUE(sized.initial.fields.empty());
    EXPECT_TRUE(sized.model.material.empty());
    EXPECT_TRUE(sized.regions[0].inside.empty());
    EXPECT_EQ(sized.regions[0].voxels, full.regions[0].voxels);
}

/// A domain that no machine holds: 27 million voxels are looked at only in part.
TEST(Placement, EstimatesWhatIsTooLargeToCount) {
    std::size_t cells = 0;
    TemporaryFolder const folder;
    Scenario const s = load_text(
        "time: {end: 1 h}\ndomain: {size: [30 mm, 30 mm, 3 mm], spacing: 10 um}\n"
        "regions: {ball: {sphere: {centre: [15 mm, 15 mm, 1.5 mm], radius: 1.4 mm}}, skin: {layer: {axis: z, from: 2990 um, to: 3 mm}}}\n"
        "cells: {a: {radius: 5 um}}\nplacement: [{type: a, region: skin, density: 1e5 /mm^3}, {type: a, density: 1e3 /mm^3}]\n",
        folder, true, &cells);
    EXPECT_NEAR(static_cast<double>(cells), 0.01 * 900 * 1e5 + 2700 * 1e3, 0.02 * 3.6e6);
    EXPECT_NEAR(static_cast<double>(s.regions[0].voxels), 4.0 / 3 * kPi * std::pow(140, 3), 0.02 * 1.15e7);
}

}  // namespace
}  // namespace crine::test
