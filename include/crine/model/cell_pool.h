#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// A step of N cells that circulate, are made at a rate p, and leave for elsewhere at the rate k N:
///
///     dN/dt = p - k N,   N ← N + made - lost,   made = p dt,   lost = N (1 - e^{-x}) + p dt (1 - (1 - e^{-x}) / x),   x = k dt
///
/// exact at any step for a constant p. N is below 0 where a step has taken more than there were; nobody leaves until that is made up for.
struct CellTurnover {
    double made = 0, lost = 0;  ///< [cells]

    CRINE_HD CellTurnover(double number, double production, double loss, double dt) : made(production * dt) {
        double const owed = number < 0 ? -number : 0, there = number < 0 ? 0 : number;
        double const rest = owed == 0 ? dt : made > owed ? dt * (1 - owed / made) : 0;
        double const x = loss * rest, gone = -std::expm1(-x);
        if (x > 0) lost = there * gone + production * rest * (1 - gone / x);
    }
};

}  // namespace CRINE_NS
}  // namespace crine
