// A trial run in a child process with limits on time and memory, of the whole scenario or of a piece, and its cost scaled up.
#include "host/run/estimate.h"

#include "crine/rng.h"
#include "host/build/synapses.h"
#include "host/run/background.h"
#include "host/run/simulation.h"
#include "host/text/format.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <new>
#include <thread>
#include <type_traits>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace crine {
namespace {

constexpr std::size_t kSmallVoxels = 4'000'000, kSmallCells = 500'000;
constexpr int kPieceEdge = 40;   ///< of the piece that stands for a large tissue [voxels]
constexpr double kPatience = 3;  ///< wall time after which a trial run ends at the next whole period [s]

std::size_t bytes_per_cell() {
    std::size_t sum = 0;
    HostCells().for_each_field([&](char const*, auto const& array) { sum += sizeof(typename std::decay_t<decltype(array)>::value_type); });
    return sum;
}
constexpr std::size_t kBytesPerCellInFile = 3 * 4 + 1 + 1 + 4 + 4 * 4 + 4 + 3 * 4 + 2 * 8;  ///< position … velocity, vertex

/// A block of the tissue with the same cells per voxel, all types alike, in the first material.
Scenario piece_of(Scenario const& whole, std::size_t cells) {
    Scenario piece = whole;
    Grid& grid = piece.model.grid;
    int const edge = grid.planar() ? kPieceEdge * 6 : kPieceEdge;
    grid.nx = std::min(grid.nx, edge), grid.ny = std::min(grid.ny, edge), grid.nz = std::min(grid.nz, edge);
    piece.model.material.assign(grid.voxels(), 0);
    for (Dose& dose : piece.model.doses)
        if (dose.pool < 0) dose.voxels = {0};
    piece.initial.fields.assign(piece.model.ligands.size(), std::vector<Real>(grid.voxels(), 0));
    auto const share = static_cast<double>(grid.voxels()) / static_cast<double>(whole.model.grid.voxels());
    auto const n = static_cast<std::uint32_t>(std::llround(share * static_cast<double>(cells)));
    Vec3 const size = grid.size();
    for (std::uint32_t i = 0; i < n && !piece.model.types.empty(); ++i) {
        Random random(piece.model.seed, Stream::placement, 0, i);
        auto const type = static_cast<std::uint8_t>(i % piece.model.types.size());
        Real const x = random.uniform() * size.x, y = random.uniform() * size.y, z = random.uniform() * size.z;
        piece.initial.cells.add(type, {x, y, z}, piece.model.types[type].radius);
    }
    piece.initial.synapses.clear();
    for (std::size_t t = 0; t < piece.pairings.size(); ++t) pair_cells(piece, t, piece.initial.synapses);
    return piece;
}

/// What has been found out so far, in memory that two processes share.
struct Trial {
    std::uint64_t steps = 0;
    double seconds = 0;   ///< that they took
    double per_step = 0;  ///< of late [s]
    double memory = 0;    ///< of the engine [bytes]
    double state = 0;     ///< what of it a checkpoint holds [bytes]
    char problem[500] = {};
};

/// Runs for some seconds, by whole periods of the slowest clock, or to the end. Steps at the beginning find cold memory and fields,
/// receptors and pathways far from where they settle: what the rest will take is told by the later half of the periods.
void try_out(Scenario const& sample, Device const& device, Trial& trial) {
    using Clock = std::chrono::steady_clock;
    Simulation simulation(sample, make_backend(device));
    auto const weigh = [&] {
        trial.memory = static_cast<double>(simulation.backend().memory_used());
        std::size_t state = 0;
        for (PartMemory const& part : simulation.backend().memory()) state += part.state;
        trial.state = static_cast<double>(state);
    };
    weigh();
    Schedule const& schedule = sample.schedule;
    double const slowest = std::max({schedule.transport, schedule.mechanics, schedule.behaviour});
    auto const period = static_cast<std::uint64_t>(std::llround(slowest / simulation.tick()));
    std::uint64_t const all = number_of_steps(schedule);
    std::vector<double> ends{0};  // of periods
    auto const start = Clock::now();
    while (trial.seconds < kPatience && trial.steps < all) {
        for (std::uint64_t last = std::min(trial.steps + period, all); trial.steps < last;) {
            simulation.step();
            trial.seconds = std::chrono::duration<double>(Clock::now() - start).count();
            if (++trial.steps <= period) trial.per_step = trial.seconds / static_cast<double>(trial.steps);
        }
        simulation.backend().synchronize();
        trial.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        ends.push_back(trial.seconds);
        std::size_t const half = ends.size() / 2;
        trial.per_step = (ends.back() - ends[half - 1]) / static_cast<double>((ends.size() - half) * period);
        weigh();
    }
}

/// Memory that a process holds, and that could still be had [bytes]; 0: not known.
double memory_of(pid_t process) {
    std::size_t size = 0, resident = 0;
    std::ifstream("/proc/" + std::to_string(process) + "/statm") >> size >> resident;
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}
double memory_left() {
    std::ifstream info("/proc/meminfo");
    for (std::string key, unit; info >> key;) {
        double kibibytes = 0;
        info >> kibibytes, std::getline(info, unit);
        if (key == "MemAvailable:") return kibibytes * 1024;
    }
    return 0;
}

/// The same by another process, which can be ended wherever it is. What kills this one ends that one too.
Trial try_out_within(TrialLimits const& limits, Scenario const& sample, Device const& device) {
    void* const shared = mmap(nullptr, sizeof(Trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) throw RunError("cannot map memory for a trial run");
    auto* const trial = new (shared) Trial;
    pid_t const process = fork();
    if (process < 0) throw RunError("cannot start another process for a trial run");
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        try {
            try_out(sample, device, *trial);
        } catch (std::exception const& problem) {
            std::strncpy(trial->problem, problem.what(), sizeof trial->problem - 1);
        }
        _exit(0);
    }
    auto const start = std::chrono::steady_clock::now();
    std::string limit;
    int status = 0;
    while (waitpid(process, &status, WNOHANG) == 0) {
        bool const late = std::chrono::steady_clock::now() - start > std::chrono::duration<double>(limits.seconds);
        bool const large = limits.bytes > 0 && memory_of(process) > limits.bytes;
        if (late || large) {
            limit = late ? wall_time(limits.seconds) : bytes(limits.bytes) + " of memory";
            kill(process, SIGKILL);
            waitpid(process, &status, 0);
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    Trial found = *trial;
    munmap(shared, sizeof(Trial));
    std::string problem = found.problem;
    if (!limit.empty() && found.steps == 0)
        problem = "its first step takes more than " + limit;
    else if (limit.empty() && WIFSIGNALED(status))
        problem = "its trial run was ended by signal " + std::to_string(WTERMSIG(status));
    std::strncpy(found.problem, problem.c_str(), sizeof found.problem - 1);
    return found;
}

}  // namespace

std::uint64_t number_of_steps(Schedule const& schedule) {
    return static_cast<std::uint64_t>(
        std::ceil(schedule.end / std::min({schedule.transport, schedule.mechanics, schedule.behaviour}) - 0.5));
}

TrialLimits TrialLimits::of_this_machine() { return {10, memory_left() / 2}; }

bool is_small(Scenario const& scenario, std::size_t cells) { return scenario.model.grid.voxels() <= kSmallVoxels && cells <= kSmallCells; }

Estimate estimate(Scenario const& scenario, std::size_t cells, Device const& device, std::optional<TrialLimits> const& limits) {
    bool const whole = !scenario.model.material.empty();
    Scenario const piece = whole ? Scenario{} : piece_of(scenario, cells);
    Scenario const& sample = whole ? scenario : piece;
    auto const voxels = static_cast<double>(scenario.model.grid.voxels());

    Estimate cost;
    cost.share = static_cast<double>(sample.model.grid.voxels()) / voxels;
    Trial trial;
    if (limits)
        trial = try_out_within(*limits, sample, device);
    else
        try_out(sample, device, trial);
    std::uint64_t const steps = number_of_steps(scenario.schedule);
    cost.device = make_backend(device)->info();
    cost.problem = trial.problem;
    cost.tried = scenario.schedule.end * static_cast<double>(trial.steps) / static_cast<double>(steps);
    cost.wall = (trial.seconds + static_cast<double>(steps - trial.steps) * trial.per_step) / cost.share;
    cost.engine_memory = trial.memory / cost.share;

    auto numbers = scenario.model.activities.size() +
                   static_cast<std::size_t>(scenario.model.vocabulary().variables);  // of each cell, beside its fields
    for (int l = 0; l < static_cast<int>(scenario.model.ligands.size()); ++l) numbers += scenario.model.anybody_keeps(l) ? 1 : 0;
    OutputPlan const& plan = scenario.output;
    auto const fields = static_cast<double>(std::count(plan.fields.begin(), plan.fields.end(), true)), n = static_cast<double>(cells);
    double const initial =
        voxels * static_cast<double>(scenario.model.ligands.size()) * sizeof(Real) + n * static_cast<double>(bytes_per_cell());
    double frame = 0, file = 0;
    if (plan.volumes > 0) {
        double const intervals = std::ceil(scenario.schedule.end / plan.volumes - 1e-9);
        cost.frames = static_cast<std::uint64_t>(std::min(intervals, static_cast<double>(number_of_steps(scenario.schedule)))) + 1;
        frame = voxels * fields * sizeof(Real) + (plan.cells ? n * static_cast<double>(bytes_per_cell() + numbers * sizeof(Real)) : 0);
        file = voxels * fields * sizeof(float) + (plan.cells ? n * static_cast<double>(kBytesPerCellInFile + numbers * sizeof(float)) : 0);
    }
    cost.host_memory = std::max(initial, frame * (BackgroundWriter::kQueue + 1) + file + trial.state / cost.share);
    cost.disk = file * static_cast<double>(cost.frames);
    return cost;
}

}  // namespace crine
