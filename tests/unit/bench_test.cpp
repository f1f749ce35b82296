#include "host/bench/exact.h"
#include "host/bench/lod.h"
#include "host/bench/measurement.h"

#include "crine/contracts.h"
#include "crine/units.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace crine::bench {
namespace {

Measurement transport_rate() {
    return {.name = "transport",
            .setting = "one D",
            .device = "cpu",
            .size = 2097152,
            .ligands = 8,
            .metric = metric::ligand_voxel_steps_per_s.name,
            .value = {1.1e9, 1e9, 1.25e9},
            .fraction_of_copy = 0.55,
            .note = "a \"note\""};
}

TEST(Measurements, SummaryIsMedianAndRange) {
    Samples const odd = summarise({3, 1, 2}), even = summarise({4, 1, 2, 3});
    EXPECT_EQ(odd.median, 2);
    EXPECT_EQ(odd.min, 1);
    EXPECT_EQ(odd.max, 3);
    EXPECT_EQ(even.median, 2.5);
    Samples const rate = odd.as([](double seconds) { return 6 / seconds; });
    EXPECT_EQ(rate.median, 3);
    EXPECT_EQ(rate.min, 2);
    EXPECT_EQ(rate.max, 6);
}

TEST(Measurements, JsonReadsBackTheSame) {
    Measurement without = transport_rate();
    without.name = "mechanics", without.metric = metric::ns_per_cell.name, without.fraction_of_copy.reset(), without.ligands = 0;
    auto const back = from_json(to_json({transport_rate(), without}, {"2026-11-24T00:00:00Z", "a machine", "abc", 2}));
    ASSERT_EQ(back.size(), 2u);
    Measurement const& first = back[0];
    EXPECT_EQ(first.name, "transport");
    EXPECT_EQ(first.setting, "one D");
    EXPECT_EQ(first.device, "cpu");
    EXPECT_EQ(first.size, 2097152u);
    EXPECT_EQ(first.ligands, 8);
    EXPECT_EQ(first.metric, "ligand_voxel_steps_per_s");
    EXPECT_EQ(first.value.median, 1.1e9);
    EXPECT_EQ(first.value.min, 1e9);
    EXPECT_EQ(first.value.max, 1.25e9);
    EXPECT_EQ(first.fraction_of_copy, 0.55);
    EXPECT_EQ(first.note, "a \"note\"");
    EXPECT_FALSE(back[1].fraction_of_copy.has_value());
    EXPECT_TRUE(from_json(to_json({}, {})).empty());
}

TEST(Measurements, WhatIsNoResultIsBadInput) {
    for (char const* text : {"", "{", "[{}]", R"([{"case": 3}])"}) EXPECT_THROW(from_json(text), InputError) << text;
}

TEST(Measurements, ComparisonSaysHowMuchBetter) {
    Measurement const before = transport_rate();
    Measurement now = before, other = before;
    now.value.median = 2.2e9;
    other.setting = "something else";
    std::string const rates = compare({before}, {now, other});
    EXPECT_NE(rates.find(" 2\n"), std::string::npos) << rates;  // twice the rate
    EXPECT_EQ(rates.find("something else"), std::string::npos) << rates;
    Measurement slow = before, fast = before;
    slow.metric = fast.metric = metric::ns_per_cell.name;
    slow.value.median = 30, fast.value.median = 10;
    EXPECT_NE(compare({slow}, {fast}).find(" 3\n"), std::string::npos);  // a third of the time
}

TEST(Measurements, EveryLineHasTheColumnsOfItsHeading) {
    EXPECT_NE(row(transport_rate(), 40e9).find("22     55 %"), std::string::npos) << row(transport_rate(), 40e9);
    EXPECT_NE(row(transport_rate(), 40e9).find("1100"), std::string::npos);  // in M/s
}

/// What one step of implicit Euler along each axis leaves of cosine mode (a, b, c).
double amplification(int n, double coupling, double decay_step, std::array<int, 3> mode) {
    double left = 1;
    for (int q : mode) {
        double const s = std::sin(kPi * q / (2.0 * n));
        left /= 1 + decay_step / 3 + 4 * coupling * s * s;
    }
    return left;
}

TEST(Lod, IsExactForAMode) {
    constexpr int n = 24;
    constexpr double h = 20, D = 1000, k = 0.01, dt = 0.6;
    Lod const lod(n, h, D, k, dt);
    std::vector<float> field(n * n * n), start;
    for (int z = 0; z < n; ++z)
        for (int y = 0; y < n; ++y)
            for (int x = 0; x < n; ++x) {
                auto const wave = [](int q, int i) { return std::cos(kPi * q * (i + 0.5) / n); };
                field[(z * n + y) * n + x] = static_cast<float>(wave(1, x) * wave(2, y) * wave(3, z));
            }
    start = field;
    for (int step = 0; step < 5; ++step) lod.step(field);
    double const left = std::pow(amplification(n, D * dt / (h * h), k * dt, {1, 2, 3}), 5);
    for (std::size_t v = 0; v < field.size(); ++v) EXPECT_NEAR(field[v], left * start[v], 2e-6);
}

TEST(Lod, IsOfFirstOrder) {
    constexpr int n = 16;
    auto const exact = solution(gaussian(), n, 60);
    auto const error = [&](int steps) {
        auto const start = solution(gaussian(), n, 0);
        std::vector<float> field(start.begin(), start.end());
        Lod const lod(n, kProblemEdge / n, kProblemDiffusivity, kProblemDecay, 60.0 / steps);
        for (int s = 0; s < steps; ++s) lod.step(field);
        return relative_error({field.begin(), field.end()}, exact);
    };
    EXPECT_NEAR(error(20) / error(40), 2, 0.1);
    EXPECT_LT(error(40), 1e-2);
}

TEST(ExactSolution, DecaysAtTheRateOfItsMode) {
    constexpr int n = 20;
    auto const start = solution(mode(), n, 0), end = solution(mode(), n, 100);
    double const h = kProblemEdge / n;
    double rate = kProblemDecay;
    for (int q : {1, 2, 3}) rate += 4 * kProblemDiffusivity / (h * h) * std::pow(std::sin(kPi * q / (2.0 * n)), 2);
    for (std::size_t v = 0; v < start.size(); ++v) EXPECT_NEAR(end[v], start[v] * std::exp(-100 * rate), 1e-6);
}

TEST(ExactSolution, KeepsThePulsesMassButForDecay) {
    auto const start = solution(gaussian(), 32, 0), end = solution(gaussian(), 32, 300);
    double before = 0, after = 0;
    for (std::size_t v = 0; v < start.size(); ++v) before += start[v], after += end[v];
    EXPECT_NEAR(after / before, std::exp(-0.3), 1e-6);
}

}  // namespace
}  // namespace crine::bench
