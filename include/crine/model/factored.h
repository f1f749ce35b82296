#pragma once

#include "crine/portable.h"

namespace crine {

/// Implicit steps of dc/dt = F(c) = inflow + A c, A = Lx + Ly + Lz - loss, whose equations are solved by one tridiagonal factor for each
/// axis:
///
///     (1 - γτA) k = f   becomes   (m - γτLx) m⁻¹ (m - γτLy) m⁻¹ (m - γτLz) k = f,   m = 1 + γτ loss
///
/// Where the medium is uniform but for what cells take up, and that is little in a step, it gets a factor of its own:
///
///     (1 - γτLx) (1 - γτLy) (1 - γτLz) m k = f
///
/// so that all lines of an axis have the same equations. Only the step's error of third order depends on the factors; a steady state is
/// exact, and so is mass: Σ m k = Σ f.
namespace factored {

inline constexpr Real kLittle = Real(0.1);  ///< up to this γτ loss a factor of its own is good enough

/// One stage, c⁺ = c + τk with f = F(c), γ = 1/2: order 2, unconditionally stable. Douglas & Gunn (1964) Numer Math 6:428, in increments.
namespace douglas_gunn {
inline constexpr double kGamma = 0.5;
}

/// Two stages: f = F(c) gives k; f = τAk - 2k gives g. c⁺ = c + 2τk + τg/2 is of order 2 whatever the factors, and damps what the step
/// does not resolve (L-stable); c + τk is of order 1, and the distance between the two, τ|k + g/2|, the estimate of the error.
/// ROS2 of Verwer, Spee, Blom & Hundsdorfer (1999) SIAM J Sci Comput 20:1456, for a linear F.
namespace ros2 {
inline constexpr double kGamma = 0.29289321881345248;  ///< 1 - 1/√2
}

}  // namespace factored

inline namespace CRINE_NS {

/// One step of the elimination of a line. With a face of weight lo = γτk to the voxel before and hi to the one after:
///
///     m d + lo (d - d_before) + hi (d - d_after) = rhs   ⇔   d = now + carry · d_after
///
/// All terms are positive, so that nothing cancels.
struct Elimination {
    Real carry, now;
    CRINE_HD Elimination(Real carry_, Real now_) : carry(carry_), now(now_) {}
    CRINE_HD Elimination(Real m, Real lo, Real hi, Real rhs, Elimination before) {
        Real const pivot = 1 / (m + hi + lo * (1 - before.carry));
        carry = hi * pivot;
        now = (rhs + lo * before.now) * pivot;
    }
};

}  // namespace CRINE_NS
}  // namespace crine
