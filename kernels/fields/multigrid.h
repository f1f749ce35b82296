// Solver of implicit diffusion where media are much alike: geometric multigrid; all else is left to algebraic multigrid.
#pragma once

#include "kernels/fields/algebraic_multigrid.h"
#include "kernels/fields/equations.h"

#include <array>

namespace crine {
inline namespace CRINE_NS {

/// Solves the equations of an implicit diffusion step by geometric multigrid: V-cycles on the cell-centred hierarchy, every
/// axis halved until it has one voxel, so that any size and any aspect ratio works. Where n is odd the last coarse voxel has three
/// children: with one, it would be 2^l times thinner than its neighbours on level l of 2^k + 1 voxels, which no point smoother smooths.
///
/// Corrections are interpolated one axis after the other, linearly in resistance, so that a jump of D is met on its own side;
/// residuals and losses are summed with the same weights, and a coarse face sums its fine faces, each in series with the half links
/// to both coarse centres. Uniform media thus have the usual trilinear cell-centred multigrid (Wesseling 1988, J Comput
/// Appl Math 21:85). Coarse voxels do join what a wall keeps apart, and the error that this leaves between two rooms is not seen in the
/// corrections: what is not `Faces::alike` is left to `AlgebraicMultigrid`, and what does not converge.
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

    /// alike: all but those of voxels without equation conduct, and about as much.
    enum class Faces { alike, different };
    /// Derive the coarse equations: those that depend on the conductances alone, and the rest, which needs the former. `joins`: see solve.
    void coarsen_faces(Faces faces);
    void coarsen_losses(bool joins);

    /// Until the estimated error is below `tolerance`. No x is below 0 if no rhs is. In a `steady` state that loses nothing a closed room
    /// keeps what it held at `start`. `joins`: geometric cycles are not tried; set where they have not converged.
    Solved solve(double tolerance, Real const* start, bool steady, bool& joins);

    /// Solves each by itself, as if it had no faces.
    void solve_pointwise();

    /// residual → work array, which the next cycle overwrites; with faces or as if there were none.
    Span<Real const> residual(bool faces);

    template <class Visit>
    void list(Visit&& visit) {
        for (Level& l : levels_)
            for (auto* array : {&l.kx, &l.ky, &l.kz, &l.loss, &l.rhs, &l.x, &l.y, &l.share_x, &l.share_y, &l.share_z, &l.pull})
                visit.work(*array);
        algebraic_.list(visit);
        visit.work(partial_);
    }

private:
    struct Level {
        Grid grid;
        Buffer<Real> kx, ky, kz, loss, rhs;
        Buffer<Real> x, y;                       ///< y: what a sweep writes while it reads x
        Buffer<Real> share_x, share_y, share_z;  ///< of the next coarse voxel in what is interpolated from the next level
        Buffer<Real> pull;                       ///< how far it follows what is interpolated

        Equations view() { return {grid, kx.span(), ky.span(), kz.span(), loss.span(), rhs.span()}; }
    };

    Solved solve_by_cycles(double tolerance);
    Solved solve_by_joining(double tolerance, Real const* start);
    void make_positive(double below);
    void cycle(std::size_t level);
    void restrict_to(Buffer<Real>& coarse_sum, Level& fine, Level& coarse);  ///< of fine.y
    void prolong(Level& coarse, Level& fine);
    void sweep(Level& level, Buffer<Real>& from, Buffer<Real>& to, Real weight);

    std::vector<Level> levels_;
    AlgebraicMultigrid algebraic_;
    bool different_ = false, joined_ = false;  ///< the faces; and unknowns of these faces
    Buffer<double> partial_;                   ///< of reductions
};

/// Copies the opposite side into the halo along every periodic axis, edges and corners included.
void wrap_halo(Grid const& grid, Span<Real> field);

}  // namespace CRINE_NS
}  // namespace crine
