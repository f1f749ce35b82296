// Finding neighbours: the cells in the bins around a point, and those that touch a cell.
#pragma once

#include "crine/units.h"
#include "kernels/cells/cells.h"

namespace crine {
inline namespace CRINE_NS {

/// From one point to another by the shortest way, through periodic faces where there are any.
CRINE_HD inline Vec3 shortest_way(Bins const& bins, Vec3 from, Vec3 to) {
    auto const axis = [&](int a, Real d) {
        if (!bins.periodic[a]) return d;
        return d > bins.size[a] / 2 ? d - bins.size[a] : (d < -bins.size[a] / 2 ? d + bins.size[a] : d);
    };
    return {axis(0, to.x - from.x), axis(1, to.y - from.y), axis(2, to.z - from.z)};
}

/// Calls visit(first, last) for runs of places first … last - 1 whose cells together are the bin of p and those around it, each once.
///
/// The order of the bins depends on p's place alone and inside a bin cells are in the order of their ids, so sums over neighbours have
/// the same bits wherever the cells lie in memory. Where a periodic axis has fewer than three bins, all are neighbours.
template <class Visit>
CRINE_HD void for_each_run_near(Bins const& bins, Vec3 p, Visit&& visit) {
    int low[3], high[3];
    int const centre[3] = {bins.on_axis(0, p.x), bins.on_axis(1, p.y), bins.on_axis(2, p.z)};
    for (int a = 0; a < 3; ++a) {
        bool const wraps = bins.periodic[a] && bins.n[a] >= 3;
        low[a] = wraps || centre[a] > 0 ? centre[a] - 1 : 0;
        high[a] = wraps || centre[a] + 1 < bins.n[a] ? centre[a] + 1 : centre[a];
    }
    auto const wrapped = [&](int a, int i) { return i < 0 ? i + bins.n[a] : (i >= bins.n[a] ? i - bins.n[a] : i); };
    for (int k = low[2]; k <= high[2]; ++k)
        for (int j = low[1]; j <= high[1]; ++j) {
            std::size_t const row = bins.at(0, wrapped(1, j), wrapped(2, k));
            for (int i = low[0]; i <= high[0];) {
                int const first = wrapped(0, i);
                int last = first;  // bins first … last follow each other in memory
                while (++i <= high[0] && wrapped(0, i) == last + 1) ++last;
                visit(bins.begin[row + first], bins.begin[row + last + 1]);
            }
        }
}

/// Whether some of the bins around p are on the other side of the domain.
CRINE_HD inline bool at_periodic_face(Bins const& bins, Vec3 p) {
    auto const at_face = [&](int a, Real x) {
        int const bin = bins.on_axis(a, x);
        return bins.periodic[a] && (bin == 0 || bin == bins.n[a] - 1);
    };
    return at_face(0, p.x) || at_face(1, p.y) || at_face(2, p.z);
}

CRINE_HD inline Real volume_of(Real radius) { return Real(4 * kPi / 3) * radius * radius * radius; }

/// Two cells touch up to the distance at which adhesion ends: the sum of their reaches.
CRINE_HD inline Real reach(CellView const& cells, Span<TypeConstants const> types, std::size_t i) {
    return types[cells.type[i]].adhesion_reach * cells.radius[i];
}

/// Calls visit(j) for every other cell j that touches cell i.
template <class Visit>
CRINE_HD void for_each_touching(Bins const& bins, CellView const& cells, Span<TypeConstants const> types, std::size_t i, Visit&& visit) {
    Vec3 const here = position(cells, i);
    Real const mine = reach(cells, types, i);
    for_each_run_near(bins, here, [&](std::size_t first, std::size_t last) {
        for (std::size_t place = first; place < last; ++place) {
            std::size_t const j = bins.cell.empty() ? place : bins.cell[place];
            Vec3 const d = shortest_way(bins, here, position(cells, j));
            Real const touch = mine + reach(cells, types, j);
            if (dot(d, d) <= touch * touch && j != i) visit(j);
        }
    });
}

}  // namespace CRINE_NS
}  // namespace crine
