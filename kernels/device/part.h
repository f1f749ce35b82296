// How a part of the engine lists what it keeps (state, tables, work space), and what visits these lists.
#pragma once

#include "kernels/device/lists.h"

#include <cstddef>
#include <cstdint>

namespace crine {
inline namespace CRINE_NS {

/// A part of the engine, such as Fields, Population or Receptors, lists what it keeps, once, in
///
///     template <class Visit> void list(Visit&& visit);
///
/// and whoever has to know it is a visitor: the hash of the state, its memory, rearranging cells. A visitor hides what it is interested
/// in. A test fails where a part has an array that it does not list.
struct Visitor {
    // --- state: what the rest of a run follows from ---

    /// A number for each voxel, stored with a halo that follows from it.
    template <class T>
    void voxels(Buffer<T>&) {}
    /// A number for each cell.
    template <class T>
    void cells(Buffer<T>&) {}
    /// Several for each cell, [place * cells + cell], in the places that its type uses; what is in others has no meaning.
    template <class T>
    void places(Buffer<T>&, int /*places*/, Lists<std::uint16_t> const& /*used, by type*/) {}
    /// An array of another size.
    template <class T>
    void array(Buffer<T>&) {}
    /// On the host: a number, a structure of doubles, or a list of either.
    template <class T>
    void value(T&) {}

    /// On the host: how many of each of some events of the model have been. A run that goes on with another model may have others; how many
    /// of them are past is then kUnknown. `events` tells these from others.
    static constexpr std::uint64_t kUnknown = ~std::uint64_t{0};
    void progress(std::vector<std::uint64_t>&, std::uint64_t /*events*/) {}

    // --- what follows from it ---

    /// Made from the model when a run starts; never changes.
    template <class T>
    void table(Buffer<T>&) {}
    /// Means nothing between two steps, or can be worked out again.
    template <class T>
    void work(Buffer<T>&) {}
};

/// How much device memory the arrays of a part take [bytes].
struct MemoryVisitor : Visitor {
    std::size_t state = 0, rest = 0;

    template <class T>
    void voxels(Buffer<T>& array) {
        state += array.bytes();
    }
    template <class T>
    void cells(Buffer<T>& array) {
        state += array.bytes();
    }
    template <class T>
    void places(Buffer<T>& array, int, Lists<std::uint16_t> const&) {
        state += array.bytes();
    }
    template <class T>
    void array(Buffer<T>& array) {
        state += array.bytes();
    }
    template <class T>
    void table(Buffer<T>& array) {
        rest += array.bytes();
    }
    template <class T>
    void work(Buffer<T>& array) {
        rest += array.bytes();
    }
};

}  // namespace CRINE_NS
}  // namespace crine
