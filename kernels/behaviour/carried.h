// All that a cell carries with it (motion, combat, responses, receptors, pathways), for births, divisions, changes and sorting.
#pragma once

#include "kernels/cells/cells.h"
#include "kernels/signals/pathways.h"
#include "kernels/signals/receptors.h"

#include <deque>
#include <tuple>

namespace crine {
inline namespace CRINE_NS {

/// All that a cell carries with it, as bodies see it: there is no other list. kernels/cells/carried.h says what each of them does.
struct CarriedView {
    Motion motion;
    Combat combat;
    Responses responses;
    ReceptorView receptors;
    PathwayView pathways;

    CRINE_HD void born(std::size_t k, Identity now, double at) const {
        motion.born(k, now, at), combat.born(k, now, at), responses.born(k, now, at), receptors.born(k, now, at);
        pathways.born(k, now, at);
    }
    CRINE_HD void divided(std::size_t k, double at) const {
        motion.divided(k, at), combat.divided(k, at), responses.divided(k, at), receptors.divided(k, at), pathways.divided(k, at);
    }
    CRINE_HD void changed(std::size_t k, Identity before, Identity now) const {
        motion.changed(k, before, now), combat.changed(k, before, now), responses.changed(k, before, now);
        receptors.changed(k, before, now), pathways.changed(k, before, now);
    }
};

/// The parts that keep something for each cell.
class Carried {
public:
    Population& cells;
    Receptors& receptors;
    Pathways& pathways;

    Carried(Population& cells, Receptors& receptors, Pathways& pathways) : cells(cells), receptors(receptors), pathways(pathways) {}

    CarriedView view(std::uint64_t seed) {
        return {{cells.view()},
                {cells.view()},
                cells.response_view(seed),
                receptors.none() ? ReceptorView{} : receptors.view(cells.size()),
                pathways.view(cells.size())};
    }

    /// Cells by (bin, id), so that neighbours are neighbours in memory.
    void sort() {
        if (cells.find_order()) rearrange(cells.order), cells.order_is = Population::Order::in_memory;
    }
    /// Makes cell order[k] of now the k-th: a permutation, or fewer or more cells.
    void rearrange(Buffer<std::uint32_t> const& order);

    template <class Visit>
    void list(Visit&& visit) {
        std::apply([&](auto&... spare) { (visit.work(spare), ...); }, spare_);
        std::apply(
            [&](auto&... spares) {
                (
                    [&] {
                        for (auto& spare : spares) visit.work(spare);
                    }(),
                    ...);
            },
            spare_places_);
    }

private:
    struct Rearrange;

    /// Of what is rearranged now: properties of a cell that are of one type of number take turns.
    std::tuple<Buffer<std::uint32_t>, Buffer<std::uint8_t>, Buffer<CellState>, Buffer<float>, Buffer<double>> spare_;
    std::tuple<std::deque<Buffer<float>>, std::deque<Buffer<double>>> spare_places_;  ///< each its own: they are of different sizes
};

}  // namespace CRINE_NS
}  // namespace crine
