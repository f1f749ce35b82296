#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// Damage D of a cell, which it repairs in proportion, after a step in which as much is inflicted, evenly over it:
///
///     dD/dt = inflicted / dt - repair D
///
/// Exact at any step: D exp(-x) + inflicted (1 - exp(-x)) / x,  x = repair dt.                     [1]
struct Damage {
    Real repair;  ///< [1/s]
    Real dt;      ///< [s]
    CRINE_HD Real operator()(Real damage, Real inflicted) const {
        Real const x = repair * dt;
        return damage * std::exp(-x) + (x > 0 ? -std::expm1(-x) / x : Real(1)) * inflicted;
    }
};

}  // namespace CRINE_NS
}  // namespace crine
