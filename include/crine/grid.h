#pragma once

#include "crine/contracts.h"
#include "crine/portable.h"
#include "crine/vec.h"

namespace crine {

/// One block of the uniform grid with a halo of one voxel on every side.
///
/// Interior voxels have indices 0 … n-1 on each axis; -1 and n are the halo. On one rank the halo holds the boundary
/// conditions; between ranks it will hold the neighbour's values. Voxel (i,j,k) spans [i h, (i+1) h] …; x runs fastest.
/// A grid with nz = 1 is a sheet: cells on it keep their z.
struct Grid {
    int nx = 1, ny = 1, nz = 1;  ///< interior voxels on each axis
    Real spacing = 1;            ///< h [µm]
    bool periodic[3] = {false, false, false};

    CRINE_HD std::size_t voxels() const { return static_cast<std::size_t>(nx) * ny * nz; }
    CRINE_HD std::size_t stride_y() const { return static_cast<std::size_t>(nx) + 2; }
    CRINE_HD std::size_t stride_z() const { return stride_y() * (ny + 2); }
    CRINE_HD int voxels_on(int axis) const { return axis == 0 ? nx : (axis == 1 ? ny : nz); }
    CRINE_HD std::size_t stride(int axis) const { return axis == 0 ? 1 : (axis == 1 ? stride_y() : stride_z()); }
    /// Number of stored values: interior and halo.
    CRINE_HD std::size_t storage() const { return stride_z() * (nz + 2); }
    /// Place of voxel (i,j,k) in a stored field, halo included: -1 ≤ i ≤ nx.
    CRINE_HD std::size_t at(int i, int j, int k) const {
        CRINE_EXPECTS(i >= -1 && i <= nx && j >= -1 && j <= ny && k >= -1 && k <= nz);
        return static_cast<std::size_t>(k + 1) * stride_z() + static_cast<std::size_t>(j + 1) * stride_y() +
               static_cast<std::size_t>(i + 1);
    }
    /// Where an interior voxel, by its number, is stored.
    CRINE_HD std::size_t at_voxel(std::size_t v) const {
        std::size_t const row = v / static_cast<std::size_t>(nx);
        return at(static_cast<int>(v % static_cast<std::size_t>(nx)), static_cast<int>(row % static_cast<std::size_t>(ny)),
                  static_cast<int>(row / static_cast<std::size_t>(ny)));
    }
    /// Number of an interior voxel without halo: the order of files and of host snapshots.
    CRINE_HD std::size_t voxel(int i, int j, int k) const { return (static_cast<std::size_t>(k) * ny + j) * nx + i; }
    CRINE_HD Real volume() const { return spacing * spacing * spacing; }  ///< of one voxel [µm³]
    CRINE_HD Vec3 size() const { return {nx * spacing, ny * spacing, nz * spacing}; }
    CRINE_HD Vec3 centre(int i, int j, int k) const {
        return {(i + Real(0.5)) * spacing, (j + Real(0.5)) * spacing, (k + Real(0.5)) * spacing};
    }
    CRINE_HD bool planar() const { return nz == 1; }
};

inline namespace CRINE_NS {

/// Voxel that holds coordinate x on an axis of n voxels; positions on the far wall belong to the last voxel.
CRINE_HD inline int voxel_on_axis(Real x, int n, Real spacing) {
    int const i = static_cast<int>(std::floor(x / spacing));
    return i < 0 ? 0 : (i >= n ? n - 1 : i);
}

/// A point of the domain between the eight voxels around it (halo included, hence boundary values are met), for trilinear interpolation of
/// stored fields: the fields' own interpolation, used by probes and by what cells sense.
struct Between {
    std::size_t corner, sy, sz;
    Real a, b, c;

    CRINE_HD Between(Grid const& grid, Vec3 p) : sy(grid.stride_y()), sz(grid.stride_z()) {
        auto const axis = [&](Real x, int n, Real& weight) {
            Real const s = x / grid.spacing - Real(0.5);
            int low = static_cast<int>(std::floor(s));
            if (low < -1) low = -1;
            if (low > n - 1) low = n - 1;
            weight = s - low;
            return low;
        };
        int const i = axis(p.x, grid.nx, a), j = axis(p.y, grid.ny, b), k = axis(p.z, grid.nz, c);
        corner = grid.at(i, j, k);
    }
    CRINE_HD Real operator()(Real const* field) const {
        auto const line = [&](Real const* g) { return g[0] + a * (g[1] - g[0]); };
        auto const plane = [&](Real const* g) {
            Real const low = line(g), high = line(g + sy);
            return low + b * (high - low);
        };
        Real const low = plane(field + corner), high = plane(field + corner + sz);
        return low + c * (high - low);
    }
    /// Of the field one voxel further along an axis and one voxel back, which must not lie beyond the halo.
    CRINE_HD Real difference(Real const* field, int axis) const {
        auto const along = [&](std::size_t step, Real w, std::size_t su, Real u, std::size_t sv, Real v) {
            auto const line = [&](Real const* g) {
                Real const low = g[step] - *(g - step), high = g[2 * step] - g[0];
                return low + w * (high - low);
            };
            auto const plane = [&](Real const* g) {
                Real const low = line(g), high = line(g + su);
                return low + u * (high - low);
            };
            Real const low = plane(field + corner), high = plane(field + corner + sv);
            return low + v * (high - low);
        };
        return axis == 0 ? along(1, a, sy, b, sz, c) : (axis == 1 ? along(sy, b, 1, a, sz, c) : along(sz, c, 1, a, sy, b));
    }
};
CRINE_HD inline Real interpolate(Grid const& grid, Real const* field, Vec3 p) { return Between(grid, p)(field); }

}  // namespace CRINE_NS
}  // namespace crine
