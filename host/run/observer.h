// When output is due, and which parts of the state it needs.
#pragma once

#include "host/run/simulation.h"
#include "host/writers/probes.h"
#include "host/writers/writer.h"

#include <cmath>

namespace crine {

/// Rings at 0, interval, 2 interval, …, each at the step nearest to it; never if the interval is 0.
class Alarm {
public:
    explicit Alarm(double interval) : interval_(interval) {}
    bool rings(double time, double tick) {
        if (interval_ <= 0 || time < next_ * interval_ - tick / 2) return false;
        next_ = std::floor((time + tick / 2) / interval_) + 1;
        return true;
    }
    /// As after that time; whether it has rung just then.
    bool go_on(double time, double tick) {
        return rings(time, tick) && std::floor((time + tick / 2) / interval_) != std::floor((time - tick / 2) / interval_);
    }

private:
    double interval_;
    double next_ = 0;  ///< how many intervals: more than any integer holds where they are much shorter than a step
};

/// Whether a run ends here.
enum class Last { no, yes };

/// Decides what is due after a step, and copies to the host only what the writers need. To be made at time 0.
class Observer {
public:
    Observer(Scenario const& scenario, Simulation& simulation)
        : scenario_(scenario),
          simulation_(simulation),
          volumes_(scenario.output.volumes),
          tables_(scenario.output.summary),
          probes_(scenario) {
        probes_.begin(simulation.backend());
    }

    /// The simulation goes on from a later time, of which all that was due has been seen.
    void go_on() {
        double const time = simulation_.time(), tick = simulation_.tick();
        if (volumes_.go_on(time, tick)) last_volumes_ = time;
        if (tables_.go_on(time, tick)) last_tables_ = time;
    }

    /// The frame of this moment, if one is due. The last moment of a run always is.
    bool due(Last last) {
        double const time = simulation_.time(), tick = simulation_.tick();
        volumes_due_ = (volumes_.rings(time, tick) || last == Last::yes) && scenario_.output.volumes > 0 && time != last_volumes_;
        tables_due_ = (tables_.rings(time, tick) || last == Last::yes) && time != last_tables_;
        if (volumes_due_) last_volumes_ = time;
        if (tables_due_) last_tables_ = time;
        return volumes_due_ || tables_due_;
    }

    Frame look();

private:
    Scenario const& scenario_;
    Simulation& simulation_;
    Alarm volumes_, tables_;
    ProbeReader probes_;
    bool volumes_due_ = false, tables_due_ = false;
    double last_volumes_ = -1, last_tables_ = -1;  ///< [s]
};

}  // namespace crine
