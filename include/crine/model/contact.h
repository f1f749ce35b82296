#pragma once

#include "crine/portable.h"
#include "crine/vec.h"

namespace crine {

/// What contact needs to know of a cell, in one place of memory: half a cache line that a search for neighbours reads in order.
struct Sphere {
    Vec3 centre;              ///< [µm]
    Real radius = 0;          ///< [µm]
    Real reach = 0;           ///< adhesion_reach · radius [µm]
    Real root_repulsion = 0;  ///< √c_r [√(µm/s)]
    Real root_adhesion = 0;   ///< √c_a [√(µm/s)]
    std::uint32_t id = 0;
};

inline namespace CRINE_NS {

/// Speed with which each of two cells at distance d moves away from the other; negative: towards it [µm/s].
///
///     v = √(c_r c_r') (1 - d/R)²₊ - √(c_a c_a') (1 - d/S)²₊,   R = r + r',   S = a r + a' r'
///
/// a is the adhesion reach. Ghaffarizadeh et al. (2018) PLoS Comput Biol 14:e1005991; potentials of Macklin et al. (2012) J Theor Biol
/// 301:122. Symmetric in the two cells, so that no pair moves its own centre of mass.
struct ContactSpeed {
    CRINE_HD Real operator()(Sphere const& one, Sphere const& other, Real d) const {
        Real const push = overlap(d, one.radius + other.radius), pull = overlap(d, one.reach + other.reach);
        return one.root_repulsion * other.root_repulsion * push * push - one.root_adhesion * other.root_adhesion * pull * pull;
    }
    /// (1 - d/R)₊: a cell's pressure is the sum of this over its neighbours, at R = r + r' [1]
    CRINE_HD static Real overlap(Real d, Real range) { return d < range ? 1 - d / range : Real(0); }
};

}  // namespace CRINE_NS
}  // namespace crine
