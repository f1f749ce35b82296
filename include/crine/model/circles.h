#pragma once

#include "crine/vec.h"

namespace crine {

/// The circles model, by which FLAME GPU 2 measures its search for neighbours.
struct Circles {
    Real radius = 2;               ///< neighbours are nearer than this
    Real repulsion = Real(0.05);   ///< longest step
    Real full_turn = Real(6.282);  ///< 2 · 3.141, as its authors have it
};

inline namespace CRINE_NS {

/// What one neighbour contributes to an agent's step.
///
///     f = repulsion · sin(2π d / radius) · unit vector away from the neighbour,   d < radius
///
/// away from near ones and towards far ones; the agent moves by the mean over its neighbours. Chisholm, Richmond & Maddock (2016) Euro-Par
/// workshops, "A standardised benchmark for assessing the performance of fixed radius near neighbours"; constants of FLAME GPU 2's
/// circles benchmark, whose agents have density 1 and hence 8 in a bin.
struct CirclesStep {
    Circles model;
    CRINE_HD Vec3 operator()(Vec3 away, Real distance) const {
        return model.repulsion * std::sin(model.full_turn * distance / model.radius) / distance * away;
    }
};

}  // namespace CRINE_NS
}  // namespace crine
