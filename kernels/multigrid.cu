#include "kernels/multigrid.h"

#include "crine/interrupt.h"
#include "crine/model/diffusion.h"
#include "kernels/grid_loops.h"

#include <algorithm>

namespace crine {
inline namespace CRINE_NS {

namespace {

/// Weights of the two smoothing steps: inverse roots of the Chebyshev polynomial on [1/3, 2], where the eigenvalues of the
/// diagonally scaled operator lie whose modes a grid twice as coarse cannot carry (in 3-D; 2 is a bound for any coefficients).
constexpr double kMid = 7.0 / 6, kHalfWidth = 5.0 / 6, kRootHalf = 0.70710678118654752;
constexpr Real kFirstWeight = static_cast<Real>(1 / (kMid + kHalfWidth * kRootHalf));
constexpr Real kSecondWeight = static_cast<Real>(1 / (kMid - kHalfWidth * kRootHalf));

constexpr int kMaxCycles = 60;
constexpr double kLeastFactor = 0.5;  ///< a cycle is not trusted to reduce the error by more

struct Balance {
    Real diagonal;
    Real residual;
};

/// In differences, so that rounding scales with gradients instead of values.
CRINE_HD inline Balance balance(Equations const& e, Real const* x, std::size_t p) {
    std::size_t const sy = e.grid.stride_y(), sz = e.grid.stride_z();
    Real const west = e.kx.data[p], east = e.kx.data[p + 1];
    Real const south = e.ky.data[p], north = e.ky.data[p + sy];
    Real const below = e.kz.data[p], above = e.kz.data[p + sz];
    Real const loss = e.loss.data[p], c = x[p];
    Real const flow = (west * (x[p - 1] - c) + east * (x[p + 1] - c)) + (south * (x[p - sy] - c) + north * (x[p + sy] - c)) +
                      (below * (x[p - sz] - c) + above * (x[p + sz] - c));
    return {((west + east) + (south + north) + (below + above)) + loss, flow + (e.rhs.data[p] - loss * c)};
}

struct SweepBody {
    Equations e;
    Real const* from;
    Real* to;
    Real weight;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = e.grid.at(i, j, k);
        Balance const b = balance(e, from, p);
        Real const change = weight * b.residual / b.diagonal;
        to[p] = from[p] + (b.diagonal > 0 ? change : Real(0));
    }
};

/// The first sweep on a coarse level, where the correction starts from 0.
struct FirstSweepBody {
    Equations e;
    Real* to;
    Real weight;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = e.grid.at(i, j, k), sy = e.grid.stride_y(), sz = e.grid.stride_z();
        Real const diagonal =
            ((e.kx.data[p] + e.kx.data[p + 1]) + (e.ky.data[p] + e.ky.data[p + sy]) + (e.kz.data[p] + e.kz.data[p + sz])) + e.loss.data[p];
        Real const x = weight * e.rhs.data[p] / diagonal;
        to[p] = diagonal > 0 ? x : Real(0);
    }
};

/// Equations without faces: the solution and the residual of each voxel by itself.
struct PointwiseBody {
    Equations e;
    Real* x;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = e.grid.at(i, j, k);
        Real const loss = e.loss.data[p], solution = e.rhs.data[p] / loss;
        x[p] = loss > 0 ? solution : x[p];
    }
};

struct PointwiseResidualBody {
    Equations e;
    Real const* x;
    Real* to;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = e.grid.at(i, j, k);
        to[p] = e.rhs.data[p] - e.loss.data[p] * x[p];
    }
};

struct ResidualBody {
    Equations e;
    Real const* x;
    Real* to;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = e.grid.at(i, j, k);
        to[p] = balance(e, x, p).residual;
    }
};

/// The residual that the coarse voxels feel, see PullBody.
struct FeltResidualBody {
    Equations e;
    Real const *x, *pull;
    Real* to;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = e.grid.at(i, j, k);
        to[p] = pull[p] * balance(e, x, p).residual;
    }
};

/// What is needed of one axis to find the faces around a voxel: k of its low faces, and where they are.
struct AxisFaces {
    Real const* k;
    std::size_t stride;
    int n;  ///< fine voxels
    bool periodic;

    /// Half the resistance between the children of a coarse voxel on the line through p; 0 if there is no flow between them.
    /// `child` is the first of the two: even.
    CRINE_HD Real half_inside(std::size_t p, int from, int child) const {
        if (child < 0) child = periodic ? (n - 1) / 2 * 2 : n;
        if (child >= n && periodic) child = 0;
        bool const pair = child + 1 < n;  // neither an only child, nor beyond a wall
        Real const inside = k[pair ? p + (child + 1 - from) * stride : p];
        return pair && inside > 0 ? Real(0.5) / inside : Real(0);
    }
    /// Conductance between the centres of the coarse voxels on both sides of the low face of fine voxel p at even index i
    /// (or of the high wall, i = n): three resistances in series.
    CRINE_HD Real coarse_link(std::size_t p, int i) const {
        Real const face = k[p];
        return face > 0 ? 1 / (half_inside(p, i, i % 2 == 0 ? i - 2 : i - 1) + 1 / face + half_inside(p, i, i % 2 == 0 ? i : i + 1))
                        : Real(0);
    }
    /// Share of the next coarse voxel in the correction at fine voxel p with index i: linear in the resistance to both centres, as the
    /// solution between two cells is, so that a jump of D is met on its own side. 1/4 for uniform D, 1/2 towards a wall at 0.
    CRINE_HD Real next_share(std::size_t p, int i) const {
        bool const lower = i % 2 == 0;
        Real const own = half_inside(p, i, lower ? i : i - 1), other = half_inside(p, i, lower ? i - 2 : i + 1),
                   face = k[lower ? p : p + stride];
        Real const share = own / (own + 1 / face + other);
        return face > 0 ? share : Real(0);
    }
};

struct Axes {
    AxisFaces x, y, z;
};

Axes axes_of(Equations const& e) {
    Grid const& g = e.grid;
    return {{e.kx.data, 1, g.nx, g.periodic[0]},
            {e.ky.data, g.stride_y(), g.ny, g.periodic[1]},
            {e.kz.data, g.stride_z(), g.nz, g.periodic[2]}};
}

/// Interpolation and its adjoint, one axis at a time: two fine voxels on both sides of a coarse face mix their values with their
/// shares of each other's coarse voxel. One index is one such pair; pairs do not overlap.
template <int axis, bool adjoint>
struct MixBody {
    Grid fine;
    Real const* share;
    Real* value;

    CRINE_HD void operator()(int i, int j, int k) const {
        int const pair = axis == 0 ? i : (axis == 1 ? j : k), n = axis == 0 ? fine.nx : (axis == 1 ? fine.ny : fine.nz);
        int const low = 2 * pair + 1 < n ? 2 * pair + 1 : n - 1, high = low + 1 < n ? low + 1 : 0;  // the last pair closes a periodic axis
        std::size_t const a = axis == 0 ? fine.at(low, j, k) : (axis == 1 ? fine.at(i, low, k) : fine.at(i, j, low));
        std::size_t const b = axis == 0 ? fine.at(high, j, k) : (axis == 1 ? fine.at(i, high, k) : fine.at(i, j, high));
        Real const va = value[a], vb = value[b], sa = share[a], sb = share[b];
        if (adjoint) {
            Real const flow = sb * vb - sa * va;
            value[a] = va + flow;
            value[b] = vb - flow;
        } else {
            value[a] = va + sa * (vb - va);
            value[b] = vb + sb * (va - vb);
        }
    }
};

template <int axis, bool adjoint>
void mix(Grid const& grid, Real const* share, Real* value) {
    auto const pairs = [&](int a, int n) { return a != axis ? n : (grid.periodic[axis] && n > 1 ? (n + 1) / 2 : (n - 1) / 2); };
    for_each_voxel(pairs(0, grid.nx), pairs(1, grid.ny), pairs(2, grid.nz), MixBody<axis, adjoint>{grid, share, value});
}

/// Sum over the children of a coarse voxel; fewer at the end of an axis of odd length.
struct SumChildrenBody {
    Grid fine, coarse;
    Real const* value;
    Real* sum;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = fine.at(2 * i, 2 * j, 2 * k), sy = fine.stride_y(), sz = fine.stride_z();
        bool const more_x = 2 * i + 1 < fine.nx, more_y = 2 * j + 1 < fine.ny, more_z = 2 * k + 1 < fine.nz;
        auto const line = [&](std::size_t q) { return value[q] + (more_x ? value[q + 1] : Real(0)); };
        auto const plane = [&](std::size_t q) { return line(q) + (more_y ? line(q + sy) : Real(0)); };
        sum[coarse.at(i, j, k)] = plane(p) + (more_z ? plane(p + sz) : Real(0));
    }
};

struct InjectBody {
    Grid fine, coarse;
    Real const* correction;
    Real* to;
    CRINE_HD void operator()(int i, int j, int k) const { to[fine.at(i, j, k)] = correction[coarse.at(i / 2, j / 2, k / 2)]; }
};

struct CorrectBody {
    Grid grid;
    Real const *correction, *pull;
    Real* x;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        x[p] += pull[p] * correction[p];
    }
};

template <int axis>
struct SharesBody {
    Grid grid;
    AxisFaces faces;
    Real* share;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        share[p] = faces.next_share(p, axis == 0 ? i : (axis == 1 ? j : k));
    }
};

/// How far a voxel follows the coarse voxels around it: k / (k + loss), k that of its faces together. It is their loss in series with
/// their faces that the coarse voxels lose, so that a strong sink in one voxel does not hold a whole coarse one.
struct PullBody {
    Equations e;
    Real *pull, *felt_loss;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = e.grid.at(i, j, k), sy = e.grid.stride_y(), sz = e.grid.stride_z();
        Real const faces = (e.kx.data[p] + e.kx.data[p + 1]) + (e.ky.data[p] + e.ky.data[p + sy]) + (e.kz.data[p] + e.kz.data[p + sz]);
        Real const share = faces / (faces + e.loss.data[p]);
        pull[p] = faces > 0 ? share : Real(0);
        felt_loss[p] = pull[p] * e.loss.data[p];
    }
};

/// One coarse face along an axis: the sum of its two by two fine ones. Along the axis the index goes up to the high wall.
template <int axis>
struct CoarsenFacesBody {
    Grid fine, coarse;
    AxisFaces faces;
    Real* k_coarse;

    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = coarse.at(i, j, k);
        int const along = axis == 0 ? i : (axis == 1 ? j : k), at = 2 * along < faces.n ? 2 * along : faces.n;
        if (faces.periodic && faces.n <= 2) {  // one coarse voxel, its own neighbour
            k_coarse[p] = 0;
            return;
        }
        int const u = axis == 0 ? 2 * j : 2 * i, v = axis == 2 ? 2 * j : 2 * k;  // the first fine voxel across
        int const end_u = axis == 0 ? fine.ny : fine.nx, end_v = axis == 2 ? fine.ny : fine.nz;
        auto const link = [&](int a, int b) {
            return faces.coarse_link(axis == 0 ? fine.at(at, a, b) : (axis == 1 ? fine.at(a, at, b) : fine.at(a, b, at)), at);
        };
        Real sum = link(u, v);
        if (u + 1 < end_u) sum += link(u + 1, v);
        if (v + 1 < end_v) sum += link(u, v + 1);
        if (u + 1 < end_u && v + 1 < end_v) sum += link(u + 1, v + 1);
        k_coarse[p] = sum;
    }
};

template <int axis>
void sum_faces(Grid const& fine, Grid const& coarse, AxisFaces const& faces, Real* k_coarse) {
    auto const count = [](int a, int n) { return a == axis ? n + 1 : n; };
    for_each_voxel(count(0, coarse.nx), count(1, coarse.ny), count(2, coarse.nz), CoarsenFacesBody<axis>{fine, coarse, faces, k_coarse});
}

struct WrapBody {
    Grid grid;
    Real* field;
    int axis;
    CRINE_HD void operator()(int a, int b, int) const {
        // a, b: the two other axes, halo included; axes before this one are already wrapped
        int const n = axis == 0 ? grid.nx : (axis == 1 ? grid.ny : grid.nz);
        auto const at = [&](int c) {
            return axis == 0 ? grid.at(c, a - 1, b - 1) : (axis == 1 ? grid.at(a - 1, c, b - 1) : grid.at(a - 1, b - 1, c));
        };
        field[at(-1)] = field[at(n - 1)];
        field[at(n)] = field[at(0)];
    }
};

struct Change {
    Real const *before, *after;
    CRINE_HD Real operator()(std::size_t p) const { return std::fabs(after[p] - before[p]); }
};

}  // namespace

void wrap_halo(Grid const& grid, Span<Real> field) {
    if (grid.periodic[0]) for_each_voxel(grid.ny + 2, grid.nz + 2, 1, WrapBody{grid, field.data, 0});
    if (grid.periodic[1]) for_each_voxel(grid.nx + 2, grid.nz + 2, 1, WrapBody{grid, field.data, 1});
    if (grid.periodic[2]) for_each_voxel(grid.nx + 2, grid.ny + 2, 1, WrapBody{grid, field.data, 2});
}

void Multigrid::allocate(Grid const& finest) {
    levels_.clear();
    Grid grid = finest;
    for (;;) {
        Level& level = levels_.emplace_back();
        level.grid = grid;
        for (auto* array : {&level.kx, &level.ky, &level.kz, &level.loss, &level.rhs, &level.x, &level.y}) array->resize(grid.storage());
        if (grid.voxels() == 1) return;
        for (auto* array : {&level.share_x, &level.share_y, &level.share_z, &level.pull}) array->resize(grid.storage());
        for (int* n : {&grid.nx, &grid.ny, &grid.nz}) *n = (*n + 1) / 2;
    }
}

void Multigrid::coarsen_faces() {
    for (std::size_t l = 0; l + 1 < levels_.size(); ++l) {
        Level &fine = levels_[l], &coarse = levels_[l + 1];
        Axes const axes = axes_of(fine.view());
        for_each_voxel(fine.grid, SharesBody<0>{fine.grid, axes.x, fine.share_x.data()});
        for_each_voxel(fine.grid, SharesBody<1>{fine.grid, axes.y, fine.share_y.data()});
        for_each_voxel(fine.grid, SharesBody<2>{fine.grid, axes.z, fine.share_z.data()});
        sum_faces<0>(fine.grid, coarse.grid, axes.x, coarse.kx.data());
        sum_faces<1>(fine.grid, coarse.grid, axes.y, coarse.ky.data());
        sum_faces<2>(fine.grid, coarse.grid, axes.z, coarse.kz.data());
    }
}

void Multigrid::coarsen_losses() {
    for (std::size_t l = 0; l + 1 < levels_.size(); ++l) {
        Level &fine = levels_[l], &coarse = levels_[l + 1];
        for_each_voxel(fine.grid, PullBody{fine.view(), fine.pull.data(), fine.y.data()});
        restrict_to(coarse.loss, fine, coarse);
    }
}

void Multigrid::restrict_to(Buffer<Real>& coarse_sum, Level& fine, Level& coarse) {
    mix<0, true>(fine.grid, fine.share_x.data(), fine.y.data());
    mix<1, true>(fine.grid, fine.share_y.data(), fine.y.data());
    mix<2, true>(fine.grid, fine.share_z.data(), fine.y.data());
    for_each_voxel(coarse.grid, SumChildrenBody{fine.grid, coarse.grid, fine.y.data(), coarse_sum.data()});
}

void Multigrid::prolong(Level& coarse, Level& fine) {
    for_each_voxel(fine.grid, InjectBody{fine.grid, coarse.grid, coarse.x.data(), fine.y.data()});
    mix<2, false>(fine.grid, fine.share_z.data(), fine.y.data());
    mix<1, false>(fine.grid, fine.share_y.data(), fine.y.data());
    mix<0, false>(fine.grid, fine.share_x.data(), fine.y.data());
    for_each_voxel(fine.grid, CorrectBody{fine.grid, fine.y.data(), fine.pull.data(), fine.x.data()});
}

void Multigrid::sweep(Level& level, Buffer<Real>& from, Buffer<Real>& to, Real weight) {
    wrap_halo(level.grid, from.span());
    for_each_voxel(level.grid, SweepBody{level.view(), from.data(), to.data(), weight});
}

void Multigrid::solve_pointwise() {
    Level& level = levels_[0];
    for_each_voxel(level.grid, PointwiseBody{level.view(), level.x.data()});
}

Span<Real const> Multigrid::residual(bool faces) {
    Level& level = levels_[0];
    if (faces) {
        wrap_halo(level.grid, level.x.span());
        for_each_voxel(level.grid, ResidualBody{level.view(), level.x.data(), level.y.data()});
    } else {
        for_each_voxel(level.grid, PointwiseResidualBody{level.view(), level.x.data(), level.y.data()});
    }
    return level.y.span();
}

void Multigrid::cycle(std::size_t l) {
    Level& level = levels_[l];
    if (l + 1 == levels_.size()) {
        sweep(level, level.x, level.y, Real(1));  // one voxel: exact
        level.x.swap(level.y);
        return;
    }
    if (l == 0)
        sweep(level, level.x, level.y, kFirstWeight);
    else
        for_each_voxel(level.grid, FirstSweepBody{level.view(), level.y.data(), kFirstWeight});
    sweep(level, level.y, level.x, kSecondWeight);

    wrap_halo(level.grid, level.x.span());
    for_each_voxel(level.grid, FeltResidualBody{level.view(), level.x.data(), level.pull.data(), level.y.data()});
    Level& coarse = levels_[l + 1];
    restrict_to(coarse.rhs, level, coarse);
    if (l + 2 == levels_.size()) coarse.x.zero();
    cycle(l + 1);
    prolong(coarse, level);
    sweep(level, level.x, level.y, kFirstWeight);
    sweep(level, level.y, level.x, kSecondWeight);
}

Multigrid::Outcome Multigrid::solve(double tolerance) {
    Outcome outcome;
    double correction = 0;
    while (!outcome.converged && outcome.cycles < kMaxCycles) {
        end_if_out_of_time();
        cycle(0);
        ++outcome.cycles;
        // The last correction on both scales: of the smooth part on the next level, of the rough part by the last sweep. What is left is
        // less by the factor at which corrections shrink.
        Level const& fine = levels_[0];
        double const before = correction;
        correction = max_rows(fine.grid, partial_, Change{fine.y.data(), fine.x.data()});
        if (levels_.size() > 1) correction = std::max(correction, max_rows(levels_[1].grid, partial_, Magnitude{levels_[1].x.data()}));
        double const factor = outcome.cycles > 1 && correction < before ? correction / before : 0.5;
        double const error = correction * std::max(factor / (1 - factor), kLeastFactor),
                     largest = max_rows(fine.grid, partial_, Magnitude{fine.x.data()});
        outcome.largest = largest, outcome.error = largest > kNothing ? error / largest : 0;
        outcome.converged = outcome.error <= tolerance;
    }
    return outcome;
}

}  // namespace CRINE_NS
}  // namespace crine
