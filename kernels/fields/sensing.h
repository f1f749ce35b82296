// The concentrations of all ligands, with halos that meet the boundary conditions, for kernels that read several.
#pragma once

#include "kernels/fields/fields.h"

namespace crine {
inline namespace CRINE_NS {

/// Where the concentration of every ligand lies now, for bodies that read several.
inline std::vector<Real const*> concentrations(Fields& fields) {
    std::vector<Real const*> pointers;
    for (std::size_t l = 0; l < fields.ligands.size(); ++l) pointers.push_back(sensed(fields, static_cast<int>(l)));
    return pointers;
}

}  // namespace CRINE_NS
}  // namespace crine
