#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// Damage D of a cell, which it repairs in proportion, over a step,
///
///     dD/dt = inflicted - repair D
///
/// exact at any step: what is inflicted at a rate from a to b leaves  rate (exp(-repair (dt - b)) - exp(-repair (dt - a))) / repair.   [1]
struct Damage {
    double repair;  ///< [1/s]
    double dt;      ///< [s]

    /// What is left of damage from the beginning of the step.
    CRINE_HD double left(double damage) const { return damage * std::exp(-repair * dt); }
    /// What is left of damage at a rate of 1, from a to b after the beginning of the step [s].
    CRINE_HD double of(double a, double b) const {
        double const x = repair * (b - a);
        return std::exp(-repair * (dt - b)) * (x > 0 ? -std::expm1(-x) / x : 1) * (b - a);
    }
};

}  // namespace CRINE_NS
}  // namespace crine
