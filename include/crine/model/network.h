#pragma once

#include "crine/interrupt.h"
#include "crine/network.h"
#include "crine/portable.h"
#include "crine/span.h"

#include <cmath>

namespace crine {
inline namespace CRINE_NS {

/// Registers of several cells side by side: lane l of register r is `data[r * stride + l]`.
template <int Lanes>
struct Registers {
    double* data;
    std::size_t stride;
    CRINE_HD double* operator[](int r) const { return data + static_cast<std::size_t>(r) * stride; }
};

/// Runs a program for all lanes. Every lane has the bits that it would have alone.
template <int Lanes>
CRINE_HD void run(Span<Instruction const> program, Registers<Lanes> const& r) {
    for (std::size_t n = 0; n < program.size; ++n) {
        Instruction const i = program[n];
        double* const to = r[i.to];
        double const *const a = r[i.a], *const b = r[i.b], *const c = r[i.c];
        auto const each = [&](auto&& value) {
            double values[Lanes];  // an operand may be where the result goes
            for (int l = 0; l < Lanes; ++l) values[l] = value(l);
            for (int l = 0; l < Lanes; ++l) to[l] = values[l];
        };
        // clang-format off
        switch (i.op) {
            case Op::copy: each([&](int l) { return a[l]; }); break;
            case Op::negate: each([&](int l) { return -a[l]; }); break;
            case Op::add: each([&](int l) { return a[l] + b[l]; }); break;
            case Op::subtract: each([&](int l) { return a[l] - b[l]; }); break;
            case Op::multiply: each([&](int l) { return a[l] * b[l]; }); break;
            case Op::divide: each([&](int l) { return a[l] / b[l]; }); break;
            case Op::subtract_product: each([&](int l) { return a[l] - b[l] * c[l]; }); break;
            case Op::power: each([&](int l) { return std::pow(a[l], b[l]); }); break;
            case Op::exp: each([&](int l) { return std::exp(a[l]); }); break;
            case Op::log: each([&](int l) { return std::log(a[l]); }); break;
            case Op::sqrt: each([&](int l) { return std::sqrt(a[l]); }); break;
            case Op::sin: each([&](int l) { return std::sin(a[l]); }); break;
            case Op::cos: each([&](int l) { return std::cos(a[l]); }); break;
            case Op::tan: each([&](int l) { return std::tan(a[l]); }); break;
            case Op::tanh: each([&](int l) { return std::tanh(a[l]); }); break;
            case Op::abs: each([&](int l) { return std::fabs(a[l]); }); break;
            case Op::floor: each([&](int l) { return std::floor(a[l]); }); break;
            case Op::ceil: each([&](int l) { return std::ceil(a[l]); }); break;
            case Op::minimum: each([&](int l) { return b[l] < a[l] ? b[l] : a[l]; }); break;
            case Op::maximum: each([&](int l) { return b[l] > a[l] ? b[l] : a[l]; }); break;
            case Op::less: each([&](int l) { return a[l] < b[l] ? 1.0 : 0.0; }); break;
            case Op::less_or_equal: each([&](int l) { return a[l] <= b[l] ? 1.0 : 0.0; }); break;
            case Op::equal: each([&](int l) { return a[l] == b[l] ? 1.0 : 0.0; }); break;
            case Op::both: each([&](int l) { return a[l] != 0 && b[l] != 0 ? 1.0 : 0.0; }); break;
            case Op::either: each([&](int l) { return a[l] != 0 || b[l] != 0 ? 1.0 : 0.0; }); break;
            case Op::select: each([&](int l) { return a[l] != 0 ? b[l] : c[l]; }); break;
        }
        // clang-format on
    }
}

/// A network where it is integrated.
struct NetworkView {
    NetworkLayout layout;
    Span<Instruction const> rates, system, solve, observe, conditions;
    Span<std::uint8_t const> positive;
    Span<NetworkEvent const> events;
    Span<int const> targets;
    double tolerance, negligible;
};

/// Coefficients of RODAS3: four stages, order 3 with an embedded order 2, L-stable and stiffly accurate, two thirds of its evaluations in
/// new places. Sandu et al. (1997) Atmos Environ 31:3459, table of Rosenbrock solvers.
namespace rodas3 {
inline constexpr double kGamma = 0.5;  ///< the matrix is 1/(γ h) - J
/// Of ∂(dy/dt)/∂t in each stage, times h.
CRINE_HD inline double drift(int stage) {
    constexpr double table[4] = {0.5, 1.5, 0, 0};
    return table[stage];
}
/// Of an earlier stage in a stage, divided by h.
CRINE_HD inline double earlier(int stage, int before) {
    constexpr double table[4][3] = {{}, {4}, {1, -1}, {1, -1, -8.0 / 3}};
    return table[stage][before];
}
}  // namespace rodas3

/// In one interval, taken back or not.
inline constexpr int kMostNetworkSteps = 100'000;

/// Integrates the networks of several cells over an interval, each in steps of its own, as long as their estimated error allows. What
/// cannot become negative does not: a step that would make it so by more than the error allowed to nothing is taken back, and what is below
/// is 0. Linear relations that a network conserves, it keeps to round-off but for these.
template <int Lanes>
class NetworkSteps {
public:
    double time[Lanes], end[Lanes], step[Lanes];  ///< in the network's unit; `step` is also what comes out for the next interval
    bool failed[Lanes];                           ///< no step was short enough, or too many were needed: the network runs away
    int worst[Lanes];                             ///< species that asked for the shortest steps last

    CRINE_HD NetworkSteps(NetworkView const& network, Registers<Lanes> const& registers) : network_(network), r(registers) {}

    /// `state(column, lane)` is a reference to what a cell keeps beside its species.
    template <class State>
    CRINE_HD void operator()(State&& state) {
        for (int l = 0; l < Lanes; ++l) {
            resolution_[l] = kResolution * (end[l] - time[l]), failed[l] = false, rejected_[l] = false, worst[l] = 0, cuts_[l] = 0;
            if (!(step[l] > 0)) step[l] = kFirstStep * (end[l] - time[l]);
        }
        if (layout().events > 0) look_at_new_ones(state);
        for (int steps = 0; any_left() && !out_of_time(); ++steps) {
            if (steps == kMostNetworkSteps) return give_up();
            for (int l = 0; l < Lanes; ++l) {
                double left = end[l] - time[l];
                for (int e = 0; e < layout().events; ++e) {
                    double const wait = state(layout().due(e), l) - time[l];
                    if (wait < left) left = wait;
                }
                done_[l] = !(time[l] < end[l]) || failed[l];
                h_[l] = done_[l] ? 1 : (step[l] < left ? (2 * step[l] > left ? left / 2 : step[l]) : left);
                last_[l] = !(step[l] < left);
                if (h_[l] <= 0) h_[l] = resolution_[l];
            }
            attempt();
            judge();
            if (layout().events > 0) look_for_events(state);
            advance();
            if (layout().events > 0) carry_out_events(state);
        }
    }

private:
    static constexpr double kResolution = 1e-9;  ///< of the time of an event, and of the shortest step, relative to the interval
    static constexpr double kShortest = 1e-5;    ///< a step below this share of the resolution leads nowhere
    static constexpr double kFirstStep = 1e-3;
    static constexpr double kLargest = 1e37;  ///< that files can hold, as in what is read: beyond, a network runs away
    static constexpr int kMostCuts = 2000;    ///< for events in an interval; more are of a condition that flickers by round-off
    static constexpr double kSafety = 0.9, kLeastGrowth = 0.2, kMostGrowth = 5;

    NetworkView const& network_;
    Registers<Lanes> r;
    double h_[Lanes], next_[Lanes], resolution_[Lanes], error_[Lanes], begun_[Lanes];
    int cuts_[Lanes];
    bool done_[Lanes], last_[Lanes], good_[Lanes], rejected_[Lanes], crossing_[Lanes];

    CRINE_HD NetworkLayout const& layout() const { return network_.layout; }
    CRINE_HD bool any_left() const {
        bool left = false;
        for (int l = 0; l < Lanes; ++l) left = left || (time[l] < end[l] && !failed[l]);
        return left;
    }
    CRINE_HD void give_up() {
        for (int l = 0; l < Lanes; ++l) failed[l] = failed[l] || time[l] < end[l];
    }
    template <class Value>
    CRINE_HD void set(int first, Value&& value) {
        for (int s = 0; s < layout().species; ++s) {
            double* const to = r[first + s];
            for (int l = 0; l < Lanes; ++l) to[l] = value(s, l);
        }
    }
    CRINE_HD double const* stage(int n, int s) const { return r[layout().stages + n * layout().species + s]; }

    /// One step of every lane: y from `start`, and the estimate of its error in the last stage.
    CRINE_HD void attempt() {
        NetworkLayout const& at = layout();
        for (int l = 0; l < Lanes; ++l) {
            begun_[l] = time[l];
            r[at.time][l] = time[l], r[at.shift][l] = 1 / (rodas3::kGamma * h_[l]);
        }
        set(at.start, [&](int s, int l) { return r[s][l]; });
        run<Lanes>(network_.system, r);
        if (at.events > 0) set(at.first_rate, [&](int s, int l) { return r[at.rate + s][l]; });
        solve(0);
        solve(1);
        for (int l = 0; l < Lanes; ++l) r[at.time][l] = begun_[l] + h_[l];
        set(0, [&](int s, int l) { return r[at.start + s][l] + 2 * stage(0, s)[l]; });
        run<Lanes>(network_.rates, r);
        solve(2);
        set(0, [&](int s, int l) { return r[s][l] + stage(2, s)[l]; });
        run<Lanes>(network_.rates, r);
        solve(3);
        set(0, [&](int s, int l) { return r[s][l] + stage(3, s)[l]; });
    }
    CRINE_HD void solve(int n) {
        NetworkLayout const& at = layout();
        set(at.right, [&](int s, int l) {
            double sum = 0;
            for (int before = 0; before < n; ++before) sum += rodas3::earlier(n, before) * stage(before, s)[l];
            double const drift = at.timed ? rodas3::drift(n) * h_[l] * r[at.drift + s][l] : 0;
            return r[at.rate + s][l] + sum / h_[l] + drift;
        });
        run<Lanes>(network_.solve, r);
        set(at.stages + n * at.species, [&](int s, int l) { return r[at.solution + s][l]; });
    }

    CRINE_HD void judge() {
        double most[Lanes];  // that a species asks of the step
        for (int l = 0; l < Lanes; ++l) error_[l] = most[l] = 0, good_[l] = true, crossing_[l] = false;
        for (int s = 0; s < layout().species; ++s) {
            double const *const now = r[s], *const before = r[layout().start + s], *const off = stage(3, s);
            bool const positive = network_.positive[static_cast<std::size_t>(s)] != 0;
            for (int l = 0; l < Lanes; ++l) {
                double const a = std::fabs(before[l]), b = std::fabs(now[l]);
                double const error = std::fabs(off[l]) / (network_.tolerance * ((a > b ? a : b) + network_.negligible));
                bool const below = positive && now[l] < -network_.tolerance * network_.negligible;
                bool const large = !(b < kLargest);
                double const asks = below || large || !(error == error) ? INFINITY : error;
                if (!done_[l] && asks > most[l]) most[l] = asks, worst[l] = s;
                good_[l] = good_[l] && error <= 1 && !below && !large;
                error_[l] = error > error_[l] || !(error == error) ? error : error_[l];
            }
        }
    }

    /// A condition that holds where a network begins has not become true, but one that does not may at once.
    template <class State>
    CRINE_HD void look_at_new_ones(State&& state) {
        bool any = false;
        for (int e = 0; e < layout().events; ++e)
            for (int l = 0; l < Lanes; ++l) any = any || state(layout().held(e), l) < 0;
        if (!any) return;
        for (int l = 0; l < Lanes; ++l) r[layout().time][l] = time[l];
        run<Lanes>(network_.conditions, r);
        for (int e = 0; e < layout().events; ++e)
            for (int l = 0; l < Lanes; ++l)
                if (state(layout().held(e), l) < 0) state(layout().held(e), l) = r[layout().trigger + e][l] != 0 ? 1 : 0;
    }

    /// A step over the time at which a condition changes is taken back until it is short enough to say when that was. Conditions are looked
    /// at several times in a step, on the cubic through its ends, and every comparison in them by itself, so that what comes and goes
    /// between two looks is seen too.
    template <class State>
    CRINE_HD void look_for_events(State&& state) {
        NetworkLayout const& at = layout();
        set(at.finish, [&](int s, int l) { return r[s][l]; });
        for (int l = 0; l < Lanes; ++l) r[at.time][l] = begun_[l] + h_[l];
        run<Lanes>(network_.rates, r);
        for (int look = 0; look < kLooks; ++look) {  // the last leaves what there is at the end
            double const x = static_cast<double>(look) / (kLooks - 1);
            set(0, [&](int s, int l) { return between(x, s, l); });
            for (int l = 0; l < Lanes; ++l) r[at.time][l] = begun_[l] + x * h_[l];
            run<Lanes>(network_.conditions, r);
            for (int w = 0; w < at.watches; ++w)
                for (int l = 0; l < Lanes; ++l) r[at.watched + look * at.watches + w][l] = r[at.watch + w][l];
            for (int e = 0; e < at.events && look == 0; ++e)
                for (int l = 0; l < Lanes; ++l) {
                    bool const holds = r[at.trigger + e][l] != 0;
                    if (!holds && !done_[l]) state(at.held(e), l) = 0;
                    if (holds && state(at.held(e), l) == 0) cut(l, 0);  // an input or an event has made it true
                }
        }
        for (int l = 0; l < Lanes; ++l) {
            double const root = first_change(l);
            if (root <= 1 && (1 - root) * h_[l] > resolution_[l]) cut(l, root);
        }
        for (int e = 0; e < at.events; ++e)  // conditions that compare nothing
            for (int l = 0; l < Lanes; ++l)
                if (r[at.trigger + e][l] != 0 && state(at.held(e), l) == 0 && at.watches == 0) cut(l, 0.5);
    }
    /// A species within the step, Hermite's cubic.
    CRINE_HD double between(double x, int s, int l) const {
        NetworkLayout const& at = layout();
        double const a = r[at.start + s][l], b = r[at.finish + s][l];
        if (x == 1) return b;
        return (1 - x) * (1 - x) * ((1 + 2 * x) * a + x * h_[l] * r[at.first_rate + s][l]) +
               x * x * ((3 - 2 * x) * b - (1 - x) * h_[l] * r[at.rate + s][l]);
    }
    /// Takes a step back, to try one that ends just behind a part of it.
    CRINE_HD void cut(int l, double part) {
        if (!good_[l] || h_[l] <= resolution_[l] || ++cuts_[l] > kMostCuts) return;
        double const shorter = part * h_[l] + resolution_[l] / 2;
        good_[l] = false, crossing_[l] = true;
        next_[l] = shorter < h_[l] ? (shorter > resolution_[l] ? shorter : resolution_[l]) : h_[l] / 2;
    }
    /// The part of the step after which the first of all watches changes its sign, by linear interpolation between looks; 1/2 of a step
    /// after that if one may have changed twice in between, or has too many bends to tell. Else infinite.
    CRINE_HD double first_change(int l) const {
        constexpr double kBend = 0.05, kRoundOff = 1e-9;
        NetworkLayout const& at = layout();
        double first = INFINITY;
        bool bent = false;
        for (int w = 0; w < at.watches; ++w) {
            double g[kLooks], largest = 0, smallest = INFINITY, slope = 0;
            for (int n = 0; n < kLooks; ++n) {
                g[n] = r[at.watched + n * at.watches + w][l];
                largest = std::fmax(largest, std::fabs(g[n])), smallest = std::fmin(smallest, std::fabs(g[n]));
                if (n > 0) slope = std::fmax(slope, std::fabs(g[n] - g[n - 1]));
            }
            int n = 1;
            while (n < kLooks && (g[n] > 0) == (g[n - 1] > 0) && (g[n] < 0) == (g[n - 1] < 0)) ++n;
            if (n < kLooks) {
                double const root = (n - 1 + (g[n] != g[n - 1] ? g[n - 1] / (g[n - 1] - g[n]) : 0.5)) / (kLooks - 1);
                first = std::fmin(first, root);
                continue;
            }
            if (smallest > kLooks * slope) continue;  // far from 0
            bent = bent || std::fabs(g[0] - 4 * g[1] + 6 * g[2] - 4 * g[3] + g[4]) > kBend * slope + kRoundOff * largest;
            for (int m = 1; m + 1 < kLooks; ++m) {  // the extremum of a parabola through three looks
                double const curve = g[m - 1] - 2 * g[m] + g[m + 1], rise = g[m + 1] - g[m - 1];
                double const extreme = curve != 0 ? g[m] - rise * rise / (8 * curve) : g[m];
                bent = bent || (std::fabs(rise) < 2 * std::fabs(curve) && extreme * g[m] < 0 && std::fabs(extreme) > kRoundOff * largest);
            }
        }
        return bent ? std::fmin(first, 0.5) : first;
    }

    CRINE_HD void advance() {
        for (int l = 0; l < Lanes; ++l) {
            if (done_[l]) good_[l] = false;
            if (done_[l]) continue;
            double growth = error_[l] > 0 ? kSafety / std::cbrt(error_[l]) : kMostGrowth;
            growth = growth < kMostGrowth ? growth : kMostGrowth;
            if (!(growth > kLeastGrowth)) growth = kLeastGrowth;
            if (good_[l]) {
                if (rejected_[l] && growth > 1) growth = 1;
                double const next = growth * h_[l];
                if (!(last_[l] && next < step[l] && growth >= 1)) step[l] = next;  // what an end cut short says nothing against longer ones
                time[l] = last_[l] && h_[l] == end[l] - begun_[l] ? end[l] : begun_[l] + h_[l];
            } else {
                step[l] = crossing_[l] ? next_[l] : h_[l] * (growth < 0.5 ? growth : 0.5);
                failed[l] = !crossing_[l] && (step[l] < kShortest * resolution_[l] || begun_[l] + step[l] == begun_[l]);
            }
            rejected_[l] = !good_[l];
        }
        for (int s = 0; s < layout().species; ++s)
            for (int l = 0; l < Lanes; ++l)
                if (!good_[l])
                    r[s][l] = r[layout().start + s][l];
                else if (network_.positive[static_cast<std::size_t>(s)] != 0 && r[s][l] < 0)
                    r[s][l] = 0;  // no step of order 3 resolves what grows with a higher power of time
    }

    /// Of lanes that have advanced: conditions that have become true, and what takes effect now.
    template <class State>
    CRINE_HD void carry_out_events(State&& state) {
        NetworkLayout const& at = layout();
        for (int e = 0; e < at.events; ++e) {
            NetworkEvent const& event = network_.events[static_cast<std::size_t>(e)];
            for (int l = 0; l < Lanes; ++l) {
                if (!good_[l]) continue;
                bool const holds = r[at.trigger + e][l] != 0, begins = holds && state(at.held(e), l) == 0;
                state(at.held(e), l) = holds ? 1 : 0;
                if (begins) {
                    state(at.due(e), l) = time[l] + (event.delayed ? r[at.delay + e][l] : 0);
                    for (int n = event.first; n < event.last; ++n) state(at.kept(n), l) = r[at.setting + n][l];
                }
                if (!(state(at.due(e), l) <= time[l])) continue;
                for (int n = event.first; n < event.last; ++n)
                    r[network_.targets[static_cast<std::size_t>(n)]][l] = event.values_then ? r[at.setting + n][l] : state(at.kept(n), l);
                state(at.due(e), l) = INFINITY;
            }
        }
    }
};

}  // namespace CRINE_NS
}  // namespace crine
