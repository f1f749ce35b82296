#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {

/// How a matrix slows down what diffuses through it.
struct Hindrance {
    int matrix = 0;         ///< index of its field
    Real molar_volume = 0;  ///< [µm³/molecule], or
    Real e_fold = 0;        ///< [molecules/µm³]; 0: the other law
};

inline namespace CRINE_NS {

/// D / D₀ at a concentration c of the matrix:
///
///     ((1 - φ) / (1 + φ))²,  φ = c · molar volume     obstruction by chains: Mackie & Meares (1955) Proc R Soc A 232:498
///     e^{-c / e_fold}                                 empirical, for fitting to measurements
CRINE_HD inline Real hindrance(Hindrance const& law, Real c) {
    c = c > 0 ? c : Real(0);
    if (law.e_fold > 0) return std::exp(-c / law.e_fold);
    Real const filled = c * law.molar_volume, way = (1 - filled) / (1 + filled);
    return filled < 1 ? way * way : Real(0);
}

}  // namespace CRINE_NS
}  // namespace crine
