// Sorts cells by bin and, within a bin, by id: a counting sort whose result is the same on every device.
#include "kernels/cells/cells.h"

#include <thrust/scan.h>
#include <thrust/sort.h>

namespace crine {
inline namespace CRINE_NS {
namespace {

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

}  // namespace

/// A counting sort: linear in cells and bins, and with the same result whoever counts first.
bool Population::find_order() {
    if (order_is != Order::unknown) return !sorted();
    std::size_t const n = size();
    bin.resize(n), order.resize(n);
    bin_begin.zero();
    for_each_index(n, CountBody{view(), bins, bin.span(), bin_begin.span()}, kLight);
    THRUST_NS_QUALIFIER::exclusive_scan(policy(), bin_begin.data() + 1, bin_begin.data() + bin_begin.size(), bin_begin.data() + 1);
    for_each_index(n, PlaceBody{std::as_const(bin).span(), bin_begin.span(), order.span()}, kLight);
    for_each_index(bin_begin.size() - 1, OrderBody{std::as_const(bin_begin).span(), std::as_const(fields.id).span(), order.span()});
#ifdef __CUDACC__
    order_is = Order::listed;  // rearranging costs a GPU less than waiting for the answer
#else
    order_is = THRUST_NS_QUALIFIER::is_sorted(policy(), order.data(), order.data() + n) ? Order::in_memory : Order::listed;
#endif
    return !sorted();
}

Bins Population::find_neighbours() {
    Bins now = bins;
    if (find_order()) now.cell = std::as_const(order).span();
    return now;
}

}  // namespace CRINE_NS
}  // namespace crine
