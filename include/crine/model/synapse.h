#pragma once

#include "crine/rng.h"
#include "crine/synapse.h"
#include "crine/units.h"

#include <cmath>

namespace crine {

/// Transmitter and channels of one synapse, by node from the middle of the cleft to its exit [molecules].
struct CleftState {
    double free[Cleft::kMostNodes];          ///< transmitter in the cleft
    double closed[Cleft::kMostNodes];        ///< C: channels with transmitter bound
    double open[Cleft::kMostNodes];          ///< O
    double desensitised[Cleft::kMostNodes];  ///< D
};

/// What left the cleft, and what channels bound, in a stretch of time [molecules].
struct CleftFlows {
    double hydrolysed = 0, escaped = 0, captured = 0;
};

/// How far the integration has come in a stretch of time.
struct CleftProgress {
    static constexpr int kMostSteps = 10'000'000;  ///< in one interval of transport, taken back or not, and spikes
    CleftFlows flows;
    double open_time = 0;  ///< ∫ open channels dt [s]
    double peak = 0;       ///< most open channels
    double step = 0;       ///< that suits the state now [s]
    int steps = 0;         ///< taken
    int tries = 0;         ///< steps, taken back or not, and spikes
    CRINE_HD bool stalled() const { return tries >= kMostSteps; }
};

inline namespace CRINE_NS {

/// Transmitter in the cleft, in finite volumes: with amounts n_i and concentrations c_i = n_i / V_i,
///
///     dn_i/dt = g_{i-1} (c_{i-1} - c_i) - g_i (c_i - c_{i+1}) - enzyme_i(c_i) - k_on c_i R_i + k_off C_i + recovery D_i
///
/// g = D · area / distance, no flux through the middle, c = 0 at the exit; the channels of `Channels` in every volume.
class CleftDynamics {
public:
    static constexpr double kTolerance = 1e-3;  ///< error of implicit Euler in a step, relative to all transmitter in the synapse and …
    static constexpr double kNegligible = 1;    ///< … so much more [molecules]

    CRINE_HD explicit CleftDynamics(SynapseKinetics const& kinetics)
        : enzyme_(kinetics.enzyme),
          channels_(kinetics.channels),
          disc_(kinetics.cleft.shape == Cleft::Shape::disc),
          linear_(channels_.number == 0 && enzyme_.k_cat == 0),
          n_(kinetics.cleft.nodes),
          dx_(kinetics.cleft.half_length / kinetics.cleft.nodes),
          strength_(kinetics.cleft.diffusivity * kinetics.cleft.width * (disc_ ? 2 * kPi : 2 * kinetics.cleft.breadth / dx_)) {
        Cleft const& cleft = kinetics.cleft;
        volume_ = cleft.width * cleft.half_length * (disc_ ? kPi * cleft.half_length : 2 * cleft.breadth);
        shortest_ = dx_ * dx_ / cleft.diffusivity;
        portion_ = disc_ ? 1.0 / (n_ * n_) : 1.0 / n_;
    }

    CRINE_HD double volume() const { return volume_; }  ///< of the cleft [µm³]
    CRINE_HD double share(int i) const { return disc_ ? (2 * i + 1) * portion_ : portion_; }
    /// Of the face towards the exit [µm³/s]; the last one is half a node away.
    CRINE_HD double conductance(int i) const {
        double const inside = disc_ ? strength_ * (i + 1) : strength_;
        return i + 1 < n_ ? inside : 2 * inside;
    }

    CRINE_HD double free(CleftState const& s) const { return sum(s.free); }
    CRINE_HD double open(CleftState const& s) const { return sum(s.open); }
    CRINE_HD double bound(CleftState const& s) const { return sum(s.closed) + sum(s.open) + sum(s.desensitised); }

    /// Sets transmitter free in the middle. The steps begin short again.
    CRINE_HD void release(CleftState& s, double molecules, CleftProgress& progress) const {
        s.free[0] += molecules;
        progress.step = progress.step > 0 && progress.step < 0.1 * shortest_ ? progress.step : 0.1 * shortest_;
    }

    /// Through `duration`, in as many steps as the tolerance needs: each by implicit Euler, whole (y₁) and in two halves (y₂). The result
    /// is 2 y₂ - y₁, of second order and L-stable; |y₂ - y₁| bounds the error. Hairer & Wanner (1996) Solving ODEs II, IV.9.
    CRINE_HD void advance(CleftState& s, double duration, CleftProgress& progress) const {
        CleftState whole, middle, halves;
        for (double done = 0; done < duration && !progress.stalled();) {
            ++progress.tries;
            double const content = free(s) + bound(s), left = duration - done;
            if (content == 0) return;  // the next release is the next thing to happen
            double const step = progress.step > 0 ? progress.step : left, tau = step < left * (1 - 1e-9) ? step : left;
            CleftFlows once = implicit_step(s, tau, s, s, whole);
            CleftFlows const first = implicit_step(s, tau / 2, s, whole, middle),
                             second = implicit_step(middle, tau / 2, whole, whole, halves);
            CleftFlows twice{first.hydrolysed + second.hydrolysed, first.escaped + second.escaped, first.captured + second.captured};
            double const error = difference(whole, halves) / (kTolerance * (content + kNegligible));
            double const growth = limited(0.9 / std::sqrt(error));
            if (!(error <= 1)) {
                if (!(error == error)) progress.tries = CleftProgress::kMostSteps;  // no shorter step helps
                progress.step = tau * (growth < 0.9 ? growth : 0.9);
                continue;
            }
            if (extrapolate(whole, once, halves, twice)) halves = whole, twice = once;
            double const opened = open(halves);
            progress.open_time += 0.5 * (open(s) + opened) * tau;
            progress.peak = opened > progress.peak ? opened : progress.peak;
            progress.flows.hydrolysed += twice.hydrolysed, progress.flows.escaped += twice.escaped;
            progress.flows.captured += twice.captured;
            progress.step = tau * growth > step || tau == step ? tau * growth : step;
            ++progress.steps;
            s = halves;
            done = tau == left ? duration : done + tau;
        }
    }

    /// Implicit Euler: positive at any step, and what leaves a volume arrives somewhere. The losses to enzyme and channels are concave in
    /// the concentration, so that Newton's method with tangents comes below the solution at once and then rises to it: every iterate is
    /// positive. Only the first tangent must not be one that asks for more than there is; it is then that at 0. The first guess is half way
    /// between two states.
    CRINE_HD CleftFlows implicit_step(CleftState const& from, double dt, CleftState const& guess, CleftState const& other,
                                      CleftState& to) const {
        Binding const binding(channels_, dt);
        double reduced[Cleft::kMostNodes], right[Cleft::kMostNodes], weight[Cleft::kMostNodes];
        double* const c = to.free;
        double content = 0;
        for (int i = 0; i < n_; ++i) {
            c[i] = 0.5 * (guess.free[i] + other.free[i]) / (volume_ * share(i));
            content += from.free[i] + held(from, i);
        }
        for (int round = 0; round < kMostRounds; ++round) {
            double below = 0, link = 0;  // of the node before: right side, and off-diagonal over pivot
            for (int i = 0; i < n_; ++i) {
                Losses const loss = losses(binding, from, i, dt, c[i]);
                double const v = volume_ * share(i), low = i == 0 ? 0 : dt * conductance(i - 1), high = dt * conductance(i);
                double const there = from.free[i] + held(from, i);
                double slope = loss.slope, known = there - loss.value + slope * c[i];
                if (round == 0 && known < 0) {
                    Losses const start = losses(binding, from, i, dt, 0);
                    slope = start.slope, known = there > start.value ? there - start.value : 0;
                }
                weight[i] = v + slope + high + low;
                double const pivot = 1 / (weight[i] - low * link);
                below = right[i] = (known + low * below) * pivot;
                link = reduced[i] = high * pivot;
            }
            double change = 0, terms = 0, beyond = 0;  // in molecules, as they stand in the equations
            for (int i = n_ - 1; i >= 0; --i) {
                double const solved = right[i] + (i + 1 < n_ ? reduced[i] * beyond : 0.0), next = solved > 0 ? solved : 0;
                change += std::fabs(next - c[i]) * weight[i], terms += next * weight[i];
                beyond = c[i] = next;
            }
            if (linear_ || change <= kConverged * content + kRoundOff * terms) break;
        }
        // What the concentrations say of every flux; the amounts follow from the fluxes, so that none is lost whatever they are.
        CleftFlows flows;
        double inflow = 0;
        for (int i = 0; i < n_; ++i) {
            double const here = c[i], outflow = dt * conductance(i) * (here - (i + 1 < n_ ? c[i + 1] : 0.0));
            double const broken = dt * breakdown(i, here), before = from.free[i] + held(from, i);
            flows.captured += binding(from, i, here, channels_.number * share(i), to);
            flows.hydrolysed += broken;
            if (i + 1 == n_) flows.escaped = outflow;
            to.free[i] = before - held(to, i) - broken + inflow - outflow;
            inflow = outflow;
        }
        double const missing = lift(to.free);  // round-off
        (flows.escaped > flows.hydrolysed ? flows.escaped : flows.hydrolysed) += missing;
        return flows;
    }

private:
    static constexpr int kMostRounds = 60;
    /// Change in a round, relative to the content, of which it leaves about the square; and to all terms of the equations.
    static constexpr double kConverged = 1e-8, kRoundOff = 1e-14;

    CRINE_HD double sum(double const (&of)[Cleft::kMostNodes]) const {
        double all = 0;
        for (int i = 0; i < n_; ++i) all += of[i];
        return all;
    }
    CRINE_HD static double held(CleftState const& s, int i) { return s.closed[i] + s.open[i] + s.desensitised[i]; }
    CRINE_HD static double limited(double growth) { return growth < 0.2 ? 0.2 : (growth < 4 ? growth : 4.0); }

    CRINE_HD double difference(CleftState const& a, CleftState const& b) const {
        double all = 0;
        for (int i = 0; i < n_; ++i)
            all += std::fabs(a.free[i] - b.free[i]) + std::fabs(a.closed[i] - b.closed[i]) + std::fabs(a.open[i] - b.open[i]) +
                   std::fabs(a.desensitised[i] - b.desensitised[i]);
        return all;
    }

    /// Where amounts are below 0, the missing molecules come from the node before; what is still missing in the middle is returned.
    CRINE_HD double lift(double (&amounts)[Cleft::kMostNodes]) const {
        double missing = 0;
        for (int i = n_ - 1; i >= 0; --i) {
            amounts[i] += missing;
            missing = amounts[i] < 0 ? amounts[i] : 0;
            amounts[i] -= missing;
        }
        return missing;
    }

    /// Makes y₁ and its flows the extrapolation 2 y₂ - y₁. What is below 0, as where transmitter only just arrives, is made up for by free
    /// transmitter. False if that does not do.
    CRINE_HD bool extrapolate(CleftState& y1, CleftFlows& flows1, CleftState const& y2, CleftFlows const& flows2) const {
        double missing = 0;
        auto const take = [&](double& to, double from) {
            to = 2 * from - to;
            if (to < 0) missing += to, to = 0;
        };
        for (int i = 0; i < n_; ++i) {
            missing = 0;
            take(y1.closed[i], y2.closed[i]), take(y1.open[i], y2.open[i]), take(y1.desensitised[i], y2.desensitised[i]);
            y1.free[i] = 2 * y2.free[i] - y1.free[i] + missing;
            if (held(y1, i) > channels_.number * share(i)) return false;
        }
        missing = 0;
        take(flows1.escaped, flows2.escaped), take(flows1.hydrolysed, flows2.hydrolysed);
        y1.free[n_ - 1] += missing;
        take(flows1.captured, flows2.captured);
        return lift(y1.free) == 0;
    }

    /// Molecules that the enzyme breaks down in a volume [1/s].
    CRINE_HD double breakdown(int i, double c) const {
        double const saturating = enzyme_.k_cat == 0 ? 0 : enzyme_.k_cat * enzyme_.amount / (enzyme_.K_m + c);
        return share(i) * c * (enzyme_.rate * volume_ + saturating);
    }
    CRINE_HD double breakdown_slope(int i, double c) const {
        double const half = enzyme_.K_m + c;
        double const saturating = enzyme_.k_cat == 0 ? 0 : enzyme_.k_cat * enzyme_.amount * enzyme_.K_m / (half * half);
        return share(i) * (enzyme_.rate * volume_ + saturating);
    }

    /// A step of the channels of one volume by implicit Euler at a concentration c: all but C are eliminated,
    ///
    ///     O = o + o₁ C,  D = d + d₁ C,  R = q - w C,  C = (p + b q) / (s + b w),  b = dt k_on c
    struct Binding {
        double opens, closes, recovers, on, o1, d1, s, w;

        CRINE_HD Binding(Channels const& k, double dt)
            : opens(dt * k.open),
              closes(1 / (1 + dt * k.close)),
              recovers(1 / (1 + dt * k.recovery)),
              on(dt * k.k_on),
              o1(opens * closes),
              d1(dt * k.desensitisation * recovers),
              s(1 + dt * (k.k_off + k.desensitisation) + opens * closes),
              w(1 + o1 + d1),
              back_(dt * k.close) {}

        /// Sets the channels of node i; molecules that bind in the step.
        CRINE_HD double operator()(CleftState const& from, int i, double c, double number, CleftState& to) const {
            Local const local(*this, from, i, number);
            double const bound = (local.p + on * c * local.q) / (s + on * c * w), vacant = local.q - w * bound;
            to.closed[i] = bound, to.open[i] = local.o + o1 * bound, to.desensitised[i] = local.d + d1 * bound;
            return on * c * (vacant > 0 ? vacant : 0);
        }
        struct Local {
            double o, d, q, p;
            CRINE_HD Local(Binding const& by, CleftState const& from, int i, double number)
                : o(from.open[i] * by.closes), d(from.desensitised[i] * by.recovers), q(number - o - d), p(from.closed[i] + by.back_ * o) {}
        };
        double back_;
    };

    /// What a volume loses in a step to channels (all that is bound then) and to the enzyme, at a concentration c.
    struct Losses {
        double value, slope;
    };
    CRINE_HD Losses losses(Binding const& by, CleftState const& from, int i, double dt, double c) const {
        typename Binding::Local const local(by, from, i, channels_.number * share(i));
        double const room = 1 / (by.s + by.on * c * by.w), base = local.o + local.d;
        return {base + by.w * (local.p + by.on * c * local.q) * room + dt * breakdown(i, c),
                by.w * by.on * (local.q * by.s - local.p * by.w) * room * room + dt * breakdown_slope(i, c)};
    }

    CleftEnzyme enzyme_;
    Channels channels_;
    bool disc_, linear_;
    int n_;
    double dx_;        ///< [µm]
    double strength_;  ///< [µm³/s]
    double volume_ = 0, shortest_ = 0, portion_ = 0;
};

/// What is left of an emptied pool's gap after some time.
CRINE_HD inline double refilled(VesiclePool const& pool, double vesicles, double elapsed) {
    return pool.size + (vesicles - pool.size) * std::exp(-pool.refill * elapsed);
}

/// How many of n happen, each with probability p.
CRINE_HD inline double happening(Random& random, double n, double p) {
    double count = 0;
    for (double i = 0; i < n; ++i) count += random.uniform_fine() < p;
    return count;
}

}  // namespace CRINE_NS
}  // namespace crine
