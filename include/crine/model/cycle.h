#pragma once

#include "crine/cells.h"

namespace crine {

inline constexpr double kDividingVolume = 2;  ///< of a cell at division, relative to its volume at entry into the cycle [1]
/// A necrotic cell swells until it bursts at twice its volume. Ghaffarizadeh et al. (2018) PLoS Comput Biol 14:e1005991, table of death models.
inline constexpr double kBurstVolume = 2;
/// What is left of an apoptotic cell when it falls apart. A choice: bodies of a few µm, small but not of size 0.
inline constexpr double kApoptoticVolume = 0.1;

inline namespace CRINE_NS {

/// Volume of a cell relative to the one with which it entered its state, after `fraction` of the state's duration.
///
///     v = 1 + (v_end - 1) · fraction                                           [1]
///
/// Linear in time: what a cell in the cycle gains each hour does not depend on how far it has come.
CRINE_HD inline double relative_volume(CellState state, double fraction) {
    double const f = fraction < 0 ? 0 : (fraction > 1 ? 1 : fraction);
    switch (state) {
        case CellState::resting: return 1;
        case CellState::cycling: return 1 + (kDividingVolume - 1) * f;
        case CellState::apoptotic: return 1 + (kApoptoticVolume - 1) * f;
        case CellState::necrotic: return 1 + (kBurstVolume - 1) * f;
    }
    return 1;
}

}  // namespace CRINE_NS
}  // namespace crine
