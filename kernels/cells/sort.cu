#include "kernels/engine.h"

#include <thrust/scan.h>
#include <thrust/sort.h>

namespace crine {
inline namespace CRINE_NS {
namespace {

/// Bodies that are over sooner than threads are woken for a few of them.
constexpr std::size_t kLight = 1;

/// Adds one to a counter that others count on at the same time, and returns what it was. In what order they come must not matter.
CRINE_HD inline std::uint32_t add_one(std::uint32_t& counter) {
#ifdef __CUDA_ARCH__
    return atomicAdd(&counter, 1u);
#else
    return __atomic_fetch_add(&counter, 1u, __ATOMIC_RELAXED);
#endif
}

/// Counts the cells of bin b in begin[b + 1].
struct CountBody {
    CellView cells;
    Bins bins;
    Span<std::uint32_t> bin, begin;
    CRINE_HD void operator()(std::size_t i) const {
        bin[i] = static_cast<std::uint32_t>(bins.of(position(cells, i)));
        add_one(begin[bin[i] + 1]);
    }
};

/// Fills the part of every bin in `order`, in whatever order. begin[b + 1] goes from the bin's first place to the one after its last.
struct PlaceBody {
    Span<std::uint32_t const> bin;
    Span<std::uint32_t> begin, order;
    CRINE_HD void operator()(std::size_t i) const { order[add_one(begin[bin[i] + 1])] = static_cast<std::uint32_t>(i); }
};

/// Puts the cells of a bin in the order of their ids: by insertion while that is quick, as it is for a few cells or nearly ordered ones,
/// else by heap sort, which needs no more than m log m steps.
struct OrderBody {
    Span<std::uint32_t const> begin, id;
    Span<std::uint32_t> order;

    CRINE_HD bool before(std::uint32_t a, std::uint32_t b) const { return id[a] < id[b]; }

    CRINE_HD void operator()(std::size_t bin) const {
        std::uint32_t* const cells = order.data + begin[bin];
        std::size_t const m = begin[bin + 1] - begin[bin];
        std::size_t patience = 16 * m;
        for (std::size_t k = 1; k < m; ++k) {
            std::uint32_t const cell = cells[k];
            std::size_t hole = k;
            for (; hole > 0 && before(cell, cells[hole - 1]); --hole) cells[hole] = cells[hole - 1];
            cells[hole] = cell;
            if (k - hole > patience) return heap_sort(cells, m);
            patience -= k - hole;
        }
    }
    CRINE_HD void heap_sort(std::uint32_t* cells, std::size_t m) const {
        for (std::size_t root = m / 2; root-- > 0;) sift_down(cells, root, m);
        for (std::size_t last = m; last-- > 1;) {
            std::uint32_t const greatest = cells[0];
            cells[0] = cells[last], cells[last] = greatest;
            sift_down(cells, 0, last);
        }
    }
    /// Makes a heap of the one below `hole`, whose children are heads of heaps.
    CRINE_HD void sift_down(std::uint32_t* cells, std::size_t hole, std::size_t m) const {
        std::uint32_t const cell = cells[hole];
        for (std::size_t child; (child = 2 * hole + 1) < m; hole = child) {
            if (child + 1 < m && before(cells[child], cells[child + 1])) ++child;
            if (!before(cell, cells[child])) break;
            cells[hole] = cells[child];
        }
        cells[hole] = cell;
    }
};

template <class T>
struct GatherBody {
    Span<T const> from;
    Span<std::uint32_t const> order;
    Span<T> to;
    CRINE_HD void operator()(std::size_t k) const { to[k] = from[order[k]]; }
};

/// The same for several numbers of each cell, [place * cells + cell], in the places that its type uses; what is in others does not matter.
template <class T>
struct GatherPlacesBody {
    Span<T const> from;
    Span<std::uint32_t const> order;
    std::size_t cells;                ///< before
    Span<std::uint8_t const> type;    ///< after
    ListsView<std::uint16_t> places;  ///< by type
    Span<T> to;
    CRINE_HD void operator()(std::size_t k) const {
        auto const used = places[type[k]];
        for (std::size_t p = 0; p < used.size; ++p) to[used[p] * order.size + k] = from[used[p] * cells + order[k]];
    }
};

}  // namespace

void Population::rearrange(Buffer<std::uint32_t> const& order) {
    std::size_t const before = size(), after = order.size();
    fields.for_each_field([&]<class T>(char const*, Buffer<T>& field) {
        auto& spare = std::get<Buffer<T>>(spare_);
        spare.resize(after);
        for_each_index(after, GatherBody<T>{std::as_const(field).span(), order.span(), spare.span()}, kLight);
        field.swap(spare);
    });
    auto const rearrange_places = [&]<class T>(Buffer<T>& numbers, Buffer<T>& spare, int places, Lists<std::uint16_t> const& of_types) {
        if (places == 0) return;
        spare.resize(after * places);
        for_each_index(after, GatherPlacesBody<T>{std::as_const(numbers).span(), order.span(), before, std::as_const(fields.type).span(),
                                                  of_types.view(), spare.span()});
        numbers.swap(spare);
    };
    rearrange_places(responses, spare_responses_, programs.response_slots, programs.response_places);
    rearrange_places(receptors.molecules, spare_molecules_, receptors.places, receptors.used);
    rearrange_places(pathways.numbers, spare_numbers_, pathways.columns, pathways.used);
}

/// A counting sort: linear in cells and bins, and with the same result whoever counts first.
void Engine::sort() {
    if (cells_.sorted) return;
    std::size_t const n = cells_.size();
    auto& begin = cells_.bin_begin;
    auto& bin = cells_.bin;
    auto& order = cells_.order;
    bin.resize(n);
    order.resize(n);
    begin.zero();
    for_each_index(n, CountBody{cells_.view(), cells_.bins, bin.span(), begin.span()}, kLight);
    THRUST_NS_QUALIFIER::exclusive_scan(policy(), begin.data() + 1, begin.data() + begin.size(), begin.data() + 1);
    for_each_index(n, PlaceBody{std::as_const(bin).span(), begin.span(), order.span()}, kLight);
    for_each_index(begin.size() - 1, OrderBody{std::as_const(begin).span(), std::as_const(cells_.fields.id).span(), order.span()});
#ifndef __CUDACC__  // a GPU is faster than its word to the host
    if (!THRUST_NS_QUALIFIER::is_sorted(policy(), order.data(), order.data() + n))
#endif
        cells_.rearrange(order);
    cells_.sorted = true;
}

}  // namespace CRINE_NS
}  // namespace crine
