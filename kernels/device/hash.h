// The hash of the engine's state, which does not depend on where cells lie in memory.
#pragma once

#include "crine/grid.h"
#include "kernels/device/part.h"

#include <thrust/functional.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/reduce.h>
#include <thrust/transform_reduce.h>

#include <cstring>
#include <type_traits>
#include <vector>

namespace crine {
inline namespace CRINE_NS {

/// A bijection of 64 bits in which every bit of the result depends on every bit of x: the finalizer of SplitMix64, Steele, Lea & Flood
/// (2014) OOPSLA.
CRINE_HD inline std::uint64_t mix(std::uint64_t x) {
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

template <class T>
CRINE_HD std::uint64_t bits_of(T const& value) {
    static_assert(sizeof(T) <= sizeof(std::uint64_t));
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    return bits;
}

/// Mixes one property into a hash of each cell.
template <class T>
struct HashCellBody {
    Span<T const> property;
    Span<std::uint64_t> hash;
    CRINE_HD void operator()(std::size_t i) const { hash[i] = mix(hash[i] + bits_of(property[i])); }
};

/// The same of those numbers that the type of a cell uses.
template <class T>
struct HashPlacesBody {
    Span<T const> numbers;
    ListsView<std::uint16_t> used;
    Span<std::uint8_t const> type;
    Span<std::uint64_t> hash;
    CRINE_HD void operator()(std::size_t i) const {
        auto const places = used[type[i]];
        for (std::size_t p = 0; p < places.size; ++p) hash[i] = mix(hash[i] + bits_of(numbers[places[p] * hash.size + i]));
    }
};

/// Hash of an element of an array, and where it is; their sum does not depend on any order. `key` tells arrays apart.
template <class T>
struct HashElement {
    T const* array;
    std::uint64_t key;
    CRINE_HD std::uint64_t operator()(std::uint64_t i) const { return mix(mix(mix(key) ^ i) + bits_of(array[i])); }
};
template <class T>
struct HashVoxel {
    Grid grid;
    T const* field;
    std::uint64_t key;
    CRINE_HD std::uint64_t operator()(std::uint64_t voxel) const {
        int const i = static_cast<int>(voxel % grid.nx), j = static_cast<int>(voxel / grid.nx % grid.ny),
                  k = static_cast<int>(voxel / grid.nx / grid.ny);
        return mix(mix(mix(key) ^ voxel) + bits_of(field[grid.at(i, j, k)]));
    }
};

/// The hash of the state that parts list: of fields by voxel, of cells by their properties, whatever their place in memory.
class HashVisitor : public Visitor {
public:
    /// `type`: of each cell.
    HashVisitor(Grid const& grid, Buffer<std::uint8_t> const& type) : grid_(grid), type_(type.span()), of_cells_(type.size()) {
        of_cells_.zero();
    }

    template <class T>
    void voxels(Buffer<T>& field) {
        std::uint64_t const key = ++arrays_;
        if (field.size() != 0) add(grid_.voxels(), HashVoxel<T>{grid_, field.data(), key});
    }
    template <class T>
    void cells(Buffer<T>& property) {
        for_each_index(type_.size, HashCellBody<T>{std::as_const(property).span(), of_cells_.span()});
    }
    template <class T>
    void places(Buffer<T>& numbers, int places, Lists<std::uint16_t> const& used) {
        if (places != 0) for_each_index(type_.size, HashPlacesBody<T>{std::as_const(numbers).span(), used.view(), type_, of_cells_.span()});
    }
    template <class T>
    void array(Buffer<T>& elements) {
        std::uint64_t const key = ++arrays_;
        if (elements.size() != 0) add(elements.size(), HashElement<T>{elements.data(), key});
    }
    template <class T>
    void value(T& value) {
        static_assert(std::is_trivially_copyable_v<T> && (sizeof(T) <= 8 || sizeof(T) % sizeof(double) == 0));
        for (std::size_t begin = 0; begin < sizeof(T); begin += sizeof(double)) {
            std::uint64_t bits = 0;
            std::memcpy(&bits, reinterpret_cast<char const*>(&value) + begin, std::min(sizeof(T) - begin, sizeof bits));
            values_ = mix(values_ + bits);
        }
    }
    template <class T>
    void value(std::vector<T>& list) {
        for (T& one : list) value(one);
    }

    std::uint64_t sum() {
        std::uint64_t const cells =
            THRUST_NS_QUALIFIER::reduce(policy(), of_cells_.data(), of_cells_.data() + of_cells_.size(), std::uint64_t{0});
        return sum_ + cells + mix(values_);
    }

private:
    template <class Hash>
    void add(std::size_t n, Hash const& hash) {
        THRUST_NS_QUALIFIER::counting_iterator<std::uint64_t> const first(0);
        sum_ += THRUST_NS_QUALIFIER::transform_reduce(policy(), first, first + n, hash, std::uint64_t{0},
                                                      THRUST_NS_QUALIFIER::plus<std::uint64_t>());
    }

    Grid grid_;
    Span<std::uint8_t const> type_;
    Buffer<std::uint64_t> of_cells_;
    std::uint64_t sum_ = 0, values_ = 0, arrays_ = 0;
};

}  // namespace CRINE_NS
}  // namespace crine
