#pragma once

#include "crine/portable.h"

#include <cmath>

/// Where on the grid a cell gives and takes. All lengths here are in voxels, and places are from the centre of voxel 0.

namespace crine {

/// Effective radius of a tent where it is smallest, in the middle of a voxel: 1/(4π G(0,0,0)), see model/green.h. Cells up to this size
/// have a tent, larger ones a shell, unless nobody could tell: see tent_up_to.
inline constexpr double kTentRadius = 0.31487023;

inline namespace CRINE_NS {

/// Weights along one axis of the deposit of a cell that is small beside a voxel: linear interpolation between the two voxels around it.
/// The weight in space is the product over the axes.
struct Tent {
    Real s;     ///< [voxels]
    int first;  ///< voxel of weight(0); voxels outside the domain are to be folded back into it

    CRINE_HD Tent(Real x, Real h) : s(x * (1 / h) - Real(0.5)), first(static_cast<int>(std::floor(s))) {}
    CRINE_HD Real weight(int i) const { return i == 0 ? 1 - (s - first) : s - first; }
};

/// The largest cell that a tent will do for. Beyond kTentRadius a tent is narrower than its cell: it shows at most 1/(4πDh) (1/kTentRadius
/// - 1/a) too much of the cell's own source and sink. That is nothing if what the cell clears at most makes it less than a five-hundredth
/// of what it takes or secretes; and from a whole voxel on the shape of a source is seen. `clearance`: in units of D h.
CRINE_HD inline double tent_up_to(double clearance) {
    constexpr double kUnseen = 0.002, kFourPi = 12.566370614359172, kWhole = 1;
    double const least = 1 / kTentRadius - kUnseen * kFourPi / clearance;
    return least < 1 / kWhole ? kWhole : 1 / least;
}

/// Weights of the deposit of a cell of radius a that the grid begins to resolve: a fuzzy sphere, two voxels thick.
///
///     w_i ∝ (1 - | |x_i - x| - ρ |)₊,   ρ = a + a / 2(1 + a)
///
/// Ligand leaves and enters a cell through its surface, where by symmetry it has one concentration. All voxels of the shell see nearly
/// that, so that a loss rate of each takes what one of the whole cell would; of a filled sphere the outer ones would screen the inner. That
/// ρ grows to half a voxel more than a leaves room for what a perfect absorber does within the shell.
struct Shell {
    Real x, y, z;
    Real radius;  ///< ρ

    CRINE_HD static Real radius_for(Real a) { return a + a / (2 * (1 + a)); }
    CRINE_HD Shell(Real x, Real y, Real z, Real radius, Real h)
        : x(x * (1 / h) - Real(0.5)), y(y * (1 / h) - Real(0.5)), z(z * (1 / h) - Real(0.5)), radius(radius_for(radius * (1 / h))) {}

    CRINE_HD Real reach() const { return radius + 1; }
    CRINE_HD static int first(Real centre, Real reach) { return static_cast<int>(std::ceil(centre - reach)); }
    CRINE_HD static int last(Real centre, Real reach) { return static_cast<int>(std::floor(centre + reach)); }

    CRINE_HD static Real square(Real d) { return d * d; }
    CRINE_HD Real weight(Real square_of_distance) const {
        Real const w = 1 - std::fabs(std::sqrt(square_of_distance) - radius);
        return w > 0 ? w : Real(0);
    }

    /// Calls visit(i, weight before normalisation) for all voxels of row (j, k) with a weight, and for some without.
    CRINE_HOST_OR_DEVICE
    template <class Visit>
    CRINE_HD void for_each_in_row(int j, int k, Visit&& visit) const {
        constexpr Real kSmall = 4;  // up to here it is more work to find the ends of a row than to go too far
        Real const across = square(j - y) + square(k - z), rest = square(reach()) - across, hollow = square(radius - 1) - across;
        if (rest <= 0) return;
        Real const outer = radius > kSmall ? std::sqrt(rest) : reach();
        int const begin = first(x, outer), end = last(x, outer) + 1;
        if (radius > kSmall && hollow > 0) {
            Real const inner = std::sqrt(hollow);
            int const near = last(x, -inner) + 1, far = first(x, -inner);
            for_each_in_run(across, begin, near, visit);
            for_each_in_run(across, far > near ? far : near, end, visit);
        } else
            for_each_in_run(across, begin, end, visit);
    }
    /// The same for voxels begin … end - 1. Weights of a few voxels fill the lanes of a vector register.
    CRINE_HOST_OR_DEVICE
    template <class Visit>
    CRINE_HD void for_each_in_run(Real across, int begin, int end, Visit&& visit) const {
        constexpr int kLanes = 4;
        for (; begin < end; begin += kLanes) {
            Real w[kLanes];
#ifndef __CUDACC__
#pragma omp simd
#endif
            for (int lane = 0; lane < kLanes; ++lane) w[lane] = weight(across + square(begin + lane - x));
            for (int lane = 0; lane < kLanes && begin + lane < end; ++lane) visit(begin + lane, w[lane]);
        }
    }
    /// Calls visit(j, k) for the rows along x that it reaches.
    CRINE_HOST_OR_DEVICE
    template <class Visit>
    CRINE_HD void for_each_row(Visit&& visit) const {
        for (int k = first(z, reach()), back = last(z, reach()); k <= back; ++k)
            for (int j = first(y, reach()), top = last(y, reach()); j <= top; ++j) visit(j, k);
    }
};

/// A number that depends on the place of a cell between voxels, from its values there where on none, one, two or three axes it is half way
/// from one voxel's centre to the next.
struct ByPlace {
    Real half_way_on[4];

    /// q: 0 at a voxel's centre and 1 half way, on each axis
    CRINE_HD Real operator()(Real qx, Real qy, Real qz) const {
        auto const along = [](Real q, Real here, Real next) { return here + q * (next - here); };
        auto const line = [&](int n) { return along(qx, half_way_on[n], half_way_on[n + 1]); };
        auto const plane = [&](int n) { return along(qy, line(n), line(n + 1)); };
        return along(qz, plane(0), plane(1));
    }
};

/// f (1 - f), f the part of the way from one voxel's centre to the next
CRINE_HD inline Real between_centres(Real s) {
    Real const f = s - std::floor(s);
    return f * (1 - f);
}

/// Concentration, in units of q/(D h), that a unit deposit causes at its own cell on the infinite lattice: wᵀ G w. Of a tent: its
/// correlations along an axis are 1 - q and q = 2 w₀ w₁, so this is linear interpolation between the values of G.
CRINE_HD inline Real self_concentration(Tent const& x, Tent const& y, Tent const& z, ByPlace const& green) {
    return green(2 * between_centres(x.s), 2 * between_centres(y.s), 2 * between_centres(z.s));
}

/// The same for a smoother number: from its values at a voxel's centre, a quarter of the way to the next, and half way, on each axis.
struct ByQuarters {
    Real at[3][3][3];

    /// Of these three on an axis: a parabola in q², q = 4 f (1 - f), which is as smooth at a voxel's centre as half way.
    struct Weights {
        Real of[3];
        CRINE_HD explicit Weights(Real s) {
            constexpr Real kQuarter = Real(9) / 16;  // q² there
            Real const q = 4 * between_centres(s), p = q * q;
            of[0] = (kQuarter - p) * (1 - p) / kQuarter;
            of[1] = p * (1 - p) / (kQuarter * (1 - kQuarter));
            of[2] = p * (p - kQuarter) / (1 - kQuarter);
        }
    };
    CRINE_HD Real operator()(Weights const& x, Weights const& y, Weights const& z) const {
        Real sum = 0;
        for (int k = 0; k < 3; ++k)
            for (int j = 0; j < 3; ++j)
                for (int i = 0; i < 3; ++i) sum += z.of[k] * y.of[j] * x.of[i] * at[k][j][i];
        return sum;
    }
};

/// The radii, in voxels, for which `shell_gaps` knows shells: whole multiples of a sixteenth from a quarter up to 3.
struct ShellRadii {
    static constexpr int kEach = 16, kFirst = kEach / 4, kLast = 3 * kEach;
};

/// The same of the shell of a cell of radius a, as that of a sphere whose radius is larger than ρ by a gap: wᵀGw = 1/(4π (ρ + gap)). The
/// gap tends to that of a plane, half the mean distance of two points of its weights, which is 7/15.
CRINE_HD inline Real self_concentration(Shell const& shell, Real a, ByQuarters const* gaps) {
    constexpr Real kFourPi = static_cast<Real>(12.566370614359172), kFlat = static_cast<Real>(7.0 / 30);
    ByQuarters::Weights const x(shell.x), y(shell.y), z(shell.z);
    constexpr int kKnots = ShellRadii::kLast - ShellRadii::kFirst;
    Real const place = a * ShellRadii::kEach - ShellRadii::kFirst;
    int const knot = place < kKnots ? static_cast<int>(place) : kKnots;
    Real gap = gaps[knot](x, y, z);
    if (knot < kKnots)
        gap += (place - knot) * (gaps[knot + 1](x, y, z) - gap);
    else
        gap = kFlat + (gap - kFlat) * (Real(ShellRadii::kLast) / (ShellRadii::kEach * a));
    return 1 / (kFourPi * (shell.radius + gap));
}

}  // namespace CRINE_NS
}  // namespace crine
