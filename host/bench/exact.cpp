// Each cosine mode along an axis decays on its own, at the rate that the 7-point Laplacian gives it: the solution is their sum.
#include "host/bench/exact.h"

#include "crine/units.h"

#include <algorithm>
#include <cmath>

namespace crine::bench {
namespace {

/// The values on a line after each of its cosine modes has decayed at the rate that the grid gives it: 4 D/h² sin²(π m / 2n).
std::vector<double> spread(std::vector<double> const& start, double number) {  // number: D t / h²
    std::size_t const n = start.size();
    auto const wave = [n](std::size_t m, std::size_t i) {
        return std::cos(kPi * static_cast<double>(m) * (static_cast<double>(i) + 0.5) / static_cast<double>(n));
    };
    std::vector<double> end(n, 0.0);
    for (std::size_t m = 0; m < n; ++m) {
        double amplitude = 0;
        for (std::size_t i = 0; i < n; ++i) amplitude += start[i] * wave(m, i);
        double const s = std::sin(kPi * static_cast<double>(m) / (2 * static_cast<double>(n)));
        amplitude *= (m == 0 ? 1.0 : 2.0) / static_cast<double>(n) * std::exp(-4 * number * s * s);
        for (std::size_t i = 0; i < n; ++i) end[i] += amplitude * wave(m, i);
    }
    return end;
}

}  // namespace

Problem gaussian() {
    constexpr double kAge = 20;  // [s]
    return {"Gaussian", [](int, double x) {
                double const r = (x - 0.5) * kProblemEdge;
                return std::exp(-r * r / (4 * kProblemDiffusivity * kAge));
            }};
}

Problem mode() {
    return {"mode", [](int axis, double x) { return std::cos(kPi * (axis + 1) * x); }};
}

std::vector<Real> solution(Problem const& problem, int edge, double t) {
    double const h = kProblemEdge / edge;
    std::size_t const n = static_cast<std::size_t>(edge);
    std::vector<double> line[3];
    for (int axis = 0; axis < 3; ++axis) {
        for (std::size_t i = 0; i < n; ++i) line[axis].push_back(problem.start(axis, (static_cast<double>(i) + 0.5) / edge));
        line[axis] = spread(line[axis], kProblemDiffusivity * t / (h * h));
    }
    double const left = std::exp(-kProblemDecay * t);
    std::vector<Real> field(n * n * n);
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t i = 0; i < n; ++i) field[(k * n + j) * n + i] = static_cast<Real>(left * line[0][i] * line[1][j] * line[2][k]);
    return field;
}

double relative_error(std::vector<Real> const& field, std::vector<Real> const& exact) {
    double largest = 0, difference = 0;
    for (std::size_t v = 0; v < exact.size(); ++v) {
        largest = std::max(largest, std::fabs(static_cast<double>(exact[v])));
        difference = std::max(difference, std::fabs(static_cast<double>(field[v]) - exact[v]));
    }
    return difference / largest;
}

}  // namespace crine::bench
