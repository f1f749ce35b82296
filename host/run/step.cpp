// The order of the processes in one step, each on the ticks of its own clock.
#include "host/run/simulation.h"

#include "crine/interrupt.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace crine {

Simulation::Simulation(Scenario const& scenario, std::unique_ptr<Backend> backend)
    : schedule_(scenario.schedule), backend_(std::move(backend)) {
    tick_ = std::min({schedule_.transport, schedule_.mechanics, schedule_.behaviour});
    auto const ticks = [&](double step) { return static_cast<std::uint64_t>(std::llround(step / tick_)); };
    transport_every_ = ticks(schedule_.transport);
    mechanics_every_ = ticks(schedule_.mechanics);
    behaviour_every_ = ticks(schedule_.behaviour);
    for (char const* name : {"sort", "exchange", "transport", "bind", "synapse", "sense", "transduce", "behave", "move", "apply", "check"})
        phases_.push_back({name, 0});
    backend_->start(scenario.model, scenario.initial);
}

double Simulation::time() const { return static_cast<double>(steps_) * tick_; }

void Simulation::step() {
    Backend& on = *backend_;
    bool const fields = steps_ % transport_every_ == 0;
    bool const mechanics = steps_ % mechanics_every_ == 0;
    bool const behaviour = steps_ % behaviour_every_ == 0;
    auto const lasting = [&](double dt) { return Moment{time(), dt, steps_}; };

    std::size_t phase = 0;
    auto const timed = [&](bool due, auto&& process) {
        auto const start = std::chrono::steady_clock::now();
        end_if_out_of_time();
        if (due) process();
        phases_[phase++].seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };

    timed(true, [&] { on.sort(); });
    timed(fields, [&] { on.exchange(lasting(schedule_.transport)); });
    timed(fields, [&] { on.transport(lasting(schedule_.transport)); });
    timed(fields, [&] { on.bind(lasting(schedule_.transport)); });
    timed(fields, [&] { on.synapse(lasting(schedule_.transport)); });
    timed(behaviour, [&] { on.sense(lasting(schedule_.behaviour)); });
    timed(behaviour, [&] { on.transduce(lasting(schedule_.behaviour)); });
    timed(behaviour, [&] { on.behave(lasting(schedule_.behaviour)); });
    timed(mechanics, [&] { on.move(lasting(schedule_.mechanics)); });
    timed(behaviour, [&] { on.apply(lasting(schedule_.behaviour)); });
    timed(true, [&] { on.check(lasting(tick_)); });
    ++steps_;
}

void Simulation::resume(std::uint64_t steps, std::span<std::byte const> state) {
    backend_->restore(state);
    steps_ = steps;
}

void Simulation::advance_to(double target) {
    while (time() < target - tick_ / 2) step();
}

}  // namespace crine
