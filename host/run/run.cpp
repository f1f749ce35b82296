// The loop of a run: steps, output, mass balance, and the record of how it went, also when it fails or is interrupted.
#include "host/run/run.h"

#include "crine/interrupt.h"
#include "host/run/background.h"
#include "host/run/interrupt.h"
#include "host/run/mass_balance.h"
#include "host/run/observer.h"
#include "host/run/output_folder.h"
#include "host/run/run_record.h"
#include "host/run/simulation.h"

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
    record.files = files_of(scenario);
    record.device = std::move(device);
    record.end = scenario.schedule.end;
    record.started = timestamp();
    return record;
}

/// Goes before the writers of every frame: sees to it that they do not write into a folder that is no longer there, and that what they have
/// written of earlier frames is soon safe.
class Guard final : public Writer {
public:
    explicit Guard(OutputFolder const& folder) : folder_(folder) {}
    void write(Frame const&) override {
        folder_.check();
        if (seconds_since(synced_) < kBetweenSyncs) return;
        folder_.sync();
        synced_ = std::chrono::steady_clock::now();
    }

private:
    static constexpr double kBetweenSyncs = 10;  ///< wall time that a failure of the power may cost, in files [s]

    OutputFolder const& folder_;
    std::chrono::steady_clock::time_point synced_ = std::chrono::steady_clock::now();
};

/// The run proper; keeps `record` up to date so that a failure can be told with it.
void simulate(Scenario const& scenario, Simulation& simulation, OutputFolder const& folder, RunOptions const& options, RunRecord& record) {
    auto const start = std::chrono::steady_clock::now();
    auto writers = make_writers(scenario, folder.path());
    writers.insert(writers.begin(), std::make_unique<Guard>(folder));
    BackgroundWriter output(std::move(writers));
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
        record.device_memory = simulation.backend().memory_used(), record.memory = simulation.backend().memory();
        record.phases = simulation.phases();
        record.phases.push_back({"output", observing});
        record.wall = seconds_since(start);
        record.finished = timestamp();
        if (record.given_up) return;
        Totals const totals = simulation.backend().totals();
        record.ledgers = totals.ligands, record.circulating = totals.cell_pools;
    };
    auto const goes_on = [&] { return simulation.time() < scenario.schedule.end - simulation.tick() / 2 && !interrupted(); };
    record.cells = record.cells_at_start = simulation.backend().cell_count();

    try {
        bool more = goes_on();
        observe(more ? Last::no : Last::yes);
        while (more) {
            simulation.step();
            record.cells = simulation.backend().cell_count();
            more = goes_on();
            observe(more ? Last::no : Last::yes);
            progress.show(simulation.time(), [&] { return record.cells; });
        }
        output.finish();
    } catch (GivenUp const&) {
        record.given_up = true;
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
    if (!record.given_up) record.state_hash = simulation.backend().state_hash();
    folder.check();
    folder.sync();  // before the record says that it is all there
}

}  // namespace

RunResult run(Scenario scenario, RunOptions const& options) {
    // All that may be wrong is found before an old run is removed.
    auto backend = make_backend(options.device);
    OutputFolder folder(options.folder, options.overwrite ? Existing::replace : Existing::refuse, files_of(scenario));
    RunRecord record = record_of(scenario, options, backend->info());
    Simulation simulation(scenario, std::move(backend));
    scenario.initial = {};  // the engine has it now
    catch_interrupts();
    folder.open();
    write_record(record, folder.path());  // a run that is killed is known by its status, "running", and by its lock, which nobody holds
    try {
        simulate(scenario, simulation, folder, options, record);
    } catch (std::exception const& problem) {
        folder.check();  // if it is gone, that is the problem
        record.status = RunRecord::Status::failed;
        record.error = problem.what();
        try {
            folder.make_room();
            write_record(record, folder.path());
        } catch (RunError const&) {
            // the first problem is the one to tell; a full disk is likely the reason for both
        }
        throw;
    }
    write_record(record, folder.path());
    return {record.status == RunRecord::Status::interrupted, record.time, record.wall, record.steps, record.cells, record.state_hash};
}

}  // namespace crine
