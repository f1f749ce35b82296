#pragma once

#include "crine/contracts.h"
#include "crine/portable.h"

#include <type_traits>

namespace crine {

/// A view of an array in the memory of whoever holds it; its elements may be read on that device only.
template <class T>
struct Span {
    T* data = nullptr;
    std::size_t size = 0;

    CRINE_HD T& operator[](std::size_t i) const {
        CRINE_EXPECTS(i < size);
        return data[i];
    }
    CRINE_HD bool empty() const { return size == 0; }
    template <class U, class = std::enable_if_t<std::is_same_v<U, T const> && !std::is_const_v<T>>>
    CRINE_HD operator Span<U>() const {
        return {data, size};
    }
};

}  // namespace crine
