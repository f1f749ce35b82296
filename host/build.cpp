#include "host/build.h"

#include "host/expression.h"
#include "host/format.h"
#include "host/synapses.h"
#include "host/vti.h"
#include "host/words.h"

#include <cmath>
#include <set>

namespace crine {
namespace {

Real real(double x) { return static_cast<Real>(x); }

/// The whole number nearest to a / b, or 0 if a is not a multiple of b.
std::uint64_t multiple(double a, double b) {
    double const n = std::round(a / b);
    return n >= 1 && std::fabs(a - n * b) <= 1e-6 * b ? static_cast<std::uint64_t>(n) : 0;
}

Vec3 position(Point const& p, Grid const& grid) {
    Vec3 const size = grid.size();
    double const limit[3] = {size.x, size.y, size.z};
    for (std::size_t axis = 0; axis < 3; ++axis)
        if (!(p[axis] >= 0 && p[axis] <= limit[axis]))
            fail(p[axis].at, "the position is outside the domain, which ends at " + rounded(limit[axis], 6) + " um on this axis");
    return {real(p[0]), real(p[1]), real(p[2])};
}

double clearance_of(UptakeInput const& in) {
    if (in.clearance && in.k_on) fail(in.k_on->at, "\"k_on\" has a meaning only with \"receptors\"");
    if (in.clearance) return *in.clearance;
    if (!in.k_on) fail(in.at, "\"k_on\" is missing (clearance = receptors * k_on)");
    return *in.receptors * *in.k_on;
}

Lag lag_of(int behaviour, ResponseTimeInput const& in) {
    constexpr std::uint64_t most = 32;  // a standard deviation of a sixth of the delay
    if (in.stages && !in.delay) fail(in.stages->at, "\"stages\" has a meaning only with delay");
    if (in.stages && (in.stages->value < 1 || in.stages->value > most)) fail(in.stages->at, "expected 1 to 32 stages");
    if (in.time) return {behaviour, real(*in.time), 1, 0, 0};
    return {behaviour, real(*in.delay), in.stages ? static_cast<int>(in.stages->value) : 4, 0, 0};
}

void check_offspring(CellInput const& cell) {
    double total = 0;
    for (auto const& e : cell.divides_into)
        if ((total += e.value) > 1 + 1e-6) fail(e.value.at, "the probabilities of daughters of other types add up to more than 1");
}

bool has(CellInput const& cell, std::string const& activity) {
    return std::any_of(cell.activities.begin(), cell.activities.end(), [&](auto const& e) { return e.name.value == activity; });
}

/// A phrase that is about an activity of the cell itself needs one.
void check_activity(Text const& phrase, Entry<CellInput> const& type) {
    std::string_view constexpr of = "activity of ";
    if (!phrase.value.starts_with(of)) return;
    std::string const name = phrase.value.substr(of.size());
    std::vector<std::string> known;
    for (auto const& e : type.value.activities) known.push_back(e.name.value);
    if (!has(type.value, name))
        fail(phrase.at, "\"" + type.name.value + "\" has no activity \"" + name + "\" (\"activities\" of the type lists them)" +
                            suggestion(name, known));
}

/// A phrase that is about a store, by which it has the number of its ligand's, needs one in the cell itself.
template <class Word>
void check_store(Text const& phrase, int index, Word word, CellType const& type, Model const& model) {
    for (int l = 0; l < static_cast<int>(model.ligands.size()); ++l)
        if (index == model.vocabulary().of(word, l) && !type.keeps(l))
            fail(phrase.at, "\"" + type.name + "\" has no store of \"" + model.ligands[static_cast<std::size_t>(l)].name +
                                "\" (\"stores\" of the type lists them)");
}

/// Likewise for a variable of a pathway; by its name, since compartments, which are numbered before it, are not in the model yet.
void check_pathway(Text const& phrase, CellType const& type, Model const& model) {
    for (std::size_t p = 0; p < model.pathways.size(); ++p) {
        Network const& network = model.pathways[p];
        bool const meant = std::any_of(network.variables.begin(), network.variables.end(),
                                       [&](std::string const& variable) { return phrase.value == variable + " of " + network.name; });
        bool const has = std::any_of(type.pathways.begin(), type.pathways.end(),
                                     [&](NetworkUse const& use) { return use.network == static_cast<int>(p); });
        if (meant && !has)
            fail(phrase.at, "\"" + type.name + "\" has no pathway \"" + network.name + "\" (\"pathways\" of the type lists them)");
    }
}

}  // namespace

VariableOfPathway find_variable(int variable, Model const& model) {
    std::size_t pathway = 0;
    while (variable >= static_cast<int>(model.pathways[pathway].variables.size()))
        variable -= static_cast<int>(model.pathways[pathway++].variables.size());
    return {pathway, variable};
}

Schedule make_schedule(TimeInput const& in) {
    Schedule s{in.end, in.transport, in.mechanics, in.behaviour};
    struct Step {
        char const* name;
        double length;
        Place at;
    };
    std::array<Step, 3> steps{{{"transport", s.transport, in.transport.at},
                               {"mechanics", s.mechanics, in.mechanics.at},
                               {"behaviour", s.behaviour, in.behaviour.at}}};
    std::stable_sort(steps.begin(), steps.end(), [](auto const& a, auto const& b) { return a.length < b.length; });
    for (std::size_t i = 1; i < 3; ++i)
        if (multiple(steps[i].length, steps[i - 1].length) == 0)
            fail(steps[i].at, std::string("the step of ") + steps[i].name + " is not a whole multiple of the step of " + steps[i - 1].name +
                                  " (each process acts on a tick of the shortest)");
    return s;
}

Grid make_grid(DomainInput const& in) {
    Grid grid;
    grid.spacing = real(in.spacing);
    std::uint64_t n[3];
    for (std::size_t axis = 0; axis < 3; ++axis) {
        n[axis] = multiple(in.size[axis], in.spacing);
        if (n[axis] == 0) fail(in.size[axis].at, "the size is not a whole multiple of the spacing");
        if (n[axis] > 100000) fail(in.size[axis].at, "more than 100000 voxels on one axis");
    }
    if (n[0] * n[1] * n[2] > 4000000000u) fail(in.spacing.at, "more voxels than can be numbered (4e9)");
    grid.nx = static_cast<int>(n[0]), grid.ny = static_cast<int>(n[1]), grid.nz = static_cast<int>(n[2]);
    for (auto const& axis : in.periodic) {
        bool& periodic = grid.periodic[static_cast<int>(axis.value)];
        if (periodic) fail(axis.at, "this axis is named twice");
        periodic = true;
    }
    return grid;
}

double decay_of(LigandInput const& in) { return in.decay ? in.decay->value : (in.half_life ? std::log(2.0) / *in.half_life : 0); }

std::vector<Ligand> make_ligands(ScenarioInput const& in, Names const& names, Grid const& grid) {
    std::vector<Ligand> ligands;
    for (auto const& entry : in.ligands) {
        LigandInput const& ligand = entry.value;
        Ligand l;
        l.name = entry.name.value;
        l.display_unit = ligand.unit.value;
        l.display_scale = at_place(ligand.unit.at, [&] { return unit_scale(ligand.unit.value, Dimension::concentration); });
        l.scheme = ligand.scheme ? ligand.scheme->value : in.transport.scheme.value;
        auto const face_of = [](FaceInput const& f) -> Face {
            if (f.value) return {FaceKind::value, real(*f.value)};
            if (f.flux) return {FaceKind::flux, real(*f.flux)};
            return {};
        };
        for (std::size_t side = 0; side < 6; ++side) {
            auto const& own = ligand.boundaries.sides[side];
            if (own && grid.periodic[side / 2]) fail(own->at, "the domain is periodic on this axis and has no face here");
            if (own)
                l.faces[side] = face_of(*own);
            else if (ligand.boundaries.all && !grid.periodic[side / 2])
                l.faces[side] = face_of(*ligand.boundaries.all);
        }
        for (auto const& e : ligand.cleaved_by) {
            int const enzyme = names.find(e.name);
            if (enzyme == static_cast<int>(ligands.size())) fail(e.name.at, "a ligand cannot be its own enzyme");
            l.cleaved_by.push_back({enzyme, real(e.value)});
        }
        for (auto const& e : ligand.hindered_by) {
            int const matrix = names.find(e.name);
            if (matrix == static_cast<int>(ligands.size())) fail(e.name.at, "a ligand cannot hinder itself");
            l.hindered_by.push_back(
                {matrix, e.value.molar_volume ? real(*e.value.molar_volume) : Real(0), e.value.e_fold ? real(*e.value.e_fold) : Real(0)});
        }
        l.traced = ligand.trace_senders.value;
        ligands.push_back(std::move(l));
    }
    return ligands;
}

void check_radius(Place const& at, double radius, Grid const& grid) {
    constexpr double smallest = 0.1, largest = 1000;  // of cells, with room: a platelet is 1 um, an egg cell 60 um [um]
    if (radius < smallest || radius > largest) fail(at, "a cell of this radius is implausible; expected 0.1 um to 1000 um");
    if (radius > std::min(grid.size().x, grid.size().y) * (0.5 + 1e-6)) fail(at, "the cell is wider than the domain");
}

std::vector<MembraneLigand> make_membrane_ligands(ScenarioInput const& in) {
    std::vector<MembraneLigand> ligands;
    for (auto const& [name, ligand] : in.membrane_ligands) ligands.push_back({name.value, ligand.turnover, ligand.trace_senders.value});
    return ligands;
}

std::vector<Receptor> make_receptors(ScenarioInput const& in, Dictionary const& names) {
    std::vector<Receptor> kinds;
    for (auto const& [name, receptor] : in.receptors) {
        Receptor kind;
        kind.name = name.value;
        kind.rates.turnover = receptor.turnover, kind.rates.shedding = receptor.shedding;
        kind.rates.recycling = receptor.recycling, kind.rates.degradation = receptor.degradation;
        auto const add = [&, &receptor = receptor](auto const& binding, int ligand, double dissociation) {
            auto const own = [](std::optional<Rate> const& of_binding, Rate const& of_receptor) {
                return of_binding ? of_binding->value : of_receptor.value;
            };
            Receptor::Binding b;
            b.ligand = ligand;
            b.k_on = binding.k_on;
            b.rates.dissociation = dissociation;
            b.rates.internalisation = own(binding.internalisation, receptor.internalisation);
            b.rates.desensitisation = own(binding.desensitisation, receptor.desensitisation);
            b.rates.recovery = own(binding.recovery, receptor.recovery);
            b.efficacy = binding.efficacy;
            kind.bindings.push_back(b);
        };
        for (auto const& [ligand, binding] : receptor.ligands)
            add(binding, names.ligands.find(ligand), binding.k_off ? binding.k_off->value : binding.K_d->value * binding.k_on);
        for (auto const& [ligand, binding] : receptor.membrane_ligands) {
            add(binding, names.membrane_ligands.find(ligand), 0);
            kind.bindings.back().on_membrane = true;
        }
        kinds.push_back(std::move(kind));
    }
    return kinds;
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
            base(words.of(behaviour::secretion, l)) = real(e.value.rate);
            if (e.value.saturation) k.saturation[static_cast<std::size_t>(l)] = real(*e.value.saturation);
        }
        for (auto const& e : cell.uptake) base(words.of(behaviour::uptake, names.ligands.find(e.name))) = real(clearance_of(e.value));
        k.receptors.assign(names.receptors.list.size(), 0);
        for (auto const& [receptor, expressed] : cell.receptors) {
            int const kind = names.receptors.find(receptor);
            ReceptorRates const& rates = model.receptors[static_cast<std::size_t>(kind)].rates;
            k.receptors[static_cast<std::size_t>(kind)] = expressed.number;
            base(words.of(behaviour::synthesis, kind)) =
                real(expressed.synthesis ? expressed.synthesis->value : expressed.number * (rates.turnover + rates.shedding));
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
                real(presented.synthesis ? presented.synthesis->value
                                         : presented.number * model.membrane_ligands[static_cast<std::size_t>(m)].turnover);
        }
        for (auto const& [ligand, store] : cell.stores) {
            int const l = names.ligands.find(ligand);
            k.stores.push_back({l, store.amount, store.refill});
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
            Lag lag = lag_of(b, *e.value.response_time);
            lag.initial = base(b);
            if (e.value.initial) {
                if (e.value.initial->spread > 1) fail(e.value.initial->spread.at, "a spread is at most 1: no value is below 0");
                lag.initial = real(e.value.initial->value), lag.spread = real(e.value.initial->spread);
            }
            k.lags.push_back(lag);
        }
        kinds.push_back(std::move(k));
    }
    return kinds;
}

void check_signal(Text const& phrase, int signal, ScenarioInput const& in, int type, Model const& model) {
    CellType const& kind = model.types[static_cast<std::size_t>(type)];
    check_activity(phrase, in.cells[static_cast<std::size_t>(type)]);
    check_pathway(phrase, kind, model);
    check_store(phrase, signal, signal::stored, kind, model);
}

void check_rule(WrittenRule const& written, Rule const& rule, ScenarioInput const& in, Phrases const& behaviours, Model const& model) {
    auto const& type = in.cells[static_cast<std::size_t>(rule.type)];
    CellType const& kind = model.types[static_cast<std::size_t>(rule.type)];
    std::string const& behaviour = behaviours.text(rule.behaviour);
    check_signal(written.signal, rule.signal, in, rule.type, model);
    check_activity(written.behaviour, type);
    check_store(written.behaviour, rule.behaviour, behaviour::release, kind, model);
    check_synaptic_rule(written, rule, model.synapses);
    if (behaviours.of(rule.behaviour).limits == Phrases::Limits::fraction && rule.saturation > 1)
        fail(written.to, "\"" + behaviour + "\" is a fraction; expected at most 1");
    Real const base = kind.base[static_cast<std::size_t>(rule.behaviour)];
    if (!std::isfinite(base) || !std::isfinite(rule.saturation))
        fail(written.to, "a rule cannot change an infinite value of \"" + behaviour + "\"");
    if (rule.increases ? rule.saturation < base : rule.saturation > base)
        fail(written.to, std::string("the rule does nothing: it ") + (rule.increases ? "increases" : "decreases") + " \"" + behaviour +
                             "\" to a value that is " + (rule.increases ? "below" : "above") + " its base value");
}

std::vector<Rule> make_rules(ScenarioInput const& in, Phrases const& signals, Phrases const& behaviours, Model const& model) {
    std::vector<Rule> rules;
    for (std::size_t t = 0; t < in.cells.size(); ++t) {
        for (auto const& rule : in.cells[t].value.rules) {
            auto const& signal = signals.find(rule.signal);
            Text const& changed = rule.increases ? *rule.increases : *rule.decreases;
            auto const& behaviour = behaviours.find(changed);
            Rule r;
            r.type = static_cast<int>(t);
            r.signal = signal.index;
            r.behaviour = behaviour.index;
            r.increases = rule.increases.has_value();
            bool const signed_value = behaviour.limits == Phrases::Limits::none;
            r.saturation = real(behaviour.dimension == Dimension::clearance
                                    ? clearance_of(read_uptake(rule.to.node))
                                    : read_quantity(rule.to.node, behaviour.dimension, signed_value ? Range::any : Range::non_negative));
            r.half = real(read_quantity(rule.half.node, signal.dimension, Range::positive));
            r.hill = real(rule.hill);
            r.applies_to_dead = rule.applies_to_dead.value;
            check_rule({rule.signal, changed, rule.to.node.at}, r, in, behaviours, model);
            rules.push_back(r);
        }
    }
    return rules;
}

void add_response_times(ScenarioInput const& in, Phrases const& behaviours, Model& model) {
    for (std::size_t t = 0; t < in.cells.size(); ++t)
        for (auto const& e : in.cells[t].value.response_times) {
            auto const& behaviour = behaviours.find(e.name);
            if (behaviour.index >= model.vocabulary().of(behaviour::activity, 0))
                fail(e.name.at, "the response time of an activity belongs to the activity, as its \"response_time\"");
            bool changes = std::any_of(model.rules.begin(), model.rules.end(), [&](Rule const& rule) {
                return rule.type == static_cast<int>(t) && rule.behaviour == behaviour.index;
            });
            for (std::size_t other = 0; other < in.cells.size(); ++other)  // what a cell takes along when it becomes this type
                for (auto const& theirs : in.cells[other].value.response_times)
                    changes = changes || (other != t && theirs.name.value == e.name.value);
            check_store(e.name, behaviour.index, behaviour::release, model.types[t], model);
            if (!changes) fail(e.name.at, "no rule of this type changes \"" + behaviour.text + "\", so it has nothing to respond to");
            Lag lag = lag_of(behaviour.index, e.value);
            lag.initial = model.types[t].base[static_cast<std::size_t>(behaviour.index)];
            if (!std::isfinite(lag.initial)) fail(e.name.at, "an infinite value of \"" + behaviour.text + "\" cannot change in time");
            model.types[t].lags.push_back(lag);
        }
}

void check_bias(ScenarioInput const& in, Model const& model) {
    Vocabulary const words = model.vocabulary();
    for (std::size_t t = 0; t < model.types.size(); ++t) {
        auto const shows = [&](int b) {
            return model.types[t].base[static_cast<std::size_t>(b)] != 0 ||
                   std::any_of(model.rules.begin(), model.rules.end(),
                               [&](Rule const& rule) { return rule.type == static_cast<int>(t) && rule.behaviour == b; });
        };
        bool attracted = false;
        for (int l = 0; l < words.ligands; ++l) attracted = attracted || shows(words.of(behaviour::attraction, l));
        if (attracted != shows(behaviour::bias))
            fail(in.cells[t].value.at, attracted ? "\"attraction\" has a meaning only with a \"bias\" of the walk, or a rule that raises it"
                                                 : "\"bias\" has a meaning only with \"attraction\" to some ligand");
    }
}

/// How a probe tells a property of many cells.
void set_statistic(ProbeInput const& in, Probe& probe) {
    Place const* const asked = in.statistic ? &in.statistic->at : in.above ? &in.above->at : in.below ? &in.below->at : nullptr;
    if (asked == nullptr) return;
    if (!in.activity && !in.receptor && !in.pathway)
        fail(*asked, "\"statistic\", \"above\" and \"below\" have a meaning only with activity, receptor or pathway");
    if (in.statistic) probe.statistic = in.statistic->value;
    if (!in.above && !in.below) return;
    if (in.statistic)
        fail(in.statistic->at, "expected either \"statistic\", or \"above\" and \"below\", which ask for a fraction of the cells");
    probe.statistic = Probe::Statistic::fraction;
    if (in.above) probe.above = *in.above;
    if (in.below) probe.below = *in.below;
    if (!(probe.above < probe.below)) fail(in.below->at, "\"below\" has to be more than \"above\": the fraction is that between the two");
}

std::vector<Probe> make_probes(ScenarioInput const& in, Dictionary const& dictionary, Names const& regions, Grid const& grid) {
    Names const &ligands = dictionary.ligands, &types = dictionary.types;
    std::vector<Probe> probes;
    std::set<std::string> names;
    for (auto const& p : in.probes) {
        Probe probe;
        probe.name = p.name.value;
        if (probe.name.empty() || probe.name.find_first_of(",\"\n") != std::string::npos)
            fail(p.name.at, "\"" + probe.name + "\" cannot be the name of a column");
        if (!names.insert(probe.name).second) fail(p.name.at, "another probe has the name \"" + probe.name + "\"");
        bool const of_field = p.point || p.from || p.mean_over, of_positions = p.mean_position || p.variance;
        if (of_positions && p.ligand.has_value() == p.cells.has_value())
            fail(p.at, "expected either \"ligand\" or \"cells\" (whose positions?)");
        if (p.cells && !of_positions) fail(p.cells->at, "\"cells\" has a meaning only with mean_position or variance");
        if (of_field && !p.ligand) fail(p.at, "\"ligand\" is missing (what is measured?)");
        if (!of_field && !of_positions && p.ligand)
            fail(p.ligand->at, "\"ligand\" has a meaning only with at, from, mean_over, mean_position or variance");
        if (p.from.has_value() != p.to.has_value()) fail(p.at, "a line needs both \"from\" and \"to\"");
        if (p.points && !p.from) fail(p.points->at, "\"points\" has a meaning only with from and to");
        bool const of_cells = p.activity || p.receptor || p.pathway;
        if (p.variable && !p.pathway) fail(p.variable->at, "\"variable\" has a meaning only with pathway");
        if (p.in && !p.count && !of_cells) fail(p.in->at, "\"in\" has a meaning only with count, activity, receptor or pathway");
        if (p.of && !p.coverage && !of_cells) fail(p.of->at, "\"of\" has a meaning only with coverage, activity, receptor or pathway");
        if (p.state && !p.receptor) fail(p.state->at, "\"state\" has a meaning only with receptor");
        set_statistic(p, probe);
        if (p.ligand) probe.ligand = ligands.find(*p.ligand);
        if (p.point) {
            probe.kind = Probe::Kind::point;
            probe.points = {position(*p.point, grid)};
        } else if (p.from) {
            probe.kind = Probe::Kind::line;
            if (!p.points || p.points->value < 2) fail(p.points ? p.points->at : p.at, "a line needs \"points\", 2 or more");
            if (p.points->value > 10000) fail(p.points->at, "more than 10000 points on a line (each is a column)");
            Vec3 const from = position(*p.from, grid), to = position(*p.to, grid);
            for (std::uint64_t n = 0; n < p.points->value; ++n)
                probe.points.push_back(from + static_cast<Real>(n) / static_cast<Real>(p.points->value - 1) * (to - from));
        } else if (p.mean_over) {
            probe.kind = Probe::Kind::mean;
            probe.region = regions.find(*p.mean_over);
        } else if (p.count) {
            probe.kind = Probe::Kind::count;
            probe.type = types.find(*p.count);
            if (p.in) probe.region = regions.find(*p.in);
        } else if (of_positions) {
            auto const& axis = p.mean_position ? *p.mean_position : *p.variance;
            probe.kind = p.mean_position ? Probe::Kind::position : Probe::Kind::variance;
            probe.axis = static_cast<int>(axis.value);
            if (grid.periodic[probe.axis]) fail(axis.at, "the domain is periodic on this axis, so that a mean of positions has no meaning");
            if (p.cells) probe.type = types.find(*p.cells);
        } else if (p.mean_squared_displacement) {
            probe.kind = Probe::Kind::displacement;
            probe.type = types.find(*p.mean_squared_displacement);
            for (bool const periodic : grid.periodic)
                if (periodic) fail(p.at, "in a periodic domain it is not known how far a cell has come");
        } else if (of_cells) {
            Text const& what = p.activity ? *p.activity : p.pathway ? *p.pathway : *p.receptor;
            if (!p.of)
                fail(p.at, std::string("\"of\" is missing (the ") + (p.activity ? "activity" : p.pathway ? "pathway" : "receptors") +
                               " of which cells?)");
            probe.type = types.find(*p.of);
            CellInput const& cell = in.cells[static_cast<std::size_t>(probe.type)].value;
            if (p.activity) {
                probe.kind = Probe::Kind::activity;
                probe.activity = dictionary.activities.find(what);
                if (!has(cell, what.value)) fail(p.of->at, "\"" + p.of->value + "\" has no activity \"" + what.value + "\"");
            } else if (p.pathway) {
                probe.kind = Probe::Kind::variable;
                Names::of("pathway", in.pathways).find(what);
                if (!p.variable) fail(p.at, "\"variable\" is missing (what of the pathway?)");
                bool const there =
                    std::any_of(cell.pathways.begin(), cell.pathways.end(), [&](auto const& e) { return e.name.value == what.value; });
                if (!there) fail(p.of->at, "\"" + p.of->value + "\" has no pathway \"" + what.value + "\"");
                probe.variable = dictionary.variables.find({p.variable->value + " of " + what.value, p.variable->at});
            } else {
                probe.kind = Probe::Kind::receptors;
                probe.receptor = dictionary.receptors.find(what);
                bool const there =
                    std::any_of(cell.receptors.begin(), cell.receptors.end(), [&](auto const& e) { return e.name.value == what.value; });
                if (!there) fail(p.of->at, "\"" + p.of->value + "\" has no receptor \"" + what.value + "\"");
                if (p.state) probe.state = p.state->value;
            }
            if (p.in) probe.region = regions.find(*p.in);
        } else {
            probe.kind = Probe::Kind::coverage;
            probe.type = types.find(*p.coverage);
            if (p.of) probe.region = regions.find(*p.of);
        }
        probes.push_back(std::move(probe));
    }
    return probes;
}

OutputPlan make_output(OutputInput const& in, Names const& ligands) {
    OutputPlan plan{in.volumes, in.summary, std::vector<bool>(ligands.list.size(), in.fields.all), in.cells.value};
    for (auto const& name : in.fields.names) plan.fields[static_cast<std::size_t>(ligands.find(name))] = true;
    return plan;
}

Validation make_validation(ValidationInput const& in) {
    Validation v{in.source.value, in.quick.value, {}, {}};
    for (auto const& run : in.runs) {
        auto& made = v.runs.emplace_back(Validation::Run{run.name.value, {}});
        Node const& changes = run.value.node;
        if (changes.kind != Node::Kind::map) fail(changes.at, "found " + changes.what() + ", expected a map like {domain.spacing: 5 um}");
        for (auto const& m : changes.members) made.overrides.push_back({m.key, write_yaml(m.value)});
    }
    if (v.runs.empty()) v.runs.push_back({"run", {}});
    for (auto const& e : in.expect) {
        Validation::Expectation made{e.id.value,
                                     e.what.value,
                                     e.unit.value,
                                     e.mark.value,
                                     v.runs.front().name,
                                     e.time ? e.time->value : -1,
                                     e.of.value,
                                     e.value,
                                     0,
                                     e.tolerance.has_value(),
                                     e.at.text()};
        if (e.run) {
            made.run = e.run->value;
            std::vector<std::string> names;
            for (auto const& run : v.runs) names.push_back(run.name);
            if (std::find(names.begin(), names.end(), made.run) == names.end())
                fail(e.run->at, "\"" + made.run + "\" is not a run of this validation" + suggestion(made.run, names));
        }
        made.allowed =
            e.within ? e.within->value : at_place(e.tolerance->at, [&] { return quantity(e.tolerance->value, Dimension::number); });
        if (made.relative && made.value == 0) fail(e.tolerance->at, "relative to 0 there is no error; expected \"within\"");
        v.expectations.push_back(std::move(made));
    }
    return v;
}

std::vector<Real> make_field(ScenarioInput const& in, int ligand, Model const& model, Regions& regions, bool check_only) {
    auto const l = static_cast<std::size_t>(ligand);
    Grid const& grid = model.grid;
    std::vector<Real> field(check_only ? 0 : grid.voxels());

    auto const fill = [&](InitialInput const& initial, int region) {
        auto const each = [&](auto&& value) {
            if (check_only) return;
            regions.visit_voxels(false, [&](Voxel v) {
                if (region < 0 || regions.contains(region, v)) field[grid.voxel(v.i, v.j, v.k)] = real(value(v));
            });
        };
        if (initial.array && !initial.file) fail(initial.array->at, "\"array\" has a meaning only with file");
        if (initial.unit && initial.value) fail(initial.unit->at, "\"unit\" has a meaning only with expression or file");
        std::string const unit = initial.unit ? initial.unit->value : "nM";
        double const scale =
            at_place(initial.unit ? initial.unit->at : initial.at, [&] { return unit_scale(unit, Dimension::concentration); });
        auto const checked = [&](double value, Voxel v, Place const& at) {
            Vec3 const p = grid.centre(v.i, v.j, v.k);
            if (!(value >= 0 && value * scale < 1e37))
                fail(at, "the concentration is " + rounded(value) + " " + unit + " at (" + rounded(p.x, 6) + ", " + rounded(p.y, 6) + ", " +
                             rounded(p.z, 6) + ") um; expected a finite value, 0 or more");
            return value * scale;
        };
        if (initial.value && region < 0) {
            std::fill(field.begin(), field.end(), real(*initial.value));
        } else if (initial.value) {
            each([&](Voxel) { return initial.value->value; });
        } else if (initial.expression) {
            auto const formula = at_place(initial.expression->at, [&] { return Expression(initial.expression->value); });
            each([&](Voxel v) { return checked(formula(grid.centre(v.i, v.j, v.k)), v, initial.expression->at); });
        } else {
            if (!initial.array) fail(initial.at, "\"array\" is missing (name of the array in the file)");
            if (check_only) return;
            auto const values = at_place(initial.array->at, [&] { return read_vti(initial.file->path, initial.array->value, grid); });
            each([&](Voxel v) { return checked(values[grid.voxel(v.i, v.j, v.k)], v, initial.file->at); });
        }
    };

    fill(in.ligands[l].value.initial, -1);
    for (std::size_t r = 0; r < in.regions.size(); ++r)
        for (auto const& e : in.regions[r].value.initial)
            if (e.name.value == model.ligands[l].name) fill(e.value, static_cast<int>(r));
    for (std::size_t v = 0; v < field.size(); ++v) {  // what is held at a value begins there
        auto const& property = model.property(model.material[v], ligand);
        if (property.fixed) field[v] = property.value;
    }
    return field;
}

void check_quasi_steady(ScenarioInput const& in, Model const& model) {
    Vocabulary const words = model.vocabulary();
    for (std::size_t l = 0; l < model.ligands.size(); ++l) {
        auto const& ligand = model.ligands[l];
        if (ligand.scheme != Scheme::quasi_steady) continue;
        int const index = static_cast<int>(l);
        bool moves = false, out = !ligand.cleaved_by.empty();
        for (std::size_t m = 0; m < model.material_names.size(); ++m) {
            auto const& p = model.property(static_cast<int>(m), index);
            moves = moves || p.diffusivity > 0;
            out = out || p.decay > 0 || p.fixed || p.exchange > 0;
        }
        for (auto const& c : model.conversions) out = out || c.from == index;
        for (auto const& face : ligand.faces) out = out || face.kind == FaceKind::value;
        auto const uptake = words.of(behaviour::uptake, index);
        for (auto const& type : model.types) out = out || type.base[static_cast<std::size_t>(uptake)] > 0;
        for (auto const& receptor : model.receptors)
            for (auto const& b : receptor.bindings)
                out = out || (b.ligand == index && !b.on_membrane && b.rates.internalisation + receptor.rates.shedding > 0);
        for (auto const& rule : model.rules) out = out || (rule.behaviour == uptake && rule.saturation > 0);
        Place const& at = in.ligands[l].value.scheme ? in.ligands[l].value.scheme->at : in.ligands[l].value.at;
        if (!moves) fail(at, "\"" + ligand.name + "\" does not diffuse, so it cannot be quasi-steady; expected adaptive or implicit-euler");
        if (!out)
            fail(at, "\"" + ligand.name +
                         "\" is quasi-steady but has no way out (no decay, no uptake, no enzyme or other reaction, no vessels, no value on "
                         "a face or "
                         "region), so it has "
                         "no steady state");
    }
}

void check_hindered(ScenarioInput const& in, Model const& model) {
    for (std::size_t l = 0; l < model.ligands.size(); ++l) {
        auto const& laws = in.ligands[l].value.hindered_by;
        bool moves = false;
        for (std::size_t m = 0; m < model.material_names.size(); ++m)
            moves = moves || model.property(static_cast<int>(m), static_cast<int>(l)).diffusivity > 0;
        if (!laws.empty() && !moves)
            fail(laws.front().name.at, "\"" + model.ligands[l].name + "\" does not diffuse, so nothing can hinder it");
    }
}

void check_traced(ScenarioInput const& in, Model const& model) {
    auto const is = [](int ligand, std::vector<int> const& among) { return std::find(among.begin(), among.end(), ligand) != among.end(); };
    for (std::size_t l = 0; l < model.ligands.size(); ++l) {
        if (!model.ligands[l].traced) continue;
        Place const& at = in.ligands[l].value.trace_senders.at;
        int const index = static_cast<int>(l);
        std::string const who = "the senders of \"" + model.ligands[l].name + "\" cannot be traced: ";
        for (auto const& type : model.types)
            if (std::isfinite(type.saturation[l]))
                fail(at, who + "the secretion of \"" + type.name + "\" saturates, so that senders stop each other");
        for (auto const& b : model.bindings)
            if (is(index, {b.a, b.b, b.complex})) fail(at, who + "it takes part in a reaction, which does not tell senders apart");
        for (auto const& local : model.local_reactions)
            if (is(index, local.ligands)) fail(at, who + "it takes part in a reaction, which does not tell senders apart");
        for (auto const& c : model.conversions)
            if (c.from == index || is(index, c.to)) fail(at, who + "it takes part in a reaction, which does not tell senders apart");
    }
}

}  // namespace crine
