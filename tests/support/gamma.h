#pragma once

#include <cmath>

namespace crine::test {

/// What has arrived of a unit step after `t`: the gamma distribution of n stages of mean time `theta` each.
inline double arrived(double t, double theta, int n) {
    double const a = t / theta;
    double term = 1, sum = 0;
    for (int k = 0; k < n; ++k, term *= a / k) sum += term;
    return 1 - std::exp(-a) * sum;
}

}  // namespace crine::test
