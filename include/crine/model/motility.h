#pragma once

#include "crine/grid.h"
#include "crine/rng.h"

namespace crine {
inline namespace CRINE_NS {

/// Persistent random walk at constant speed: new directions come as a Poisson process with mean interval P, so that the velocity forgets
/// as exp(-t/P) and <x²> = 2 S² P (t - P (1 - exp(-t/P))), whatever the time step. Fürth (1920) Z. Phys. 2:244.
struct Walk {
    Real persistence;  ///< P [s]
    Real dt;           ///< [s]
    CRINE_HD bool turns(Vec3 heading, Random& random) const {
        bool const first = dot(heading, heading) == 0;
        return random.uniform() < -std::expm1(-dt / persistence) || first;
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
            heading.*axis = -(heading.*axis);
            x = x < 0 ? -x : 2 * length - x;
            x = x < 0 ? 0 : (x > length ? length : x);  // a step longer than the domain
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
