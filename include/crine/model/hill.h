#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// s^hill for s ≥ 0. Whole powers, which most are, by multiplication: fast, and the same bits on every machine.
CRINE_HD inline Real hill_power(Real s, Real hill) {
    constexpr Real kHighest = 32;
    int const whole = hill >= 0 && hill <= kHighest ? static_cast<int>(hill) : 0;
    if (static_cast<Real>(whole) != hill) return std::pow(s, hill);
    Real product = 1;
    for (int rest = whole; rest > 0; rest >>= 1, s *= s)
        if ((rest & 1) != 0) product *= s;
    return product;
}

/// What several signals together weigh: S = Σ_j (s_j / half_j)^hill_j.
struct HillSum {
    Real sum = 0;
    CRINE_HD void add(Real signal, Real half, Real hill) {
        Real const s = signal > 0 ? signal / half : Real(0);  // a concentration may be below 0 by round-off
        sum += hill_power(s, hill);
    }
    /// H(S) = S / (1 + S), in a form that is 1 where S overflows
    CRINE_HD Real saturation() const { return std::isinf(sum) ? Real(1) : sum / (1 + sum); }
};

/// The response of a behaviour to the signals that increase and those that decrease it:
///
///     value = U + (m - U) H(down),   U = b + (M - b) H(up)
///
/// Johnson et al. (2025) Cell, "Human interpretable grammar encodes multicellular systems biology models". An infinite value
/// (a rate: at once) holds as long as the signals against it are not saturated.
struct HillResponse {
    Real base, highest, lowest;  ///< b, M, m
    CRINE_HD Real operator()(HillSum up, HillSum down) const {
        return towards(lowest, towards(highest, base, up.saturation()), down.saturation());
    }
    CRINE_HD static Real towards(Real to, Real from, Real fraction) {
        if (fraction == 0 || from == to) return from;
        if (fraction == 1) return to;
        if (std::isinf(from)) return from;
        return from + (to - from) * fraction;
    }
};

}  // namespace CRINE_NS
}  // namespace crine
