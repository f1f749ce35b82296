// Ragged tables on the device: a list of items for each row, such as the rules' signals of each cell type.
#pragma once

#include "kernels/device/device.h"

namespace crine {
inline namespace CRINE_NS {

/// Several short lists in one array: list r holds items[begin[r]] … items[begin[r + 1] - 1].
template <class T>
struct ListsView {
    Span<std::uint32_t const> begin;
    Span<T const> items;
    CRINE_HD Span<T const> operator[](std::size_t row) const { return {items.data + begin[row], begin[row + 1] - begin[row]}; }
};
template <class T>
struct Lists {
    Buffer<std::uint32_t> begin;
    Buffer<T> items;
    ListsView<T> view() const { return {begin.span(), items.span()}; }
    /// As tables of a part: kernels/device/part.h.
    template <class Visit>
    void list(Visit&& visit) {
        visit.table(begin), visit.table(items);
    }
    void upload(std::vector<std::vector<T>> const& rows) {
        std::vector<std::uint32_t> starts{0};
        std::vector<T> all;
        for (auto const& row : rows) {
            all.insert(all.end(), row.begin(), row.end());
            starts.push_back(static_cast<std::uint32_t>(all.size()));
        }
        begin.upload(starts);
        items.upload(all);
    }
};

}  // namespace CRINE_NS
}  // namespace crine
