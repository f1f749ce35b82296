#include "kernels/engine.h"

#include <thrust/sort.h>

namespace crine {
inline namespace CRINE_NS {
namespace {

struct KeyBody {
    CellView cells;
    Bins bins;
    Span<std::uint64_t> key;
    Span<std::uint32_t> order;
    CRINE_HD void operator()(std::size_t i) const {
        key[i] = static_cast<std::uint64_t>(bins.of(position(cells, i))) << 32 | cells.id[i];
        order[i] = static_cast<std::uint32_t>(i);
    }
};

/// begin[b]: the first cell whose bin is not before b, by bisection.
struct BinBeginBody {
    Span<std::uint64_t const> key;
    Span<std::uint32_t> begin;
    CRINE_HD void operator()(std::size_t bin) const {
        std::size_t low = 0, high = key.size;
        while (low < high) {
            std::size_t const middle = (low + high) / 2;
            if (key[middle] >> 32 < bin)
                low = middle + 1;
            else
                high = middle;
        }
        begin[bin] = static_cast<std::uint32_t>(low);
    }
};

/// All fields in one pass.
struct GatherBody {
    CellView from, to;
    Span<std::uint32_t const> order;
    CRINE_HD void operator()(std::size_t k) const {
        CellView source = from, target = to;
        std::size_t const i = order[k];
        target.for_each_field_with(source, [i, k](auto const& t, auto const& s) { t[k] = s[i]; });
    }
};

struct GatherResponsesBody {
    Span<Real const> from;
    Span<std::uint32_t const> order;
    std::size_t cells;  ///< before
    Span<Real> to;
    CRINE_HD void operator()(std::size_t entry) const { to[entry] = from[entry / order.size * cells + order[entry % order.size]]; }
};

}  // namespace

void Population::rearrange(Buffer<std::uint32_t> const& order) {
    std::size_t const before = size(), after = order.size();
    spare_.for_each_field([after](char const*, auto& field) { field.resize(after); });
    for_each_index(after, GatherBody{view_of(fields), view_of(spare_), order.span()});
    std::swap(fields, spare_);
    spare_responses_.resize(after * programs.response_slots);
    for_each_index(spare_responses_.size(),
                   GatherResponsesBody{std::as_const(responses).span(), order.span(), before, spare_responses_.span()});
    responses.swap(spare_responses_);
}

void Engine::sort() {
    if (cells_.sorted) return;
    std::size_t const n = cells_.size();
    auto& keys = cells_.keys;
    auto& order = cells_.order;
    keys.resize(n);
    order.resize(n);
    for_each_index(n, KeyBody{cells_.view(), cells_.bins, keys.span(), order.span()});
    if (!THRUST_NS_QUALIFIER::is_sorted(policy(), keys.data(), keys.data() + n)) {
        THRUST_NS_QUALIFIER::sort_by_key(policy(), keys.data(), keys.data() + n, order.data());
        cells_.rearrange(order);
    }
    for_each_index(cells_.bin_begin.size(), BinBeginBody{std::as_const(keys).span(), cells_.bin_begin.span()});
    cells_.sorted = true;
}

}  // namespace CRINE_NS
}  // namespace crine
