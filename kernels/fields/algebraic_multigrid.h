// Solver of implicit diffusion where media differ strongly or walls close rooms: algebraic multigrid within conjugate gradients.
#pragma once

#include "kernels/fields/equations.h"

#include <cstdint>
#include <vector>

namespace crine {
inline namespace CRINE_NS {

/// Solves the equations of an implicit diffusion step in any medium: walls that nothing crosses, mazes, closed rooms, any jump of D.
/// Conjugate gradients in double, with a V-cycle of algebraic multigrid as preconditioner. Unknowns are joined pair by pair along their
/// strongest links, level after level, until every closed room is one of them; nothing is ever joined through a face that nothing
/// crosses. A coarse link is the sum of its fine ones: Galerkin's for corrections that are constant in a pair, so that the cycle is
/// symmetric and positive definite. Kim, Xu & Zikatanov (2003) Numer Linear Algebra Appl 10:373; Notay (2010) Electron Trans Numer Anal
/// 37:123.
///
/// About 14 times slower than `Multigrid` (docs/decisions.md), which needs a medium that is much the same everywhere.
class AlgebraicMultigrid {
public:
    /// Joins the voxels along the faces of the equations.
    void join(Equations const& equations);

    Solved solve(Equations const& equations, Real* x, double tolerance);

    /// Scales x in every room by what its balance is still open, so that no room makes up for another. A room without any loss keeps what
    /// it held at `start`. False if there is one that has none and yet gains or loses: it has no equilibrium.
    bool balance(Equations const& equations, Real* x, Real const* start);

    template <class Visit>
    void list(Visit&& visit) {
        for (Level& level : levels_) {
            for (auto* array : {&level.first, &level.other, &level.parent, &level.first_member, &level.member}) visit.work(*array);
            for (auto* array : {&level.k, &level.loss, &level.rhs, &level.x, &level.y, &level.follows}) visit.work(*array);
        }
        visit.work(place_), visit.work(room_);
        for (auto* array : {&residual_of_room_, &answer_of_room_, &loss_of_room_, &inflow_of_room_, &size_of_room_, &voxels_of_room_})
            visit.work(*array);
        for (auto* array : {&x_, &residual_, &direction_, &image_, &partial_}) visit.work(*array);
    }

private:
    struct Level {
        std::size_t size = 0;
        Buffer<std::uint32_t> first, other;  ///< links of an unknown: first[i] … first[i + 1]
        Buffer<double> k;
        Buffer<std::uint32_t> parent;                ///< on the next level
        Buffer<std::uint32_t> first_member, member;  ///< of the unknowns of the next level
        Buffer<double> loss, rhs, x, y, follows;
    };

    void coarsen_losses();
    void cycle(std::size_t level);
    void sum_by_room(Buffer<double>& values, Buffer<double>& sums);

    std::vector<Level> levels_;
    Buffer<std::size_t> place_;   ///< in the grid, of the unknowns of the finest level
    Buffer<std::uint32_t> room_;  ///< likewise
    Buffer<double> residual_of_room_, answer_of_room_, loss_of_room_, inflow_of_room_, size_of_room_, voxels_of_room_;
    Buffer<double> x_, residual_, direction_, image_;
    Buffer<double> partial_;  ///< of reductions
};

}  // namespace CRINE_NS
}  // namespace crine
