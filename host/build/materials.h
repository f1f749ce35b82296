// Materials: what overlapping regions make of the diffusivity, decay, sources and inhabitants of a voxel.
#pragma once

#include "host/build/regions.h"

namespace crine {

/// What the materials of a scenario are made from.
struct MaterialPlan {
    Names ligands;
    Named<LigandInput> const* written = nullptr;  ///< the same ligands
    std::vector<MaterialLigand> tissue;           ///< by ligand: outside all regions
    Named<RegionInput> const* regions = nullptr;
    std::vector<std::vector<int>> habitats;  ///< by cell type: regions it may be in; empty: everywhere
};

/// Fills the materials of the model, the distinct combinations of properties and habitats that occur, and the habitat of
/// each type. With `sample` only the names and the table are made.
void make_materials(Model& model, Regions const& regions, MaterialPlan const& plan, bool sample);

}  // namespace crine
