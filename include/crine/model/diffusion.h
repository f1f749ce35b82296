#pragma once

#include "crine/portable.h"

namespace crine {

/// A concentration that is none: less of a field that dies away need not be right any more, and `float` soon cannot hold it
/// [molecules/µm³].
inline constexpr Real kNothing = static_cast<Real>(1e-30);

inline namespace CRINE_NS {

/// Conductance of the face between two voxels [1/s]: the flux through it is k h (c_a - c_b).
///
///     k = D_face / h²,  D_face = 2 D_a D_b / (D_a + D_b)
///
/// The harmonic mean is that of two resistances in series: exact for layers whose boundary is the face.
CRINE_HD inline Real face_conductance(Real d_a, Real d_b, Real h) {
    return d_a > 0 && d_b > 0 ? 2 * d_a / (d_a + d_b) * d_b / (h * h) : Real(0);
}

/// Conductance from a voxel's centre to a wall half a voxel away [1/s].
CRINE_HD inline Real wall_conductance(Real d, Real h) { return 2 * d / (h * h); }

}  // namespace CRINE_NS

/// TR-BDF2: a trapezoidal step over γ dt, then BDF2 to dt. With γ = 2 - √2 both stages solve the same equations. Bank, Coughran,
/// Fichtner, Grosse, Rose & Smith (1985) IEEE Trans Electron Devices 32:1992; Hosea & Shampine (1996) Appl Numer Math 20:21.
namespace tr_bdf2 {
inline constexpr double kGamma = 0.58578643762690495;           ///< 2 - √2
inline constexpr double kImplicit = kGamma / 2;                 ///< weight of the rate at the end of the step, and of each stage's own
inline constexpr double kStages = 0.35355339059327376;          ///< √2/4: weight of the rates at the start and after γ dt
inline constexpr double kMiddle = 1 / (kGamma * (2 - kGamma));  ///< second stage: weight of c after γ dt; of c at the start: 1 - that
}  // namespace tr_bdf2

}  // namespace crine
