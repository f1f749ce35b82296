#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {

inline constexpr Real kFastest = 1e6;  ///< what a perfect sink clears where nothing diffuses [µm³/s]

inline namespace CRINE_NS {

/// What a cell gives to and takes from the field around it, whether or not the grid resolves it.
///
/// A cell of radius a that secretes q and takes up u sees at its surface not the mean c of its deposit, see model/deposit.h, but
///
///     c_s = c + β (q - u),   β = (1/a - 1/r) / (4πD),   1/(4πD r) = wᵀGw / (D h)
///
/// because the field of its own source and sink reaches up to a instead of the effective radius r of the deposit: the equivalent
/// radius of Peaceman (1978) SPE J 18:183, in three dimensions and for any place in the voxel. With u = k_R c_s:
///
///     u = κ (c + β q),   κ = k_R / (1 + k_R β)
///
/// so that κβq of what it secretes is caught before it gets away, and the field has the source q (1 - κβ) and the sink κ c.
/// Secretion that stops at c_sat is q (1 - c/c_sat): q goes in full, q c/c_sat is held back.
struct CellExchange {
    Real source = 0;  ///< into the field [molecules/s]
    Real sink = 0;    ///< κ [µm³/s]

    CellExchange() = default;
    CRINE_HD CellExchange(Real secretion, Real uptake, Real beta) {
        if (std::isinf(uptake)) {
            sink = 1 / beta;
            return;
        }
        Real const share = 1 / (1 + uptake * beta);  // 1 - κβ without a difference, which could fall below 0
        source = secretion * share, sink = uptake * share;
    }
    CRINE_HD Real held_back(Real saturation) const { return source / saturation; }  ///< per concentration [µm³/s]
};

/// β of the equations above [s/µm³] for a cell of radius a; `self` is wᵀGw. Where a deposit is narrower than its cell nobody can tell (see
/// tent_up_to), and β is 0: were it negative, a cell would give back of its own ligand what it has not yet taken. A perfect sink needs a
/// little of it. Where nothing diffuses, the cell sees what is there.
CRINE_HD inline Real exchange_resistance(Real radius, Real h, Real diffusivity, Real self, Real uptake) {
    constexpr Real kFourPi = static_cast<Real>(12.566370614359172), kSmallest = static_cast<Real>(1e-3);
    if (!(diffusivity > 0)) return std::isinf(uptake) ? 1 / kFastest : Real(0);
    Real const resolved = 1 / (kFourPi * radius), beta = (resolved - self / h) / diffusivity;
    Real const least = std::isinf(uptake) ? kSmallest * resolved / diffusivity : Real(0);
    return beta > least ? beta : least;
}

}  // namespace CRINE_NS
}  // namespace crine
