// Placing the cells of time 0, entry by entry of `placement`.
#pragma once

#include "host/build/regions.h"

namespace crine {

/// Puts the cells of one `placement` entry, the `index`-th, into `cells`, or, without `cells`, only counts them; returns how
/// many. Cells stand only in voxels of the entry's region and of their type's habitat. Random positions are independent and
/// uniform: they may overlap until mechanics has pushed them apart.
std::size_t place_cells(PlacementInput const& in, std::uint64_t index, Model const& model, Names const& types, Regions& regions,
                        HostCells* cells);

}  // namespace crine
