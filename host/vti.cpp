#include "host/vti.h"

#include "host/yaml.h"

#include <vtkCellData.h>
#include <vtkDataArray.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkXMLImageDataReader.h>

namespace crine {
namespace {

std::string size_text(int const n[3]) { return std::to_string(n[0]) + " x " + std::to_string(n[1]) + " x " + std::to_string(n[2]); }

}  // namespace

std::vector<double> read_vti(std::filesystem::path const& file, std::string const& name, Grid const& grid) {
    vtkNew<vtkXMLImageDataReader> reader;
    std::string const path = file.string();
    vtkObject::GlobalWarningDisplayOff();  // the reader's own messages; ours says it in one line
    bool const readable = reader->CanReadFile(path.c_str()) != 0;
    if (readable) {
        reader->SetFileName(path.c_str());
        reader->Update();
    }
    vtkObject::GlobalWarningDisplayOn();
    vtkImageData* const image = reader->GetOutput();
    if (!readable || reader->GetErrorCode() != 0 || image->GetNumberOfPoints() == 0)
        throw InputError(path + " is not a whole VTK image file (.vti)");
    int points[3];
    image->GetDimensions(points);
    int const want[3] = {grid.nx, grid.ny, grid.nz};
    int const cells[3] = {points[0] - 1, points[1] - 1, points[2] - 1};
    bool const by_cell = std::equal(want, want + 3, cells), by_point = std::equal(want, want + 3, points);
    if (!by_cell && !by_point)
        throw InputError(path + " has " + size_text(cells) + " cells (" + size_text(points) + " points), but the domain has " +
                         size_text(want) + " voxels");

    vtkDataSetAttributes* const attributes = by_cell ? static_cast<vtkDataSetAttributes*>(image->GetCellData()) : image->GetPointData();
    vtkDataArray* const array = attributes->GetArray(name.c_str());
    if (!array) {
        std::vector<std::string> known(static_cast<std::size_t>(attributes->GetNumberOfArrays()));
        for (std::size_t i = 0; i < known.size(); ++i) known[i] = attributes->GetArrayName(static_cast<int>(i));
        throw InputError(path + " has no array \"" + name + "\" on its " + (by_cell ? "cells" : "points") + suggestion(name, known));
    }
    if (array->GetNumberOfComponents() != 1)
        throw InputError("array \"" + name + "\" of " + path + " has several components, expected one value for each voxel");
    std::vector<double> values(grid.voxels());
    for (std::size_t v = 0; v < values.size(); ++v) values[v] = array->GetTuple1(static_cast<vtkIdType>(v));
    return values;
}

}  // namespace crine
