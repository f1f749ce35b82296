#pragma once

#include "crine/grid.h"
#include "crine/rng.h"

namespace crine {
inline namespace CRINE_NS {

/// Persistent random walk at constant speed: new directions come as a Poisson process with mean interval P, so that the velocity forgets
/// as exp(-t/P) and, where directions are evenly spread, <x²> = 2 S² P (t - P (1 - exp(-t/P))). Fürth (1920) Z. Phys. 2:244.
///
/// The way within a step, for a speed of 1: every turn is drawn. Of more than a few only the first and the last are, with their times, and
/// between them, in a time T, the way is normal with the mean m T and the covariance 2 C P (T - P (1 - exp(-T/P))) that it has, m and C
/// those of a new direction: the mean square and the correlation with what comes before and after are right at any step.
struct Walk {
    double persistence;  ///< P [s]
    double dt;           ///< [s]

    static constexpr int kMostTurns = 32;
    static constexpr int kPairs = 8;  ///< of directions, whose differences have the covariance 2 C

    /// turn() is a new direction; mean() is m.
    template <class Turn, class Mean>
    CRINE_HD Vec3 operator()(Vec3& heading, Random& random, Turn&& turn, Mean&& mean) const {
        Vec3 way{};
        double left = dt;
        auto const go = [&](double time) { way = way + static_cast<Real>(time) * heading, left -= time; };
        if (dot(heading, heading) == 0) heading = turn();
        do {
            double const u = random.uniform_fine();  // -log(1 - u) ≥ u: spares most cells the logarithm
            double const straight = persistence * u < left ? -std::log1p(-u) * persistence : left;
            if (straight >= left) {
                go(left);
                return way;
            }
            go(straight);
            heading = turn();
        } while (left <= kMostTurns * persistence);
        double const last = -std::log1p(-random.uniform_fine()) * persistence, between = left > last ? left - last : 0;
        Vec3 noise{};
        for (int n = 0; n < kPairs; ++n) {
            noise = noise + turn();
            noise = noise - turn();
        }
        double const spread = 2 * persistence * (between + persistence * std::expm1(-between / persistence));
        way = way + static_cast<Real>(between) * mean() + static_cast<Real>(std::sqrt(spread / (2 * kPairs))) * noise;
        heading = turn(), left -= between;
        go(left);
        return way;
    }
};

/// Of length 1, or 0 if it has no direction.
CRINE_HD inline Vec3 unit(Vec3 v) {
    Real const length = norm(v);
    return length > 0 ? Real(1) / length * v : Vec3{};
}

/// New direction of a biased walk, from one of chance u and one that attracts, g: n((1 - b) u + b n(g)), n(v) = v / |v|.
/// Ghaffarizadeh et al. (2018) PLoS Comput Biol 14:e1005991.
struct Bias {
    Real bias;  ///< b [1]
    CRINE_HD Vec3 operator()(Vec3 chance, Vec3 attraction) const { return unit((1 - bias) * chance + bias * unit(attraction)); }

    /// The mean of new directions along the one that attracts, r = b / (1 - b): on a sphere 2 r / 3 up to 1 and 1 - 1 / (3 r²) beyond, the
    /// slope of the mean distance between a point at r and the unit sphere; on a circle by midpoints.
    CRINE_HD Real mean(bool planar) const {
        constexpr int kMidpoints = 64;
        double const r = static_cast<double>(bias) / (1 - static_cast<double>(bias));
        if (!(r < 1e6)) return 1;
        if (!planar) return static_cast<Real>(r <= 1 ? 2 * r / 3 : 1 - 1 / (3 * r * r));
        double sum = 0;
        for (int n = 0; n < kMidpoints; ++n) {
            double const c = std::cos(3.141592653589793 * (n + 0.5) / kMidpoints);
            sum += (r + c) / std::sqrt(1 + r * r + 2 * r * c);
        }
        return static_cast<Real>(sum / kMidpoints);
    }
};

/// Drift along gradients, saturating: v = g / (1 + |g| / v_max), g = Σ χ ∇c over the ligands [µm/s].
struct Drift {
    Real fastest;  ///< v_max [µm/s]; may be infinite
    CRINE_HD Vec3 operator()(Vec3 g) const { return Real(1) / (1 + norm(g) / fastest) * g; }
};

/// ∇c at a point of the domain: central differences over one spacing to either side of the field as cells sense it, one-sided next to
/// a wall; 0 across a sheet.
CRINE_HD inline Vec3 gradient(Grid const& grid, Real const* field, Vec3 p) {
    Vec3 const size = grid.size();
    Real const h = grid.spacing;
    Between const here(grid, p);
    auto const slope = [&](int axis, Real Vec3::*of) {
        Real const x = p.*of, length = size.*of;
        if (x >= h && x <= length - h) return here.difference(field, axis) / (2 * h);  // both lie between their voxels as p does
        Vec3 low = p, high = p;
        low.*of = x - h, high.*of = x + h;
        Real distance = 2 * h;
        if (grid.periodic[axis]) {
            if (low.*of < 0) low.*of += length;
            if (high.*of > length) high.*of -= length;
        } else {
            if (low.*of < 0) low.*of = 0;
            if (high.*of > length) high.*of = length;
            distance = high.*of - low.*of;
        }
        return (interpolate(grid, field, high) - interpolate(grid, field, low)) / distance;
    };
    return {slope(0, &Vec3::x), slope(1, &Vec3::y), grid.planar() ? Real(0) : slope(2, &Vec3::z)};
}

/// Puts a point that has left the domain back: through the opposite face of a periodic axis, mirrored at a wall, which turns the heading.
CRINE_HD inline void confine(Grid const& grid, Vec3& p, Vec3& heading) {
    Vec3 const size = grid.size();
    auto const confine_axis = [&](Real Vec3::*axis, bool periodic) {
        Real const length = size.*axis;
        Real& x = p.*axis;
        if (x >= 0 && x <= length) return;
        if (periodic) {
            x -= length * std::floor(x / length);
            if (!(x < length)) x = 0;
        } else {
            x -= 2 * length * std::floor(x / (2 * length));  // to and fro is a period of two lengths
            if (x <= length) return;
            heading.*axis = -(heading.*axis);
            x = x < 2 * length ? 2 * length - x : 0;
        }
    };
    confine_axis(&Vec3::x, grid.periodic[0]), confine_axis(&Vec3::y, grid.periodic[1]), confine_axis(&Vec3::z, grid.periodic[2]);
}

/// Whether a point lies between the walls; a periodic axis has none.
CRINE_HD inline bool within_walls(Grid const& grid, Vec3 p) {
    Vec3 const size = grid.size();
    return (grid.periodic[0] || (p.x >= 0 && p.x <= size.x)) && (grid.periodic[1] || (p.y >= 0 && p.y <= size.y)) &&
           (grid.periodic[2] || (p.z >= 0 && p.z <= size.z));
}

/// Whether the material at a point of the domain is in the habitat, a set of materials; `material` is stored with a halo.
CRINE_HD inline bool admits(Grid const& grid, std::uint8_t const* material, std::uint64_t habitat, Vec3 p) {
    if (habitat == ~std::uint64_t{0}) return true;
    std::size_t const voxel = grid.at(voxel_on_axis(p.x, grid.nx, grid.spacing), voxel_on_axis(p.y, grid.ny, grid.spacing),
                                      voxel_on_axis(p.z, grid.nz, grid.spacing));
    return (habitat >> material[voxel] & 1) != 0;
}

}  // namespace CRINE_NS
}  // namespace crine
