// Rearranges everything that is kept for each cell, when cells are sorted or their number changes.
#include "kernels/behaviour/carried.h"

namespace crine {
inline namespace CRINE_NS {
namespace {

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

/// Visits the cells first: their types say which places are used.
struct Carried::Rearrange : Visitor {
    Carried& all;
    Span<std::uint32_t const> order;
    std::size_t before;
    std::size_t arrays = 0;

    Rearrange(Carried& all, Span<std::uint32_t const> order) : all(all), order(order), before(all.cells.size()) {}

    template <class T>
    void cells(Buffer<T>& field) {
        auto& spare = std::get<Buffer<T>>(all.spare_);
        spare.resize(order.size);
        for_each_index(order.size, GatherBody<T>{std::as_const(field).span(), order, spare.span()}, kLight);
        field.swap(spare);
    }
    template <class T>
    void places(Buffer<T>& numbers, int places, Lists<std::uint16_t> const& used) {
        auto& spares = std::get<std::deque<Buffer<T>>>(all.spare_places_);
        spares.resize(std::max(spares.size(), ++arrays));
        if (places == 0) return;
        auto& spare = spares[arrays - 1];
        spare.resize(order.size * places);
        for_each_index(order.size, GatherPlacesBody<T>{std::as_const(numbers).span(), order, before,
                                                       std::as_const(all.cells.fields.type).span(), used.view(), spare.span()});
        numbers.swap(spare);
    }
};

void Carried::rearrange(Buffer<std::uint32_t> const& order) {
    Rearrange visit(*this, order.span());
    cells.list(visit), receptors.list(visit), pathways.list(visit);
}

}  // namespace CRINE_NS
}  // namespace crine
