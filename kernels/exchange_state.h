#pragma once

#include "crine/model.h"
#include "kernels/cell_state.h"
#include "kernels/device.h"
#include "kernels/field_state.h"

namespace crine {
inline namespace CRINE_NS {

/// Bins in blocks so wide that the deposits of cells in two blocks of one colour never meet: blocks of a colour (the parities
/// of their place) are worked on at the same time, cells within a block one after the other, and every voxel is added to in one order.
struct Blocks {
    int n[3] = {1, 1, 1};     ///< even on periodic axes, or 1
    int bins[3] = {1, 1, 1};  ///< of a block; the last also has what is left over

    CRINE_HD int of_colour(int axis, int colour) const { return (n[axis] + 1 - (colour >> axis & 1)) / 2; }
    CRINE_HD std::size_t count(int colour) const {
        return static_cast<std::size_t>(of_colour(0, colour)) * of_colour(1, colour) * of_colour(2, colour);
    }
    CRINE_HD int begin(int axis, int block) const { return block * bins[axis]; }
    CRINE_HD int end(int axis, int block, int all_bins) const { return block == n[axis] - 1 ? all_bins : (block + 1) * bins[axis]; }
};

/// A ligand that cells secrete or take up.
struct ExchangeTarget {
    int ligand;
    bool autocrine;  ///< some type both secretes it and takes it up
    Real const* concentration;
    Real *source, *loss, *held_back;  ///< see LigandField; held_back may be null
};

/// What exchange prepares once for a model, and its work space.
struct ExchangeState {
    std::vector<ExchangeTarget> listed;
    Buffer<ExchangeTarget> targets;  ///< the same, on the device
    Buffer<std::uint8_t> spread;     ///< by type: half-width of the deposit, in voxels
    Buffer<Real> saturation;         ///< [type * ligands + ligand] [molecules/µm³]
    Buffer<Real> green;              ///< the lattice's Green's function, kGreenLags on each axis
    Blocks blocks;
    Buffer<Real> self;  ///< by cell: wᵀGw, see model/exchange.h

    void prepare(Model const& model, Bins const& bins, FieldState& fields);
};

}  // namespace CRINE_NS
}  // namespace crine
