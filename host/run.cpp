#include "host/run.h"

#include "host/background.h"
#include "host/interrupt.h"
#include "host/mass_balance.h"
#include "host/observer.h"
#include "host/output_folder.h"
#include "host/run_record.h"
#include "host/simulation.h"

#include <chrono>

namespace crine {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

RunRecord record_of(Scenario const& scenario, RunOptions const& options, DeviceInfo device) {
    RunRecord record;
    record.scenario_file = scenario.file.string(), record.title = scenario.title, record.resolved = scenario.resolved;
    record.seed = scenario.model.seed;
    for (auto const& ligand : scenario.model.ligands) record.ligands.push_back(ligand.name);
    for (auto const& pool : scenario.model.cell_pools) record.cell_pools.push_back(name_of(scenario.model, pool));
    record.command_line = options.command_line;
    record.device = std::move(device);
    record.end = scenario.schedule.end;
    record.started = timestamp();
    return record;
}

/// The run proper; keeps `record` up to date so that a failure can be told with it.
void simulate(Scenario& scenario, std::unique_ptr<Backend> backend, RunOptions const& options, RunRecord& record) {
    auto const start = std::chrono::steady_clock::now();
    Simulation simulation(scenario, std::move(backend));
    scenario.initial = {};  // the engine has it now
    BackgroundWriter output(make_writers(scenario, options.folder));
    Observer observer(scenario, simulation);
    Progress progress(options.progress, scenario.schedule.end);
    double observing = 0;

    auto const observe = [&](Last last) {
        auto const begin = std::chrono::steady_clock::now();
        if (observer.due(last)) {
            Frame frame = observer.look();
            Totals const totals = frame.totals;
            bool const counted = frame.tables;
            output.submit(std::move(frame));  // what there is, a broken balance too
            if (counted) check_balance(scenario.model, totals, simulation.time());
        }
        observing += seconds_since(begin);
    };
    auto const take_down = [&] {
        record.time = simulation.time(), record.steps = simulation.steps();
        record.cells = simulation.backend().cell_count();
        record.device_memory = simulation.backend().memory_used();
        record.phases = simulation.phases();
        Totals const totals = simulation.backend().totals();
        record.ledgers = totals.ligands, record.circulating = totals.cell_pools;
        record.phases.push_back({"output", observing});
        record.wall = seconds_since(start);
        record.finished = timestamp();
    };
    record.cells_at_start = simulation.backend().cell_count();

    try {
        bool more = simulation.time() < scenario.schedule.end - simulation.tick() / 2;
        observe(more ? Last::no : Last::yes);
        while (more) {
            simulation.step();
            more = simulation.time() < scenario.schedule.end - simulation.tick() / 2 && !interrupted();
            observe(more ? Last::no : Last::yes);
            progress.show(simulation.time(), [&] { return simulation.backend().cell_count(); });
        }
        output.finish();
    } catch (...) {
        progress.finish();
        take_down();
        throw;
    }
    progress.finish();
    take_down();
    bool const whole = simulation.time() >= scenario.schedule.end - simulation.tick() / 2;
    record.status = whole ? RunRecord::Status::completed : RunRecord::Status::interrupted;
    record.state_hash = simulation.backend().state_hash();
}

}  // namespace

RunResult run(Scenario scenario, RunOptions const& options) {
    catch_interrupts();
    auto backend = make_backend(options.device);  // before an old run is removed: the device may be missing
    prepare_output_folder(options.folder, options.overwrite ? Existing::replace : Existing::refuse);
    RunRecord record = record_of(scenario, options, backend->info());
    write_record(record, options.folder);  // a run that is killed is known by its status, "running"
    try {
        simulate(scenario, std::move(backend), options, record);
    } catch (std::exception const& problem) {
        record.status = RunRecord::Status::failed;
        record.error = problem.what();
        try {
            write_record(record, options.folder);
        } catch (RunError const&) {
            // the first problem is the one to tell; a full disk is likely the reason for both
        }
        throw;
    }
    write_record(record, options.folder);
    return {record.status == RunRecord::Status::interrupted, record.time, record.wall, record.steps, record.cells, record.state_hash};
}

}  // namespace crine
