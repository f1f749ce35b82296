#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// s^hill for s ≥ 0. Whole powers, which most are, by multiplication: fast, and the same bits on every machine.
template <class Number>
CRINE_HD inline Number hill_power_of(Number s, Number hill) {
    constexpr Number kHighest = 32;
    int const whole = hill >= 0 && hill <= kHighest ? static_cast<int>(hill) : 0;
    if (static_cast<Number>(whole) != hill) return std::pow(s, hill);
    Number product = 1;
    for (int rest = whole; rest > 0; rest >>= 1, s *= s)
        if ((rest & 1) != 0) product *= s;
    return product;
}
CRINE_HD inline Real hill_power(Real s, Real hill) { return hill_power_of(s, hill); }

/// What several signals together weigh: S = Σ_j (s_j / half_j)^hill_j.
template <class Number>
struct HillSumOf {
    Number sum = 0;
    CRINE_HD void add(Number signal, Number half, Number hill) {
        Number const s = signal > 0 ? signal / half : Number(0);  // a concentration may be below 0 by round-off
        sum += hill_power_of(s, hill);
    }
    /// H(S) = S / (1 + S), in a form that is 1 where S overflows
    CRINE_HD Number saturation() const { return std::isinf(sum) ? Number(1) : sum / (1 + sum); }
};
using HillSum = HillSumOf<Real>;

/// The response of a behaviour to the signals that increase and those that decrease it:
///
///     value = U + (m - U) H(down),   U = b + (M - b) H(up)
///
/// Johnson et al. (2025) Cell, "Human interpretable grammar encodes multicellular systems biology models". An infinite value
/// (a rate: at once) holds as long as the signals against it are not saturated.
template <class Number>
struct HillResponseOf {
    Number base, highest, lowest;  ///< b, M, m
    CRINE_HD Number operator()(HillSumOf<Number> up, HillSumOf<Number> down) const {
        return towards(lowest, towards(highest, base, up.saturation()), down.saturation());
    }
    CRINE_HD static Number towards(Number to, Number from, Number fraction) {
        if (fraction == 0 || from == to) return from;
        if (fraction == 1) return to;
        if (std::isinf(from)) return from;
        return from + (to - from) * fraction;
    }
};
using HillResponse = HillResponseOf<Real>;

}  // namespace CRINE_NS
}  // namespace crine
