#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// A step of a store of P molecules that fills up to A and is let out:
///
///     dP/dt = k (A - P) - r P
///
/// With the mean P̄ = P φ₁ + k A dt φ₂ over the step, exact at any step for rates that stay what they are,
///
///     P ← P + dt (k (A - P̄) - r P̄),   φ₁ = (1 - e^{-x}) / x,   φ₂ = (1 - φ₁) / x,   x = (k + r) dt
///
/// so what leaves the store is what comes out, r P̄ dt, to the last digits. No term is negative.
struct StoreStep {
    double left = 0;      ///< P after the step
    double released = 0;  ///< [molecules]

    CRINE_HD StoreStep(double molecules, double amount, double refill, double release, double dt) {
        constexpr double kShort = 0.01;  // beyond it 1 - φ₁ has lost two of its digits at most
        double const x = (refill + release) * dt, emptied = -std::expm1(-x);
        double const first = x > 0 ? emptied / x : 1;
        double const second = x > kShort ? (1 - first) / x : 0.5 - x * (1. / 6 - x * (1. / 24 - x * (1. / 120 - x / 720)));
        double const into = refill * amount * dt;
        left = molecules * std::exp(-x) + into * first;
        released = release * dt * (molecules * first + into * second);
    }
};

}  // namespace CRINE_NS
}  // namespace crine
