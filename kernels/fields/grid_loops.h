// Loops, sums and maxima over the interior voxels of a grid.
#pragma once

#include "crine/grid.h"
#include "kernels/device/device.h"

namespace crine {
inline namespace CRINE_NS {

/// Calls body(i, j, k) for every interior voxel, in no order.
template <class Body>
void for_each_voxel(Grid const& grid, Body const& body) {
    for_each_voxel(grid.nx, grid.ny, grid.nz, body);
}

template <class Term>
struct VoxelTerm {
    Term term;
    int ny;
    template <int N>
    CRINE_HD void operator()(std::size_t row, int i, double (&into)[N]) const {
        term(i, static_cast<int>(row % ny), static_cast<int>(row / ny), into);
    }
};

/// Sums of N quantities over all voxels, in double and one order: term(i, j, k, sums) adds those of a voxel. `partial` is work space.
template <int N, class Term>
std::array<double, N> sum_rows(Grid const& grid, Buffer<double>& partial, Term const& term) {
    return reduce<N, Sum>(grid.voxels(), grid.nx, partial, VoxelTerm<Term>{term, grid.ny});
}

template <class Term>
struct LargestTerm {
    Grid grid;
    Term term;
    CRINE_HD void operator()(std::size_t row, int i, double (&into)[1]) const {
        into[0] = Maximum::join(into[0], term(grid.at(i, static_cast<int>(row % grid.ny), static_cast<int>(row / grid.ny))));
    }
};

/// Largest term(place) ≥ 0 of all voxels, where place is that of a voxel in a stored field.
template <class Term>
double max_rows(Grid const& grid, Buffer<double>& partial, Term const& term) {
    return reduce<1, Maximum>(grid.voxels(), grid.nx, partial, LargestTerm<Term>{grid, term})[0];
}

struct CopyBody {
    Grid grid;
    Real const* from;
    Real* to;
    CRINE_HD void operator()(int i, int j, int k) const { to[grid.at(i, j, k)] = from[grid.at(i, j, k)]; }
};

struct Magnitude {
    Real const* field;
    CRINE_HD Real operator()(std::size_t p) const { return std::fabs(field[p]); }
};

}  // namespace CRINE_NS
}  // namespace crine
