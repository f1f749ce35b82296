// Builds the cell types: radii, durations, the base value of every behaviour, receptors, stores and activities.
#include "host/build/build.h"

#include <cmath>

namespace crine {
namespace {

Real real(double x) { return static_cast<Real>(x); }

void check_offspring(CellInput const& cell) {
    double total = 0;
    for (auto const& e : cell.divides_into)
        if ((total += e.value) > 1 + 1e-6) fail(e.value.at, "the probabilities of daughters of other types add up to more than 1");
}

}  // namespace

double clearance_of(UptakeInput const& in) {
    if (in.clearance && in.k_on) fail(in.k_on->at, "\"k_on\" has a meaning only with \"receptors\"");
    if (in.clearance) return *in.clearance;
    if (!in.k_on) fail(in.at, "\"k_on\" is missing (clearance = receptors * k_on)");
    return stored(*in.receptors * *in.k_on, "receptors * k_on", in.k_on->at);
}

ResponseTime response_time_of(int behaviour, ResponseTimeInput const& in) {
    constexpr std::uint64_t most = 32;  // a standard deviation of a sixth of the delay
    if (in.stages && !in.delay) fail(in.stages->at, "\"stages\" has a meaning only with delay");
    if (in.stages && (in.stages->value < 1 || in.stages->value > most)) fail(in.stages->at, "expected 1 to 32 stages");
    if (in.time) return {behaviour, real(*in.time), 1, 0, 0};
    return {behaviour, real(*in.delay), in.stages ? static_cast<int>(in.stages->value) : 4, 0, 0};
}

bool has_activity(CellInput const& cell, std::string const& activity) {
    return std::any_of(cell.activities.begin(), cell.activities.end(), [&](auto const& e) { return e.name.value == activity; });
}

void check_radius(Place const& at, double radius, Grid const& grid) {
    constexpr double smallest = 0.1, largest = 1000;  // of cells, with room: a platelet is 1 um, an egg cell 60 um [um]
    if (radius < smallest || radius > largest) fail(at, "a cell of this radius is implausible; expected 0.1 um to 1000 um");
    if (radius > std::min(grid.size().x, grid.size().y) * (0.5 + 1e-6)) fail(at, "the cell is wider than the domain");
}

std::vector<CellType> make_types(ScenarioInput const& in, Dictionary const& names, Model const& model) {
    Vocabulary const words = names.vocabulary();
    Grid const& grid = model.grid;
    std::vector<CellType> kinds;
    for (auto const& [name, cell] : in.cells) {
        CellType k;
        k.name = name.value;
        k.radius = real(cell.radius);
        check_radius(cell.radius.at, cell.radius, grid);
        k.adhesion_reach = real(cell.adhesion_reach);
        if (cell.adhesion_reach < 1) fail(cell.adhesion_reach.at, "adhesion cannot end before the cells touch; expected 1 or more");
        k.moves = cell.moves.value;
        k.mechanics = cell.mechanics.value;
        k.velocity = {real(cell.velocity[0]), real(cell.velocity[1]), real(cell.velocity[2])};
        if (grid.planar() && k.velocity.z != 0) fail(cell.velocity[2].at, "the domain is a sheet: cells keep their z");
        if (cell.chemotaxis_speed) k.chemotaxis_speed = real(*cell.chemotaxis_speed);
        k.cycle_duration = real(cell.cycle.duration);
        k.apoptosis_duration = real(cell.apoptosis.duration);
        k.necrosis_duration = real(cell.necrosis.duration);
        k.base = idle(words);
        k.saturation.assign(names.ligands.list.size(), std::numeric_limits<Real>::infinity());
        auto const base = [&](int index) -> Real& { return k.base[static_cast<std::size_t>(index)]; };
        base(words.of(behaviour::cycle_entry)) = real(cell.cycle.entry);
        base(words.of(behaviour::apoptosis)) = real(cell.apoptosis.rate);
        base(words.of(behaviour::necrosis)) = real(cell.necrosis.rate);
        base(words.of(behaviour::speed)) = real(cell.speed);
        base(words.of(behaviour::persistence)) = real(cell.persistence);
        base(words.of(behaviour::repulsion)) = real(cell.repulsion);
        base(words.of(behaviour::adhesion)) = real(cell.adhesion);
        base(words.of(behaviour::phagocytosis)) = real(cell.phagocytosis.rate);
        base(words.of(behaviour::apoptotic_phagocytosis)) = real(cell.phagocytosis.apoptotic);
        base(words.of(behaviour::necrotic_phagocytosis)) = real(cell.phagocytosis.necrotic);
        base(words.of(behaviour::attack_damage)) = real(cell.attack.damage);
        base(words.of(behaviour::attack_duration)) = real(cell.attack.duration);
        base(words.of(behaviour::damage)) = real(cell.damage.rate);
        base(words.of(behaviour::repair)) = real(cell.damage.repair);
        auto const by_type = [&](behaviour::OfType b, auto const& entries) {
            for (auto const& e : entries) base(words.of(b, names.types.find(e.name))) = real(e.value);
        };
        by_type(behaviour::recruitment, cell.recruits), by_type(behaviour::attack, cell.attacks);
        by_type(behaviour::engulfing, cell.engulfs), by_type(behaviour::immunogenicity, cell.immunogenicity);
        by_type(behaviour::fusion, cell.fuses_with), by_type(behaviour::affinity, cell.affinity);
        by_type(behaviour::offspring, cell.divides_into), by_type(behaviour::differentiation, cell.becomes);
        for (auto const& e : cell.becomes)
            if (e.name.value == name.value) fail(e.name.at, "a type cannot become itself");
        check_offspring(cell);
        for (auto const& e : cell.secretion) {
            int const l = names.ligands.find(e.name);
            auto const& of = in.ligands[static_cast<std::size_t>(l)];
            base(words.of(behaviour::secretion, l)) = real(in_molecules(e.value.rate, of));
            if (e.value.saturation) k.saturation[static_cast<std::size_t>(l)] = real(in_molecules(*e.value.saturation, of));
        }
        for (auto const& e : cell.uptake) base(words.of(behaviour::uptake, names.ligands.find(e.name))) = real(clearance_of(e.value));
        k.receptors.assign(names.receptors.list.size(), 0);
        for (auto const& [receptor, expressed] : cell.receptors) {
            int const kind = names.receptors.find(receptor);
            ReceptorRates const& rates = model.receptors[static_cast<std::size_t>(kind)].rates;
            k.receptors[static_cast<std::size_t>(kind)] = expressed.number;
            base(words.of(behaviour::synthesis, kind)) =
                real(stored(expressed.synthesis ? expressed.synthesis->value : expressed.number * (rates.turnover + rates.shedding),
                            "the synthesis of receptors", expressed.at));
            for (auto const& b : model.receptors[static_cast<std::size_t>(kind)].bindings)
                if (!b.on_membrane && std::isinf(base(words.of(behaviour::uptake, b.ligand))))
                    fail(receptor.at, "cells that take up \"" + names.ligands.list[static_cast<std::size_t>(b.ligand)] +
                                          "\" perfectly leave none for their receptors");
        }
        k.presented.assign(names.membrane_ligands.list.size(), 0);
        for (auto const& [ligand, presented] : cell.presents) {
            int const m = names.membrane_ligands.find(ligand);
            k.presented[static_cast<std::size_t>(m)] = presented.number;
            base(words.of(behaviour::presentation, m)) =
                real(stored(presented.synthesis ? presented.synthesis->value
                                                : presented.number * model.membrane_ligands[static_cast<std::size_t>(m)].turnover,
                            "the synthesis of membrane ligands", presented.at));
        }
        for (auto const& [ligand, store] : cell.stores) {
            int const l = names.ligands.find(ligand);
            k.stores.push_back({l, in_molecules(store.amount, in.ligands[static_cast<std::size_t>(l)]), store.refill});
            base(words.of(behaviour::release, l)) = real(store.release);
        }
        base(words.of(behaviour::bias)) = real(cell.bias);
        if (cell.bias > 1) fail(cell.bias.at, "a bias is a fraction; expected at most 1");
        for (auto const& e : cell.attraction) base(words.of(behaviour::attraction, names.ligands.find(e.name))) = real(e.value);
        for (auto const& e : cell.chemotaxis) base(words.of(behaviour::chemotaxis, names.ligands.find(e.name))) = real(e.value);
        for (auto const& e : cell.activities) {
            int const b = words.of(behaviour::activity, names.activities.find(e.name));
            base(b) = real(e.value.base);
            if (!e.value.response_time) {
                if (e.value.initial)
                    fail(e.value.at, "\"initial\" has a meaning only with response_time (without, the value follows its rules at once)");
                continue;
            }
            ResponseTime response_time = response_time_of(b, *e.value.response_time);
            response_time.initial = base(b);
            if (e.value.initial) {
                if (e.value.initial->spread > 1) fail(e.value.initial->spread.at, "a spread is at most 1: no value is below 0");
                response_time.initial = real(e.value.initial->value), response_time.spread = real(e.value.initial->spread);
            }
            k.response_times.push_back(response_time);
        }
        kinds.push_back(std::move(k));
    }
    return kinds;
}

}  // namespace crine
