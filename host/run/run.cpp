// The loop of a run: steps, output, mass balance, and the record of how it went, also when it fails or is interrupted.
#include "host/run/run.h"

#include "crine/interrupt.h"
#include "host/run/background.h"
#include "host/run/checkpointing.h"
#include "host/run/interrupt.h"
#include "host/run/mass_balance.h"
#include "host/run/observer.h"
#include "host/run/output_folder.h"
#include "host/run/run_record.h"
#include "host/run/simulation.h"
#include "host/scenario/changes.h"
#include "host/text/format.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

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
    record.segments.push_back({record.started, computer(), record.device.engine, record.device.threads, 0, 0, 0});
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
    void list(Positions&) override {}

private:
    static constexpr double kBetweenSyncs = 10;  ///< wall time that a failure of the power may cost, in files [s]

    OutputFolder const& folder_;
    std::chrono::steady_clock::time_point synced_ = std::chrono::steady_clock::now();
};

/// A simulation that is under way, with what has to be known of its start.
struct Course {
    Simulation simulation;
    Observer observer;
    std::uint64_t start_hash;  ///< of what the scenario's files place at time 0

    Course(Scenario const& scenario, std::unique_ptr<Backend> backend)
        : simulation(scenario, std::move(backend)), observer(scenario, simulation), start_hash(hash_of_start(scenario)) {}
};

/// Takes the simulation, and what is told of it, to where the newest checkpoint that is whole was written. Throws InputError where that is
/// of another scenario or program, and RunError where none is whole.
Checkpoint go_on(Course& course, RunRecord& record, Scenario const& scenario, RunOptions const& options,
                 std::vector<std::filesystem::path> const& files) {
    std::string damaged;
    for (auto const& file : files) {
        try {
            Checkpoint from = read_checkpoint(file);
            require_same(from, scenario, options.accepted);
            bool const same = changes_between(from.resolved, scenario.resolved).empty();
            CRINE_VALIDATE(!same || from.start_hash == course.start_hash || is_among("files", options.accepted),
                           "the files that the scenario reads have changed since " + file.string() +
                               " was written: it starts from another state — as they were, or --accept-changes files?");
            if (std::fabs(static_cast<double>(from.steps) * course.simulation.tick() - from.time) > course.simulation.tick() / 2)
                throw InputError("the shortest of the three clocks has changed since " + file.string() +
                                 " was written, and steps are counted by it");
            try {
                course.simulation.resume(from.steps, from.state);
            } catch (RunError const& problem) {
                if (!same) throw InputError("the state in " + file.string() + " does not fit the scenario with what has been accepted");
                throw RunError(file.string() + ": " + problem.what());
            }
            if (same && course.simulation.backend().state_hash() != from.state_hash)
                throw RunError(file.string() + " does not hold the state that it was written from");
            carry_on(record, from.record, file);
            course.observer.go_on();
            std::vector<std::byte>().swap(from.state);
            if (!damaged.empty()) options.tell(damaged + " — going on from " + file.string());
            std::error_code ignored;  // those that are damaged must not count as the newest
            for (auto const& other : files) {
                if (other == file) break;
                std::filesystem::rename(other, std::filesystem::path(other).concat(".damaged"), ignored);
            }
            return from;
        } catch (RunError const& problem) {
            damaged += (damaged.empty() ? "" : "; ") + std::string(problem.what());
        }
    }
    throw RunError(damaged + " — remove " + (files.size() == 1 ? "it" : "them") + " to begin again?");
}

/// The run proper; keeps `record` up to date so that a failure can be told with it. `from`: null at the start.
RunResult::Ending simulate(Scenario const& scenario, Course& course, Checkpoint const* from, OutputFolder const& folder,
                           RunOptions const& options, RunRecord& record, bool& keeps_checkpoints) {
    auto const start = std::chrono::steady_clock::now();
    Simulation& simulation = course.simulation;
    Observer& observer = course.observer;
    std::size_t state = 0;
    for (PartMemory const& part : simulation.backend().memory()) state += part.state;
    CheckpointPlan plan(scenario, options, state);
    auto writers = make_writers(scenario, folder.path());
    if (from != nullptr) {
        Positions at(from->positions);
        for (auto const& writer : writers) writer->list(at);
    }
    plan.go_on(simulation.time(), simulation.tick());
    std::vector<Writer*> others;
    for (auto const& writer : writers) others.push_back(writer.get());
    writers.insert(writers.begin(), std::make_unique<Guard>(folder));
    writers.push_back(std::make_unique<CheckpointWriter>(folder, others, plan));
    BackgroundWriter output(std::move(writers));
    Progress progress(options.progress, simulation.time(), scenario.schedule.end);
    RunRecord::Segment& segment = record.segments.back();
    double observing = 0, before = 0;
    for (std::size_t s = 0; s + 1 < record.segments.size(); ++s) before += record.segments[s].wall;
    segment.from = simulation.time();

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
    auto const mark = [&] {
        record.time = segment.to = simulation.time(), record.steps = simulation.steps();
        segment.wall = seconds_since(start), record.wall = before + segment.wall;
    };
    std::weak_ptr<Checkpoint> last;  // while it is being written
    auto const save = [&] {
        auto const begin = std::chrono::steady_clock::now();
        mark();
        auto checkpoint = std::make_shared<Checkpoint>(Checkpoint::of(scenario));
        checkpoint->engine = record.device.engine, checkpoint->written = timestamp();
        checkpoint->start_hash = course.start_hash, checkpoint->state_hash = simulation.backend().state_hash();
        checkpoint->steps = simulation.steps(), checkpoint->time = simulation.time(), checkpoint->cells = simulation.backend().cell_count();
        checkpoint->record = to_carry(record);
        checkpoint->state = simulation.backend().save();
        last = checkpoint;
        Frame frame;
        frame.snapshot.time = simulation.time(), frame.checkpoint = std::move(checkpoint);
        output.submit(std::move(frame));
        observing += seconds_since(begin);
    };
    auto const take_down = [&] {
        mark();
        record.device_memory = simulation.backend().memory_used(), record.memory = simulation.backend().memory();
        record.phases = simulation.phases();
        record.phases.push_back({"output", observing});
        record.finished = timestamp();
        if (record.given_up) return;
        Totals const totals = simulation.backend().totals();
        record.ledgers = totals.ligands, record.circulating = totals.cell_pools;
    };
    auto const complete = [&] { return simulation.time() >= scenario.schedule.end - simulation.tick() / 2; };
    record.cells = simulation.backend().cell_count(), record.steps = simulation.steps();
    if (from == nullptr) record.cells_at_start = record.cells;
    bool out_of_walltime = false;

    try {
        if (from == nullptr) observe(Last::no);
        while (!complete() && !interrupted() && !(out_of_walltime = plan.time_is_up())) {
            auto const begin = std::chrono::steady_clock::now();
            simulation.step();
            plan.step_took(seconds_since(begin));
            record.cells = simulation.backend().cell_count();
            observe(Last::no);
            // one that is due while another is still being written has to wait, not the run
            if (!complete() && last.expired() && plan.due(simulation.time(), simulation.tick())) save();
            progress.show(simulation.time(), [&] { return record.cells; });
        }
        if (out_of_walltime && record.steps == simulation.steps())
            throw RunError("the time limit leaves no room for a step and a checkpoint of " + bytes(static_cast<double>(state)) +
                           " — a longer --walltime?");
        if (!complete() || plan.asked_for()) save();  // before rows that an undisturbed run does not have
        observe(Last::yes);
        output.finish();
    } catch (GivenUp const&) {
        record.given_up = true;
    } catch (...) {
        progress.finish();
        take_down();
        throw;
    }
    progress.finish();
    take_down();
    if (record.given_up) output.finish();
    bool const whole = complete();
    record.status = whole ? RunRecord::Status::completed : RunRecord::Status::interrupted;
    if (!record.given_up) record.state_hash = simulation.backend().state_hash();
    folder.check();
    folder.sync();  // before the record says that it is all there
    keeps_checkpoints = !whole || plan.asked_for();
    return whole ? RunResult::Ending::complete : (out_of_walltime ? RunResult::Ending::walltime : RunResult::Ending::signal);
}

/// Whether the run in the folder needs nothing more.
bool was_complete(OutputFolder const& folder, Scenario const& scenario, RunOptions const& options,
                  std::vector<std::filesystem::path> const& checkpoints) {
    if (folder.found() != "completed") return false;
    double const reached = time_reached(folder.path()),
                 tick = std::min({scenario.schedule.transport, scenario.schedule.mechanics, scenario.schedule.behaviour});
    bool const complete = reached >= scenario.schedule.end - tick / 2;
    CRINE_VALIDATE(complete || !checkpoints.empty(),
                   "the run in " + folder.path().string() + " is complete after " + duration(reached) +
                       ", and has no checkpoint to go on from — run it with output.checkpoint, or replace it by --overwrite?");
    if (complete) require_same_scenario(resolved_scenario(folder.path()), scenario, options.accepted);
    return complete;
}

}  // namespace

RunResult run(Scenario scenario, RunOptions const& options) {
    // All that may be wrong is found before an old run is removed.
    auto backend = make_backend(options.device);
    Existing const existing = options.resume ? Existing::go_on : (options.overwrite ? Existing::replace : Existing::refuse);
    OutputFolder folder(options.folder, existing, files_of(scenario));
    RunRecord record = record_of(scenario, options, backend->info());
    std::vector<std::filesystem::path> checkpoints;
    if (options.resume && !folder.found().empty()) checkpoints = checkpoints_in(folder.path());
    if (options.resume && was_complete(folder, scenario, options, checkpoints)) {
        if (std::filesystem::exists(folder.path() / output_name::lock))
            folder.open();  // of one killed after its last record; goes with `folder`
        RunResult result;
        result.ending = RunResult::Ending::was_complete, result.time = time_reached(folder.path());
        return result;
    }
    Course course(scenario, std::move(backend));
    scenario.initial = {};  // the engine has it now
    std::optional<Checkpoint> from;
    if (!checkpoints.empty()) {
        from = go_on(course, record, scenario, options, checkpoints);
    } else if (options.resume) {
        if (!folder.found().empty()) options.tell("there is no checkpoint in " + folder.path().string() + ": the run begins again");
        folder.replace();
    }
    catch_interrupts();
    folder.open();
    write_record(record, folder.path());  // a run that is killed is known by its status, "running", and by its lock, which nobody holds
    RunResult result;
    bool keeps_checkpoints = true;
    try {
        result.ending = simulate(scenario, course, from ? &*from : nullptr, folder, options, record, keeps_checkpoints);
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
    folder.make_room();
    write_record(record, folder.path());
    std::error_code ignored;
    if (!keeps_checkpoints)  // only now that the record says that the run is complete
        for (auto const& file : checkpoints_in(folder.path())) std::filesystem::remove(file, ignored);
    result.signal = interrupted();
    result.time = record.time, result.wall = record.wall, result.steps = record.steps, result.cells = record.cells;
    result.state_hash = record.state_hash;
    return result;
}

}  // namespace crine
