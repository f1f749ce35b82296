#pragma once

#include "crine/grid.h"
#include "kernels/device.h"

#include <array>

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
};

/// Solves the equations of an implicit diffusion step by geometric multigrid: V-cycles on the cell-centred hierarchy, every
/// axis halved (rounding up) until it has one voxel, so that any size and any aspect ratio works.
///
/// Corrections are interpolated one axis after the other, linearly in resistance, so that a jump of D is met on its own side;
/// residuals and losses are summed with the same weights, and a coarse face sums its fine faces, each in series with the half links
/// to both coarse centres. Uniform media thus have the usual trilinear cell-centred multigrid (Wesseling 1988, J Comput
/// Appl Math 21:85), and jumps of 1000 and impermeable regions converge as well.
///
/// The smoother is two steps of Chebyshev-weighted Jacobi: as good as red-black Gauss-Seidel, but it reads one array and writes
/// another, hence runs over whole rows, costs a GPU half the traffic, and has no direction or order.
/// Adams et al. (2003) J Comput Phys 188:593.
class Multigrid {
public:
    /// Makes room for a grid; what it solves is then written into `equations()` and `x()`.
    void allocate(Grid const& grid);

    Equations equations() { return levels_[0].view(); }
    Span<Real> x() { return levels_[0].x.span(); }  ///< start and solution

    /// Derive the coarse equations: those that depend on the conductances alone, and the rest, which needs the former.
    void coarsen_faces();
    void coarsen_losses();

    struct Outcome {
        int cycles = 0;
        double error = 0;        ///< of x, estimated from the last corrections, relative to the largest x
        double largest = 0;      ///< of |x| [molecules/µm³]
        bool converged = false;  ///< error ≤ tolerance
    };
    /// Cycles until the estimated error is below `tolerance`.
    Outcome solve(double tolerance);

    /// Solves each by itself, as if it had no faces.
    void solve_pointwise();

    /// residual → work array, which the next cycle overwrites; with faces or as if there were none.
    Span<Real const> residual(bool faces);

private:
    struct Level {
        Grid grid;
        Buffer<Real> kx, ky, kz, loss, rhs;
        Buffer<Real> x, y;                       ///< y: what a sweep writes while it reads x
        Buffer<Real> share_x, share_y, share_z;  ///< of the next coarse voxel in what is interpolated from the next level
        Buffer<Real> pull;                       ///< how far it follows what is interpolated

        Equations view() { return {grid, kx.span(), ky.span(), kz.span(), loss.span(), rhs.span()}; }
    };

    void cycle(std::size_t level);
    void restrict_to(Buffer<Real>& coarse_sum, Level& fine, Level& coarse);  ///< of fine.y
    void prolong(Level& coarse, Level& fine);
    void sweep(Level& level, Buffer<Real>& from, Buffer<Real>& to, Real weight);

    std::vector<Level> levels_;
    Buffer<double> partial_;  ///< of reductions
};

/// Copies the opposite side into the halo along every periodic axis, edges and corners included.
void wrap_halo(Grid const& grid, Span<Real> field);

}  // namespace CRINE_NS
}  // namespace crine
