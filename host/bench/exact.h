// Diffusion problems whose solution on the grid is known exactly, to measure the error of time steps alone.
#pragma once

#include "crine/backend.h"

#include <functional>
#include <string>
#include <vector>

namespace crine::bench {

/// A problem whose solution on the grid is known exactly: what starts as a product of one function for each axis stays one. Zero-flux
/// walls, one D and k, a cube.
struct Problem {
    std::string name;
    std::function<double(int axis, double x)> start;  ///< x in [0, 1]
};
inline constexpr double kProblemEdge = 640, kProblemDiffusivity = 10, kProblemDecay = 1e-3,
                        kProblemTime = 600;  ///< [µm], [µm²/s], [1/s], [s]

Problem gaussian();  ///< a pulse that has spread for 20 s, in the middle
Problem mode();      ///< cos πx · cos 2πy · cos 3πz

/// c at time t on edge³ voxels, x fastest: exact in time for the 7-point Laplacian, hence without the grid's error.
std::vector<Real> solution(Problem const& problem, int edge, double t);

/// Largest difference, relative to the largest value of `exact`.
double relative_error(std::vector<Real> const& field, std::vector<Real> const& exact);

}  // namespace crine::bench
