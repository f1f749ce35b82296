// Interpolation between the centres of voxels that keeps the flux continuous where the diffusivity jumps.
#pragma once

#include "crine/grid.h"
#include "crine/model.h"
#include "kernels/device/device.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// How well one ligand diffuses where, for what is read between the centres of voxels: there its flux is the same on both sides of a face
/// between materials, so that its concentration has a kink and at the face the value
///
///     c_f = (D_a c_a + D_b c_b) / (D_a + D_b)
///
/// The other axes take a point's way through the voxel that it lies in.
struct Layers {
    Grid grid;
    Span<std::uint8_t const> material;
    Span<MaterialLigand const> properties;
    Real const* varying;  ///< diffusivity by voxel; null: that of the material
    int ligand, ligands;
    bool uniform;  ///< there are no such faces

    CRINE_HD Between between(Vec3 p) const {
        Between here(grid, p);
        return uniform ? here : bent(here, p);
    }

private:
    /// A held voxel has its value up to its faces, as if it conducted anything.
    CRINE_HD Real diffusivity(std::size_t p) const {
        MaterialLigand const& there = properties[static_cast<std::size_t>(material[p]) * ligands + ligand];
        return there.fixed ? Real(INFINITY) : (varying == nullptr ? there.diffusivity : varying[p]);
    }
    /// Weight of b at the share w of the way from a to b. Towards a wall of D = 0 a concentration is level, and in it its own.
    CRINE_HD static Real weight(Real w, Real a, Real b) {
        if (a == b) return w;
        if (w < Real(0.5)) return a == 0 ? Real(0) : 2 * w / (1 + a / b);
        return b == 0 ? Real(1) : 1 - 2 * (1 - w) / (1 + b / a);
    }
    CRINE_HD Between bent(Between here, Vec3 p) const {
        int low[3], high[3], nearest[3];
        Real const at[3] = {p.x, p.y, p.z}, share[3] = {here.a, here.b, here.c};
        for (int axis = 0; axis < 3; ++axis) {
            int const n = grid.voxels_on(axis), i = static_cast<int>(std::floor(at[axis] / grid.spacing - Real(0.5)));
            low[axis] = i < -1 ? -1 : (i > n - 1 ? n - 1 : i), high[axis] = low[axis] + 1;
            if (!grid.periodic[axis]) low[axis] = low[axis] < 0 ? 0 : low[axis], high[axis] = high[axis] < n ? high[axis] : n - 1;
            nearest[axis] = share[axis] < Real(0.5) ? low[axis] : high[axis];
        }
        auto const along = [&](int axis) {
            int a[3] = {nearest[0], nearest[1], nearest[2]}, b[3] = {nearest[0], nearest[1], nearest[2]};
            a[axis] = low[axis], b[axis] = high[axis];
            return weight(share[axis], diffusivity(grid.at(a[0], a[1], a[2])), diffusivity(grid.at(b[0], b[1], b[2])));
        };
        here.a = along(0), here.b = along(1), here.c = along(2);
        return here;
    }
};

}  // namespace CRINE_NS
}  // namespace crine
