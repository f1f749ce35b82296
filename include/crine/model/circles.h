#pragma once

#include "crine/vec.h"

namespace crine {

/// The circles model, by which FLAME GPU 2 measures its search for neighbours. An agent moves by the mean, over its neighbours, of
///
///     f(d) = repulsion · sin(2π d / radius) · unit vector away from the neighbour,   0 < d < radius
///
/// away from near ones and towards far ones. Chisholm, Richmond & Maddock (2016) Euro-Par workshops, "A standardised benchmark for
/// assessing the performance of fixed radius near neighbours"; constants of FLAME GPU 2's circles benchmark, whose agents have density 1.
struct Circles {
    Real radius = 2;
    Real repulsion = Real(0.05);  ///< longest step
};

inline namespace CRINE_NS {

/// f as a multiple of the vector from the neighbour, from the square of u = d / radius: sin(wu)/u is a series in (wu)², which needs neither
/// root nor sine nor division. Its 13 terms leave 1e-7 of the largest f.
struct CirclesPush {
    static constexpr Real kTurn = Real(6.282);  ///< w: 2 · 3.141, as the model's authors have it
    Circles model;

    CRINE_HD Real operator()(Real square_of_u) const {
        Real const z = kTurn * kTurn * square_of_u;
        Real sum = 1;
        for (int n = 12; n > 0; --n) sum = 1 - sum * z * (Real(1) / Real(2 * n * (2 * n + 1)));
        return model.repulsion / model.radius * kTurn * sum;
    }
};

}  // namespace CRINE_NS
}  // namespace crine
