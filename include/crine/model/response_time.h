#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// A response that takes time: a chain of n first-order stages of which the first follows the target u and the last is the response,
///
///     dx_1/dt = (u - x_1) / θ,   dx_k/dt = (x_{k-1} - x_k) / θ
///
/// so that a step of the target arrives after a gamma-distributed time with mean n θ and standard deviation √n θ: n = 1 is the exponential
/// approach, more stages are a delay. MacDonald (1978) "Time Lags in Biological Models", the linear chain trick. Exact for a target that
/// is constant over the step, at any step:
///
///     x_k ← u + e^{-a} Σ_{j ≤ k} a^{k-j} / (k-j)! (x_j - u),   a = dt / θ
///
/// in increments, so that what has arrived stays where it is.
struct Chain {
    double a;
    int stages;

    /// stage(k) is a reference to x_k, 1 ≤ k ≤ n; from the last to the first, because each needs those before as they were.
    template <class Stage>
    CRINE_HD void operator()(double target, Stage&& stage) const {
        constexpr double kLongest = 1000;  // then nothing is left of the past
        double const step = a < kLongest ? a : kLongest;
        double const past = std::exp(-step), arrived = -std::expm1(-step);
        for (int k = stages; k >= 1; --k) {
            double change = arrived * (target - stage(k)), weight = past;
            for (int j = k - 1; j >= 1; --j) {
                weight *= step / (k - j);
                change += weight * (stage(j) - target);
            }
            stage(k) += change;
        }
    }
};

/// A number in storage precision with what rounding has left out of it, so that it follows changes far below its last digit. Kahan (1965)
/// Commun ACM 8:40.
struct Compensated {
    Real &value, &rest;
    CRINE_HD operator double() const { return static_cast<double>(value) + static_cast<double>(rest); }
    CRINE_HD void operator+=(double change) const {
        double const sum = *this + change;
        value = static_cast<Real>(sum);
        rest = static_cast<Real>(sum - static_cast<double>(value));
    }
};

}  // namespace CRINE_NS
}  // namespace crine
