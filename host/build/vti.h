// Reading a field or a mask from a VTK image file (.vti).
#pragma once

#include "crine/grid.h"

#include <filesystem>
#include <string>
#include <vector>

namespace crine {

/// One array of a VTK image file, a value for each voxel of the grid, by `Grid::voxel`. The file may hold cell data on the
/// grid's voxels or point data at their centres. Throws InputError without a place: what does not fit, and what is not finite.
std::vector<double> read_vti(std::filesystem::path const& file, std::string const& array, Grid const& grid);

}  // namespace crine
