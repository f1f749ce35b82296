// Benchmark `exchange`: the time for each cell to deposit its secretion and uptake onto the voxels around it.
#include "host/bench/models.h"
#include "host/bench/session.h"

#include <cmath>

namespace crine::bench {
namespace {

/// What a deposit must move: for each cell its place and radius, type and state; for each ligand-voxel source and loss, written.
double bytes_for_each_cell(Model const& model, std::size_t n, int ligands) {
    double const voxels = static_cast<double>(model.grid.voxels()) / static_cast<double>(n);
    return 4 * sizeof(Real) + 2 + 2 * sizeof(Real) * voxels * ligands;
}

void measure(Session& session, std::size_t n, int ligands) {
    Tissue tissue = bench::tissue(n, ligands);
    Vocabulary const words = tissue.model.vocabulary();
    for (int l = 0; l < ligands; ++l) {
        tissue.type().base[static_cast<std::size_t>(words.of(behaviour::secretion, l))] = 10;  // [molecules/s]
        tissue.type().base[static_cast<std::size_t>(words.of(behaviour::uptake, l))] = 500;    // [µm³/s]
    }
    auto const engine = session.engine(tissue.model, tissue.state);

    // The peer's schedule: cells move once for ten transport steps, and only the first of these finds something to deposit anew.
    int const sub_steps = static_cast<int>(std::lround(peer::mechanics_step / peer::transport_step));
    std::uint64_t step = 0;
    auto const period = [&](double& first) {
        Moment now{static_cast<double>(step) * peer::transport_step, peer::mechanics_step, step};
        engine->sort();
        engine->move(now);
        engine->sort();
        now.dt = peer::transport_step;
        first = timed(*engine, [&] { engine->exchange(now); });
        double const others = timed(*engine, [&] {
            for (int s = 1; s < sub_steps; ++s) engine->exchange({now.time + s * now.dt, now.dt, now.step + static_cast<std::uint64_t>(s)});
        });
        step += static_cast<std::uint64_t>(sub_steps);
        return (first + others) / sub_steps;
    };
    double first = 0;
    std::vector<double> deposits, schedule;
    period(first);
    for (int i = 0; i < session.size().repeats; ++i) {
        schedule.push_back(period(first) / static_cast<double>(n) * 1e9);
        deposits.push_back(first / static_cast<double>(n) * 1e9);
    }
    Samples const deposit = summarise(deposits), average = summarise(schedule);
    session.report(
        {.name = "exchange", .setting = "deposit", .size = n, .ligands = ligands, .metric = metric::ns_per_cell.name, .value = deposit},
        bytes_for_each_cell(tissue.model, n, ligands) / deposit.median * 1e9);
    session.report({.name = "exchange",
                    .setting = "sub-step of 0.6 s, motion every 6 s",
                    .size = n,
                    .ligands = ligands,
                    .metric = metric::ns_per_cell.name,
                    .value = average});
}

}  // namespace

void measure_exchange(Session& session) {
    for (int ligands : {1, 4}) measure(session, session.size().cells, ligands);
}

}  // namespace crine::bench
