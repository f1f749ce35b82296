// Compares how far cells go in a step, and how strongly they take up ligands, with what the step and the voxels resolve.
#include "host/build/cell_findings.h"

#include "crine/units.h"
#include "host/scenario/input.h"
#include "host/scenario/scenario.h"
#include "host/text/format.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

namespace crine {
namespace {

bool exchanges(CellInput const& cell) {
    return !cell.secretion.empty() || !cell.uptake.empty() || !cell.receptors.empty() || !cell.stores.empty();
}

/// Fastest that cells of a type go, without what pushes them [µm/s], and where the scenario says so.
std::pair<double, Place> fastest(CellInput const& cell, Model const& model, int type) {
    auto const& own = model.types[static_cast<std::size_t>(type)];
    double walk = own.base[behaviour::speed];
    for (Rule const& rule : model.rules)
        if (rule.type == type && rule.behaviour == behaviour::speed) walk = std::max<double>(walk, rule.saturation);
    double const carried = norm(own.velocity);
    return {walk + carried, carried > walk ? cell.velocity[0].at : cell.speed.at};
}

/// Ligand is given and taken where a cell is at the beginning of a step.
void find_fast_cells(Findings& findings, ScenarioInput const& in, Model const& model, Schedule const& schedule) {
    bool const by_transport = schedule.transport >= schedule.mechanics;
    double const step = by_transport ? schedule.transport : schedule.mechanics;
    std::string const key = by_transport ? "time.transport" : "time.mechanics";
    for (std::size_t t = 0; t < in.cells.size(); ++t) {
        CellInput const& cell = in.cells[t].value;
        auto const [speed, at] = fastest(cell, model, static_cast<int>(t));
        double const most = std::max<double>(cell.radius, model.grid.spacing);
        if (!exchanges(cell) || speed * step <= most) continue;
        findings.push_back(
            {at,
             "cells go " + rounded(speed * step) + " um in a step of " + duration(step) +
                 ", and what they give and take is put where they were at its beginning: fields lag behind them by half of that; " + key +
                 ": " + duration(most / speed) + " would do",
             key, most / speed});
    }
}

/// The largest part of what reaches a cell of a type that it takes up: k / (k + 4πDa).
double strongest_uptake(Model const& model, std::size_t type) {
    CellType const& own = model.types[type];
    double strongest = 0;
    for (int l = 0; l < static_cast<int>(model.ligands.size()); ++l) {
        double k = own.base[static_cast<std::size_t>(model.vocabulary().of(behaviour::uptake, l))], slowest = HUGE_VAL;
        for (std::size_t r = 0; r < own.receptors.size(); ++r)
            for (Receptor::Binding const& b : model.receptors[r].bindings)
                if (b.ligand == l && !b.on_membrane) k += b.k_on * own.receptors[r];
        for (std::size_t m = 0; m < model.material_names.size(); ++m)
            if (double const d = model.property(static_cast<int>(m), l).diffusivity; d > 0) slowest = std::min(slowest, d);
        if (k > 0 && std::isfinite(slowest)) strongest = std::max(strongest, 1 / (1 + 4 * kPi * slowest * own.radius / k));
    }
    return strongest;
}

/// Cells in one voxel see of each other what their deposits show: two that touch take 0.04 h/a too much if they take all that comes, and
/// less the less they take (docs/decisions.md).
void find_close_cells(Findings& findings, ScenarioInput const& in, Model const& model, HostCells const& cells) {
    constexpr double kOfTouching = 0.04, kMost = 0.05;
    Grid const& g = model.grid;
    for (std::size_t t = 0; t < in.cells.size(); ++t) {
        double const radius = model.types[t].radius, strength = strongest_uptake(model, t),
                     error = kOfTouching * g.spacing / radius * strength;
        if (error <= kMost) continue;
        std::unordered_set<std::size_t> taken;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (cells.type[i] != t) continue;
            std::size_t const voxel = g.voxel(voxel_on_axis(cells.x[i], g.nx, g.spacing), voxel_on_axis(cells.y[i], g.ny, g.spacing),
                                              voxel_on_axis(cells.z[i], g.nz, g.spacing));
            if (taken.insert(voxel).second) continue;
            double const would_do = kMost * radius / (kOfTouching * strength);
            findings.push_back({in.cells[t].value.radius.at,
                                "several cells that take up most of what reaches them lie in one voxel, and there know of each other only "
                                "roughly: two that "
                                "touch take up to " +
                                    rounded(100 * error, 2) + " % too much; domain.spacing: " + rounded(would_do) + " um would do",
                                "domain.spacing", would_do});
            break;
        }
    }
}

}  // namespace

void find_blurred_cells(Findings& findings, ScenarioInput const& in, Model const& model, HostCells const& cells, Schedule const& schedule) {
    find_fast_cells(findings, in, model, schedule);
    find_close_cells(findings, in, model, cells);
}

}  // namespace crine
