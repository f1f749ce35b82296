#pragma once

#include "crine/backend.h"
#include "crine/model.h"
#include "kernels/device.h"
#include "kernels/multigrid.h"

namespace crine {
inline namespace CRINE_NS {

/// One ligand on this engine. Stored arrays have a halo (`Grid::at`).
struct LigandField {
    Buffer<Real> concentration;  ///< [molecules/µm³]; the halo meets the boundary conditions
    Buffer<Real> source;         ///< from cells, set by exchange [molecules/µm³/s]
    Buffer<Real> loss;           ///< to cells, set by exchange: first-order rate [1/s]
    Buffer<Real> held_back;      ///< secretion stopped by saturation, per concentration [1/s]; empty where no type saturates
    Buffer<Real> links;          ///< [material * materials + neighbour's material]: conductance of a face [1/s]

    double own_rate = 0;    ///< what cells catch from themselves before it reaches the field, set by exchange [molecules/s]
    bool diffuses = false;  ///< somewhere
    bool held = false;      ///< somewhere at a fixed value
    bool present = false;   ///< there has been some, or a source of it
    Ledger ledger;
    Solve solve;
};

/// All ligand fields of this engine, and what the materials do to them.
struct FieldState {
    Grid grid;
    std::vector<LigandField> ligands;
    Buffer<std::uint8_t> material;      ///< stored with halo
    Buffer<MaterialLigand> properties;  ///< [material * ligands + ligand]

    // work space of transport, shared by all ligands
    Multigrid solver;
    Buffer<Real> inflow;     ///< all that does not depend on the concentration [molecules/µm³/s]
    Buffer<Real> cleavage;   ///< loss to enzymes [1/s]
    Buffer<double> partial;  ///< of sums

    std::size_t materials() const { return ligands.empty() ? 0 : properties.size() / ligands.size(); }
};

/// Gives a ligand's halo the values that make interpolation meet its boundary conditions.
void fill_halo(FieldState& fields, std::array<Face, 6> const& faces, int ligand);

}  // namespace CRINE_NS
}  // namespace crine
