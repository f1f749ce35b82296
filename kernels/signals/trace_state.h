#pragma once

#include "kernels/fields/field_state.h"
#include "kernels/signals/exchange_state.h"

#include <vector>

namespace crine {
inline namespace CRINE_NS {

/// Who told whom. Transport is linear in the concentration while cells keep their clearances, so the field of a traced ligand is the sum of
/// parts, one for each sender, that each take the steps the whole takes, with its losses and their own sources. What is left is from
/// elsewhere: what was there at the start, region sources, walls, doses into the tissue, synapses.

/// Of a ligand's field: what some sender has sent.
struct Part {
    int type = -1;  ///< of the cells that secrete it; -1: what came through vessel walls
    LigandField field;
};

struct TracedLigand {
    int ligand = 0;
    std::vector<Part> parts;
    Buffer<std::int16_t> part_of_type;  ///< -1: cells of the type do not secrete it
    Buffer<double> taken;               ///< in this step [part * cells + cell], and last from all parts and elsewhere [molecules]
    Buffer<double> own;                 ///< by cell: what of it was to be autocrine
    std::vector<double> owed;           ///< by type: what was to be, and has not yet come: the field around the cells still builds up
    std::vector<double>
        sums;  ///< since the start [row * types + receiver]; rows are those of `taken`, without the autocrine ones, and these
};

struct TracedMembraneLigand {
    int ligand = 0;
    std::vector<int> presenters;
    std::vector<double> sums;  ///< [presenter * types + receiver]
};

struct TraceState {
    std::vector<TracedLigand> ligands;
    std::vector<TracedMembraneLigand> membrane_ligands;
    Buffer<Real> mean;  ///< of the part that has just been stepped
    Buffer<double> amounts, partial;

    TracedLigand& of(int ligand);
};

/// Who sends a ligand into the field: types that can secrete it, and -1 for vessel walls.
std::vector<int> senders(Model const& model, int ligand);

}  // namespace CRINE_NS
}  // namespace crine
