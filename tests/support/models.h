#pragma once

#include "crine/backend.h"

#include <functional>
#include <limits>

/// Small models built by hand, for tests that need no scenario file.

namespace crine::test {

/// A box of one material with zero-flux walls and no ligands or cells yet.
inline Model box(int nx, int ny, int nz, Real spacing) {
    Model m;
    m.grid.nx = nx, m.grid.ny = ny, m.grid.nz = nz, m.grid.spacing = spacing;
    m.material_names = {"tissue"};
    m.material.assign(m.grid.voxels(), 0);
    return m;
}

/// Adds a ligand of diffusivity D [µm²/s] and decay k [1/s] in every material there is; call before adding types.
inline int add_ligand(Model& m, Real diffusivity, Real decay, Scheme scheme = Scheme::tr_bdf2) {
    int const index = static_cast<int>(m.ligands.size());
    Ligand l;
    l.name = "ligand " + std::to_string(index);
    l.scheme = scheme;
    m.ligands.push_back(l);
    std::vector<MaterialLigand> table;
    for (std::size_t material = 0; material < m.material_names.size(); ++material) {
        for (int other = 0; other < index; ++other) table.push_back(m.materials[material * index + other]);
        table.push_back({diffusivity, decay, 0, false, 0});
    }
    m.materials = table;
    return index;
}

/// Adds a cell type that does nothing; call after all ligands and activities. `types` is the final number of types.
inline int add_type(Model& m, Real radius, int types = 1) {
    CellType t;
    t.name = "type " + std::to_string(m.types.size());
    t.radius = radius;
    Vocabulary const words{static_cast<int>(m.ligands.size()), types, static_cast<int>(m.receptors.size()),
                           static_cast<int>(m.membrane_ligands.size()), static_cast<int>(m.activities.size())};
    t.base = idle(words);
    t.saturation.assign(m.ligands.size(), std::numeric_limits<Real>::infinity());
    m.types.push_back(t);
    return static_cast<int>(m.types.size()) - 1;
}

/// A start with no cells and every field zero, or given by a function of position.
inline InitialState empty_state(Model const& m, std::function<double(int, Vec3)> const& value = {}) {
    InitialState s;
    s.fields.assign(m.ligands.size(), std::vector<Real>(m.grid.voxels(), 0));
    if (value)
        for (std::size_t l = 0; l < m.ligands.size(); ++l)
            for (int k = 0; k < m.grid.nz; ++k)
                for (int j = 0; j < m.grid.ny; ++j)
                    for (int i = 0; i < m.grid.nx; ++i)
                        s.fields[l][m.grid.voxel(i, j, k)] = static_cast<Real>(value(static_cast<int>(l), m.grid.centre(i, j, k)));
    return s;
}

inline std::vector<Real> field(Backend& on, int ligand, int ligands) {
    Snapshot s;
    std::vector<bool> which(static_cast<std::size_t>(ligands), false);
    which[static_cast<std::size_t>(ligand)] = true;
    on.snapshot(s, which, false);
    return s.fields[static_cast<std::size_t>(ligand)];
}

}  // namespace crine::test
