#include "host/run.h"

#include "host/background.h"
#include "host/interrupt.h"
#include "host/output_folder.h"
#include "host/probes.h"
#include "host/run_record.h"
#include "host/simulation.h"

#include <chrono>

namespace crine {
namespace {

/// Rings at 0, interval, 2 interval, …, each at the step nearest to it; never if the interval is 0.
class Alarm {
public:
    explicit Alarm(double interval) : interval_(interval) {}
    bool rings(double time, double tick) {
        if (interval_ <= 0 || time < static_cast<double>(next_) * interval_ - tick / 2) return false;
        next_ = static_cast<std::uint64_t>((time + tick / 2) / interval_) + 1;
        return true;
    }

private:
    double interval_;
    std::uint64_t next_ = 0;
};

enum class Last { no, yes };

/// Decides what is due after a step, and copies to the host only what the writers need.
class Observer {
public:
    Observer(Scenario const& scenario, Simulation& simulation)
        : scenario_(scenario), simulation_(simulation), volumes_(scenario.output.volumes), tables_(scenario.output.summary) {}

    /// The frame of this moment, if one is due. The last moment of a run always is.
    bool due(Last last) {
        double const time = simulation_.time(), tick = simulation_.tick();
        volumes_due_ = (volumes_.rings(time, tick) || last == Last::yes) && scenario_.output.volumes > 0 && time != last_volumes_;
        tables_due_ = (tables_.rings(time, tick) || last == Last::yes) && time != last_tables_;
        if (volumes_due_) last_volumes_ = time;
        if (tables_due_) last_tables_ = time;
        return volumes_due_ || tables_due_;
    }

    Frame look() {
        Frame frame;
        frame.volumes = volumes_due_, frame.tables = tables_due_;
        std::vector<bool> fields(scenario_.model.ligands.size(), false);
        if (volumes_due_) fields = scenario_.output.fields;
        if (tables_due_) {
            auto const probed = probed_fields(scenario_);
            for (std::size_t l = 0; l < fields.size(); ++l) fields[l] = fields[l] || probed[l];
        }
        bool const cells = (volumes_due_ && scenario_.output.cells) || (tables_due_ && probes_cells(scenario_));
        Backend& backend = simulation_.backend();
        backend.snapshot(frame.snapshot, fields, cells);
        frame.snapshot.time = simulation_.time();
        if (tables_due_) {
            frame.totals = backend.totals();
            frame.probes = read_probes(scenario_, backend, frame.snapshot);
        }
        return frame;
    }

private:
    Scenario const& scenario_;
    Simulation& simulation_;
    Alarm volumes_, tables_;
    bool volumes_due_ = false, tables_due_ = false;
    double last_volumes_ = -1, last_tables_ = -1;  ///< [s]
};

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

RunRecord record_of(Scenario const& scenario, RunOptions const& options, DeviceInfo device) {
    RunRecord record;
    record.scenario_file = scenario.file.string(), record.title = scenario.title, record.resolved = scenario.resolved;
    record.seed = scenario.model.seed;
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
        if (observer.due(last)) output.submit(observer.look());
        observing += seconds_since(begin);
    };
    auto const take_down = [&] {
        record.time = simulation.time(), record.steps = simulation.steps();
        record.cells = simulation.backend().cell_count();
        record.device_memory = simulation.backend().memory_used();
        record.phases = simulation.phases();
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
