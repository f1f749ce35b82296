#pragma once

#include "crine/portable.h"

#include <cmath>

/// Receptors of one cell. Free ones R on the surface bind ligand l of surface concentration c_l, complexes C_l are active until they let
/// go, go inside or become desensitised (D_l, still bound); what went inside without its ligand (I) comes back or is broken down:
///
///     dR/dt   = s - (k_t + k_sh) R - Σ J_l + Σ k_off C_l + k_rec I            J_l = k_on c_l R
///     dC_l/dt = J_l - (k_off + k_e + k_d + k_sh) C_l + k_r D_l
///     dD_l/dt = k_d C_l - (k_r + k_sh) D_l
///     dI/dt   = Σ k_e C_l - (k_rec + k_deg) I
///
/// Wiley & Cunningham (1981) Cell 25:433; Lauffenburger & Linderman (1993) Receptors, ch. 3. Desensitisation: Katz & Thesleff (1957) J
/// Physiol 138:63, without unbinding from D.

namespace crine {

/// What free receptors and those inside do [1/s], and how many are made [molecules/s].
struct ReceptorRates {
    double synthesis = 0;    ///< s
    double turnover = 0;     ///< k_t
    double shedding = 0;     ///< k_sh, of all on the surface, with the ligand they hold
    double recycling = 0;    ///< k_rec
    double degradation = 0;  ///< k_deg
};

/// What complexes with one ligand do [1/s].
struct ComplexRates {
    double dissociation = 0;     ///< k_off
    double internalisation = 0;  ///< k_e
    double desensitisation = 0;  ///< k_d
    double recovery = 0;         ///< k_r
};

/// Complexes with one ligand [molecules].
struct Complexes {
    double active = 0;        ///< C
    double desensitised = 0;  ///< D
};

inline namespace CRINE_NS {

/// Weight of the end of a step in x' = f(x), x₁ = x₀ + h ((1 - θ) f₀ + θ f₁), for processes that together relax at the rate z/h:
///
///     θ = 1/(1 - e⁻ᶻ) - 1/z
///
/// It makes the step exact for that rate, of second order for slower ones, and, since (1 - θ) z ≤ 1, positive at any length. Liniger &
/// Willoughby (1970) SIAM J Numer Anal 7:47.
CRINE_HD inline double fitted_weight(double z) { return z < 1e-4 ? 0.5 + z / 12 : 1 - (1 / z - 1 / std::expm1(z)); }

/// A step of length h. Binding and dissociation are fast and have a weight of their own, so that the others keep the order of theirs.
struct FittedStep {
    double length = 0;                 ///< [s]
    double binding = 0.5, slow = 0.5;  ///< θ of the two

    CRINE_HD double mean_binding(double before, double after) const { return before + binding * (after - before); }
    CRINE_HD double mean_slow(double before, double after) const { return before + slow * (after - before); }
};

/// A pool with a constant gain and a slow first-order loss: x₁ as an affine function of the gain.
class PoolStep {
public:
    CRINE_HD PoolStep(double now, double loss, FittedStep const& step)
        : kept_(now * (1 - (1 - step.slow) * step.length * loss)), length_(step.length), scale_(1 / (1 + step.slow * step.length * loss)) {}
    CRINE_HD double after(double gain) const { return (kept_ + length_ * gain) * scale_; }
    /// d x₁ / d gain
    CRINE_HD double answer() const { return length_ * scale_; }

private:
    double kept_, length_, scale_;
};

/// The complexes with one ligand: C₁ and D₁ as affine functions of the mean rate J at which they are made.
class ComplexStep {
public:
    CRINE_HD ComplexStep(Complexes now, ComplexRates const& k, double shedding, FittedStep const& step) : length_(step.length) {
        double const implicit = step.slow * step.length, rest = (1 - step.slow) * step.length;
        double const leave = k.internalisation + k.desensitisation + shedding, back = k.recovery + shedding;
        to_active_ = implicit * k.recovery, to_desensitised_ = implicit * k.desensitisation;
        active_ = 1 + implicit * leave + step.binding * step.length * k.dissociation, desensitised_ = 1 + implicit * back;
        scale_ = 1 / (active_ * desensitised_ - to_active_ * to_desensitised_);
        kept_ = {now.active * (1 - rest * leave - (1 - step.binding) * step.length * k.dissociation) + rest * k.recovery * now.desensitised,
                 now.desensitised * (1 - rest * back) + rest * k.desensitisation * now.active};
    }
    CRINE_HD Complexes after(double rate) const {
        double const c = kept_.active + length_ * rate;
        return {(desensitised_ * c + to_active_ * kept_.desensitised) * scale_,
                (active_ * kept_.desensitised + to_desensitised_ * c) * scale_};
    }
    /// d C₁ / d J
    CRINE_HD double answer() const { return length_ * desensitised_ * scale_; }

private:
    double length_;
    Complexes kept_;
    double active_, desensitised_, to_active_, to_desensitised_, scale_;
};

}  // namespace CRINE_NS
}  // namespace crine
