// One factored solve: a thread for each line on a GPU; on a CPU the order in which threads take planes and slabs (line_rows.h).
#include "kernels/fields/line_solver.h"

#include "crine/model/factored.h"
#include "kernels/fields/grid_loops.h"

#include <algorithm>
#include <cmath>

#ifdef __CUDACC__
#define CRINE_PLAIN_LINES  // or defined by hand, to test what a GPU runs on a CPU
#endif
#ifndef CRINE_PLAIN_LINES
#include "kernels/fields/line_rows.h"
#endif

namespace crine {
inline namespace CRINE_NS {

#ifdef CRINE_PLAIN_LINES

namespace {

/// f = rate · F(from) + value · from
struct RightSideBody {
    Dynamics d;
    Stage s;
    CRINE_HD void operator()(int i, int j, int k) const {
        Grid const& g = d.grid;
        std::size_t const p = g.at(i, j, k);
        int const index[3] = {i, j, k};
        Real const c = s.from[p];
        Real flow = 0;
        for (int axis = 0; axis < 3; ++axis) {
            int const n = g.voxels_on(axis);
            std::size_t const step = g.stride(axis);
            if (index[axis] > 0 || (g.periodic[axis] && n > 1)) {
                std::size_t const q = index[axis] > 0 ? p - step : p + (n - 1) * step;
                flow += d.face(p, q) * (s.from[q] - c);
            }
            if (index[axis] < n - 1 || (g.periodic[axis] && n > 1)) {
                std::size_t const q = index[axis] < n - 1 ? p + step : p - (n - 1) * step;
                flow += d.face(p, q) * (s.from[q] - c);
            }
        }
        Real const inflow = s.homogeneous ? Real(0) : d.inflow + (d.inflow_at == nullptr ? Real(0) : d.inflow_at[p]);
        s.into[p] = s.rate * (flow - d.loss_of(p) * c + inflow) + s.value * c;
    }
};

/// Solves one line of an axis in place; the index runs over the two other axes.
template <int axis>
struct SolveLineBody {
    Dynamics d;
    Stage s;
    Real *carry, *wrap;
    CRINE_HD void operator()(int a, int b, int) const {
        Grid const& g = d.grid;
        int const n = g.voxels_on(axis);
        std::size_t const first = axis == 0 ? g.at(0, a, b) : (axis == 1 ? g.at(a, 0, b) : g.at(a, b, 0)), step = g.stride(axis);
        std::size_t const last = first + (n - 1) * step;
        bool const around = g.periodic[axis] && n > 1, apart = d.apart(s.weight);
        Real* const x = s.into;
        Elimination before(0, 0), ring(0, 0);
        for (int i = 0; i < n; ++i) {
            std::size_t const p = first + i * step;
            Real const m = apart ? Real(1) : 1 + s.weight * d.loss_of(p);
            Real const lo = i > 0 ? s.weight * d.face(p, p - step) : Real(0), hi = i < n - 1 ? s.weight * d.face(p, p + step) : Real(0);
            Elimination const here(m, lo, hi, axis == 0 ? x[p] : m * x[p], before);
            carry[p] = here.carry, x[p] = here.now;
            if (around) wrap[p] = (ring = Elimination(m, lo, hi, i == 0 ? Real(1) : (i == n - 1 ? Real(-1) : Real(0)), ring)).now;
            before = here;
        }
        for (int i = n - 2; i >= 0; --i) {
            std::size_t const p = first + i * step;
            x[p] += carry[p] * x[p + step];
            if (around) wrap[p] += carry[p] * wrap[p + step];
        }
        if (!around) return;
        Real const link = s.weight * d.face(first, last), turn = link * (x[first] - x[last]) / (1 + link * (wrap[first] - wrap[last]));
        for (int i = 0; i < n; ++i) x[first + i * step] -= turn * wrap[first + i * step];
    }
};

/// What becomes of c, see Stage.
struct UpdateTerm {
    Dynamics d;
    Stage s;
    enum { content, first, lost, count };
    CRINE_HD void operator()(int i, int j, int k, double (&into)[count]) const {
        std::size_t const p = d.grid.at(i, j, k);
        Real solution = s.into[p];
        if (d.apart(s.weight)) s.into[p] = solution /= 1 + s.weight * d.loss_of(p);
        if (s.c == nullptr) {
            into[first] += solution;
            return;
        }
        Real const c = s.c[p], one = s.first == nullptr ? Real(0) : s.first[p];
        Real const next = c + (s.of_first * one + s.of_d * solution);
        Real const mean = ((1 - s.gamma) * c + s.gamma * next) + s.mean_of_first * one;
        into[content] += next;
        if (d.loss_at != nullptr) into[lost] += static_cast<double>(d.loss_at[p]) * mean;
        if (s.mean != nullptr) s.mean[p] += s.share * mean;
        s.next[p] = next;
        if (s.first != nullptr) s.error[p] = s.error_of_first * one + s.error_of_d * solution;
    }
};

}  // namespace

void LineSolver::prepare(Dynamics const&) {}

LineSolver::Sums LineSolver::solve(Dynamics const& dynamics, Stage stage) {
    Grid const& g = grid_;
    carry_.resize(g.storage());
    if (g.periodic[0] || g.periodic[1] || g.periodic[2]) wrap_.resize(g.storage());
    stage.error = carry_.data();
    for_each_voxel(g, RightSideBody{dynamics, stage});
    for_each_voxel(g.ny, g.nz, 1, SolveLineBody<0>{dynamics, stage, carry_.data(), wrap_.data()});
    for_each_voxel(g.nx, g.nz, 1, SolveLineBody<1>{dynamics, stage, carry_.data(), wrap_.data()});
    for_each_voxel(g.nx, g.ny, 1, SolveLineBody<2>{dynamics, stage, carry_.data(), wrap_.data()});
    auto const found = sum_rows<UpdateTerm::count>(g, partial_, UpdateTerm{dynamics, stage});
    Sums sums{found[UpdateTerm::content], found[UpdateTerm::first], found[UpdateTerm::lost], 0, 0};
    if (stage.first == nullptr) return sums;
    sums.error = max_rows(g, partial_, Magnitude{stage.error});
    sums.largest = max_rows(g, partial_, Magnitude{stage.next});
    return sums;
}

#else

namespace {

/// Half a voxel's resistance: what lies between two centres is the sum of theirs, and dividing by it is quicker than to look up a face.
struct ResistanceBody {
    Dynamics d;
    Real* resistance;
    void operator()(int i, int j, int k) const {
        std::size_t const p = d.grid.at(i, j, k);
        resistance[p] = 1 / (2 * d.face(p, p));  // infinite where nothing moves
    }
};
struct ResistanceHaloBody {
    Grid grid;
    Real* resistance;
    void operator()(std::size_t row) const {
        Real* const r = resistance + grid.at(0, static_cast<int>(row % grid.ny), static_cast<int>(row / grid.ny));
        r[-1] = r[grid.nx - 1], r[grid.nx] = r[0];
    }
};

}  // namespace

void LineSolver::prepare(Dynamics const& dynamics) {
    if (dynamics.alike() || (dynamics.links != nullptr && dynamics.links == resistance_of_)) return;
    resistance_of_ = dynamics.links;
    Grid const& g = grid_;
    resistance_.resize(g.storage());
    for_each_voxel(g, ResistanceBody{dynamics, resistance_.data()});
    for_each_index(static_cast<std::size_t>(g.ny) * g.nz, ResistanceHaloBody{g, resistance_.data()}, 1);
}

LineSolver::Sums LineSolver::solve(Dynamics const& dynamics, Stage stage) {
    Grid const& g = grid_;
    meeting_.resize(2 * g.stride_z());
    Rows const rows(dynamics, stage, resistance_.data(), meeting_.data());
    int const batches = (g.ny + Rows::kBatch - 1) / Rows::kBatch, blocks = (g.nx + Rows::kBlock - 1) / Rows::kBlock, slabs = rows.slabs(),
              team = threads();
    std::size_t const plane = static_cast<std::size_t>(g.nx) * g.ny;
    std::vector<Tally> tallies(2 * slabs);
    // A plane along x and y while it is in the cache.
    auto const solve_plane = [&](int k) {
        for (int batch = 0; batch < batches; ++batch) rows.along_x(batch, k);
        for (int block = 0; block < blocks; ++block) rows.along_y(block, k);
    };
    auto const halves = [&](auto const& body) {
        for_each_index(
            2,
            [&](std::size_t half) {
                for (int slab = 0; slab < slabs; ++slab) body(static_cast<int>(half), slab, tallies[half * slabs + slab]);
            },
            plane * g.nz / 2);
    };
    if (rows.uniform() && team <= 2 && g.nz >= 2 * team) {
        // A thread keeps to its half of the planes, and eliminates along z what it still has in the cache.
        for_each_index(
            2,
            [&](std::size_t which) {
                Rows::Half const half = rows.half(static_cast<int>(which));
                for (int n = 0; n < half.planes; ++n) {
                    solve_plane(half.plane(n));
                    for (int slab = 0; slab < slabs; ++slab) rows.eliminate(half, n, slab);
                }
                if (which == 1) solve_plane(half.plane(half.planes));
                for (int slab = 0; slab < slabs; ++slab) rows.meet(static_cast<int>(which), slab);
            },
            plane * g.nz / 2);
        halves([&](int half, int slab, Tally& tally) { rows.solve_back(half, slab, tally); });
        if (rows.ring()) {
            for (int slab = 0; slab < slabs; ++slab) rows.measure_ring(slab);
            halves([&](int half, int slab, Tally& tally) { rows.close_ring(half, slab, tally); });
        }
    } else {
        // Enough planes for all threads: x and y in one go. Else along x first, then along y.
        if (g.nz >= 2 * team)
            for_each_index(
                g.nz, [&](std::size_t k) { solve_plane(static_cast<int>(k)); }, plane);
        else {
            for_each_index(
                static_cast<std::size_t>(batches) * g.nz,
                [&](std::size_t i) { rows.along_x(static_cast<int>(i % batches), static_cast<int>(i / batches)); },
                static_cast<std::size_t>(g.nx) * Rows::kBatch);
            for_each_index(
                static_cast<std::size_t>(blocks) * g.nz,
                [&](std::size_t i) { rows.along_y(static_cast<int>(i % blocks), static_cast<int>(i / blocks)); },
                static_cast<std::size_t>(g.ny) * Rows::kBlock);
        }
        for_each_index(
            slabs,
            [&](std::size_t i) {
                int const slab = static_cast<int>(i);
                if (!rows.uniform()) return rows.along_z(slab, tallies[i]);
                for (int which : {0, 1}) {
                    Rows::Half const half = rows.half(which);
                    for (int n = 0; n < half.planes; ++n) rows.eliminate(half, n, slab);
                    rows.meet(which, slab);
                }
                for (int which : {0, 1}) rows.solve_back(which, slab, tallies[which * slabs + slab]);
                if (!rows.ring()) return;
                rows.measure_ring(slab);
                for (int which : {0, 1}) rows.close_ring(which, slab, tallies[which * slabs + slab]);
            },
            plane * g.nz / slabs);
    }
    Sums sums;
    for (Tally const& tally : tallies) {
        (stage.c == nullptr ? sums.first : sums.content) += tally.content.total(), sums.lost += tally.lost.total();
        sums.error = std::max<double>(sums.error, tally.error.largest());
        sums.largest = std::max<double>(sums.largest, tally.largest.largest());
    }
    return sums;
}

#endif

void LineSolver::allocate(Grid const& grid) {
    grid_ = grid;
    work_.resize(grid.storage());
    resistance_of_ = nullptr;
}

LineSolver::Sums LineSolver::step(Dynamics const& dynamics, Buffer<Real>& c, double tau, Real* mean, double share) {
    prepare(dynamics);
    Stage stage;
    stage.gamma = static_cast<Real>(factored::douglas_gunn::kGamma), stage.weight = static_cast<Real>(factored::douglas_gunn::kGamma * tau);
    stage.from = c.data(), stage.into = work_.data();
    stage.c = stage.next = c.data(), stage.of_d = static_cast<Real>(tau);
    stage.mean = mean, stage.share = static_cast<Real>(share);
    return solve(dynamics, stage);
}

LineSolver::Sums LineSolver::try_step(Dynamics const& dynamics, Buffer<Real>& c, double tau) {
    first_.resize(grid_.storage());
    prepare(dynamics);
    Stage stage;
    stage.gamma = static_cast<Real>(factored::ros2::kGamma), stage.weight = static_cast<Real>(factored::ros2::kGamma * tau);
    stage.from = c.data(), stage.into = first_.data();
    double const first = solve(dynamics, stage).first;

    stage.from = first_.data(), stage.into = work_.data(), stage.homogeneous = true;
    stage.rate = static_cast<Real>(tau), stage.value = -2;
    stage.c = c.data(), stage.next = work_.data(), stage.first = first_.data();
    stage.of_first = static_cast<Real>(2 * tau), stage.of_d = static_cast<Real>(tau / 2);
    stage.mean_of_first = static_cast<Real>(tau * (0.5 - factored::ros2::kGamma));
    stage.error_of_first = static_cast<Real>(tau), stage.error_of_d = static_cast<Real>(tau / 2);
    Sums sums = solve(dynamics, stage);
    sums.first = first;
    return sums;
}

namespace {

struct MeanBody {
    Grid grid;
    Real const *before, *after, *first;
    Real gamma, of_first, share;
    Real* mean;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        mean[p] += share * (((1 - gamma) * before[p] + gamma * after[p]) + of_first * first[p]);
    }
};

}  // namespace

void LineSolver::accept(Buffer<Real>& c, double tau, Real* mean, double share) {
    double const gamma = factored::ros2::kGamma;
    if (mean != nullptr)
        for_each_voxel(grid_, MeanBody{grid_, c.data(), work_.data(), first_.data(), static_cast<Real>(gamma),
                                       static_cast<Real>(tau * (0.5 - gamma)), static_cast<Real>(share), mean});
    c.swap(work_);
}

}  // namespace CRINE_NS
}  // namespace crine
