// A simulation: model and state on a device, with its clocks and the wall time that each process has taken.
#pragma once

#include "host/scenario/scenario.h"

#include <memory>

namespace crine {

/// A scenario on a device, advanced step by step. The order of a step is in step.cpp, and only there.
class Simulation {
public:
    Simulation(Scenario const& scenario, std::unique_ptr<Backend> backend);

    /// One base tick: whatever is due, in the order of step.cpp.
    void step();
    /// Steps until `time` has been reached (to within half a tick).
    void advance_to(double time);

    /// Goes on from a state that `backend().save()` gave after so many steps of the same scenario.
    void resume(std::uint64_t steps, std::span<std::byte const> state);

    double time() const;                   ///< simulated [s]
    double tick() const { return tick_; }  ///< the shortest of the three clocks [s]
    std::uint64_t steps() const { return steps_; }
    Backend& backend() { return *backend_; }

    /// Seconds of wall time spent so far in each phase of the step, by name, in the order of the step.
    struct Phase {
        char const* name;
        double seconds;
    };
    std::vector<Phase> const& phases() const { return phases_; }

private:
    Schedule schedule_;
    std::unique_ptr<Backend> backend_;
    double tick_ = 0;
    std::uint64_t steps_ = 0;
    std::uint64_t transport_every_ = 1, mechanics_every_ = 1, behaviour_every_ = 1;  ///< in ticks
    std::vector<Phase> phases_;
};

}  // namespace crine
