#include "support/engines.h"
#include "support/models.h"
#include "support/scenario_text.h"

#include "crine/units.h"

#include <gtest/gtest.h>

#include <vtkCellData.h>
#include <vtkDoubleArray.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkXMLImageDataWriter.h>

namespace crine::test {
namespace {

std::string const kHead = "time: {end: 1 h}\ndomain: {size: [200 um, 160 um, 120 um], spacing: 5 um}\n";

/// Every voxel is where its centre is: the shape is compared with the formula written out here.
void expect_shape(std::string const& shape, std::function<bool(Vec3)> const& inside) {
    Scenario const s = load_text(kHead + "regions: {r: {" + shape + "}}\n");
    Grid const& g = s.model.grid;
    std::size_t count = 0;
    for (int k = 0; k < g.nz; ++k)
        for (int j = 0; j < g.ny; ++j)
            for (int i = 0; i < g.nx; ++i) {
                bool const expected = inside(g.centre(i, j, k));
                ASSERT_EQ(s.regions[0].inside[g.voxel(i, j, k)] != 0, expected) << shape << " at " << i << " " << j << " " << k;
                count += expected;
            }
    EXPECT_EQ(s.regions[0].voxels, count);
    EXPECT_GT(count, 0u);
    EXPECT_LT(count, g.voxels());
}

TEST(Regions, ShapesHoldTheVoxelsWhoseCentresAreInside) {
    expect_shape("box: {from: [10 um, 20 um, 30 um], to: [50 um, 60 um, 71 um]}",
                 [](Vec3 p) { return p.x > 10 && p.x < 50 && p.y > 20 && p.y < 60 && p.z > 30 && p.z < 71; });
    expect_shape("sphere: {centre: [100 um, 80 um, 60 um], radius: 41 um}", [](Vec3 p) { return norm(p - Vec3{100, 80, 60}) < 41; });
    expect_shape("cylinder: {axis: z, centre: [100 um, 80 um], radius: 33 um}",
                 [](Vec3 p) { return std::hypot(p.x - 100, p.y - 80) < 33; });
    expect_shape("cylinder: {axis: x, centre: [80 um, 60 um], radius: 33 um, from: 40 um}",
                 [](Vec3 p) { return std::hypot(p.y - 80, p.z - 60) < 33 && p.x > 40; });
    expect_shape("cylinder: {axis: y, centre: [100 um, 60 um], radius: 33 um, from: 40 um, to: 90 um}",
                 [](Vec3 p) { return std::hypot(p.x - 100, p.z - 60) < 33 && p.y > 40 && p.y < 90; });
    expect_shape("layer: {axis: y, from: 20 um, to: 60 um}", [](Vec3 p) { return p.y > 20 && p.y < 60; });
    expect_shape("half_space: {point: [100 um, 0 um, 0 um], normal: [1, 0, -1]}", [](Vec3 p) { return p.x - 100 - p.z >= 0; });
    expect_shape("expression: \"x*x + y*y < 100*100\"", [](Vec3 p) { return p.x * p.x + p.y * p.y < 10000; });
}

TEST(Regions, CombineOthers) {
    Scenario const s = load_text(kHead +
                                 "regions:\n"
                                 "  low: {layer: {axis: z, from: 0 um, to: 60 um}}\n"
                                 "  left: {layer: {axis: x, from: 0 um, to: 100 um}}\n"
                                 "  front: {layer: {axis: y, from: 0 um, to: 40 um}}\n"
                                 "  both: {all_of: [low, left], none_of: [front]}\n"
                                 "  either: {any_of: [low, left]}\n"
                                 "  rest: {none_of: [either]}\n");
    for (std::size_t v = 0; v < s.model.grid.voxels(); ++v) {
        auto const in = [&](std::size_t r) { return s.regions[r].inside[v] != 0; };
        ASSERT_EQ(in(3), in(0) && in(1) && !in(2));
        ASSERT_EQ(in(4), in(0) || in(1));
        ASSERT_EQ(in(5), !in(4));
    }
}

/// The later of two overlapping regions wins, property by property; equal combinations are one material.
TEST(Regions, MakeMaterials) {
    Scenario const s = load_text(kHead +
                                 "ligands: {A: {diffusivity: 10 um^2/s, decay: 1 /s}, B: {diffusivity: 20 um^2/s}}\n"
                                 "regions:\n"
                                 "  low: {layer: {axis: z, from: 0 um, to: 60 um}, diffusivity: {A: 1 um^2/s}, decay: {A: 2 /s}}\n"
                                 "  left: {layer: {axis: x, from: 0 um, to: 100 um}, diffusivity: {A: 3 um^2/s}, source: {B: 1 nM/s}}\n"
                                 "  far: {layer: {axis: x, from: 150 um, to: 200 um}}\n"
                                 "  again: {layer: {axis: x, from: 0 um, to: 50 um}, diffusivity: {A: 3 um^2/s}}\n"
                                 "  held: {layer: {axis: y, from: 0 um, to: 5 um}, value: {B: 2 nM}}\n");
    Grid const& g = s.model.grid;
    auto const at = [&](int i, int j, int k, int ligand) { return s.model.property(s.model.material[g.voxel(i, j, k)], ligand); };
    EXPECT_EQ(at(39, 31, 23, 0).diffusivity, 10);  // tissue
    EXPECT_EQ(at(39, 31, 0, 0).diffusivity, 1);    // low
    EXPECT_EQ(at(39, 31, 0, 0).decay, 2);
    EXPECT_EQ(at(0, 31, 0, 0).diffusivity, 3);  // low and left: left's diffusivity, low's decay
    EXPECT_EQ(at(0, 31, 0, 0).decay, 2);
    EXPECT_TRUE(close(at(0, 31, 0, 1).source, kNanomolar));
    EXPECT_EQ(at(39, 31, 0, 1).source, 0);
    EXPECT_TRUE(at(0, 0, 0, 1).fixed);
    EXPECT_TRUE(close(at(0, 0, 0, 1).value, 2 * kNanomolar));
    EXPECT_FALSE(at(0, 1, 0, 1).fixed);
    EXPECT_EQ(s.model.material_names.size(), 8u);  // low or not, left or not, held or not
    EXPECT_EQ(s.model.material_names[0], "tissue");
    EXPECT_EQ(s.model.materials.size(), 8u * 2);
}

TEST(Regions, MakeHabitats) {
    Scenario const s =
        load_text(kHead +
                  "regions: {low: {layer: {axis: z, from: 0 um, to: 60 um}}, left: {layer: {axis: x, from: 0 um, to: 100 um}}}\n"
                  "cells: {anywhere: {radius: 5 um}, below: {radius: 5 um, habitat: [low]}, most: {radius: 5 um, habitat: [low, left]}}\n");
    Grid const& g = s.model.grid;
    for (int k : {0, 23})
        for (int i : {0, 39}) {
            auto const material = s.model.material[g.voxel(i, 0, k)];
            auto const may_be = [&](std::size_t type) { return (s.model.types[type].habitat >> material & 1) != 0; };
            EXPECT_TRUE(may_be(0));
            EXPECT_EQ(may_be(1), k == 0);
            EXPECT_EQ(may_be(2), k == 0 || i == 0);
        }
}

/// A mask and an initial field from files: cell data on the voxels, or point data at their centres.
TEST(Regions, ComeFromImages) {
    TemporaryFolder const folder;
    Grid g;
    g.nx = 40, g.ny = 32, g.nz = 24, g.spacing = 5;
    auto const write = [&](char const* name, bool by_cell) {
        vtkNew<vtkImageData> image;
        image->SetDimensions(g.nx + by_cell, g.ny + by_cell, g.nz + by_cell);
        vtkNew<vtkDoubleArray> array;
        array->SetName("label");
        array->SetNumberOfTuples(static_cast<vtkIdType>(g.voxels()));
        for (int k = 0; k < g.nz; ++k)
            for (int j = 0; j < g.ny; ++j)
                for (int i = 0; i < g.nx; ++i) array->SetValue(static_cast<vtkIdType>(g.voxel(i, j, k)), (i + 2 * j + 3 * k) % 4);
        (by_cell ? static_cast<vtkDataSetAttributes*>(image->GetCellData()) : image->GetPointData())->AddArray(array);
        vtkNew<vtkXMLImageDataWriter> writer;
        writer->SetFileName((folder / name).c_str());
        writer->SetInputData(image);
        writer->Write();
    };
    write("cells.vti", true);
    write("points.vti", false);
    Scenario const s =
        load_text(kHead +
                      "ligands: {A: {diffusivity: 1 um^2/s, initial: {file: points.vti, array: label, unit: uM}}}\n"
                      "regions: {two: {mask: {file: cells.vti, array: label, value: 2}}, any: {mask: {file: points.vti, array: label}}}\n",
                  folder);
    for (int k = 0; k < g.nz; ++k)
        for (int j = 0; j < g.ny; ++j)
            for (int i = 0; i < g.nx; ++i) {
                int const label = (i + 2 * j + 3 * k) % 4;
                std::size_t const v = g.voxel(i, j, k);
                ASSERT_EQ(s.regions[0].inside[v] != 0, label == 2);
                ASSERT_EQ(s.regions[1].inside[v] != 0, label != 0);
                ASSERT_TRUE(close(s.initial.fields[0][v], 1000 * label * kNanomolar));
            }
    auto const message = [&](std::string const& mask) {
        try {
            load_text(kHead + "regions: {r: {mask: {" + mask + "}}}\n", folder);
        } catch (InputError const& error) {
            return std::string(error.what());
        }
        return std::string("no error");
    };
    EXPECT_NE(message("file: cells.vti, array: lable").find("has no array \"lable\" on its cells; did you mean \"label\"?"),
              std::string::npos);
    g.nx = 39;
    write("small.vti", true);
    EXPECT_NE(message("file: small.vti, array: label")
                  .find("has 39 x 32 x 24 cells (40 x 33 x 25 points), but the domain has 40 x 32 x 24 voxels"),
              std::string::npos);
}

}  // namespace
}  // namespace crine::test
