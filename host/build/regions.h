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
    bool operator==(Voxel const&) const = default;
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
    /// Looks at every region once for a voxel, however often combinations name it.
    bool contains(int region, Voxel v) const;

    /// The voxels of one region. From then on `contains` looks them up.
    Region const& make_mask(int region);

    /// All regions for the scenario; with `sample` without their voxels, which are only counted, to within an estimate.
    std::vector<Region> take_masks(bool sample);

    /// Calls `visit(voxel)` for every voxel, or, where there are too many to look at each for an estimate, for a million that
    /// are evenly spread. Returns how many voxels one visited voxel stands for.
    double visit_voxels(bool sample, std::function<void(Voxel)> const& visit) const;

private:
    using Test = std::function<bool(Voxel)>;
    struct Look {
        std::uint64_t number = 0;
        bool inside = false;
    };
    Test make_test(RegionInput const& in);

    Grid grid_;
    Names names_;
    std::vector<Test> tests_;
    std::vector<int> depths_;  ///< of combinations of combinations
    std::vector<Region> masks_;
    std::vector<Place> places_;
    mutable std::vector<Look> looks_;  ///< by region: the last one
    mutable Voxel at_;                 ///< of those with this number
    mutable std::uint64_t look_ = 1;
};

}  // namespace crine
