#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// The part of a ligand that a carrier protein with `sites` binding sites leaves free, in equilibrium:
///
///     a = f + sites f / (kd + f)    ⇔    f² - b f - kd a = 0,  b = a - sites - kd
///
/// all concentrations [molecules/µm³]. Exact whatever the saturation; of the two forms of the root the one that subtracts nothing is taken.
/// One site, fast binding: Mendel (1989) Endocr Rev 10:232, "The free hormone hypothesis".
struct Carrier {
    double sites = 0, kd = 1;

    CRINE_HD double free(double a) const {
        if (sites <= 0) return a;
        double const b = a - sites - kd, root = std::sqrt(b * b + 4 * kd * a);
        return b > 0 ? (b + root) / 2 : 2 * kd * a / (root - b);
    }
    /// df/da
    CRINE_HD double slope(double a) const {
        if (sites <= 0) return 1;
        double const f = free(a);
        return 1 / (1 + sites * kd / ((kd + f) * (kd + f)));
    }
};

}  // namespace CRINE_NS
}  // namespace crine
