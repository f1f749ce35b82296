#pragma once

#include <cmath>
#include <vector>

namespace crine {

/// e^{-x} I_n(x), I_n the modified Bessel function of the first kind.
inline double scaled_bessel_i(int n, double x) {
    constexpr double kAsymptotic = 200;  // from here on the expansion for large x is exact to 1e-14 for n < 16. Abramowitz & Stegun 9.7.1
    if (x < kAsymptotic) return std::cyl_bessel_i(n, x) * std::exp(-x);
    double sum = 1, term = 1;
    for (int k = 1; k < 20; ++k) {
        term *= -(4.0 * n * n - (2 * k - 1.0) * (2 * k - 1.0)) / (k * 8 * x);
        sum += term;
    }
    return sum / std::sqrt(2 * 3.14159265358979323846 * x);
}

/// Green's function of the 7-point Laplacian on the infinite lattice: the concentration, in units of S/(D h), at lag (i, j, k) from a
/// voxel with a source of S molecules/s. G(0,0,0) = 0.2527310 (Watson's integral over 6), G(0,0,0) - G(1,0,0) = 1/6.
///
///     G(i,j,k) = ∫₀^∞ e^{-6t} I_i(2t) I_j(2t) I_k(2t) dt                                  Montroll & Weiss (1965) J Math Phys 6:167
///
/// For lags 0 … lags-1: value (i,j,k) is at [(k * lags + j) * lags + i].
inline std::vector<double> lattice_green(int lags) {
    // The integral over ln t by the trapezoidal rule, which converges exponentially; beyond the last point the integrand is (4πt)^{-3/2}.
    constexpr double kFirst = -30, kLast = 24, kStep = 0.1;
    std::vector<double> g(static_cast<std::size_t>(lags) * lags * lags,
                          2 * std::exp(-kLast / 2) * std::pow(4 * 3.14159265358979323846, -1.5));
    std::vector<double> bessel(lags);
    int const points = static_cast<int>(std::lround((kLast - kFirst) / kStep));
    for (int p = 0; p <= points; ++p) {
        double const t = std::exp(kFirst + p * kStep), weight = (p == points ? 0.5 : 1.0) * kStep * t;
        for (int n = 0; n < lags; ++n) bessel[n] = scaled_bessel_i(n, 2 * t);
        for (int k = 0; k < lags; ++k)
            for (int j = 0; j < lags; ++j)
                for (int i = 0; i < lags; ++i)
                    g[(static_cast<std::size_t>(k) * lags + j) * lags + i] += weight * bessel[i] * bessel[j] * bessel[k];
    }
    return g;
}

}  // namespace crine
