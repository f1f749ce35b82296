// Geometric multigrid: coarse faces and losses, interpolation linear in resistance, Chebyshev-Jacobi smoothing, V-cycles.
#include "kernels/fields/multigrid.h"

#include "crine/interrupt.h"
#include "crine/model/diffusion.h"
#include "kernels/fields/grid_loops.h"

#include <algorithm>

namespace crine {
inline namespace CRINE_NS {

namespace {

constexpr Real kFirstWeight = static_cast<Real>(smoothing::kFirstWeight), kSecondWeight = static_cast<Real>(smoothing::kSecondWeight);

constexpr int kMaxCycles = 30;
constexpr double kDiverging = 1e3;
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
        std::size_t const p = e.grid.at(i, j, k);
        Real const diagonal = e.faces(p) + e.loss.data[p];
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

/// Coarse voxels of an axis of n: pairs, the last one of three where n is odd, so that no voxel is left to itself on level after level, and
/// widths differ by less than a factor of 2.
CRINE_HD inline int coarse_count(int n) { return n > 1 ? n / 2 : 1; }
CRINE_HD inline int first_child(int coarse) { return 2 * coarse; }
CRINE_HD inline int children(int coarse, int n) { return coarse + 1 < coarse_count(n) ? 2 : n - first_child(coarse); }
CRINE_HD inline int parent(int i, int n) { return i / 2 < coarse_count(n) ? i / 2 : coarse_count(n) - 1; }

/// What is needed of one axis to find the faces around a voxel: k of its low faces, and where they are.
struct AxisFaces {
    Real const* k;
    std::size_t stride;
    int n;  ///< fine voxels
    bool periodic;

    /// Resistance between the first or last child p, with index i, of a coarse voxel and its centre: the middle of two children, the
    /// second of three. 0 if nothing flows between them.
    CRINE_HD Real to_centre(std::size_t p, int i, bool first) const {
        int const siblings = children(parent(i, n), n);
        Real const inside = k[first ? p + stride : p];
        return siblings > 1 && inside > 0 ? (siblings == 2 ? Real(0.5) : Real(1)) / inside : Real(0);
    }
    /// The same for the voxels on both sides of the low face of p, with index i; n: of the high wall.
    CRINE_HD Real above(std::size_t p, int i) const { return i < n ? to_centre(p, i, true) : to_centre(p - n * stride, 0, true); }
    CRINE_HD Real below(std::size_t p, int i) const {
        return i > 0 ? to_centre(p - stride, i - 1, false) : to_centre(p + (n - 1) * stride, n - 1, false);
    }
    /// Conductance between the centres of the coarse voxels on both sides of that face: three resistances in series.
    CRINE_HD Real coarse_link(std::size_t p, int i) const {
        Real const face = k[p];
        return face > 0 ? 1 / (below(p, i) + 1 / face + above(p, i)) : Real(0);
    }
    /// Share of the next coarse voxel in the correction at fine voxel p with index i: linear in the resistance to both centres, as the
    /// solution between two cells is, so that a jump of D is met on its own side. 1/4 for uniform D, 1/2 towards a wall at 0.
    CRINE_HD Real next_share(std::size_t p, int i) const {
        int const coarse = parent(i, n);
        bool const first = i == first_child(coarse), last = i + 1 == first_child(coarse) + children(coarse, n);
        if (first == last || coarse_count(n) == 1) return 0;  // the second of three is where the coarse voxel is
        Real const face = k[first ? p : p + stride];
        Real const own = to_centre(p, i, first), other = first ? below(p, i) : above(p + stride, i + 1);
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
/// shares of each other's coarse voxel. One index is one such pair; pairs do not overlap, as every coarse voxel has two children or more.
template <int axis, bool adjoint>
struct MixBody {
    Grid fine;
    Real const* share;
    Real* value;

    CRINE_HD void operator()(int i, int j, int k) const {
        int const pair = axis == 0 ? i : (axis == 1 ? j : k), n = fine.voxels_on(axis);
        bool const closes = pair + 1 == coarse_count(n);  // a periodic axis
        int const low = closes ? n - 1 : first_child(pair) + 1, high = closes ? 0 : low + 1;
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
    int const coarse = coarse_count(grid.voxels_on(axis)), count = grid.periodic[axis] && coarse > 1 ? coarse : coarse - 1;
    auto const pairs = [&](int a, int n) { return a != axis ? n : count; };
    for_each_voxel(pairs(0, grid.nx), pairs(1, grid.ny), pairs(2, grid.nz), MixBody<axis, adjoint>{grid, share, value});
}

/// Sum over the children of a coarse voxel.
struct SumChildrenBody {
    Grid fine, coarse;
    Real const* value;
    Real* sum;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = fine.at(first_child(i), first_child(j), first_child(k)), sy = fine.stride_y(), sz = fine.stride_z();
        int const of_x = children(i, fine.nx), of_y = children(j, fine.ny), of_z = children(k, fine.nz);
        auto const line = [&](std::size_t q) {
            return value[q] + (of_x > 1 ? value[q + 1] : Real(0)) + (of_x > 2 ? value[q + 2] : Real(0));
        };
        auto const plane = [&](std::size_t q) {
            return line(q) + (of_y > 1 ? line(q + sy) : Real(0)) + (of_y > 2 ? line(q + 2 * sy) : Real(0));
        };
        sum[coarse.at(i, j, k)] = plane(p) + (of_z > 1 ? plane(p + sz) : Real(0)) + (of_z > 2 ? plane(p + 2 * sz) : Real(0));
    }
};

struct InjectBody {
    Grid fine, coarse;
    Real const* correction;
    Real* to;
    CRINE_HD void operator()(int i, int j, int k) const {
        to[fine.at(i, j, k)] = correction[coarse.at(parent(i, fine.nx), parent(j, fine.ny), parent(k, fine.nz))];
    }
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
        std::size_t const p = e.grid.at(i, j, k);
        Real const faces = e.faces(p);
        Real const share = faces / (faces + e.loss.data[p]);
        pull[p] = faces > 0 ? share : Real(0);
        felt_loss[p] = pull[p] * e.loss.data[p];
    }
};

/// One coarse face along an axis: the sum of its fine ones. Along the axis the index goes up to the high wall.
template <int axis>
struct CoarsenFacesBody {
    Grid fine, coarse;
    AxisFaces faces;
    Real* k_coarse;

    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = coarse.at(i, j, k);
        int const along = axis == 0 ? i : (axis == 1 ? j : k), at = along < coarse_count(faces.n) ? first_child(along) : faces.n;
        if (faces.periodic && coarse_count(faces.n) == 1) {  // one coarse voxel, its own neighbour
            k_coarse[p] = 0;
            return;
        }
        int const u = axis == 0 ? j : i, v = axis == 2 ? j : k;  // across
        int const of_u = children(u, axis == 0 ? fine.ny : fine.nx), of_v = children(v, axis == 2 ? fine.ny : fine.nz);
        Real sum = 0;
        for (int b = first_child(v); b < first_child(v) + of_v; ++b)
            for (int a = first_child(u); a < first_child(u) + of_u; ++a)
                sum += faces.coarse_link(axis == 0 ? fine.at(at, a, b) : (axis == 1 ? fine.at(a, at, b) : fine.at(a, b, at)), at);
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

/// x below 0 counts as 0, and every voxel solves its equation with the others as they are: with rhs ≥ 0 the error grows nowhere.
struct PositiveBody {
    Equations e;
    Real const* from;
    Real* to;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = e.grid.at(i, j, k), sy = e.grid.stride_y(), sz = e.grid.stride_z();
        auto const given = [&](Real conductance, std::size_t q) { return from[q] > 0 ? conductance * from[q] : Real(0); };
        Real const in = (given(e.kx.data[p], p - 1) + given(e.kx.data[p + 1], p + 1)) +
                        (given(e.ky.data[p], p - sy) + given(e.ky.data[p + sy], p + sy)) +
                        (given(e.kz.data[p], p - sz) + given(e.kz.data[p + sz], p + sz));
        Real const diagonal = e.faces(p) + e.loss.data[p], x = (in + e.rhs.data[p]) / diagonal;
        to[p] = diagonal > 0 ? x : from[p];
    }
};

struct Below {
    Real const* field;
    CRINE_HD Real operator()(std::size_t p) const { return field[p] < 0 ? -field[p] : Real(0); }
};

/// Largest |x| and largest -x.
struct ExtremesTerm {
    Grid grid;
    Real const* x;
    CRINE_HD void operator()(int i, int j, int k, double (&into)[2]) const {
        Real const value = x[grid.at(i, j, k)];
        into[0] = Maximum::join(into[0], std::fabs(value)), into[1] = Maximum::join(into[1], -value);
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
        for (int* n : {&grid.nx, &grid.ny, &grid.nz}) *n = coarse_count(*n);
    }
}

void Multigrid::coarsen_faces(Faces faces) {
    different_ = faces == Faces::different, joined_ = false;
    if (different_) return;
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

void Multigrid::coarsen_losses(bool joins) {
    if (different_ || joins) return;
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

Solved Multigrid::solve(double tolerance, Real const* start, bool steady, bool& joins) {
    Level& level = levels_[0];
    bool const loses = !steady || max_rows(level.grid, partial_, Magnitude{level.loss.data()}) > 0;
    if (loses && !different_ && !joins) {
        Solved const solved = solve_by_cycles(tolerance);
        if (solved.converged) {
            make_positive(solved.below);
            return solved;
        }
        for_each_voxel(level.grid, CopyBody{level.grid, start, level.x.data()});
        joins = true;
    }
    return solve_by_joining(tolerance, start);
}

Solved Multigrid::solve_by_joining(double tolerance, Real const* start) {
    Level& level = levels_[0];
    if (!joined_) algebraic_.join(level.view());
    joined_ = true;
    Solved solved = algebraic_.solve(level.view(), level.x.data(), tolerance);
    make_positive(max_rows(level.grid, partial_, Below{level.x.data()}));
    solved.defined = algebraic_.balance(level.view(), level.x.data(), start) && solved.defined;
    return solved;
}

void Multigrid::make_positive(double below) {
    Level& level = levels_[0];
    if (below == 0 || max_rows(level.grid, partial_, Below{level.rhs.data()}) > 0) return;
    wrap_halo(level.grid, level.x.span());
    for_each_voxel(level.grid, PositiveBody{level.view(), level.x.data(), level.y.data()});
    level.x.swap(level.y);
}

Solved Multigrid::solve_by_cycles(double tolerance) {
    Solved outcome;
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
        double const error = correction * std::max(factor / (1 - factor), kLeastFactor);
        auto const [largest, below] = reduce<2, Maximum>(fine.grid.voxels(), fine.grid.nx, partial_,
                                                         VoxelTerm<ExtremesTerm>{ExtremesTerm{fine.grid, fine.x.data()}, fine.grid.ny});
        outcome.largest = largest, outcome.below = below, outcome.error = largest > kNothing ? error / largest : 0;
        outcome.converged = outcome.error <= tolerance;
        if (!(outcome.error < kDiverging)) break;
    }
    return outcome;
}

}  // namespace CRINE_NS
}  // namespace crine
