#include "support/engines.h"
#include "support/models.h"
#include "support/scenario_text.h"

#include "crine/units.h"
#include "host/build/vti.h"

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
        image->SetSpacing(g.spacing, g.spacing, g.spacing);
        if (!by_cell) image->SetOrigin(g.spacing / 2, g.spacing / 2, g.spacing / 2);
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

/// An image of 2 × 2 × 1 voxels of 10 um, with something in it replaced.
constexpr char const* kImage = R"(<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" header_type="UInt32">
<ImageData WholeExtent="0 2 0 2 0 1" Origin="0 0 0" Spacing="10 10 10">
<Piece Extent="0 1 0 2 0 1"><CellData><DataArray type="Float32" Name="m" format="ascii">1 2</DataArray></CellData></Piece>
<Piece Extent="1 2 0 2 0 1"><CellData><DataArray type="Float32" Name="m" format="ascii">3 4</DataArray></CellData></Piece>
</ImageData>
</VTKFile>
)";

TEST(Regions, RefuseImagesThatDoNotFit) {
    TemporaryFolder const folder;
    Grid grid;
    grid.nx = grid.ny = 2, grid.nz = 1, grid.spacing = 10;
    auto const read = [&](std::string const& text) {
        write_text(folder / "m.vti", text);
        return read_vti(folder / "m.vti", "m", grid);
    };
    EXPECT_EQ(read(kImage), (std::vector<double>{1, 3, 2, 4}));
    struct {
        char const *find, *put, *problem;
    } const rows[] = {
        {"10 10 10", "1 1 1", "its spacing is 1 1 1, but voxels have 10 um; expected Spacing=\"10 10 10\""},
        {"10 10 10", "10 10 nan", "its spacing is"},
        {"10 10 10", "10 10", "Spacing is \"10 10\", expected 3 numbers"},
        {"Origin=\"0 0 0\"", "Origin=\"0 5 0\"",
         "its first cell is at 5 on axis y, but the domain begins at 0 um; expected Origin=\"0 0 0\""},
        {"WholeExtent=\"0 2 0 2 0 1\"", "WholeExtent=\"0 2 0 2 0 2\"", "has 2 x 2 x 2 cells"},
        {"WholeExtent=\"0 2 0 2 0 1\"", "WholeExtent=\"0 2 0 2 0 2147483648\"", "expected 6 numbers"},
        {"WholeExtent=\"0 2 0 2 0 1\"", "WholeExtent=\"0 2 0 2 -1 2147483647\"", "has 2 x 2 x 2147483648 cells"},
        {"\"1 2 0 2 0 1\"", "\"0 1 0 2 0 1\"", "the piece with Extent \"0 1 0 2 0 1\" overlaps another"},
        {"\"1 2 0 2 0 1\"", "\"1 3 0 2 0 1\"", "is not a part of the whole extent"},
        {"\"1 2 0 2 0 1\"", "\"1 2 0 2 0 0\"", "is not a part of the whole extent"},
        {"\"1 2 0 2 0 1\"", "\"2 1 0 2 0 1\"", "is not a part of the whole extent"},
        {"\"1 2 0 2 0 1\"", "\"1 2 0 1 0 1\"", "its pieces do not fill the whole extent"},
        {"\"1 2 0 2 0 1\"", "\"1 2 0 2 0\"", "Extent is \"1 2 0 2 0\", expected 6 numbers"},
        {">1 2<", ">1 nan<", "array \"m\""},
        {">1 2<", ">1<", "array \"m\" does not hold 2 values"},
        {">1 2<", ">1 2 3<", "array \"m\" does not hold 2 values"},
        {">1 2<", " NumberOfComponents=\"0\">1 2<", "array \"m\" has 0 components, expected one value for each voxel"},
        {">1 2<", " NumberOfComponents=\"-1\">1 2<", "array \"m\" has -1 components"},
        {">1 2<", " NumberOfComponents=\"1000000000\">1 2<", "array \"m\" has 1000000000 components"},
        {"Float32", "String", "array \"m\" has the type \"String\", expected numbers"},
        {">1 2</DataArray>", ">1 2</DataArray><DataArray type=\"Float32\" Name=\"m\" format=\"ascii\">1 2</DataArray>",
         "two arrays have the name \"m\""},
        {"\"ascii\">1 2<", "\"binary\">CAAAAAAAgD8AAABA<", "no error"},
        {"\"ascii\">1 2<", "\"binary\">EAAAAAAAgD8AAABA<", "array \"m\" does not hold 2 values"},
        {"\"ascii\">1 2<", "\"binary\">CAAAAAAAgD8=<", "array \"m\" does not hold 2 values"},
        {"\"ascii\">1 2<", "\"binary\">CAAAAAAAwH8AAABA<", "array \"m\" is nan in voxel 0 0 0; expected finite values"},
        {"\"ascii\">1 2<", "\"appended\" offset=\"0\">1 2<", "array \"m\" does not hold 2 values"},
        {"</VTKFile>", "", "is not a whole VTK image file (.vti)"},
        {"ImageData\"", "PolyData\"", "is not a whole VTK image file (.vti)"},
    };
    for (auto const& row : rows) {
        std::string message = "no error";
        try {
            read(replaced(kImage, row.find, row.put));
        } catch (InputError const& error) {
            message = error.what();
        }
        EXPECT_NE(message.find(row.problem), std::string::npos) << row.put << ": " << message;
    }
}

}  // namespace
}  // namespace crine::test
