#pragma once

/// LineSolver on the CPU: whole rows of voxels at a time, several lines in the lanes of vector instructions.

#include "crine/model/factored.h"
#include "kernels/line_solver.h"

#include <omp.h>

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

    Rows(Dynamics const& dynamics, Stage const& stage)
        : d_(dynamics),
          s_(stage),
          g_(dynamics.grid),
          uniform_(dynamics.uniform(stage.weight)),
          apart_(dynamics.apart(stage.weight)),
          mass_(1 + stage.weight * dynamics.loss) {
        none_.assign(g_.nx + 2, 0), link_.assign(g_.nx + 2, d_.link), masses_.assign(g_.nx, mass_);
        for (int axis = 0; uniform_ && axis < 3; ++axis)
            lines_.emplace_back(g_.voxels_on(axis), g_.periodic[axis], s_.weight * d_.link / (apart_ ? Real(1) : mass_));
    }

    /// Rows of a slab along z: what a thread works on fits a cache of the second level.
    int slab() const { return std::max(1, std::min(g_.ny, (uniform_ ? 65536 : 32768) / (g_.nx * g_.nz))); }

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
        auto const row = [&](int j, int) { return g_.at(begin, j, k); };
        Keep const keep{s_.into, n};
        uniform_ ? uniform_lines(1, 1, n, row, keep) : solve_lines(1, 1, n, row, keep);
    }

    /// The factor of z for a slab of rows, and what becomes of c.
    void along_z(int first, LineSolver::Sums* sums) const {
        int const rows = std::min(slab(), g_.ny - first);
        auto const row = [&](int k, int r) { return g_.at(0, first + r, k); };
        auto const finish = [&](std::size_t p, Real const* x, int index) {
            int const k = index / rows, j = first + index % rows;
            sums[static_cast<std::size_t>(k) * g_.ny + j] = update(p, apart_ ? by_mass(p, x) : x);
        };
        uniform_ ? uniform_lines(2, rows, g_.nx, row, finish) : solve_lines(2, rows, g_.nx, row, finish);
    }

private:
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
    /// Faces between the row at p and the one at q
    Real const* faces(std::size_t p, std::size_t q, int n, Real* room) const {
        if (d_.alike()) return link_.data();
        if (d_.diffusivity != nullptr) {
            Real const *const here = d_.diffusivity + p, *const there = d_.diffusivity + q, h = g_.spacing;
#pragma omp simd
            for (int i = 0; i < n; ++i) room[i] = face_conductance(here[i], there[i], h);
            return room;
        }
        std::uint8_t const *a = d_.material + p, *b = d_.material + q;
        int const materials = d_.materials;
        Real const* const links = d_.links;
#pragma omp simd
        for (int i = 0; i < n; ++i) room[i] = links[a[i] * materials + b[i]];
        return room;
    }
    /// Faces on the low sides of the voxels of a whole row, and the last one's high side; those of the walls have none, or round a
    /// periodic axis that between the ends.
    Real const* faces_in(std::size_t p, bool ring, Real* room) const {
        int const n = g_.nx;
        Real const* const inside = faces(p, p + 1, n - 1, room + 1);
        if (inside != room + 1) std::copy_n(inside, n - 1, room + 1);
        room[0] = room[n] = ring && g_.periodic[0] && n > 1 ? d_.face(p, p + n - 1) : Real(0);
        return room;
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
        if (uniform_) {
#pragma omp simd
            for (int i = 0; i < n; ++i) {
                Real const c = x[i];
                Real const flow = ((x[i - 1] - c) + (x[i + 1] - c)) + ((xs[i] - c) + (xn[i] - c)) + ((xb[i] - c) + (xa[i] - c));
                f[i] = rate * (link * flow - loss * c) + value * c;
            }
            if (apart_) {
                Real const* const more = d_.loss_at + p;
#pragma omp simd
                for (int i = 0; i < n; ++i) f[i] -= rate * more[i] * x[i];
            }
        } else {
            auto const across = [&](std::size_t q, int room) { return q == p ? none_.data() : faces(p, q, n, scratch(room, n)); };
            Real const *const kx = faces_in(p, true, scratch(0, n + 1)), *const ks = across(south, 1), *const kn = across(north, 2),
                              *const kb = across(below, 3), *const ka = across(above, 4);
            Real const* const more = d_.loss_at == nullptr ? none_.data() : d_.loss_at + p;
#pragma omp simd
            for (int i = 0; i < n; ++i) {
                Real const c = x[i];
                Real const flow = (kx[i] * (x[i - 1] - c) + kx[i + 1] * (x[i + 1] - c)) + (ks[i] * (xs[i] - c) + kn[i] * (xn[i] - c)) +
                                  (kb[i] * (xb[i] - c) + ka[i] * (xa[i] - c));
                f[i] = rate * (flow - (loss + more[i]) * c) + value * c;
            }
        }
        if (s_.homogeneous) return;
        Real const inflow = d_.inflow;
        Real const* const more = d_.inflow_at == nullptr ? none_.data() : d_.inflow_at + p;
        if (inflow != 0 || d_.inflow_at != nullptr)
#pragma omp simd
            for (int i = 0; i < n; ++i) f[i] += rate * (inflow + more[i]);
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
        std::size_t const p = g_.at(0, first, k), sy = g_.stride_y(), size = static_cast<std::size_t>(n + 1) * lanes;
        bool const ring = g_.periodic[0] && n > 1;
        Real *const x = scratch(5, size), *const carry = scratch(6, size), *const face = scratch(7, size),
                    *const turn = scratch(8, ring ? size : 0);
        transpose(s_.into + p, sy, rows, n, x, lanes);
        if (d_.loss_at != nullptr)
            transpose(d_.loss_at + p, sy, rows, n, carry, lanes);
        else
            std::fill_n(carry, size, Real(0));
        if (!d_.alike()) {
            Real* const by_row = scratch(9, static_cast<std::size_t>(n + 1) * lanes);
            for (int r = 0; r < rows; ++r) faces_in(p + r * sy, false, by_row + r * (n + 1));
            transpose(by_row, n + 1, rows, n + 1, face, lanes);
        } else {
            std::fill_n(face, size, d_.link);
            std::fill_n(face, lanes, Real(0)), std::fill_n(face + n * lanes, lanes, Real(0));
        }
        Real const mass = mass_, weight = s_.weight;
        Real const zeros[lanes] = {};
        for (int i = 0; i < n; ++i) {
            Real *const xi = x + i * lanes, *const ci = carry + i * lanes;
            Real const *const lo = face + i * lanes, *const hi = lo + lanes;
            Real const *const x_before = i > 0 ? xi - lanes : zeros, *const carry_before = i > 0 ? ci - lanes : zeros;
            if (ring) {
                Real *const ti = turn + i * lanes, *const turn_before = i > 0 ? ti - lanes : ti;
                Real const end = i == 0 ? Real(1) : (i == n - 1 ? Real(-1) : Real(0));
                for (int l = 0; l < lanes; ++l)
                    ti[l] = Elimination(mass + weight * ci[l], weight * lo[l], weight * hi[l], end,
                                        {carry_before[l], i > 0 ? turn_before[l] : 0})
                                .now;
            }
#pragma omp simd
            for (int l = 0; l < lanes; ++l) {
                Elimination const here(mass + weight * ci[l], weight * lo[l], weight * hi[l], xi[l], {carry_before[l], x_before[l]});
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
            Real const link = weight * d_.face(p + r * sy, p + r * sy + n - 1);
            Real const by = link * (x[r] - x[(n - 1) * lanes + r]) / (1 + link * (turn[r] - turn[(n - 1) * lanes + r]));
            for (int i = 0; i < n; ++i) x[i * lanes + r] -= by * turn[i * lanes + r];
        }
        transpose(x, lanes, n, rows, s_.into + p, sy);
    }

    // --- lines along y and z: rows of n voxels side by side, `rows` of them for each place along the axis ----

    /// The solution stays where it is.
    struct Keep {
        Real* into;
        int n;
        void operator()(std::size_t p, Real const* x, int) const { std::copy(x, x + n, into + p); }
    };

    /// row(i, r): where row r of place i begins; finish(p, x, i · rows + r) takes over its solution, or Keep.
    template <class Row, class Finish>
    void uniform_lines(int axis, int rows, int n, Row const& row, Finish const& finish) const {
        int const count = g_.voxels_on(axis);
        UniformLine const& line = lines_[axis];
        for (int i = 0; i < count; ++i) {
            Real const of_rhs = line.of_rhs[i], of_before = line.of_before[i];
            for (int r = 0; r < rows; ++r) {
                Real *const x = s_.into + row(i, r), *const before = i > 0 ? x - g_.stride(axis) : x;
#pragma omp simd
                for (int l = 0; l < n; ++l) x[l] = of_rhs * x[l] + of_before * before[l];
            }
        }
        bool const ring = g_.periodic[axis] && count > 1;
        Real* const now = scratch(5, static_cast<std::size_t>(rows) * n);
        for (int i = count - 1; i >= 0; --i) {
            Real const carry = line.carry[i];
            for (int r = 0; r < rows; ++r) {
                Real *const x = s_.into + row(i, r), *const after = now + r * n;
                if (std::is_same_v<Finish, Keep> && !ring) {
                    Real const* const next = i < count - 1 ? x + g_.stride(axis) : x;  // the last carries nothing
#pragma omp simd
                    for (int l = 0; l < n; ++l) x[l] += carry * next[l];
                } else {
                    if (i == count - 1) std::fill_n(after, n, Real(0));
#pragma omp simd
                    for (int l = 0; l < n; ++l) after[l] = x[l] + carry * after[l];
                    if (ring)
                        std::copy(after, after + n, x);
                    else
                        finish(row(i, r), after, i * rows + r);
                }
            }
        }
        if (!ring) return;
        for (int r = 0; r < rows; ++r) {
            Real* const turn = scratch(6, n);
            Real const *const low = s_.into + row(0, r), *const high = s_.into + row(count - 1, r);
            for (int l = 0; l < n; ++l) turn[l] = low[l] - high[l];
            for (int i = 0; i < count; ++i) {
                Real const *const x = s_.into + row(i, r), by = line.ring[i];
                for (int l = 0; l < n; ++l) now[l] = x[l] - by * turn[l];
                finish(row(i, r), now, i * rows + r);
            }
        }
    }

    template <class Row, class Finish>
    void solve_lines(int axis, int rows, int n, Row const& row, Finish const& finish) const {
        int const count = g_.voxels_on(axis);
        bool const ring = g_.periodic[axis] && count > 1;
        std::size_t const step = g_.stride(axis), size = static_cast<std::size_t>(count) * rows * n;
        Real *const carries = scratch(6, size), *const turns = scratch(7, ring ? size : 0);
        Real const weight = s_.weight;
        for (int i = 0; i < count; ++i)
            for (int r = 0; r < rows; ++r) {
                std::size_t const p = row(i, r);
                Real* const x = s_.into + p;
                Real const* const m = masses(p, n, scratch(0, n));
                Real const *const lo = i > 0 ? faces(p, p - step, n, scratch(1, n)) : none_.data(), *const hi = i < count - 1
                                                                                                                    ? faces(p, p + step, n,
                                                                                                                            scratch(2, n))
                                                                                                                    : none_.data();
                Real* const carry = carries + (static_cast<std::size_t>(i) * rows + r) * n;
                Real const *const x_before = i > 0 ? x - step : none_.data(), *const carry_before = i > 0 ? carry - rows * n : none_.data();
                if (ring) {
                    Real* const turn = turns + (static_cast<std::size_t>(i) * rows + r) * n;
                    Real const end = i == 0 ? Real(1) : (i == count - 1 ? Real(-1) : Real(0));
                    for (int l = 0; l < n; ++l)
                        turn[l] =
                            Elimination(m[l], weight * lo[l], weight * hi[l], end, {carry_before[l], i > 0 ? turn[l - rows * n] : 0}).now;
                }
#pragma omp simd
                for (int l = 0; l < n; ++l) {
                    Elimination const here(m[l], weight * lo[l], weight * hi[l], m[l] * x[l], {carry_before[l], x_before[l]});
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
                    finish(row(i, r), after, i * rows + r);
                }
            }
        if (!ring) return;
        for (int r = 0; r < rows; ++r) {
            std::size_t const p = row(0, r), q = row(count - 1, r);
            Real const *const face = faces(p, q, n, scratch(1, n)), *const low = s_.into + p, *const high = s_.into + q;
            Real const *const turn = turns + static_cast<std::size_t>(r) * n, *const turn_high = turn + (count - 1) * rows * n;
            Real* const by = scratch(2, n);
            for (int l = 0; l < n; ++l) by[l] = weight * face[l] * (low[l] - high[l]) / (1 + weight * face[l] * (turn[l] - turn_high[l]));
            for (int i = 0; i < count; ++i) {
                Real const *const x = s_.into + row(i, r), *const t = turn + static_cast<std::size_t>(i) * rows * n;
                for (int l = 0; l < n; ++l) now[l] = x[l] - by[l] * t[l];
                finish(row(i, r), now, i * rows + r);
            }
        }
    }

    /// The factor of the loss
    Real const* by_mass(std::size_t p, Real const* x) const {
        int const n = g_.nx;
        Real const mass = mass_, weight = s_.weight, *const loss = d_.loss_at + p;
        Real* const solution = scratch(4, n);
#pragma omp simd
        for (int i = 0; i < n; ++i) solution[i] = x[i] / (mass + weight * loss[i]);
        return solution;
    }

    /// What becomes of a row whose solution is x, see Stage.
    LineSolver::Sums update(std::size_t p, Real const* x) const {
        int const n = g_.nx;
        LineSolver::Sums sums;
        LaneSum total;
        if (s_.c == nullptr) {
            Real* const into = s_.into + p;
            in_lanes(n, [&](int i, int lane) { into[i] = x[i], total.lane[lane] += x[i]; });
            sums.first = total.total();
            return sums;
        }
        Real const* const c = s_.c + p;
        Real* const next = s_.next + p;
        Real const of_d = s_.of_d, gamma = s_.gamma, stay = 1 - s_.gamma;
        if (s_.first != nullptr) {
            Real const* const first = s_.first + p;
            Real const of_first = s_.of_first, mean_of_first = s_.mean_of_first, error_of_first = s_.error_of_first,
                       error_of_d = s_.error_of_d;
            Real const* const loss = d_.loss_at == nullptr ? none_.data() : d_.loss_at + p;
            LaneSum lost;
            LaneMaximum error, largest;
            in_lanes(n, [&](int i, int lane) {
                Real const then = c[i] + (of_first * first[i] + of_d * x[i]);
                Real const mean = (stay * c[i] + gamma * then) + mean_of_first * first[i];
                next[i] = then;
                total.lane[lane] += then;
                lost.lane[lane] += static_cast<double>(loss[i]) * mean;
                error.add(lane, std::fabs(error_of_first * first[i] + error_of_d * x[i]));
                largest.add(lane, std::fabs(then));
            });
            sums.error = error.largest(), sums.largest = largest.largest(), sums.lost = lost.total();
        } else if (d_.loss_at == nullptr && s_.mean == nullptr) {
            in_lanes(n, [&](int i, int lane) {
                Real const then = c[i] + of_d * x[i];
                next[i] = then;
                total.lane[lane] += then;
            });
        } else {
            Real const* const loss = d_.loss_at == nullptr ? none_.data() : d_.loss_at + p;
            Real *const mean_row = s_.mean == nullptr ? scratch(3, n) : s_.mean + p, share = s_.share;
            LaneSum lost;
            in_lanes(n, [&](int i, int lane) {
                Real const then = c[i] + of_d * x[i], mean = stay * c[i] + gamma * then;
                next[i] = then;
                total.lane[lane] += then;
                lost.lane[lane] += static_cast<double>(loss[i]) * mean;
                mean_row[i] += share * mean;
            });
            sums.lost = lost.total();
        }
        sums.content = total.total();
        return sums;
    }

    Dynamics d_;
    Stage s_;
    Grid g_;
    bool uniform_, apart_;
    Real mass_;                               ///< m where loss is the same everywhere
    std::vector<Real> none_, link_, masses_;  ///< rows of zeros, of equal faces, of equal m
    std::vector<UniformLine> lines_;          ///< by axis
};

}  // namespace
}  // namespace CRINE_NS
}  // namespace crine
