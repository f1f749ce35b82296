// Secretion, uptake and clearance of one cell now, and the weights with which it acts on the voxels around it.
#pragma once

#include "crine/model/autocrine.h"
#include "crine/model/deposit.h"
#include "crine/model/exchange.h"
#include "kernels/cells/cells.h"
#include "kernels/signals/receptors.h"

namespace crine {
inline namespace CRINE_NS {

/// Back into the domain: round a periodic axis, or mirrored at a wall.
CRINE_HD inline int fold(int i, int n, bool periodic) {
    while (i < 0 || i >= n) i = periodic ? (i < 0 ? i + n : i - n) : (i < 0 ? -1 - i : 2 * n - 1 - i);
    return i;
}

/// What one cell does to the ligands now.
struct CellRates {
    Grid grid;
    CellView cells;
    Phenotype phenotype;
    Vocabulary words;
    ReceptorView receptors;
    Span<std::uint8_t const> material;
    Span<MaterialLigand const> properties;
    Span<Real const* const> hindered;  ///< by ligand: diffusivity where it follows a matrix, else null; empty: nowhere
    Span<Real const> saturation;
    ByPlace green;
    Span<Real const> normal;      ///< by cell: what makes the weights of its shell sum to 1; 0: it has a tent; empty: so have all
    Span<ByQuarters const> gaps;  ///< see self_concentration

    /// What its behaviours say, without receptors and stores.
    CRINE_HD Real plain_secretion(std::size_t i, int ligand) const { return phenotype(words.of(behaviour::secretion, ligand), i); }
    CRINE_HD Real plain_uptake(std::size_t i, int ligand) const { return phenotype(words.of(behaviour::uptake, ligand), i); }

    /// What is the cell's own: made now, or from its store.
    CRINE_HD Real own_secretion(std::size_t i, int ligand) const {
        return plain_secretion(i, ligand) + receptors.let_out(cells.type[i], ligand, i);
    }
    CRINE_HD Real secretion(std::size_t i, int ligand) const {
        BoundLigand const* const bound = receptors.find(cells.type[i], ligand);
        return own_secretion(i, ligand) + (bound == nullptr ? Real(0) : receptors.at(bound->release, i));
    }
    CRINE_HD Real uptake(std::size_t i, int ligand) const {
        BoundLigand const* const bound = receptors.find(cells.type[i], ligand);
        return plain_uptake(i, ligand) + (bound == nullptr ? Real(0) : receptors.at(bound->clearance, i));
    }
    CRINE_HD Real limit(std::size_t i, int ligand) const {
        return saturation[static_cast<std::size_t>(cells.type[i]) * words.ligands + ligand];
    }
    CRINE_HD Tent tent(Real x) const { return Tent(x, grid.spacing); }
    /// Whether the cell is so large that it has a shell.
    CRINE_HD bool resolved(std::size_t i) const { return !normal.empty() && normal[i] != 0; }
    CRINE_HD Shell shell(std::size_t i) const { return {cells.x[i], cells.y[i], cells.z[i], cells.radius[i], grid.spacing}; }
    CRINE_HD Real self(std::size_t i) const {
        if (resolved(i)) return self_concentration(shell(i), cells.radius[i] * (1 / grid.spacing), gaps.data);
        return self_concentration(tent(cells.x[i]), tent(cells.y[i]), tent(cells.z[i]), green);
    }
    /// Mean of a field over the cell's deposit: what its uptake is proportional to.
    CRINE_HD Real around(std::size_t i, Real const* field) const {
        auto const row = [&](int j, int k) {
            return field + grid.at(0, fold(j, grid.ny, grid.periodic[1]), fold(k, grid.nz, grid.periodic[2]));
        };
        Real sum = 0;
        if (resolved(i)) {
            Shell const shell = this->shell(i);
            shell.for_each_row([&](int j, int k) {
                Real const* const values = row(j, k);
                Real line = 0;
                shell.for_each_in_row(j, k, [&](int a, Real w) { line += w * values[fold(a, grid.nx, grid.periodic[0])]; });
                sum += line;
            });
            return sum * normal[i];
        }
        Tent const x = tent(cells.x[i]), y = tent(cells.y[i]), z = tent(cells.z[i]);
        for (int c = 0; c < 2; ++c)
            for (int b = 0; b < 2; ++b) {
                Real const* const values = row(y.first + b, z.first + c);
                Real line = 0;
                for (int a = 0; a < 2; ++a) line += x.weight(a) * values[fold(x.first + a, grid.nx, grid.periodic[0])];
                sum += y.weight(b) * z.weight(c) * line;
            }
        return sum;
    }
    CRINE_HD std::size_t home(std::size_t i) const {
        Real const h = grid.spacing;
        return grid.at(voxel_on_axis(cells.x[i], grid.nx, h), voxel_on_axis(cells.y[i], grid.ny, h), voxel_on_axis(cells.z[i], grid.nz, h));
    }
    /// What the material around a cell does to every ligand.
    CRINE_HD MaterialLigand const* surroundings(std::size_t i) const {
        if (properties.size == static_cast<std::size_t>(words.ligands)) return properties.data;  // there is but one material
        return properties.data + static_cast<std::size_t>(material[home(i)]) * words.ligands;
    }
    CRINE_HD Real diffusivity(std::size_t i, int ligand) const {
        return hindered.size != 0 && hindered[ligand] != nullptr ? hindered[ligand][home(i)] : surroundings(i)[ligand].diffusivity;
    }
    /// Part of its own secretion that a cell catches before it has got away, with all its clearances.
    CRINE_HD Real recaptured(std::size_t i, int ligand, Real uptake) const {
        return recapture(uptake, cells.radius[i], diffusivity(i, ligand), surroundings(i)[ligand].decay);
    }
    /// What keeps a cell's uptake of a ligand below that of a cell in well-mixed surroundings, see CellExchange.
    CRINE_HD Real resistance(std::size_t i, int ligand, Real self, Real uptake) const {
        return uptake > 0 ? exchange_resistance(cells.radius[i], grid.spacing, diffusivity(i, ligand), self, uptake) : Real(0);
    }
};

}  // namespace CRINE_NS
}  // namespace crine
