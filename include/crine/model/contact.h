#pragma once

#include "crine/portable.h"
#include "crine/vec.h"

namespace crine {

/// What contact needs to know of a cell besides its place.
struct Sphere {
    Real radius = 0;          ///< [µm]
    Real reach = 0;           ///< adhesion_reach · radius [µm]
    Real root_repulsion = 0;  ///< √c_r [√(µm/s)]
    Real root_adhesion = 0;   ///< √c_a [√(µm/s)]
};

/// What one of two cells does to the other.
struct Contact {
    Real speed = 0;     ///< at which each moves away from the other; negative: towards it [µm/s]
    Real nearness = 0;  ///< one over their distance [1/µm]
    Real overlap = 0;   ///< (1 - d/R)₊: a cell's pressure is the sum of this over its neighbours [1]
};

inline namespace CRINE_NS {

/// The contact of two cells whose centres are d apart:
///
///     v = √(c_r c_r') (1 - d/R)²₊ - √(c_a c_a') (1 - d/S)²₊,   R = r + r',   S = a r + a' r'
///
/// a is the adhesion reach. Ghaffarizadeh et al. (2018) PLoS Comput Biol 14:e1005991; potentials of Macklin et al. (2012) J Theor Biol
/// 301:122. Symmetric in the two cells, to the last bit, so that no pair moves its own centre of mass.
struct ContactLaw {
    /// `square` is d². No branches, and one division for three quotients: mechanics spends its time here.
    CRINE_HD Contact operator()(Sphere one, Sphere other, Real square) const {
        Real const R = one.radius + other.radius, S = one.reach + other.reach;
        Real const d = std::sqrt(square) + Real(1e-30);  // so that 1/d is finite at d = 0, and the same elsewhere
        Real const inverse = 1 / (R * S * d);
        Real const push = positive(1 - square * (S * inverse)), pull = positive(1 - square * (R * inverse));
        Real const speed =
            one.root_repulsion * other.root_repulsion * (push * push) - one.root_adhesion * other.root_adhesion * (pull * pull);
        return {speed, R * S * inverse, push};
    }
    CRINE_HD static Real positive(Real x) { return Real(0.5) * (x + std::fabs(x)); }
};

/// A cell's compression is the sum over its neighbours of (1 - d/R)²₊ / this: 1 where equal cells have twelve neighbours that fill space as
/// circles of the same area fill a plane, d/R = √(π / 2√3). The "simple pressure" of Ghaffarizadeh et al. (2018) PLoS Comput Biol
/// 14:e1005991.
inline constexpr Real kDensePacking = Real(0.027288820670331);

}  // namespace CRINE_NS
}  // namespace crine
