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

/// Calls term(i, j, k, into) for every voxel of one row after the other; `into` holds N partial results of the row.
template <int N, class Term>
struct RowReduce {
    Term term;
    int nx, ny;
    Span<double> partial;

    CRINE_HD void operator()(std::size_t row) const {
        int const j = static_cast<int>(row % ny), k = static_cast<int>(row / ny);
        double into[N] = {};
        for (int i = 0; i < nx; ++i) term(i, j, k, into);
        for (int m = 0; m < N; ++m) partial[row * N + m] = into[m];
    }
};

/// What a term of `RowReduce` leaves for every row, joined in the order of the rows: the same bits on any number of threads.
/// `partial` is work space.
template <int N, class Term, class Join>
std::array<double, N> reduce_rows(Grid const& grid, Buffer<double>& partial, Term const& term, Join const& join) {
    std::size_t const rows = static_cast<std::size_t>(grid.ny) * grid.nz;
    partial.resize(rows * N);
    for_each_index(rows, RowReduce<N, Term>{term, grid.nx, grid.ny, partial.span()}, grid.nx);
    std::vector<double> host;
    partial.download(host);
    std::array<double, N> result{};
    for (std::size_t row = 0; row < rows; ++row)
        for (int m = 0; m < N; ++m) result[m] = join(result[m], host[row * N + m]);
    return result;
}

/// Sums of N quantities over all voxels, in double.
template <int N, class Term>
std::array<double, N> sum_rows(Grid const& grid, Buffer<double>& partial, Term const& term) {
    return reduce_rows<N>(grid, partial, term, [](double a, double b) { return a + b; });
}

/// Largest values of N quantities (≥ 0) over all voxels.
template <int N, class Term>
std::array<double, N> max_rows(Grid const& grid, Buffer<double>& partial, Term const& term) {
    return reduce_rows<N>(grid, partial, term, [](double a, double b) { return a > b ? a : b; });
}

/// Largest absolute value.
struct LargestTerm {
    Grid grid;
    Real const* field;
    CRINE_HD void operator()(int i, int j, int k, double (&into)[1]) const {
        double const value = std::fabs(static_cast<double>(field[grid.at(i, j, k)]));
        into[0] = value > into[0] ? value : into[0];
    }
};

}  // namespace CRINE_NS
}  // namespace crine
