#pragma once

#include "crine/cells.h"

#include <vector>

namespace crine {

template <class T>
using HostArray = std::vector<T>;

/// Cells in host memory: the initial state, snapshots, tests.
struct HostCells : CellFields<HostArray> {
    std::size_t size() const { return id.size(); }
    void resize(std::size_t n) {
        for_each_field([n](char const*, auto& array) { array.resize(n); });
    }
    /// Adds a resting cell with the next free id (1, 2, …) born at time 0.
    void add(std::uint8_t type_index, Vec3 p, Real radius_at_rest) {
        std::uint32_t const next = id.empty() ? 1 : id.back() + 1;
        std::size_t const i = size();
        resize(i + 1);
        id[i] = next, type[i] = type_index, state[i] = CellState::resting;
        x[i] = p.x, y[i] = p.y, z[i] = p.z, radius[i] = entry_radius[i] = radius_at_rest;
    }
};

}  // namespace crine
