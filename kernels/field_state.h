#pragma once

#include "crine/model.h"
#include "kernels/device.h"

namespace crine {
inline namespace CRINE_NS {

/// One ligand on this engine. Stored arrays have a halo (`Grid::at`).
struct LigandField {
    Buffer<Real> concentration;  ///< [molecules/µm³]
    Buffer<Real> source;         ///< from cells, set by exchange [molecules/µm³/s]
    Buffer<Real> loss;           ///< to cells, set by exchange: first-order rate [1/s]
};

/// All ligand fields of this engine, and what the materials do to them.
struct FieldState {
    Grid grid;
    std::vector<LigandField> ligands;
    Buffer<std::uint8_t> material;        ///< stored with halo
    Buffer<MaterialLigand> properties;    ///< [material * ligands + ligand]
};

}  // namespace CRINE_NS
}  // namespace crine
