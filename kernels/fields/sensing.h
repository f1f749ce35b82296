#pragma once

#include "kernels/fields/field_state.h"

namespace crine {
inline namespace CRINE_NS {

/// Where the concentration of every ligand lies now, for bodies that read several.
inline std::vector<Real const*> concentrations(FieldState& fields) {
    std::vector<Real const*> pointers;
    for (std::size_t l = 0; l < fields.ligands.size(); ++l) pointers.push_back(sensed(fields, static_cast<int>(l)));
    return pointers;
}

}  // namespace CRINE_NS
}  // namespace crine
