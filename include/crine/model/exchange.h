#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {

inline constexpr int kMaxSpread = 4;               ///< widest deposit: a tent of half-width 4 voxels
inline constexpr int kGreenLags = 2 * kMaxSpread;  ///< lags that two voxels of one deposit can have along an axis

/// How strong an uptake may be, relative to what diffusion through the deposit lets through, where the deposit is narrower than the cell:
/// there the correction is negative, and this bounds it.
inline constexpr double kNarrowest = 0.1;

inline constexpr Real kFastest = 1e6;  ///< what a perfect sink clears where nothing diffuses [µm³/s]

inline namespace CRINE_NS {

/// Weights of a cell's deposit along one axis: a tent of half-width m voxels over the 2 m voxels around it.
///
///     w_i = (1 - |s - i| / m)₊ / m,   s = x/h - 1/2;   Σ w_i = 1
///
/// m = 1 is linear interpolation. The weight in space is the product over the axes.
struct Tent {
    Real s;      ///< [voxels]
    Real slope;  ///< 1/m
    int first;   ///< voxel of weight(0); voxels outside the domain are to be folded back into it
    int count;   ///< 2 m

    CRINE_HD Tent(Real x, Real h, int m)
        : s(x * (1 / h) - Real(0.5)), slope(Real(1) / m), first(static_cast<int>(std::floor(s)) - m + 1), count(2 * m) {}
    CRINE_HD Real weight(int i) const {
        Real const w = 1 - std::fabs(s - (first + i)) * slope;
        return w > 0 ? w * slope : Real(0);
    }
    /// Σ_i w_i w_{i+lag}, and once more for -lag
    CRINE_HD Real correlation(int lag) const {
        Real sum = 0;
        for (int i = 0; i + lag < count; ++i) sum += weight(i) * weight(i + lag);
        return lag == 0 ? sum : 2 * sum;
    }
};

/// Concentration, in units of q/(D h), that a unit deposit causes at its own cell on the infinite lattice: wᵀ G w.
CRINE_HD inline Real self_concentration(Tent const& x, Tent const& y, Tent const& z, Real const* green) {
    if (x.count == 2) {
        // The correlations along an axis are 1 - q and q = 2 w₀ w₁: linear interpolation, along each axis, between eight values of G.
        auto const along = [](Real q, Real here, Real next) { return here + q * (next - here); };
        auto const overlap = [](Tent const& tent) { return 2 * (tent.s - tent.first) * (1 - (tent.s - tent.first)); };
        Real const q[3] = {overlap(x), overlap(y), overlap(z)};
        auto const line = [&](Real const* g) { return along(q[0], g[0], g[1]); };
        auto const plane = [&](Real const* g) { return along(q[1], line(g), line(g + kGreenLags)); };
        return along(q[2], plane(green), plane(green + kGreenLags * kGreenLags));
    }
    Real in_x[2 * kMaxSpread], in_y[2 * kMaxSpread];
    for (int i = 0; i < x.count; ++i) in_x[i] = x.correlation(i), in_y[i] = y.correlation(i);
    Real sum = 0;
    for (int k = 0; k < z.count; ++k) {
        Real plane = 0;
        for (int j = 0; j < y.count; ++j) {
            Real line = 0;
            for (int i = 0; i < x.count; ++i) line += in_x[i] * green[(k * kGreenLags + j) * kGreenLags + i];
            plane += in_y[j] * line;
        }
        sum += z.correlation(k) * plane;
    }
    return sum;
}

/// What a cell smaller than the grid resolves gives to and takes from the field around it.
///
/// A cell of radius a that secretes q and takes up u sees at its surface not the mean c of its deposit but
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
        if (uptake > 0) sink = std::isinf(uptake) ? 1 / beta : uptake / (1 + uptake * beta);
        Real const caught = std::isinf(uptake) ? Real(1) : sink * beta;
        source = secretion * (1 - caught);
    }
    CRINE_HD Real held_back(Real saturation) const { return source / saturation; }  ///< per concentration [µm³/s]
};

/// β of the equations above [s/µm³] for a cell of radius a; `self` is wᵀGw. Where the deposit is narrower than the cell it is
/// negative; it then stops short of making the uptake unstable, and for a perfect sink short of 0. Where nothing diffuses, the cell
/// sees what is there.
CRINE_HD inline Real exchange_resistance(Real radius, Real h, Real diffusivity, Real self, Real uptake) {
    constexpr Real kFourPi = static_cast<Real>(12.566370614359172), kSmallest = static_cast<Real>(1e-3);
    if (!(diffusivity > 0)) return std::isinf(uptake) ? 1 / kFastest : Real(0);
    Real const resolved = 1 / (kFourPi * radius), beta = (resolved - self / h) / diffusivity;
    if (std::isinf(uptake)) {
        Real const least = kSmallest * resolved / diffusivity;
        return beta > least ? beta : least;
    }
    constexpr Real kLeast = -static_cast<Real>(kNarrowest);
    return beta * uptake > kLeast ? beta : kLeast / uptake;
}

}  // namespace CRINE_NS
}  // namespace crine
