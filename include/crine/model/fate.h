#pragma once

#include "crine/rng.h"

namespace crine {
inline namespace CRINE_NS {

/// Which of several things that happen at given rates happens first, and when: the waiting time is exponential with the
/// total rate, the choice proportional to the rates. Gillespie (1976) J Comput Phys 22:403, direct method.
///
/// Add all rates, ask whether it happens, then add them again in the same order to find out which one it is.
class Race {
public:
    CRINE_HD explicit Race(Random& random) : random_(random) {}

    /// An infinite rate (at once) counts as one far above all others; it leaves the sums finite.
    CRINE_HD static double finite(Real rate) { return rate < Real(1e30) ? rate : 1e30; }

    CRINE_HD void add(Real rate) { total_ += finite(rate); }
    /// The waiting time is shorter than `span` [s].
    CRINE_HD bool ends_within(double span) {
        if (!(total_ > 0)) return false;
        double const u = random_.uniform_fine();
        if (u >= total_ * span) return false;  // -log(1 - u) ≥ u: spares most cells the logarithm
        waiting_ = -std::log1p(-u) / total_;
        pick_ = total_ * random_.uniform_fine();
        return waiting_ < span;
    }
    CRINE_HD double waiting() const { return waiting_; }  ///< [s]
    CRINE_HD bool is(Real rate) {
        pick_ -= finite(rate);
        return pick_ < 0;
    }

private:
    Random& random_;
    double total_ = 0, waiting_ = 0, pick_ = 0;
};

/// Number of events of a Poisson process within `span` [s].
CRINE_HD inline std::uint32_t arrivals(Random& random, double rate, double span, std::uint32_t most) {
    std::uint32_t n = 0;
    for (double t = 0; rate > 0 && n < most; ++n) {
        t -= std::log1p(-random.uniform_fine()) / rate;
        if (t >= span) break;
    }
    return n;
}

}  // namespace CRINE_NS
}  // namespace crine
