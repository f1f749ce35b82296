#pragma once

#include "crine/model/deposit.h"

#include <cmath>
#include <cstdlib>
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

inline namespace CRINE_NS {

/// G on lags of 0 and 1 along each axis, what tents need of it.
inline ByPlace nearest_green() {
    auto const g = lattice_green(2);
    return {{static_cast<Real>(g[0]), static_cast<Real>(g[1]), static_cast<Real>(g[3]), static_cast<Real>(g[7])}};
}

/// Gaps of shells, see self_concentration, for the radii of ShellRadii.
inline std::vector<ByQuarters> shell_gaps() {
    struct Voxel {
        int i, j, k;
        double weight;
    };
    constexpr double kFourPi = 12.566370614359172;
    constexpr double kLargest = static_cast<double>(ShellRadii::kLast) / ShellRadii::kEach;
    int const lags = 2 * static_cast<int>(std::ceil(Shell::radius_for(kLargest) + 1)) + 1;
    auto const green = lattice_green(lags);
    auto const between = [&](Voxel const& a, Voxel const& b) {
        auto const lag = [&](int d) { return static_cast<std::size_t>(std::abs(d)); };
        return green[(lag(a.k - b.k) * lags + lag(a.j - b.j)) * lags + lag(a.i - b.i)];
    };
    std::vector<ByQuarters> gaps;
    for (int knot = ShellRadii::kFirst; knot <= ShellRadii::kLast; ++knot) {
        double const a = static_cast<double>(knot) / ShellRadii::kEach;
        auto const gap_at = [&](int x, int y, int z) {  // quarters from a voxel's centre
            auto const at = [](int quarters) { return Real(0.5) + quarters * Real(0.25); };
            Shell const shell(at(x), at(y), at(z), static_cast<Real>(a), 1);
            std::vector<Voxel> voxels;
            double all = 0, self = 0;
            shell.for_each_row([&](int j, int k) {
                shell.for_each_in_row(j, k, [&](int i, Real w) {
                    if (w > 0) voxels.push_back({i, j, k, w}), all += w;
                });
            });
            for (std::size_t m = 0; m < voxels.size(); ++m) {
                double potential = voxels[m].weight / 2 * green[0];
                for (std::size_t n = 0; n < m; ++n) potential += voxels[n].weight * between(voxels[m], voxels[n]);
                self += 2 * voxels[m].weight * potential;
            }
            return static_cast<Real>(all * all / (kFourPi * self) - shell.radius);
        };
        ByQuarters& gap = gaps.emplace_back();
        for (int z = 0; z < 3; ++z)
            for (int y = z; y < 3; ++y)
                for (int x = y; x < 3; ++x)
                    gap.at[z][y][x] = gap.at[z][x][y] = gap.at[y][z][x] = gap.at[y][x][z] = gap.at[x][z][y] = gap.at[x][y][z] =
                        gap_at(x, y, z);
    }
    return gaps;
}

}  // namespace CRINE_NS
}  // namespace crine
