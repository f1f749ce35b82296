// Contact velocity and pressure of cells, summed over neighbours: one cell a thread on a GPU, in vector lanes on a CPU.
#pragma once

#include "kernels/cells/neighbours.h"

#include "crine/rng.h"

#include <bit>
#include <cmath>
#include <cstring>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace crine {
inline namespace CRINE_NS {

/// On a CPU, contact is summed in so many lanes.
inline constexpr std::size_t kContactLanes = 16;
/// Where contact sees cells without mechanics: nobody touches them there, and the square is far from overflow [µm].
inline constexpr Real kFarAway = Real(1e15);

/// All cells as contact sees them: position and model/contact.h's Sphere.
template <template <class> class Array>
struct SpheresOf {
    Array<Real> x, y, z, radius, reach, root_repulsion, root_adhesion;
};

/// What all neighbours do to a cell.
struct ContactTotal {
    Vec3 velocity{};    ///< [µm/s]
    Real pressure = 0;  ///< [1]
};

/// Sums contact over the neighbours of cells.
struct ContactSum {
    SpheresOf<Span> spheres;
    Span<std::uint32_t const> id;
    Bins bins;
    std::uint64_t seed;
    bool planar;

    CRINE_HD Vec3 centre(std::size_t i) const { return {spheres.x[i], spheres.y[i], spheres.z[i]}; }
    CRINE_HD Sphere sphere(std::size_t i) const {
        return {spheres.radius[i], spheres.reach[i], spheres.root_repulsion[i], spheres.root_adhesion[i]};
    }

    /// Whether it has mechanics.
    CRINE_HD bool touches(std::size_t i) const { return spheres.x[i] != kFarAway; }

    /// Two cells at the same point part in a direction that both know.
    CRINE_HD Vec3 parting(std::size_t from, std::size_t to) const {
        bool const ordered = id[from] < id[to];
        Vec3 const d = Random(seed, Stream::contact, id[ordered ? from : to], id[ordered ? to : from]).direction(planar);
        return ordered ? d : Real(-1) * d;
    }
    /// Adds what cells at the very place of cell i do to it, which has no direction otherwise.
    CRINE_HD void add_parting(ContactTotal& total, std::size_t i) const {
        for_each_run_near(bins, centre(i), [&](std::size_t first, std::size_t last) {
            for (std::size_t j = first; j < last; ++j) {
                Vec3 const away = shortest_way(bins, centre(j), centre(i));
                if (j != i && dot(away, away) == 0)
                    total.velocity = total.velocity + ContactLaw{}(sphere(i), sphere(j), 0).speed * parting(j, i);
            }
        });
    }

#ifdef __CUDACC__

    CRINE_HD ContactTotal operator()(std::size_t i) const {
        if (!touches(i)) return {};
        Vec3 const here = centre(i);
        Sphere const me = sphere(i);
        ContactTotal total;
        int at_my_place = 0;
        for_each_run_near(bins, here, [&](std::size_t first, std::size_t last) {
            for (std::size_t j = first; j < last; ++j) {
                Vec3 const away = shortest_way(bins, centre(j), here);
                Real const square = dot(away, away), reach = me.reach + spheres.reach[j];
                if (j == i || square >= reach * reach) continue;
                Contact const contact = ContactLaw{}(me, sphere(j), square);
                total.velocity = total.velocity + contact.speed * contact.nearness * away;
                total.pressure += contact.overlap;
                at_my_place += square == 0;
            }
        });
        if (at_my_place > 0) add_parting(total, i);
        return total;
    }

#else

    /// Neighbours are added up in so many lanes, neighbour n in lane n mod kLanes, whatever the width of the processor's registers:
    /// hence the same bits on all of them.
    static constexpr std::size_t kLanes = kContactLanes, kTile = 112;
    using Lanes = Real[kLanes];

    /// A box around some cells, and how far from it others touch them.
    struct Reach {
        Real low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY}, reach = 0;
        void add(Vec3 p, Real of) {
            Real const at[3] = {p.x, p.y, p.z};
            for (int a = 0; a < 3; ++a) low[a] = at[a] < low[a] ? at[a] : low[a], high[a] = at[a] > high[a] ? at[a] : high[a];
            reach = of > reach ? of : reach;
        }
        Real beyond(int a, Real x) const {
            Real const below = low[a] - x, above = x - high[a], most = below > above ? below : above;
            return most > 0 ? most : Real(0);
        }
        bool has(Real x, Real y, Real z, Real of) const {
            constexpr Real kRoundOff = Real(1.0001);
            Real const dx = beyond(0, x), dy = beyond(1, y), dz = beyond(2, z), most = (reach + of) * kRoundOff;
            return dx * dx + dy * dy + dz * dz < most * most;
        }
    };

    /// Some of the lanes, by -1 or 0 for each.
    struct Chosen {
#if defined(__AVX512F__) && !defined(CRINE_REAL_DOUBLE)
        __mmask16 lanes;
        explicit Chosen(std::int32_t const (&is)[kLanes]) : lanes(_mm512_movepi32_mask(_mm512_loadu_si512(is))) {}
        std::size_t count() const { return static_cast<std::size_t>(std::popcount(static_cast<unsigned>(lanes))); }
        /// Copies them one after the other; what follows them there is overwritten or ignored.
        void pack(Real const* from, Real* to) const { _mm512_storeu_ps(to, _mm512_maskz_compress_ps(lanes, _mm512_loadu_ps(from))); }
#else
        std::size_t lane[kLanes], found = 0;
        explicit Chosen(std::int32_t const (&is)[kLanes]) {
            for (std::size_t n = 0; n < kLanes; ++n) lane[found] = n, found += is[n] != 0;
        }
        std::size_t count() const { return found; }
        void pack(Real const* from, Real* to) const {
            for (std::size_t n = 0; n < found; ++n) to[n] = from[lane[n]];
        }
#endif
    };

    /// Cells that may touch those of a bin, copied together from the bins around it.
    struct Tile {
        std::size_t size = 0;
        alignas(64) Real x[kTile + kLanes], y[kTile + kLanes], z[kTile + kLanes], radius[kTile + kLanes], reach[kTile + kLanes],
            root_repulsion[kTile + kLanes], root_adhesion[kTile + kLanes];

        /// Those of cells first … first + count - 1, at most kLanes, that `near` reaches; all of them if it is null.
        void append(SpheresOf<Span> const& from, std::size_t first, std::size_t count, Reach const* near) {
            alignas(64) std::int32_t is[kLanes];
            std::int32_t const there = static_cast<std::int32_t>(count);
            if (near == nullptr) {
                for (std::int32_t n = 0; n < std::int32_t{kLanes}; ++n) is[n] = n < there ? -1 : 0;
            } else {
                Reach const reaches = *near;
                Real const *const xs = from.x.data + first, *const ys = from.y.data + first, *const zs = from.z.data + first,
                                  *const of = from.reach.data + first;
#pragma omp simd
                for (std::int32_t n = 0; n < std::int32_t{kLanes}; ++n)
                    is[n] = (n < there) & reaches.has(xs[n], ys[n], zs[n], of[n]) ? -1 : 0;
            }
            Chosen const chosen(is);
            auto const copy = [&](Real* to, Span<Real> field) { chosen.pack(field.data + first, to + size); };
            copy(x, from.x), copy(y, from.y), copy(z, from.z), copy(radius, from.radius), copy(reach, from.reach);
            copy(root_repulsion, from.root_repulsion), copy(root_adhesion, from.root_adhesion);
            size += chosen.count();
        }
        void fill_lanes() {
            for (std::size_t n = 0; n < kLanes; ++n) x[size + n] = kFarAway;
            for (std::size_t n = 0; n < kLanes; ++n) y[size + n] = z[size + n] = 0;
            for (std::size_t n = 0; n < kLanes; ++n) radius[size + n] = reach[size + n] = 1;
            for (std::size_t n = 0; n < kLanes; ++n) root_repulsion[size + n] = root_adhesion[size + n] = 0;
        }
    };

    struct Sums {
        alignas(64) Lanes vx, vy, vz, pressure;
        alignas(64) std::int32_t at_my_place[kLanes];
    };

    /// Adds what the cells of a tile do to cell i, itself included.
    template <bool wraps>
    void add(Sums& sums, Tile const& tile, std::size_t i) const {
        Vec3 const here = centre(i);
        Sphere const me = sphere(i);
        Real half[3];
        for (int a = 0; a < 3; ++a) half[a] = bins.periodic[a] ? bins.size[a] / 2 : Real(INFINITY);
        auto const along = [&](int a, Real d) {
            if (!wraps) return d;
            return d > half[a] ? d - bins.size[a] : (d < -half[a] ? d + bins.size[a] : d);
        };
        Sums s = sums;
        for (std::size_t first = 0; first < tile.size; first += kLanes) {
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                std::size_t const n = first + lane;
                Real const x = along(0, here.x - tile.x[n]), y = along(1, here.y - tile.y[n]), z = along(2, here.z - tile.z[n]);
                Real const square = x * x + y * y + z * z;
                Contact const contact =
                    ContactLaw{}(me, {tile.radius[n], tile.reach[n], tile.root_repulsion[n], tile.root_adhesion[n]}, square);
                Real const rate = contact.speed * contact.nearness;
                s.vx[lane] += rate * x;
                s.vy[lane] += rate * y;
                s.vz[lane] += rate * z;
                s.pressure[lane] += square > 0 ? contact.overlap : Real(0);
                s.at_my_place[lane] += square > 0 ? 0 : 1;
            }
        }
        sums = s;
    }

    template <class T>
    static T total(T (&lane)[kLanes]) {
        for (std::size_t half = kLanes / 2; half > 0; half /= 2)
            for (std::size_t n = 0; n < half; ++n) lane[n] += lane[n + half];
        return lane[0];
    }
    ContactTotal total(Sums& sums, std::size_t i) const {
        ContactTotal sum{{total(sums.vx), total(sums.vy), total(sums.vz)}, total(sums.pressure)};
        int const others_at_my_place = total(sums.at_my_place) - 1;
        sum.pressure += static_cast<Real>(others_at_my_place);
        if (others_at_my_place > 0) add_parting(sum, i);
        return sum;
    }

    /// The totals of cells first … last - 1 of one bin, at most kGroup. They meet the same cells, which are copied once for all.
    static constexpr std::size_t kGroup = 16;
    void operator()(Vec3 place, std::size_t first, std::size_t last, ContactTotal* totals) const {
        bool const wraps = at_periodic_face(bins, place);
        Reach near;
        for (std::size_t i = first; i < last; ++i)
            if (touches(i)) near.add(centre(i), spheres.reach[i]);
        Sums sums[kGroup];
        std::memset(sums, 0, (last - first) * sizeof(Sums));
        Tile tile;
        auto const add_tile = [&] {
            tile.fill_lanes();
            for (std::size_t i = first; i < last; ++i) {
                if (!touches(i)) continue;
                if (wraps)
                    add<true>(sums[i - first], tile, i);
                else
                    add<false>(sums[i - first], tile, i);
            }
            tile.size = 0;
        };
        for_each_run_near(bins, place, [&](std::size_t from, std::size_t to) {
            for (; from < to; from += kLanes) {
                if (tile.size + kLanes > kTile) add_tile();
                tile.append(spheres, from, to - from < kLanes ? to - from : kLanes, wraps ? nullptr : &near);
            }
        });
        if (tile.size > 0) add_tile();
        for (std::size_t i = first; i < last; ++i)
            if (touches(i)) totals[i - first] = total(sums[i - first], i);
    }

#endif
};

}  // namespace CRINE_NS
}  // namespace crine
