// Regions of the domain: whether a voxel is inside one, and the mask of all voxels that are.
#pragma once

#include "host/scenario/input.h"
#include "host/scenario/names.h"
#include "host/scenario/scenario.h"

#include <functional>

namespace crine {

/// A voxel of the grid.
struct Voxel {
    int i = 0, j = 0, k = 0;
};
inline Voxel voxel_of(Grid const& grid, Vec3 p) {
    return {voxel_on_axis(p.x, grid.nx, grid.spacing), voxel_on_axis(p.y, grid.ny, grid.spacing),
            voxel_on_axis(p.z, grid.nz, grid.spacing)};
}

/// The regions of a scenario as questions about a voxel. A voxel is inside a region where its centre is.
class Regions {
public:
    Regions(Named<RegionInput> const& input, Grid const& grid);
    Regions(Regions const&) = delete;  // its tests refer to each other
    Regions& operator=(Regions const&) = delete;

    Grid const& grid() const { return grid_; }
    Names const& names() const { return names_; }
    int count() const { return static_cast<int>(tests_.size()); }
    bool contains(int region, Voxel v) const { return tests_[static_cast<std::size_t>(region)](v); }

    /// The voxels of one region. From then on `contains` looks them up.
    Region const& make_mask(int region);

    /// All regions for the scenario; with `sample` without their voxels, which are only counted, to within an estimate.
    std::vector<Region> take_masks(bool sample);

    /// Calls `visit(voxel)` for every voxel, or, where there are too many to look at each for an estimate, for a million that
    /// are evenly spread. Returns how many voxels one visited voxel stands for.
    double visit_voxels(bool sample, std::function<void(Voxel)> const& visit) const;

private:
    using Test = std::function<bool(Voxel)>;
    Test make_test(RegionInput const& in) const;

    Grid grid_;
    Names names_;
    std::vector<Test> tests_;
    std::vector<Region> masks_;
    std::vector<Place> places_;
};

}  // namespace crine
