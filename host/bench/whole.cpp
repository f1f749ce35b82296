// Benchmark `whole`: whole simulations, by process of the step: PhysiCell's template, with its error in time, and a wound.
#include "host/bench/exact.h"
#include "host/bench/lod.h"
#include "host/bench/models.h"
#include "host/bench/session.h"
#include "host/build/load.h"
#include "host/run/estimate.h"
#include "host/run/simulation.h"
#include "host/text/format.h"

#include <algorithm>
#include <cmath>

namespace crine::bench {
namespace {

constexpr double kStretch = 360;      // simulated by a repeat [s]
constexpr double kAccuracyTime = 60;  // after which fields are compared [s]

/// Reports wall seconds for each `unit` of simulated seconds, of everything and of each phase.
void report_phases(Session& session, Measurement measurement, Simulation& simulation, double stretch, double unit) {
    std::vector<std::vector<double>> parts;
    std::vector<double> all;
    for (int repeat = -1; repeat < std::max(3, session.size().repeats); ++repeat) {
        auto const before = simulation.phases();
        double const seconds = timed(simulation.backend(), [&] { simulation.advance_to(simulation.time() + stretch); }) * unit / stretch;
        if (repeat < 0) continue;  // for warmth
        all.push_back(seconds);
        parts.resize(before.size());
        for (std::size_t p = 0; p < before.size(); ++p)
            parts[p].push_back((simulation.phases()[p].seconds - before[p].seconds) * unit / stretch);
    }
    std::string const setting = measurement.setting;
    measurement.value = summarise(all);
    session.report(measurement);
    for (std::size_t p = 0; p < parts.size(); ++p) {
        measurement.setting = setting + ": " + simulation.phases()[p].name;
        measurement.value = summarise(parts[p]);
        measurement.note.clear();
        session.report(measurement);
    }
}

std::vector<Real> field_of(Backend& on) {
    Snapshot snapshot;
    on.snapshot(snapshot, {true}, false);
    return snapshot.fields[0];
}

std::vector<Real> field_after(Session& session, Scenario scenario, double transport_step, double tolerance) {
    scenario.schedule.transport = transport_step;
    scenario.model.solver_tolerance = tolerance;
    Simulation simulation(scenario, session.make_engine());
    simulation.advance_to(kAccuracyTime);
    return field_of(simulation.backend());
}

/// The peer's way: cells take up from their voxel, between steps of LOD.
std::vector<Real> lod_field_after(Scenario const& scenario, double dt) {
    Grid const& grid = scenario.model.grid;
    HostCells const& cells = scenario.initial.cells;
    std::vector<float> keep(grid.voxels(), 1);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        auto const on_axis = [&](Real x) { return static_cast<int>(x / grid.spacing); };
        keep[grid.voxel(on_axis(cells.x[i]), on_axis(cells.y[i]), on_axis(cells.z[i]))] +=
            static_cast<float>(dt * peer::uptake / grid.volume());
    }
    for (float& k : keep) k = 1 / k;
    Lod const lod(grid.nx, grid.spacing, peer::diffusivity, peer::decay, dt);
    std::vector<float> field(grid.voxels(), static_cast<float>(peer::start));
    for (long s = 0; s < std::lround(kAccuracyTime / dt); ++s) {
        for (std::size_t v = 0; v < field.size(); ++v) field[v] *= keep[v];
        lod.step(field);
    }
    return {field.begin(), field.end()};
}

/// Error of the field in time: against the same method with steps ten times as fine.
void report_error(Session& session, std::string const& setting, std::size_t cells, double error) {
    session.report({.name = "whole",
                    .setting = setting,
                    .size = cells,
                    .ligands = 1,
                    .metric = metric::relative_error.name,
                    .value = one(error),
                    .note = "against steps ten times as fine, after 1 min"});
}

void measure_template(Session& session) {
    constexpr double kFine = peer::transport_step / 10;
    struct Setting {
        char const* name;
        Scheme scheme;
    };
    std::size_t const cells = session.size().template_cells;
    for (Setting const& setting : {Setting{"template, adaptive", Scheme::adaptive}, Setting{"template, ADI", Scheme::adi}}) {
        Scenario const scenario = peer_template(cells, setting.scheme);
        {
            Simulation simulation(scenario, session.make_engine());
            report_phases(session,
                          {.name = "whole",
                           .setting = setting.name,
                           .size = cells,
                           .ligands = 1,
                           .metric = metric::seconds_per_simulated_hour.name,
                           .note = "0.6 s, 6 s, 6 min"},
                          simulation, session.size().patience > 0 ? kStretch : peer::mechanics_step, 3600);
        }
        double const tolerance = scenario.model.solver_tolerance;
        report_error(session, setting.name, cells,
                     relative_error(field_after(session, scenario, peer::transport_step, tolerance),
                                    field_after(session, scenario, kFine, tolerance / 10)));
    }
    Scenario const scenario = peer_template(cells, Scheme::adi);
    report_error(session, "template, LOD of 0.6 s", cells,
                 relative_error(lod_field_after(scenario, peer::transport_step), lod_field_after(scenario, kFine)));
}

void measure_wound(Session& session, std::string const& name) {
    constexpr double kHalfHour = 1800;
    auto const file = scenario_file(name + ".yaml");
    if (file.empty()) return session.say("whole: no scenarios/" + name + ".yaml here or beside the program: left out");
    std::size_t cells = 0;
    Scenario scenario = load_scenario(file, {}, true, &cells);
    if (!is_small(scenario, cells) && !estimate(scenario, cells, session.device(), {}).fits())
        return session.say("whole: " + name + " does not fit in the memory of this device: left out");
    scenario = load_scenario(file, {});
    Simulation simulation(scenario, session.make_engine());
    report_phases(session,
                  {.name = "whole",
                   .setting = name,
                   .size = simulation.backend().cell_count(),
                   .ligands = static_cast<int>(scenario.model.ligands.size()),
                   .metric = metric::seconds_per_30_min.name,
                   .note = "its first hours; size at the start"},
                  simulation, kHalfHour, kHalfHour);
}

}  // namespace

void measure_whole(Session& session) {
    measure_template(session);
    if (session.size().patience == 0) return;
    measure_wound(session, "wound_healing");
    if (session.on_gpu()) measure_wound(session, "wound_healing_large");
}

}  // namespace crine::bench
