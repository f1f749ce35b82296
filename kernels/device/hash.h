#pragma once

#include "kernels/device/device.h"

#include <cstring>

namespace crine {
inline namespace CRINE_NS {

/// A bijection of 64 bits in which every bit of the result depends on every bit of x: the finalizer of SplitMix64, Steele, Lea & Flood
/// (2014) OOPSLA.
CRINE_HD inline std::uint64_t mix(std::uint64_t x) {
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

/// Mixes one array into a hash of each of its elements.
template <class T>
struct HashFieldBody {
    Span<T const> field;
    Span<std::uint64_t> hash;
    CRINE_HD void operator()(std::size_t i) const {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &field[i], sizeof(T));
        hash[i] = mix(hash[i] + bits);
    }
};

}  // namespace CRINE_NS
}  // namespace crine
