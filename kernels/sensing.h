#pragma once

#include "kernels/field_state.h"

namespace crine {
inline namespace CRINE_NS {

/// Where the concentration of every ligand lies now, for bodies that read several.
inline std::vector<Real const*> concentrations(FieldState const& fields) {
    std::vector<Real const*> pointers;
    for (LigandField const& ligand : fields.ligands) pointers.push_back(ligand.concentration.data());
    return pointers;
}

}  // namespace CRINE_NS
}  // namespace crine
