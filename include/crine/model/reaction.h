#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// Reversible binding A + B ⇌ C where nothing else happens: how far it gets in a time t. With the extent ξ (A - ξ, B - ξ, C + ξ),
///
///     dξ/dt = k_on (A - ξ)(B - ξ) - k_off (C + ξ) = k_on (ξ - ξ₁)(ξ - ξ₂)
///
/// is a Riccati equation. With K = k_off/k_on, P = A B - K C = ξ₁ ξ₂ and d = ξ₂ - ξ₁ its solution from ξ = 0 is
///
///     ξ(t) = P f / (1 + ξ₁ f),   f = (1 - e^{-k_on d t}) / d,   ξ₁ = 2 P / (A + B + K + d)
///
/// in which nothing cancels but P, so that equilibrium stays what it is. However fast the binding, no concentration falls below 0.
struct BindingExtent {
    double k_on = 0;   ///< [µm³/s per molecule]
    double k_off = 0;  ///< [1/s]

    CRINE_HD double operator()(double a, double b, double c, double t) const {
        a = a > 0 ? a : 0, b = b > 0 ? b : 0, c = c > 0 ? c : 0;
        double const k = k_off / k_on, p = a * b - k * c, sum = a + b + k;
        double const d = std::sqrt((a - b) * (a - b) + k * (2 * (a + b) + k + 4 * c));
        if (!(sum + d > 0)) return 0;
        double const f = d > 0 ? -std::expm1(-k_on * d * t) / d : k_on * t;
        return within(p * f / (1 + 2 * p / (sum + d) * f), a, b, c);
    }

    /// The same where A, B or both are held at their value, and the exchange is of first order.
    CRINE_HD double held(double a, double b, double c, bool a_held, bool b_held, double t) const {
        a = a > 0 ? a : 0, b = b > 0 ? b : 0, c = c > 0 ? c : 0;
        double const rate = k_off + (a_held && !b_held ? k_on * a : 0) + (b_held && !a_held ? k_on * b : 0);
        double const extent = (k_on * a * b - k_off * c) * (rate > 0 ? -std::expm1(-rate * t) / rate : t);
        return within(extent, a_held ? HUGE_VAL : a, b_held ? HUGE_VAL : b, c);
    }

private:
    /// Rounding must not make anything negative.
    CRINE_HD static double within(double extent, double a, double b, double c) {
        double const most = a < b ? a : b;
        return extent > most ? most : (extent < -c ? -c : extent);
    }
};

/// First-order rate [1/s] at which a ligand of concentration c is converted, rate · e or, saturable, V e / (K_m + c) with e = 1 or the
/// enzyme's concentration. Michaelis & Menten (1913) Biochem Z 49:333.
struct ConversionRate {
    Real rate = 0;  ///< [1/s], with an enzyme [µm³/s per molecule]; saturable: V_max [molecules/µm³/s], with an enzyme k_cat [1/s]
    Real half = 0;  ///< K_m [molecules/µm³]; 0: not saturable

    CRINE_HD Real operator()(Real enzyme, Real c) const {
        Real const most = rate * (enzyme > 0 ? enzyme : Real(0));
        return half > 0 ? most / (half + (c > 0 ? c : Real(0))) : most;
    }
};

}  // namespace CRINE_NS
}  // namespace crine
