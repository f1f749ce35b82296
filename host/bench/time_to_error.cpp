// Part of the benchmark `transport`: seconds that each time scheme needs to reach a given error, beside the LOD scheme.
#include "host/bench/exact.h"
#include "host/bench/lod.h"
#include "host/bench/models.h"
#include "host/bench/session.h"
#include "host/text/format.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace crine::bench {
namespace {

constexpr double kErrors[] = {1e-2, 1e-3, 1e-4};

/// One way to solve a problem: so many steps of a scheme, each solved to a tolerance.
struct Rung {
    Scheme scheme;
    int steps;
    double tolerance;
};

/// A scheme from coarse to fine. A new one is a line here.
struct Ladder {
    char const* name;
    std::vector<Rung> rungs;
};

/// 1, 2, 4, … steps, each solved well enough not to show.
std::vector<Rung> more_and_more_steps(Scheme scheme) {
    std::vector<Rung> rungs;
    for (int steps = 1; steps <= 1024; steps *= 2) rungs.push_back({scheme, steps, 1e-5});
    return rungs;
}

/// One interval, for a scheme that chooses its own steps.
std::vector<Rung> tighter_and_tighter(Scheme scheme) {
    std::vector<Rung> rungs;
    for (double tolerance : {3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6}) rungs.push_back({scheme, 1, tolerance});
    return rungs;
}

std::vector<Ladder> ladders() {
    return {
        {"adaptive", tighter_and_tighter(Scheme::adaptive)},
        {"ADI", more_and_more_steps(Scheme::adi)},
        {"implicit Euler", more_and_more_steps(Scheme::implicit_euler)},
        {"TR-BDF2", more_and_more_steps(Scheme::tr_bdf2)},
    };
}

struct Outcome {
    double seconds, error;
};

Outcome solve(Session& session, Problem const& problem, std::vector<Real> const& exact, Rung const& rung, int ligands) {
    int const edge = session.size().edge;
    Model model = box(edge, edge, edge, static_cast<Real>(kProblemEdge / edge));
    for (int l = 0; l < ligands; ++l)
        add_ligand(model, static_cast<Real>(kProblemDiffusivity), static_cast<Real>(kProblemDecay), rung.scheme);
    model.solver_tolerance = rung.tolerance;
    InitialState state;
    state.fields.assign(static_cast<std::size_t>(ligands), solution(problem, edge, 0));
    auto const engine = session.engine(model, state);
    double const dt = kProblemTime / rung.steps;
    double const seconds = timed(*engine, [&] {
        for (int s = 0; s < rung.steps; ++s) engine->transport({s * dt, dt, static_cast<std::uint64_t>(s)});
    });
    engine->check({kProblemTime, dt, 0});
    Snapshot end;
    std::vector<bool> which(static_cast<std::size_t>(ligands), false);
    which.back() = true;
    engine->snapshot(end, which, false);
    return {seconds, relative_error(end.fields.back(), exact)};
}

/// What was found on the ladders: the fastest way to each error.
struct Best {
    std::string how;
    Rung rung{};
    Outcome outcome{};
};

std::vector<std::optional<Best>> climb(Session& session, Problem const& problem, std::vector<Real> const& exact) {
    constexpr double kPatience = 2;  // for a rung; the next one would take twice as long [s]
    std::vector<std::optional<Best>> best(std::size(kErrors));
    for (auto const& ladder : ladders())
        for (auto const& rung : ladder.rungs) {
            Outcome const outcome = solve(session, problem, exact, rung, 1);
            for (std::size_t e = 0; e < best.size(); ++e)
                if (outcome.error <= kErrors[e] && (!best[e] || outcome.seconds < best[e]->outcome.seconds))
                    best[e] = Best{ladder.name, rung, outcome};
            if (outcome.error <= kErrors[std::size(kErrors) - 1] || outcome.seconds > kPatience * session.size().patience) break;
        }
    return best;
}

/// Seconds of the peer's own program for as many steps, by its published speed on two cores: 30 and 110 million ligand-voxel-steps a
/// second with 1 and 8 ligands (BioFVM 1.1.7 on the machine of docs/benchmarks.md).
double peer_seconds(double voxels, int ligands, double steps) { return voxels * ligands * steps / (ligands == 1 ? 30e6 : 110e6); }

/// Runs the yardstick; returns its error and how long it took.
Outcome run_lod(Session& session, Problem const& problem, std::vector<Real> const& exact, double dt) {
    int const edge = session.size().edge;
    Lod const lod(edge, kProblemEdge / edge, kProblemDiffusivity, kProblemDecay, dt);
    auto const start = solution(problem, edge, 0);
    std::vector<float> field(start.begin(), start.end());
    int const steps = static_cast<int>(std::lround(kProblemTime / dt));
    auto const begin = std::chrono::steady_clock::now();
    for (int s = 0; s < steps; ++s) lod.step(field);
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return {seconds, relative_error({field.begin(), field.end()}, exact)};
}

void measure(Session& session, Problem const& problem) {
    int const edge = session.size().edge;
    std::uint64_t const voxels = static_cast<std::uint64_t>(edge) * static_cast<std::uint64_t>(edge) * static_cast<std::uint64_t>(edge);
    auto const exact = solution(problem, edge, kProblemTime);

    double const dt = peer::transport_step, steps = kProblemTime / dt;
    Outcome const lod = run_lod(session, problem, exact, dt);
    session.report({.name = "transport",
                    .setting = problem.name + ", LOD of 0.6 s",
                    .size = voxels,
                    .ligands = 1,
                    .metric = metric::seconds_to_error.name,
                    .value = one(lod.seconds),
                    .note = "on the host; reaches " + rounded(lod.error, 2)});
    for (int ligands : {1, 8})
        session.report({.name = "transport",
                        .setting = problem.name + ", LOD at the peer's speed",
                        .size = voxels,
                        .ligands = ligands,
                        .metric = metric::seconds_to_error.name,
                        .value = one(peer_seconds(static_cast<double>(voxels), ligands, steps)),
                        .note = "by its published rate; reaches " + rounded(lod.error, 2)});

    auto const best = climb(session, problem, exact);
    for (int ligands : {1, 8})
        for (std::size_t e = 0; e < best.size(); ++e) {
            if (!best[e]) continue;
            Rung const& rung = best[e]->rung;
            Samples const seconds = session.repeat([&] { return solve(session, problem, exact, rung, ligands).seconds; });
            double const gain = peer_seconds(static_cast<double>(voxels), ligands, steps) / seconds.median;
            session.report({.name = "transport",
                            .setting = problem.name + ", error " + rounded(kErrors[e]),
                            .size = voxels,
                            .ligands = ligands,
                            .metric = metric::seconds_to_error.name,
                            .value = seconds,
                            .note = best[e]->how + ", " + counted(static_cast<std::uint64_t>(rung.steps), "step") + ", tolerance " +
                                    rounded(rung.tolerance) + ": " + rounded(best[e]->outcome.error, 2) + ", " + rounded(gain, 2) +
                                    " x the peer's LOD"});
        }
}

}  // namespace

void measure_time_to_error(Session& session) {
    for (auto const& problem : {gaussian(), mode()}) measure(session, problem);
}

}  // namespace crine::bench
