#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// Part of what a cell of radius a secretes that it catches again before it has got away: in free space, at rest,
///
///     P = k / (k + 4πDa (1 + a/λ)),   λ² = D/decay
///
/// with k all its clearances: a released molecule is taken up, or decays on its way or leaves for good. Shvartsman et al. (2001) Biophys J
/// 81:1854.
CRINE_HD inline Real recapture(Real clearance, Real radius, Real diffusivity, Real decay) {
    constexpr Real kFourPi = static_cast<Real>(12.566370614359172);
    Real const leaves = kFourPi * radius * (diffusivity + radius * std::sqrt(diffusivity * decay));
    return clearance > 0 ? 1 / (1 + leaves / clearance) : Real(0);
}

}  // namespace CRINE_NS
}  // namespace crine
