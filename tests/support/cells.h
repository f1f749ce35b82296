#pragma once

#include "crine/backend.h"

#include <random>

/// Cells for tests: placing them, reading them back.

namespace crine::test {

/// Adds n cells of one type at random in the domain (on a sheet: at mid height).
inline void scatter(HostCells& cells, Grid const& grid, std::size_t n, std::uint8_t type, Real radius, unsigned seed) {
    std::mt19937 random(seed);
    Vec3 const size = grid.size();
    auto const along = [&](Real length) { return length * static_cast<Real>(std::uniform_real_distribution<double>(0, 0.999999)(random)); };
    for (std::size_t i = 0; i < n; ++i) {
        Real const x = along(size.x), y = along(size.y), z = along(size.z);
        cells.add(type, {x, y, grid.planar() ? size.z / 2 : z}, radius);
    }
}

inline HostCells cells_of(Backend& on) {
    Snapshot s;
    on.snapshot(s, std::vector<bool>(64, false), true);  // of no field, of however many a test has
    return s.cells;
}

/// Place of the cell with this id, or the number of cells if there is none.
inline std::size_t find(HostCells const& cells, std::uint32_t id) {
    std::size_t i = 0;
    while (i < cells.size() && cells.id[i] != id) ++i;
    return i;
}

}  // namespace crine::test
