#include "support/activities.h"
#include "support/engines.h"
#include "support/population.h"

#include <cmath>

/// Validation C5, C6 and C9: what cells make of what they sense, without and with memory, alone and with their neighbours.

namespace crine::test {
namespace {

/// One kind of cell that has the activities, in a sheet of nx × ny voxels.
Model sheet(int nx, int ny, std::vector<std::string> activities) {
    Model m = box(nx, ny, 1, 10);
    m.activities = std::move(activities);
    add_type(m, 5);
    m.types[0].moves = false;
    return m;
}

Real& base(Model& m, int behaviour) { return m.types[0].base[static_cast<std::size_t>(behaviour)]; }

/// Steps in which nothing but activities changes.
void sense(Backend& on, std::uint64_t steps, double dt, std::uint64_t done = 0) {
    on.sort();
    for (std::uint64_t n = done; n < done + steps; ++n) on.sense({static_cast<double>(n) * dt, dt, n});
}

}  // namespace

using ResponsesOnEveryEngine = OnEveryEngine;

TEST_P(ResponsesOnEveryEngine, FollowHill_C5) {
    double const at_half_of_K[] = {1.0 / 3, 0.2, 1.0 / 17};
    int const n[] = {1, 2, 4};
    for (int e = 0; e < 3; ++e) {
        Model m = box(1, 1, 1, 20);
        add_ligand(m, 0, 0);
        m.activities = {"response"};
        add_type(m, 5);
        Vocabulary const words = m.vocabulary();
        m.rules = {{0, words.of(signal::concentration, 0), words.of(behaviour::activity, 0), true, 1, 3, static_cast<Real>(n[e]), false}};
        auto const engine = make_backend(GetParam());
        auto const response = [&](double c) {
            InitialState s = empty_state(m, [&](int, Vec3) { return c; });
            s.cells.add(0, {10, 10, 10}, 5);
            engine->start(m, s);
            sense(*engine, 1, 1);
            return activity_of(*engine, 0, 1);
        };
        auto const concentration_for = [&](double fraction) {
            double low = std::log(1e-3), high = std::log(1e3);
            for (int i = 0; i < 30; ++i) (response(std::exp((low + high) / 2)) < fraction ? low : high) = (low + high) / 2;
            return std::exp((low + high) / 2);
        };
        EXPECT_TRUE(close(response(1.5), at_half_of_K[e], 1e-5)) << "n = " << n[e];
        EXPECT_TRUE(close(response(3), 0.5, 1e-5)) << "n = " << n[e];
        EXPECT_TRUE(close(concentration_for(0.9) / concentration_for(0.1), std::pow(81, 1.0 / n[e]), 1e-4)) << "n = " << n[e];
    }
}

/// A cell that answers its own signal, x' = b + al x²/(1 + x²) - x: an activity with base b that it increases itself.
class Bistable {
public:
    Bistable(Device const& device, double al) : model_(sheet(1, 1, {"x"})), engine_(make_backend(device)), al_(al) {
        Vocabulary const words = model_.vocabulary();
        int const x = words.of(behaviour::activity, 0);
        model_.rules = {{0, words.of(signal::own, 0), x, true, 0, 1, 2, false}};
        model_.types[0].response_times = {{x, 1, 1, 0, 0}};
    }
    /// x after a time from x0 on.
    double after(double time, double dt, double b, double x0) {
        base(model_, model_.vocabulary().of(behaviour::activity, 0)) = static_cast<Real>(b);
        model_.rules[0].saturation = static_cast<Real>(b + al_);
        model_.types[0].response_times[0].initial = static_cast<Real>(x0);
        InitialState s = empty_state(model_);
        s.cells.add(0, {5, 5, 5}, 5);
        engine_->start(model_, s);
        sense(*engine_, static_cast<std::uint64_t>(std::llround(time / dt)), dt);
        return activity_of(*engine_, 0, 1);
    }
    /// The b at which x passes `over` when b goes from `from` to `to` slowly, by a thousandth of the way at a time; NAN if it does not.
    double switches(double from, double to, double x, double over) {
        for (int i = 0; i <= 1000; ++i) {
            double const b = from + (to - from) * i / 1000, next = after(100, 0.5, b, x);
            if ((next > over) != (x > over)) return b;
            x = next;
        }
        return NAN;
    }

private:
    Model model_;
    std::unique_ptr<Backend> engine_;
    double al_;
};

TEST_P(ResponsesOnEveryEngine, PositiveFeedbackHasTwoStates_C6) {
    Bistable cell(GetParam(), 2.5);
    EXPECT_LT(cell.after(60, 0.1, 0, 0.49), 1e-4);  // to either side of the unstable state 0.5
    EXPECT_TRUE(close(cell.after(60, 0.1, 0, 0.51), 2, 1e-4));
    EXPECT_TRUE(close(cell.after(1, 0.1, 0, 0.5), 0.5, 1e-4));
    EXPECT_EQ(cell.after(10, 0.1, 0, 0), 0);
}

TEST_P(ResponsesOnEveryEngine, PositiveFeedbackSwitchesAtTheSaddleNodes_C6) {
    struct Case {
        double al, up, down;
    };
    for (auto const& [al, up, down] : {Case{2.5, 0.1045861, NAN}, Case{2, 0.1348845, NAN}, Case{1.8, 0.1535635, 0.0944050}}) {
        Bistable cell(GetParam(), al);
        // beginning a few per cent before, where the lower state is at about b
        double const low = cell.after(200, 0.5, 0.95 * up, 0), high = cell.after(200, 0.5, up, 3);
        EXPECT_TRUE(close(cell.switches(0.95 * up, 1.05 * up, low, 0.6), up, 0.01)) << "al = " << al << ", up";
        if (std::isnan(down)) {  // on for good: with this little b it would be off if it had ever been
            EXPECT_TRUE(std::isnan(cell.switches(0.1 * up, 0.02 * up, high, 0.6))) << "al = " << al;
            EXPECT_LT(cell.after(200, 0.5, 0.02 * up, 0), 0.1);
        } else {
            EXPECT_TRUE(close(cell.switches(1.05 * down, 0.95 * down, high, 0.6), down, 0.01)) << "al = " << al << ", down";
        }
    }
}

TEST_P(ResponsesOnEveryEngine, AreOfFirstOrderInTheStepWhereTheyFeedBack) {
    auto const rate = [](double x) { return 0.05 + 2.5 * x * x / (1 + x * x) - x; };
    double exact = 0.6;
    for (int n = 0; n < 1000; ++n) {  // Runge-Kutta to t = 2
        double const h = 0.002, k1 = rate(exact), k2 = rate(exact + h / 2 * k1), k3 = rate(exact + h / 2 * k2), k4 = rate(exact + h * k3);
        exact += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    Bistable cell(GetParam(), 2.5);
    double const coarse = cell.after(2, 0.2, 0.05, 0.6) - exact, fine = cell.after(2, 0.1, 0.05, 0.6) - exact;
    EXPECT_LT(std::fabs(fine), 0.05);
    EXPECT_NEAR(coarse / fine, 2, 0.2);
}

namespace {

/// Lateral inhibition, Collier, Monk, Maini & Lewis (1996) J. Theor. Biol. 183:429:
/// n' = F(<d>) - n, d' = G(n) - d, F(x) = x²/(0.01 + x²), G(x) = 1/(1 + 100 x²), <d> the mean over the neighbours.
/// On a hexagonal lattice that closes on itself: rows of `edge` cells, `edge` rows, which fill 26/30 of the width.
class LateralInhibition {
public:
    enum { notch, delta };
    static constexpr double kNotch = 0.3537720732, kDelta = 0.0739892989;  ///< the homogeneous steady state

    explicit LateralInhibition(int edge, Real spread) : model(sheet(edge, edge / 30 * 26, {"Notch", "Delta"})), edge_(edge) {
        model.grid.periodic[0] = model.grid.periodic[1] = true;
        Vocabulary const words = model.vocabulary();
        int const n = words.of(behaviour::activity, notch), d = words.of(behaviour::activity, delta);
        base(model, d) = 1;
        model.rules = {{0, words.of(signal::on_neighbours, delta), n, true, 1, Real(0.1), 2, false},
                       {0, words.of(signal::own, notch), d, false, 0, Real(0.1), 2, false}};
        model.types[0].response_times = {{n, 1, 1, Real(kNotch), spread}, {d, 1, 1, Real(kDelta), spread}};
        state = empty_state(model);
        for (int j = 0; j < edge; ++j)
            for (int i = 0; i < edge; ++i)
                state.cells.add(
                    0, {static_cast<Real>((i + (j % 2 ? 0.75 : 0.25)) * 10), static_cast<Real>((j + 0.5) * 10 * std::sqrt(0.75)), 5}, 5);
    }
    /// The six ids around one; ids go along the rows.
    std::vector<std::uint32_t> neighbours(std::uint32_t id) const {
        int const i = static_cast<int>(id - 1) % edge_, j = static_cast<int>(id - 1) / edge_, to_side = j % 2 ? 1 : -1;
        auto const at = [&](int x, int y) { return static_cast<std::uint32_t>((y + edge_) % edge_ * edge_ + (x + edge_) % edge_ + 1); };
        return {at(i - 1, j), at(i + 1, j), at(i, j - 1), at(i, j + 1), at(i + to_side, j - 1), at(i + to_side, j + 1)};
    }

    Model model;
    InitialState state;

private:
    int edge_;
};

/// What is asked of the pattern after T = 300.
void check_pattern(Device const& device, int edge, std::uint64_t seed) {
    LateralInhibition tissue(edge, Real(0.05));
    tissue.model.seed = seed;
    auto const engine = make_backend(device);
    engine->start(tissue.model, tissue.state);
    sense(*engine, 3000, 0.1);
    auto const d = activities(*engine, LateralInhibition::delta);
    std::size_t high = 0, between = 0, adjacent = 0;
    double least = 1, most = 0;
    for (auto const& [id, x] : d) {
        least = std::min(least, x), most = std::max(most, x);
        between += x > 0.1 && x < 0.9;
        if (x <= 0.5) continue;
        ++high;
        for (std::uint32_t const other : tissue.neighbours(id)) adjacent += d.at(other) > 0.5;
    }
    double const fraction = static_cast<double>(high) / static_cast<double>(d.size());
    EXPECT_TRUE(fraction >= 0.29 && fraction <= 0.33) << fraction;
    EXPECT_EQ(adjacent, 0u);
    EXPECT_EQ(between, 0u);
    EXPECT_TRUE(close(most, 0.987333, 1e-5));
    EXPECT_NEAR(least, 0.01070, 5e-6);
    std::printf("%d x %d, seed %d: %.4f high, %.6f ... %.6f\n", edge, edge, static_cast<int>(seed), fraction, least, most);
}

}  // namespace

TEST_P(ResponsesOnEveryEngine, EveryCellOfTheSheetHasSixNeighbours_C9) {
    LateralInhibition tissue(30, 0);
    Vocabulary const words = tissue.model.vocabulary();
    int const counted = words.of(behaviour::activity, LateralInhibition::notch);
    tissue.model.rules = {{0, words.of(signal::contacts, 0), counted, true, 1, 6, 1, false}};
    tissue.model.types[0].response_times.clear();
    auto const engine = make_backend(GetParam());
    engine->start(tissue.model, tissue.state);
    sense(*engine, 1, 1);
    for (auto const& [id, x] : activities(*engine, LateralInhibition::notch)) ASSERT_EQ(x, 0.5) << id;  // 6 / (6 + 6)
}

TEST_P(ResponsesOnEveryEngine, TheHomogeneousStateIsSteady_C9) {
    LateralInhibition tissue(30, 0);
    auto const engine = make_backend(GetParam());
    engine->start(tissue.model, tissue.state);
    sense(*engine, 20, 0.1);  // it is unstable: round-off grows from now on
    for (auto const& [id, x] : activities(*engine, LateralInhibition::notch)) ASSERT_NEAR(x, LateralInhibition::kNotch, 1e-6) << id;
    for (auto const& [id, x] : activities(*engine, LateralInhibition::delta)) ASSERT_NEAR(x, LateralInhibition::kDelta, 1e-6) << id;
}

TEST_P(ResponsesOnEveryEngine, LateralInhibitionMakesColliersPattern30_C9) {
    for (std::uint64_t seed : {1, 2, 3, 4}) check_pattern(GetParam(), 30, seed);
}

TEST_P(ResponsesOnEveryEngine, LateralInhibitionMakesColliersPattern60_C9) { check_pattern(GetParam(), 60, 1); }

CRINE_ON_EVERY_ENGINE(ResponsesOnEveryEngine);

}  // namespace crine::test
