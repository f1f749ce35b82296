// Benchmark `transport`: voxels that each time scheme steps in a second, where diffusivity is uniform and where it varies.
#include "host/bench/models.h"
#include "host/bench/session.h"

#include <cmath>
#include <random>

namespace crine::bench {
namespace {

/// A scheme whose raw rate is measured, and what a step of it must move for each ligand and voxel.
struct Raw {
    char const* name;
    Scheme scheme;
    double tolerance;
    double bytes;
};
constexpr Raw kRaw[] = {
    // one factored step: the field read and written along the plane, read and written along z, and read once more for the increment
    {"ADI", Scheme::adi, 1e-3, 5 * sizeof(Real)},
    {"adaptive", Scheme::adaptive, 1e-3, 10 * sizeof(Real)},  // two such stages, if one step is enough
    // concentration, source and loss read, concentration written; what its cycles move on top is its own affair
    {"implicit Euler", Scheme::implicit_euler, 1e-3, 4 * sizeof(Real)},
};

enum class Medium { uniform, varying };

/// Two tissues voxel by voxel, by chance, with diffusivities a factor of ten apart; or one.
Model tissue(int edge, int ligands, Raw const& raw, Medium kind) {
    Model model = box(edge, edge, edge, peer::voxel);
    if (kind == Medium::varying) {
        model.material_names.push_back("dense tissue");
        std::mt19937 random(1);
        for (auto& material : model.material) material = random() >> 31;
    }
    for (int l = 0; l < ligands; ++l) add_ligand(model, peer::diffusivity, peer::decay, raw.scheme);
    for (int l = 0; l < ligands && kind == Medium::varying; ++l)
        model.materials[static_cast<std::size_t>(ligands) + static_cast<std::size_t>(l)].diffusivity /= 10;
    model.solver_tolerance = raw.tolerance;
    return model;
}

/// Waves of several lengths on a background, so that a step has something to do everywhere.
InitialState waves(Model const& model) {
    InitialState state = empty_state(model);
    Grid const& grid = model.grid;
    auto const wave = [](int i, int n) {
        double const x = 2 * 3.14159265358979 * i / n;
        return std::sin(x) + 0.5 * std::sin(5 * x) + 0.25 * std::sin(16 * x);
    };
    for (auto& field : state.fields)
        for (int k = 0; k < grid.nz; ++k)
            for (int j = 0; j < grid.ny; ++j)
                for (int i = 0; i < grid.nx; ++i)
                    field[grid.voxel(i, j, k)] = static_cast<Real>(8 + wave(i, grid.nx) + wave(j, grid.ny) + wave(k, grid.nz));
    return state;
}

void measure_rate(Session& session, Raw const& raw, int edge, int ligands, Medium kind) {
    Model const model = tissue(edge, ligands, raw, kind);
    auto const engine = session.engine(model, waves(model));
    std::uint64_t step = 0;
    auto const advance = [&](int steps) {
        return timed(*engine, [&] {
            for (int s = 0; s < steps; ++s, ++step)
                engine->transport({static_cast<double>(step) * peer::transport_step, peer::transport_step, step});
        });
    };
    engine->exchange({0, peer::transport_step, 0});
    double const work = static_cast<double>(model.grid.voxels()) * ligands;
    int const steps = session.steps_for(advance(1));
    Samples const rate = session.repeat([&] { return advance(steps) / steps; }).as([&](double seconds) { return work / seconds; });
    std::string const setting = std::string(raw.name) + (kind == Medium::uniform ? ", one D" : ", D varies x 10");
    session.report({.name = "transport",
                    .setting = setting,
                    .size = model.grid.voxels(),
                    .ligands = ligands,
                    .metric = metric::ligand_voxel_steps_per_s.name,
                    .value = rate,
                    .note = "steps of 0.6 s"},
                   raw.bytes * rate.median);
    if (kind == Medium::uniform)
        session.report({.name = "transport",
                        .setting = setting,
                        .size = model.grid.voxels(),
                        .ligands = ligands,
                        .metric = metric::bytes_per_ligand_voxel.name,
                        .value = one(static_cast<double>(engine->memory_used()) / work)});
}

void measure_rates(Session& session) {
    int const edge = session.size().edge;
    for (Raw const& raw : kRaw)
        for (int ligands : {1, 4, 8}) {
            if (ligands > 1 && !by_lines(raw.scheme)) continue;  // multigrid takes its ligands one by one, and its time
            for (Medium kind : {Medium::uniform, Medium::varying}) measure_rate(session, raw, edge, ligands, kind);
        }
}

}  // namespace

void measure_transport(Session& session) {
    measure_rates(session);
    measure_time_to_error(session);
}

}  // namespace crine::bench
