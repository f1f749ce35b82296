#pragma once

#include "crine/cells.h"

namespace crine {

inline constexpr Real kDividingVolume = 2;  ///< of a cell at division, relative to its volume at entry into the cycle [1]
/// A necrotic cell swells until it bursts, as in PhysiCell: Ghaffarizadeh et al. (2018) PLoS Comput Biol 14:e1005991.
inline constexpr Real kBurstVolume = 2;
/// A cell that has fused with others is at most so large, relative to its type at rest: neighbours are looked for no further away. A
/// choice.
inline constexpr Real kMostFused = 8;
/// What is left of an apoptotic cell when it falls apart. A choice: bodies of a few µm, small but not of size 0.
inline constexpr Real kApoptoticVolume = Real(0.1);

inline namespace CRINE_NS {

/// Volume of a cell relative to the one with which it entered its state, so long after entry into a state of that duration:
///
///     v = 1 + (v_end - 1) · elapsed / duration                                 [1]
///
/// Linear in time: what a cell in the cycle gains each hour does not depend on how far it has come.
CRINE_HD inline Real relative_volume(CellState state, Real elapsed, Real duration) {
    Real const f = elapsed >= duration ? 1 : (elapsed > 0 ? elapsed / duration : 0);
    switch (state) {
        case CellState::resting:
            return 1;
        case CellState::cycling:
            return 1 + (kDividingVolume - 1) * f;
        case CellState::apoptotic:
            return 1 + (kApoptoticVolume - 1) * f;
        case CellState::necrotic:
            return 1 + (kBurstVolume - 1) * f;
    }
    return 1;
}

/// Of a state, in cells of a type [s].
template <class Type>
CRINE_HD double duration_of(CellState state, Type const& type) {
    return state == CellState::cycling     ? type.cycle_duration
           : state == CellState::apoptotic ? type.apoptosis_duration
                                           : type.necrosis_duration;
}

}  // namespace CRINE_NS
}  // namespace crine
