// What becomes of a cell's motion, combat and responses to rules when it is born, divides, or changes type or state.
#pragma once

#include "kernels/cells/programs.h"

namespace crine {
inline namespace CRINE_NS {

/// What a cell carries with it says what becomes of it in three members: when the cell is `born` (comes in from outside), is one of the
/// two that a cell has `divided` into, or has `changed` its type or state. What vanishes takes all along. kernels/behaviour/carried.h
/// lists all that is carried; here is what every cell has.

/// How it moves.
struct Motion {
    CellView cells;

    CRINE_HD void born(std::size_t k, Identity, double) const { forget(k), cells.pressure[k] = 0; }
    CRINE_HD void divided(std::size_t k, double) const { forget(k); }
    CRINE_HD void changed(std::size_t, Identity, Identity) const {}

    CRINE_HD void forget(std::size_t k) const {
        cells.vx[k] = cells.vy[k] = cells.vz[k] = 0;
        cells.cx[k] = cells.cy[k] = cells.cz[k] = 0;
        cells.stepped[k] = 0;
    }
};

/// Whom it attacks, and what others have done to it.
struct Combat {
    CellView cells;

    CRINE_HD void born(std::size_t k, Identity, double at) const { stop(k, at), cells.damage[k] = cells.attacked[k] = 0; }
    CRINE_HD void divided(std::size_t k, double at) const { stop(k, at); }
    CRINE_HD void changed(std::size_t, Identity, Identity) const {}

    CRINE_HD void stop(std::size_t k, double at) const { cells.target[k] = 0, cells.attack_end[k] = at; }
};

/// How strongly it does what rules modulate. When other rules apply to it, behaviours begin anew, except those that take time before and
/// after: what was under way goes on, and if it goes on in another number of stages, from the value it has.
struct Responses {
    Phenotype phenotype;
    ListsView<Response> program;  ///< by row
    Span<std::uint32_t const> id;
    Span<Real> values;  ///< [slot * cells + cell]
    std::uint64_t seed;

    CRINE_HD void born(std::size_t k, Identity now, double) const {
        auto const list = program[phenotype.row_of(now)];
        for (std::size_t b = 0; b < list.size; ++b) begin(list[b], k);
    }
    CRINE_HD void divided(std::size_t, double) const {}
    CRINE_HD void changed(std::size_t k, Identity before, Identity now) const {
        std::size_t const old_row = phenotype.row_of(before), row = phenotype.row_of(now);
        if (row == old_row) return;
        auto const list = program[row], old = program[old_row];
        for (std::size_t b = 0; b < list.size; ++b) {
            int stages_before = 0;
            for (std::size_t o = 0; o < old.size; ++o)
                if (old[o].slot == list[b].slot && old[o].stages > 0 && list[b].stages > 0) stages_before = old[o].stages;
            if (stages_before == 0)
                begin(list[b], k);
            else if (stages_before != list[b].stages)
                settle(list[b], k, values[list[b].slot * id.size + k]);
        }
    }

private:
    /// All stages of a response get that value.
    CRINE_HD void settle(Response const& response, std::size_t k, Real value) const {
        for (int s = 0; s < response.slots(); ++s) values[(response.slot + s) * id.size + k] = response.settled(s, value);
    }
    CRINE_HD void begin(Response const& response, std::size_t k) const { settle(response, k, response.at_start(seed, id[k])); }
};

}  // namespace CRINE_NS
}  // namespace crine
