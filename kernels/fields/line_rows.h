// The line solver on a CPU: tridiagonal elimination of many lines at a time, in rows of voxels and vector lanes.
#pragma once

#include "crine/model/factored.h"
#include "kernels/fields/line_solver.h"

#include <algorithm>
#include <cmath>

namespace crine {
inline namespace CRINE_NS {
namespace {

/// Calls body(i, i modulo the lanes) for 0 ≤ i < n: the same lanes, hence the same sums, whatever the processor's vectors.
constexpr int kLanes = 16;
template <class Body>
inline void in_lanes(int n, Body const& body) {
    int i = 0;
    for (; i + kLanes <= n; i += kLanes)
#pragma omp simd
        for (int lane = 0; lane < kLanes; ++lane) body(i + lane, lane);
    for (int lane = 0; i + lane < n; ++lane) body(i + lane, lane);
}
/// to[i] = value(i) for 0 ≤ i < n, in whole vectors: the last one reaches back to places that are done, and keeps what is there.
template <class Value>
inline void assign(Real* to, int n, Value const& value) {
    int i = 0;
    for (; i + kLanes <= n; i += kLanes)
#pragma omp simd
        for (int lane = 0; lane < kLanes; ++lane) to[i + lane] = value(i + lane);
    if (n < kLanes) {
        for (; i < n; ++i) to[i] = value(i);
    } else if (i < n) {
        int const begin = n - kLanes, done = i - begin;
        Real last[kLanes];
#pragma omp simd
        for (int lane = 0; lane < kLanes; ++lane) {
            Real const fresh = value(begin + lane);
            last[lane] = lane < done ? to[begin + lane] : fresh;
        }
        std::copy_n(last, kLanes, to + begin);
    }
}
struct LaneSum {
    double lane[kLanes] = {};
    double total() const {
        double sum[kLanes];
        std::copy_n(lane, kLanes, sum);
        for (int half = kLanes / 2; half > 0; half /= 2)
            for (int l = 0; l < half; ++l) sum[l] += sum[l + half];
        return sum[0];
    }
};
struct LaneMaximum {
    Real lane[kLanes] = {};
    void add(int l, Real x) { lane[l] = x > lane[l] ? x : lane[l]; }
    Real largest() const {
        Real most = 0;
        for (Real one : lane) most = one > most ? one : most;
        return most;
    }
};

/// What has been summed over some rows.
struct Tally {
    LaneSum content, lost;  ///< or, while there is no c yet, the solution in `content`
    LaneMaximum error, largest;
};

using Eight = Real __attribute__((vector_size(8 * sizeof(Real)), aligned(sizeof(Real)), may_alias));

/// Eight by eight values in three rounds of shuffles: pairs, fours, eights.
inline void transpose_tile(Real const* from, std::size_t from_stride, Real* to, std::size_t to_stride) {
    Eight a[8], b[8];
    for (int i = 0; i < 8; ++i) a[i] = *reinterpret_cast<Eight const*>(from + i * from_stride);
    for (int i = 0; i < 8; i += 2) {
        b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i : {0, 1, 4, 5}) {
        a[i] = __builtin_shufflevector(b[i], b[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        a[i + 2] = __builtin_shufflevector(b[i], b[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int i = 0; i < 4; ++i) {
        *reinterpret_cast<Eight*>(to + i * to_stride) = __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        *reinterpret_cast<Eight*>(to + (i + 4) * to_stride) = __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/// to[i][row] = from[row][i]
inline void transpose(Real const* from, std::size_t from_stride, int rows, int n, Real* to, std::size_t to_stride) {
    int const tiled_rows = rows / 8 * 8, tiled = n / 8 * 8;
    for (int row = 0; row < tiled_rows; row += 8)
        for (int i = 0; i < tiled; i += 8) transpose_tile(from + row * from_stride + i, from_stride, to + i * to_stride + row, to_stride);
    for (int row = 0; row < rows; ++row)
        for (int i = row < tiled_rows ? tiled : 0; i < n; ++i) to[i * to_stride + row] = from[row * from_stride + i];
}

/// The elimination of a line in a uniform medium, the same for all lines of an axis: x = of_rhs · rhs + of_before · x_before, then
/// x += carry · x_after. Round a periodic axis the face from the last voxel to the first comes on top: x -= ring · (x_first - x_last),
/// Sherman & Morrison (1950) Ann Math Stat 21:124.
struct UniformLine {
    std::vector<Real> of_rhs, of_before, carry, ring;

    UniformLine(int n, bool periodic, Real weight) : of_rhs(n), of_before(n), carry(n), ring(n) {
        Elimination before(0, 0);
        for (int i = 0; i < n; ++i) {
            Real const lo = i > 0 ? weight : Real(0), hi = i < n - 1 ? weight : Real(0);
            Elimination const here(1, lo, hi, i == 0 ? Real(1) : (i == n - 1 ? Real(-1) : Real(0)), before);
            of_rhs[i] = 1 / (1 + hi + lo * (1 - before.carry)), of_before[i] = lo * of_rhs[i];
            carry[i] = here.carry, ring[i] = here.now;
            before = here;
        }
        if (!periodic || n == 1) return;
        for (int i = n - 2; i >= 0; --i) ring[i] += carry[i] * ring[i + 1];
        Real const scale = weight / (1 + weight * (ring[0] - ring[n - 1]));
        for (Real& r : ring) r *= scale;
    }
};

/// Work space of a thread, kept from call to call.
inline Real* scratch(int which, std::size_t n) {
    thread_local std::vector<Real> arrays[12];
    if (arrays[which].size() < n) arrays[which].resize(n);
    return arrays[which].data();
}

/// One solve, by pieces that may be worked on at the same time.
class Rows {
public:
    static constexpr int kBatch = 32;   ///< rows along x that are solved side by side
    static constexpr int kBlock = 256;  ///< columns that are solved along y side by side

    /// `resistance`: 1 / (2 k) by voxel where faces differ, with that of the far end in the halo of a ring. `meeting`: room for two planes.
    Rows(Dynamics const& dynamics, Stage const& stage, Real const* resistance, Real* meeting)
        : d_(dynamics),
          s_(stage),
          g_(dynamics.grid),
          uniform_(dynamics.uniform(stage.weight)),
          apart_(dynamics.apart(stage.weight)),
          mass_(1 + stage.weight * dynamics.loss),
          face_(stage.weight * dynamics.link / (apart_ ? Real(1) : mass_)),
          slab_(std::clamp((uniform_ ? 65536 : 32768) / (g_.nx * g_.nz), 1, g_.ny)),
          resistance_(resistance),
          meeting_(meeting) {
        none_.assign(slab_ * g_.stride_y(), 0), masses_.assign(g_.nx, mass_);
        for (int axis = 0; uniform_ && axis < 3; ++axis) lines_.emplace_back(g_.voxels_on(axis), g_.periodic[axis], face_);
    }

    bool uniform() const { return uniform_; }
    bool ring() const { return g_.periodic[2] && g_.nz > 1; }  ///< along z
    /// Slabs of rows along z, each of a size that fits a cache of the second level.
    int slabs() const { return (g_.ny + slab_ - 1) / slab_; }

    /// The right side of a batch of rows of plane k, and the factor of x.
    void along_x(int batch, int k) const {
        int const first = batch * kBatch, rows = std::min(kBatch, g_.ny - first);
        for (int j = first; j < first + rows; ++j) right_side(j, k);
        if (rows > kBatch / 2)
            uniform_ ? uniform_along_x<kBatch>(first, rows, k) : solve_along_x<kBatch>(first, rows, k);
        else
            uniform_ ? uniform_along_x<kBatch / 2>(first, rows, k) : solve_along_x<kBatch / 2>(first, rows, k);
    }

    /// The factor of y for a block of columns of plane k.
    void along_y(int block, int k) const {
        int const begin = block * kBlock, n = std::min(kBlock, g_.nx - begin);
        uniform_ ? uniform_along_y(begin, n, k) : solve_along_y(begin, n, k);
    }

    /// The factor of z for a slab of rows, and what becomes of c.
    void along_z(int slab, Tally& tally) const {
        int const first = slab * slab_, rows = std::min(slab_, g_.ny - first);
        auto const row = [&](int k, int r) { return g_.at(0, first + r, k); };
        solve_lines(2, rows, g_.nx, row, [&](std::size_t p, Real const* x) { update(p, x, g_.nx, tally); });
    }

    // The same where all lines are alike. They are eliminated from both ends to the middle plane, and solved from there back, so that
    // two threads each keep to their half of the planes.

    /// Planes from a wall to the one before the middle, which belongs to the upper half.
    struct Half {
        int first, step, planes;
        int plane(int n) const { return first + step * n; }
    };
    Half half(int which) const {
        int const middle = g_.nz / 2;
        return which == 0 ? Half{0, 1, middle} : Half{g_.nz - 1, -1, g_.nz - 1 - middle};
    }

    /// Plane n of a half.
    void eliminate(Half const& half, int n, int slab) const {
        Slab const here(*this, slab, half.plane(n));
        Real *const x = s_.into + here.begin, of_rhs = lines_[2].of_rhs[n], of_before = lines_[2].of_before[n];
        Real const* const before = n > 0 ? s_.into + Slab(*this, slab, half.plane(n - 1)).begin : x;  // the first has no weight for it
        assign(x, here.length, [&](int i) { return of_rhs * x[i] + of_before * before[i]; });
    }

    /// What a half adds to the solution in the middle, when it is eliminated.
    void meet(int which, int slab) const {
        Half const half = this->half(which), other = this->half(1 - which);
        auto const weight = [&](Half const& h) { return h.planes > 0 ? face_ * (1 - lines_[2].carry[h.planes - 1]) : Real(0); };
        Real const pivot = 1 / (1 + (weight(half) + weight(other))), face = half.planes > 0 ? face_ : Real(0);
        Slab const middle(*this, slab, g_.nz / 2);
        Real const *const rhs = s_.into + middle.begin, *const before = half.planes > 0
                                                                            ? s_.into + Slab(*this, slab, half.plane(half.planes - 1)).begin
                                                                            : rhs;
        Real* const to = meeting_ + which * g_.stride_z() + middle.in_plane;
        if (which == 0)
            assign(to, middle.length, [&](int i) { return pivot * (face * before[i]); });
        else
            assign(to, middle.length, [&](int i) { return pivot * (rhs[i] + face * before[i]); });
    }

    /// From the middle back; on a ring, all but its closure.
    void solve_back(int which, int slab, Tally& tally) const {
        Half const half = this->half(which);
        Slab const middle(*this, slab, g_.nz / 2);
        Real *const x = scratch(5, middle.length), *const lower = meeting_ + middle.in_plane, *const upper = lower + g_.stride_z();
        auto const finish = [&](std::size_t p) {
            if (ring())
                std::copy_n(x, middle.length, s_.into + p);
            else
                update(p, x, middle.length, tally);
        };
        assign(x, middle.length, [&](int i) { return lower[i] + upper[i]; });
        if (which == 1) finish(middle.begin);
        for (int n = half.planes - 1; n >= 0; --n) {
            Slab const here(*this, slab, half.plane(n));
            Real const *const now = s_.into + here.begin, carry = lines_[2].carry[n];
            assign(x, here.length, [&](int i) { return now[i] + carry * x[i]; });
            finish(here.begin);
        }
    }

    /// A ring's closure: the step from the last plane to the first, kept in `meeting`, and what it takes off the solution.
    void measure_ring(int slab) const {
        Slab const low(*this, slab, 0), high(*this, slab, g_.nz - 1);
        Real const *const x = s_.into + low.begin, *const y = s_.into + high.begin;
        assign(meeting_ + low.in_plane, low.length, [&](int i) { return x[i] - y[i]; });
    }
    void close_ring(int which, int slab, Tally& tally) const {
        Half const half = this->half(which);
        for (int n = 0; n < half.planes + which; ++n) {
            int const k = half.plane(n);
            Slab const here(*this, slab, k);
            Real const *const x = s_.into + here.begin, *const turn = meeting_ + here.in_plane, by = lines_[2].ring[k];
            Real* const solution = scratch(5, here.length);
            assign(solution, here.length, [&](int i) { return x[i] - by * turn[i]; });
            update(here.begin, solution, here.length, tally);
        }
    }

private:
    /// A slab's rows in plane k, with the halo between them, where all work space is 0.
    struct Slab {
        std::size_t begin, in_plane;
        int length;
        Slab(Rows const& rows, int slab, int k) {
            Grid const& g = rows.g_;
            int const first = slab * rows.slab_, count = std::min(rows.slab_, g.ny - first);
            begin = g.at(0, first, k), in_plane = begin - g.at(-1, -1, k);
            length = static_cast<int>(count * g.stride_y()) - 2;
        }
    };

    // --- rows of the equations: pointers to what is there, or to what is computed into `room` -------

    /// m = 1 + γτ loss of a row
    Real const* masses(std::size_t p, int n, Real* room) const {
        if (d_.loss_at == nullptr) return masses_.data();
        Real const* const loss = d_.loss_at + p;
        Real const mass = mass_, weight = s_.weight;
#pragma omp simd
        for (int i = 0; i < n; ++i) room[i] = mass + weight * loss[i];
        return room;
    }
    /// γτk of the faces between the row at p and the one at q: two resistances in series.
    void weigh_faces(std::size_t p, std::size_t q, int n, Real* to) const {
        Real const weight = s_.weight;
        if (d_.alike()) {
            std::fill_n(to, n, weight * d_.link);
        } else {
            Real const *const here = resistance_ + p, *const there = resistance_ + q;
            assign(to, n, [&](int i) { return weight / (here[i] + there[i]); });
        }
    }
    /// The row before (side -1) or after (1) along an axis; itself beyond a wall.
    std::size_t neighbour(std::size_t p, int axis, int index, int side) const {
        int const n = g_.voxels_on(axis);
        std::size_t const step = g_.stride(axis);
        bool const beyond = side < 0 ? index == 0 : index == n - 1;
        if (!beyond) return side < 0 ? p - step : p + step;
        if (!g_.periodic[axis]) return p;
        return side < 0 ? p + (n - 1) * step : p - (n - 1) * step;
    }

    void right_side(int j, int k) const {
        int const n = g_.nx;
        std::size_t const p = g_.at(0, j, k), south = neighbour(p, 1, j, -1), north = neighbour(p, 1, j, 1), below = neighbour(p, 2, k, -1),
                          above = neighbour(p, 2, k, 1);
        Real* const x = s_.from + p;
        x[-1] = g_.periodic[0] ? x[n - 1] : x[0], x[n] = g_.periodic[0] ? x[0] : x[n - 1];  // nobody else reads this row's halo
        Real const *const xs = s_.from + south, *const xn = s_.from + north, *const xb = s_.from + below, *const xa = s_.from + above;
        Real* const f = s_.into + p;
        Real const scale = uniform_ && !apart_ ? 1 / mass_ : Real(1), rate = s_.rate * scale, value = s_.value * scale, link = d_.link,
                   loss = d_.loss;
        Real const* const more = d_.loss_at == nullptr ? none_.data() : d_.loss_at + p;
        if (d_.alike()) {
            auto const flow = [&](int i, Real c) {
                return ((x[i - 1] - c) + (x[i + 1] - c)) + ((xs[i] - c) + (xn[i] - c)) + ((xb[i] - c) + (xa[i] - c));
            };
            if (uniform_ && !apart_)
                assign(f, n, [&](int i) { return rate * (link * flow(i, x[i]) - loss * x[i]) + value * x[i]; });
            else
                assign(f, n, [&](int i) { return rate * (link * flow(i, x[i]) - (loss + more[i]) * x[i]) + value * x[i]; });
        } else {  // beyond a wall there is the same concentration again, whatever the resistance
            Real const *const r = resistance_ + p, *const rs = resistance_ + south, *const rn = resistance_ + north,
                              *const rb = resistance_ + below, *const ra = resistance_ + above;
            assign(f, n, [&](int i) {
                Real const c = x[i], here = r[i];
                Real const flow = ((x[i - 1] - c) / (here + r[i - 1]) + (x[i + 1] - c) / (here + r[i + 1])) +
                                  ((xs[i] - c) / (here + rs[i]) + (xn[i] - c) / (here + rn[i])) +
                                  ((xb[i] - c) / (here + rb[i]) + (xa[i] - c) / (here + ra[i]));
                return rate * (flow - (loss + more[i]) * c) + value * c;
            });
        }
        x[-1] = x[n] = 0;
        if (s_.homogeneous) return;
        Real const inflow = d_.inflow;
        Real const* const into = d_.inflow_at == nullptr ? none_.data() : d_.inflow_at + p;
        if (inflow != 0 || d_.inflow_at != nullptr) assign(f, n, [&](int i) { return f[i] + rate * (inflow + into[i]); });
    }

    // --- lines along x, transposed: voxel i of all lines side by side -------------------------------

    template <int lanes>
    void uniform_along_x(int first, int rows, int k) const {
        int const n = g_.nx;
        UniformLine const& line = lines_[0];
        Real *const x = scratch(5, static_cast<std::size_t>(n) * lanes), *const f = s_.into + g_.at(0, first, k);
        transpose(f, g_.stride_y(), rows, n, x, lanes);
        Real last[lanes] = {};
        for (int i = 0; i < n; ++i) {
            Real const of_rhs = line.of_rhs[i], of_before = line.of_before[i];
            Real* const here = x + i * lanes;
#pragma omp simd
            for (int l = 0; l < lanes; ++l) here[l] = last[l] = of_rhs * here[l] + of_before * last[l];
        }
        for (int i = n - 2; i >= 0; --i) {
            Real const carry = line.carry[i];
            Real* const here = x + i * lanes;
#pragma omp simd
            for (int l = 0; l < lanes; ++l) here[l] = last[l] = here[l] + carry * last[l];
        }
        if (g_.periodic[0] && n > 1) {
            Real turn[lanes];
            for (int l = 0; l < lanes; ++l) turn[l] = x[l] - x[(n - 1) * lanes + l];
            for (int i = 0; i < n; ++i)
                for (int l = 0; l < lanes; ++l) x[i * lanes + l] -= line.ring[i] * turn[l];
        }
        transpose(x, lanes, n, rows, f, g_.stride_y());
    }

    template <int lanes>
    void solve_along_x(int first, int rows, int k) const {
        int const n = g_.nx;
        std::size_t const p = g_.at(0, first, k), sy = g_.stride_y(), size = static_cast<std::size_t>(n) * lanes;
        bool const ring = g_.periodic[0] && n > 1, alike = d_.alike();
        Real *const x = scratch(5, size), *const carry = scratch(6, size), *const resistance = scratch(7, alike ? 0 : size),
                    *const turn = scratch(8, ring ? size : 0);
        transpose(s_.into + p, sy, rows, n, x, lanes);
        if (d_.loss_at != nullptr)
            transpose(d_.loss_at + p, sy, rows, n, carry, lanes);
        else
            std::fill_n(carry, size, Real(0));
        if (!alike) transpose(resistance_ + p, sy, rows, n, resistance, lanes);
        Real const mass = mass_, weight = s_.weight;
        Real const zeros[lanes] = {};
        Real lo[lanes], hi[lanes] = {};
        for (int i = 0; i < n; ++i) {
            Real *const xi = x + i * lanes, *const ci = carry + i * lanes;
            std::copy_n(hi, lanes, lo);
            if (i == n - 1) {
                std::fill_n(hi, lanes, Real(0));
            } else if (alike) {
                std::fill_n(hi, lanes, weight * d_.link);
            } else {
                Real const *const here = resistance + i * lanes, *const there = here + lanes;
#pragma omp simd
                for (int l = 0; l < lanes; ++l) hi[l] = weight / (here[l] + there[l]);
            }
            Real const *const x_before = i > 0 ? xi - lanes : zeros, *const carry_before = i > 0 ? ci - lanes : zeros;
            if (ring) {
                Real *const ti = turn + i * lanes, *const turn_before = i > 0 ? ti - lanes : ti;
                Real const end = i == 0 ? Real(1) : (i == n - 1 ? Real(-1) : Real(0));
                for (int l = 0; l < lanes; ++l)
                    ti[l] = Elimination(mass + weight * ci[l], lo[l], hi[l], end, {carry_before[l], i > 0 ? turn_before[l] : 0}).now;
            }
#pragma omp simd
            for (int l = 0; l < lanes; ++l) {
                Elimination const here(mass + weight * ci[l], lo[l], hi[l], xi[l], {carry_before[l], x_before[l]});
                ci[l] = here.carry, xi[l] = here.now;
            }
        }
        for (int i = n - 2; i >= 0; --i) {
            Real *const xi = x + i * lanes, *const ci = carry + i * lanes;
#pragma omp simd
            for (int l = 0; l < lanes; ++l) xi[l] += ci[l] * xi[l + lanes];
            if (ring)
                for (int l = 0; l < lanes; ++l) turn[i * lanes + l] += ci[l] * turn[(i + 1) * lanes + l];
        }
        for (int r = 0; ring && r < rows; ++r) {
            Real link;
            weigh_faces(p + r * sy, p + r * sy + n - 1, 1, &link);
            Real const by = link * (x[r] - x[(n - 1) * lanes + r]) / (1 + link * (turn[r] - turn[(n - 1) * lanes + r]));
            for (int i = 0; i < n; ++i) x[i * lanes + r] -= by * turn[i * lanes + r];
        }
        transpose(x, lanes, n, rows, s_.into + p, sy);
    }

    // --- lines along y and z: rows of n voxels side by side ------------------------------------------

    void uniform_along_y(int begin, int n, int k) const {
        int const count = g_.ny;
        UniformLine const& line = lines_[1];
        std::size_t const step = g_.stride_y();
        Real* const x = s_.into + g_.at(begin, 0, k);
        for (int j = 0; j < count; ++j) {
            Real *const here = x + j * step, *const before = j > 0 ? here - step : here;
            Real const of_rhs = line.of_rhs[j], of_before = line.of_before[j];
            assign(here, n, [&](int i) { return of_rhs * here[i] + of_before * before[i]; });
        }
        for (int j = count - 2; j >= 0; --j) {
            Real *const here = x + j * step, *const after = here + step, carry = line.carry[j];
            assign(here, n, [&](int i) { return here[i] + carry * after[i]; });
        }
        if (!g_.periodic[1] || count == 1) return;
        Real *const turn = scratch(6, n), *const last = x + (count - 1) * step;
        for (int i = 0; i < n; ++i) turn[i] = x[i] - last[i];
        for (int j = 0; j < count; ++j) {
            Real *const here = x + j * step, by = line.ring[j];
            assign(here, n, [&](int i) { return here[i] - by * turn[i]; });
        }
    }

    void solve_along_y(int begin, int n, int k) const {
        auto const row = [&](int j, int) { return g_.at(begin, j, k); };
        solve_lines(1, 1, n, row, [&](std::size_t p, Real const* x) { std::copy_n(x, n, s_.into + p); });
    }

    /// row(i, r): where row r of place i along the axis begins, of `rows`; finish(p, x) takes over its solution.
    template <class Row, class Finish>
    void solve_lines(int axis, int rows, int n, Row const& row, Finish const& finish) const {
        int const count = g_.voxels_on(axis);
        bool const ring = g_.periodic[axis] && count > 1;
        std::size_t const step = g_.stride(axis), size = static_cast<std::size_t>(count) * rows * n;
        Real *const carries = scratch(6, size), *const turns = scratch(7, ring ? size : 0);
        Real* const weights[2] = {scratch(1, static_cast<std::size_t>(rows) * n),
                                  scratch(2, static_cast<std::size_t>(rows) * n)};  // of faces
        for (int i = 0; i < count; ++i)
            for (int r = 0; r < rows; ++r) {
                std::size_t const p = row(i, r);
                Real* const x = s_.into + p;
                Real const* const m = masses(p, n, scratch(0, n));
                Real *const lo = weights[i % 2] + r * n, *const hi = weights[(i + 1) % 2] + r * n;
                if (i == 0) std::fill_n(lo, n, Real(0));
                if (i < count - 1)
                    weigh_faces(p, p + step, n, hi);
                else
                    std::fill_n(hi, n, Real(0));
                Real* const carry = carries + (static_cast<std::size_t>(i) * rows + r) * n;
                Real const *const x_before = i > 0 ? x - step : none_.data(), *const carry_before = i > 0 ? carry - rows * n : none_.data();
                if (ring) {
                    Real* const turn = turns + (static_cast<std::size_t>(i) * rows + r) * n;
                    Real const end = i == 0 ? Real(1) : (i == count - 1 ? Real(-1) : Real(0));
                    for (int l = 0; l < n; ++l)
                        turn[l] = Elimination(m[l], lo[l], hi[l], end, {carry_before[l], i > 0 ? turn[l - rows * n] : 0}).now;
                }
#pragma omp simd
                for (int l = 0; l < n; ++l) {
                    Elimination const here(m[l], lo[l], hi[l], m[l] * x[l], {carry_before[l], x_before[l]});
                    carry[l] = here.carry, x[l] = here.now;
                }
            }
        Real* const now = scratch(5, static_cast<std::size_t>(rows) * n);
        for (int i = count - 1; i >= 0; --i)
            for (int r = 0; r < rows; ++r) {
                std::size_t const at = (static_cast<std::size_t>(i) * rows + r) * n;
                Real const* const carry = carries + at;
                Real *const x = s_.into + row(i, r), *const after = now + r * n;
                if (i == count - 1) std::fill_n(after, n, Real(0));
#pragma omp simd
                for (int l = 0; l < n; ++l) after[l] = x[l] + carry[l] * after[l];
                if (ring) {
                    std::copy(after, after + n, x);
                    for (int l = 0; i < count - 1 && l < n; ++l) turns[at + l] += carry[l] * turns[at + rows * n + l];
                } else {
                    finish(row(i, r), after);
                }
            }
        if (!ring) return;
        for (int r = 0; r < rows; ++r) {
            std::size_t const p = row(0, r), q = row(count - 1, r);
            Real* const face = weights[0];
            weigh_faces(p, q, n, face);
            Real const *const low = s_.into + p, *const high = s_.into + q;
            Real const *const turn = turns + static_cast<std::size_t>(r) * n, *const turn_high = turn + (count - 1) * rows * n;
            Real* const by = weights[1];
            for (int l = 0; l < n; ++l) by[l] = face[l] * (low[l] - high[l]) / (1 + face[l] * (turn[l] - turn_high[l]));
            for (int i = 0; i < count; ++i) {
                Real const *const x = s_.into + row(i, r), *const t = turn + static_cast<std::size_t>(i) * rows * n;
                for (int l = 0; l < n; ++l) now[l] = x[l] - by[l] * t[l];
                finish(row(i, r), now);
            }
        }
    }

    /// What becomes of n voxels from p on whose solution is x, see Stage.
    void update(std::size_t p, Real const* x, int n, Tally& tally) const {
        if (!apart_) return update(p, n, tally, [x](int i) { return x[i]; });
        Real const mass = mass_, weight = s_.weight, *const loss = d_.loss_at + p;
        update(p, n, tally, [=](int i) { return x[i] / (mass + weight * loss[i]); });  // the factor of the loss
    }
    template <class Solution>
    void update(std::size_t p, int n, Tally& tally, Solution const& solution) const {
        LaneSum content = tally.content;
        if (s_.c == nullptr) {
            Real* const into = s_.into + p;
            in_lanes(n, [&](int i, int lane) {
                Real const x = solution(i);
                into[i] = x, content.lane[lane] += x;
            });
            tally.content = content;
            return;
        }
        Real const* const c = s_.c + p;
        Real* const next = s_.next + p;
        Real const of_d = s_.of_d, gamma = s_.gamma, stay = 1 - s_.gamma;
        Real const* const loss = d_.loss_at == nullptr ? none_.data() : d_.loss_at + p;
        LaneSum lost = tally.lost;
        if (s_.first != nullptr) {
            Real const* const first = s_.first + p;
            Real const of_first = s_.of_first, mean_of_first = s_.mean_of_first, error_of_first = s_.error_of_first,
                       error_of_d = s_.error_of_d;
            LaneMaximum error = tally.error, largest = tally.largest;
            in_lanes(n, [&](int i, int lane) {
                Real const d = solution(i), then = c[i] + (of_first * first[i] + of_d * d);
                Real const mean = (stay * c[i] + gamma * then) + mean_of_first * first[i];
                next[i] = then;
                content.lane[lane] += then;
                lost.lane[lane] += loss[i] * mean;
                error.add(lane, std::fabs(error_of_first * first[i] + error_of_d * d));
                largest.add(lane, std::fabs(then));
            });
            tally.error = error, tally.largest = largest, tally.lost = lost;
        } else if (d_.loss_at == nullptr && s_.mean == nullptr) {
            in_lanes(n, [&](int i, int lane) {
                Real const then = c[i] + of_d * solution(i);
                next[i] = then;
                content.lane[lane] += then;
            });
        } else {
            Real *const mean_row = s_.mean == nullptr ? scratch(3, n) : s_.mean + p, share = s_.share;
            in_lanes(n, [&](int i, int lane) {
                Real const then = c[i] + of_d * solution(i), mean = stay * c[i] + gamma * then;
                next[i] = then;
                content.lane[lane] += then;
                lost.lane[lane] += loss[i] * mean;
                mean_row[i] += share * mean;
            });
            tally.lost = lost;
        }
        tally.content = content;
    }

    Dynamics d_;
    Stage s_;
    Grid g_;
    bool uniform_, apart_;
    Real mass_;                        ///< m where loss is the same everywhere
    Real face_;                        ///< γτk, by m where that is not a factor of its own; where faces are alike
    int slab_;                         ///< rows of a slab
    Real const* resistance_;           ///< by voxel; null: all faces are alike
    Real* meeting_;                    ///< two planes: what each half adds to the solution in the middle one
    std::vector<Real> none_, masses_;  ///< rows of zeros, of equal m
    std::vector<UniformLine> lines_;   ///< by axis
};

}  // namespace
}  // namespace CRINE_NS
}  // namespace crine
