#pragma once

#include "crine/grid.h"
#include "kernels/device.h"

#include <array>

namespace crine {
inline namespace CRINE_NS {

/// Calls body(i, j, k) for every interior voxel, in no order.
template <class Body>
void for_each_voxel(Grid const& grid, Body const& body) {
    for_each_voxel(grid.nx, grid.ny, grid.nz, body);
}

/// Adds term(i, j, k, sums) for every voxel of one row, in the order of the row.
template <int N, class Term>
struct RowSums {
    Term term;
    int nx, ny;
    Span<double> partial;

    CRINE_HD void operator()(std::size_t row) const {
        int const j = static_cast<int>(row % ny), k = static_cast<int>(row / ny);
        double sums[N] = {};
        for (int i = 0; i < nx; ++i) term(i, j, k, sums);
        for (int m = 0; m < N; ++m) partial[row * N + m] = sums[m];
    }
};

/// Sums of N quantities over all voxels, in double: each row in order, then the rows in order, hence the same bits on any number of
/// threads. `partial` is work space.
template <int N, class Term>
std::array<double, N> sum_rows(Grid const& grid, Buffer<double>& partial, Term const& term) {
    std::size_t const rows = static_cast<std::size_t>(grid.ny) * grid.nz;
    partial.resize(rows * N);
    for_each_index(rows, RowSums<N, Term>{term, grid.nx, grid.ny, partial.span()}, grid.nx);
    std::vector<double> host;
    partial.download(host);
    std::array<double, N> sums{};
    for (std::size_t row = 0; row < rows; ++row)
        for (int m = 0; m < N; ++m) sums[m] += host[row * N + m];
    return sums;
}

/// Largest term(place) of one row, where place is that of a voxel in a stored field.
template <class Term>
struct RowMaximum {
    Grid grid;
    Term term;
    Span<double> partial;

    CRINE_HD void operator()(std::size_t row) const {
        std::size_t const begin = grid.at(0, static_cast<int>(row % grid.ny), static_cast<int>(row / grid.ny)), end = begin + grid.nx;
        constexpr int kLanes = 8;  // separate maxima, for vector instructions
        Real lane[kLanes] = {};
        std::size_t p = begin;
        for (; p + kLanes <= end; p += kLanes)
            for (int m = 0; m < kLanes; ++m) lane[m] = larger(lane[m], term(p + m));
        for (; p < end; ++p) lane[0] = larger(lane[0], term(p));
        for (int m = 1; m < kLanes; ++m) lane[0] = larger(lane[0], lane[m]);
        partial[row] = lane[0];
    }
    CRINE_HD static Real larger(Real a, Real b) { return a > b ? a : b; }
};

/// Largest term(place) ≥ 0 of all voxels.
template <class Term>
double max_rows(Grid const& grid, Buffer<double>& partial, Term const& term) {
    std::size_t const rows = static_cast<std::size_t>(grid.ny) * grid.nz;
    partial.resize(rows);
    for_each_index(rows, RowMaximum<Term>{grid, term, partial.span()}, grid.nx);
    std::vector<double> host;
    partial.download(host);
    double largest = 0;
    for (double value : host) largest = value > largest ? value : largest;
    return largest;
}

struct Magnitude {
    Real const* field;
    CRINE_HD Real operator()(std::size_t p) const { return std::fabs(field[p]); }
};

}  // namespace CRINE_NS
}  // namespace crine
