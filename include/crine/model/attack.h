#pragma once

#include "crine/rng.h"

namespace crine {
inline namespace CRINE_NS {

/// The attacks of one cell while those that it may attack stay: a wait of exponential law with the rate of all, then one of them, chosen in
/// proportion, for a fixed duration, and so on. The same draws give the same course, so that both sides can follow it.
class Attacks {
public:
    /// `rate` [1/s] and `duration` [s] are above 0; times are simulated ones [s].
    CRINE_HD Attacks(Random const& random, double rate, double duration, double free, double end)
        : random_(random), rate_(rate), duration_(duration), free_(free), end_(end) {}

    /// On to the next, if it begins before the end.
    CRINE_HD bool next() {
        begin_ = free_ - std::log1p(-random_.uniform_fine()) / rate_;
        pick_ = rate_ * random_.uniform_fine();
        free_ = begin_ + duration_;
        return begin_ < end_;
    }
    CRINE_HD double begin() const { return begin_; }
    CRINE_HD double finish() const { return begin_ + duration_; }
    /// The attacked is the first with which the sum of rates exceeds this.
    CRINE_HD double pick() const { return pick_; }

    /// Part of the time that is spent in attacks.
    CRINE_HD static double share(double rate, double duration) { return duration / (duration + 1 / rate); }
    /// Of so many in a step only the mean counts: chance makes less than a thirtieth of it.
    CRINE_HD static bool many(double rate, double duration, double span) { return span > 1000 * (duration + 1 / rate); }

private:
    Random random_;
    double rate_, duration_, free_, end_;
    double begin_ = 0, pick_ = 0;
};

}  // namespace CRINE_NS
}  // namespace crine
