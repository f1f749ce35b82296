#include "host/estimate.h"

#include "crine/rng.h"
#include "host/background.h"
#include "host/simulation.h"
#include "host/synapses.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <type_traits>

namespace crine {
namespace {

constexpr std::size_t kSmallVoxels = 4'000'000, kSmallCells = 500'000;
constexpr int kPieceEdge = 40;   ///< of the piece that stands for a large tissue [voxels]
constexpr double kPatience = 2;  ///< wall time after which measuring ends at the next whole period [s]

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

/// Wall time of a step, over whole periods of the slowest clock. The first period finds cold memory and fields that
/// are far from their equilibrium: it counts only if there is time for no other.
double seconds_per_step(Simulation& simulation, Schedule const& schedule) {
    using Clock = std::chrono::steady_clock;
    double const slowest = std::max({schedule.transport, schedule.mechanics, schedule.behaviour});
    auto const period = static_cast<std::uint64_t>(std::llround(slowest / simulation.tick()));
    auto const run_period = [&] {
        auto const start = Clock::now();
        for (std::uint64_t i = 0; i < period; ++i) simulation.step();
        return std::chrono::duration<double>(Clock::now() - start).count();
    };
    double const first = run_period();
    double measured = 0;
    int periods = 0;
    for (; first + measured < kPatience && simulation.time() + slowest <= schedule.end; ++periods) measured += run_period();
    return (periods > 0 ? measured / periods : first) / static_cast<double>(period);
}

}  // namespace

std::uint64_t number_of_steps(Schedule const& schedule) {
    return static_cast<std::uint64_t>(
        std::ceil(schedule.end / std::min({schedule.transport, schedule.mechanics, schedule.behaviour}) - 0.5));
}

bool is_small(Scenario const& scenario, std::size_t cells) { return scenario.model.grid.voxels() <= kSmallVoxels && cells <= kSmallCells; }

Estimate estimate(Scenario const& scenario, std::size_t cells, Device const& device) {
    bool const whole = !scenario.model.material.empty();
    Scenario const piece = whole ? Scenario{} : piece_of(scenario, cells);
    Scenario const& sample = whole ? scenario : piece;
    auto const voxels = static_cast<double>(scenario.model.grid.voxels());

    Estimate cost;
    cost.share = static_cast<double>(sample.model.grid.voxels()) / voxels;
    Simulation simulation(sample, make_backend(device));
    cost.device = simulation.backend().info();
    cost.wall = seconds_per_step(simulation, scenario.schedule) * static_cast<double>(number_of_steps(scenario.schedule)) / cost.share;
    cost.engine_memory = static_cast<double>(simulation.backend().memory_used()) / cost.share;

    auto numbers = scenario.model.activities.size() +
                   static_cast<std::size_t>(scenario.model.vocabulary().variables);  // of each cell, beside its fields
    for (int l = 0; l < static_cast<int>(scenario.model.ligands.size()); ++l) numbers += scenario.model.anybody_keeps(l) ? 1 : 0;
    OutputPlan const& plan = scenario.output;
    auto const fields = static_cast<double>(std::count(plan.fields.begin(), plan.fields.end(), true)), n = static_cast<double>(cells);
    double const initial =
        voxels * static_cast<double>(scenario.model.ligands.size()) * sizeof(Real) + n * static_cast<double>(bytes_per_cell());
    double frame = 0, file = 0;
    if (plan.volumes > 0) {
        auto const intervals = static_cast<std::uint64_t>(std::ceil(scenario.schedule.end / plan.volumes - 1e-9));
        cost.frames = std::min(intervals, number_of_steps(scenario.schedule)) + 1;
        frame = voxels * fields * sizeof(Real) + (plan.cells ? n * static_cast<double>(bytes_per_cell() + numbers * sizeof(Real)) : 0);
        file = voxels * fields * sizeof(float) + (plan.cells ? n * static_cast<double>(kBytesPerCellInFile + numbers * sizeof(float)) : 0);
    }
    cost.host_memory = std::max(initial, frame * (BackgroundWriter::kQueue + 1) + file);
    cost.disk = file * static_cast<double>(cost.frames);
    return cost;
}

}  // namespace crine
