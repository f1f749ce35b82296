// The discrete equations of an implicit diffusion step, which both multigrid solvers solve.
#pragma once

#include "crine/grid.h"
#include "kernels/device/device.h"

namespace crine {
inline namespace CRINE_NS {

/// Equations of one level, integrated over each of its voxels and divided by the volume of a voxel of the finest level, and by any
/// diffusivity that is the same everywhere:
///
///     loss x + Σ_faces k (x - x_neighbour) = rhs
///
/// A face is stored with the voxel whose low side it is; the high walls have index n. Walls have k = 0: what they do is in `loss` and
/// `rhs`. A voxel with neither k nor loss has no equation and keeps its x.
struct Equations {
    Grid grid;
    Span<Real> kx, ky, kz;  ///< conductance [1/µm²]
    Span<Real> loss;        ///< [1/µm²]
    Span<Real> rhs;         ///< [molecules/µm⁵]

    /// Conductance of all faces of a voxel together.
    CRINE_HD Real faces(std::size_t p) const {
        std::size_t const sy = grid.stride_y(), sz = grid.stride_z();
        return (kx.data[p] + kx.data[p + 1]) + (ky.data[p] + ky.data[p + sy]) + (kz.data[p] + kz.data[p + sz]);
    }
};

/// What became of a solve.
struct Solved {
    int cycles = 0;
    double error = 0;        ///< of x, estimated from the last corrections, relative to the largest x
    double largest = 0;      ///< of |x| [molecules/µm³]
    double below = 0;        ///< largest -x
    bool converged = false;  ///< error ≤ tolerance
    bool defined = true;     ///< every voxel has a solution: it loses something, or gains nothing
};

/// Weights of two steps of Jacobi smoothing: inverse roots of the Chebyshev polynomial on [1/3, 2], where the eigenvalues of the
/// diagonally scaled operator lie whose modes a grid twice as coarse cannot carry (in 3-D; 2 is a bound for any coefficients).
namespace smoothing {
inline constexpr double kMid = 7.0 / 6, kHalfWidth = 5.0 / 6, kRootHalf = 0.70710678118654752;
inline constexpr double kFirstWeight = 1 / (kMid + kHalfWidth * kRootHalf), kSecondWeight = 1 / (kMid - kHalfWidth * kRootHalf);
}  // namespace smoothing

}  // namespace CRINE_NS
}  // namespace crine
