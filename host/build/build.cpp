// Builds clocks, grid, ligands, receptors, initial fields, probes, the output plan and expected numbers from the file's parts.
#include "host/build/build.h"

#include "host/build/vti.h"
#include "host/formulas/expression.h"
#include "host/text/format.h"

#include <cmath>
#include <set>

namespace crine {
namespace {

Real real(double x) { return static_cast<Real>(x); }

constexpr double kMostCounted = 9e15;  ///< steps, voxels on an axis: above 2^53 not every whole number is a double

/// The whole number nearest to a / b, or 0 if a is not a multiple of b; of very large ones kMostCounted.
std::uint64_t multiple(double a, double b) {
    double const n = std::round(a / b);
    return n >= 1 && std::fabs(a - n * b) <= 1e-6 * b ? static_cast<std::uint64_t>(std::min(n, kMostCounted)) : 0;
}

Vec3 position(Point const& p, Grid const& grid) {
    Vec3 const size = grid.size();
    double const limit[3] = {size.x, size.y, size.z};
    for (std::size_t axis = 0; axis < 3; ++axis)
        if (!(p[axis] >= 0 && p[axis] <= limit[axis]))
            fail(p[axis].at, "the position is outside the domain, which ends at " + rounded(limit[axis], 6) + " um on this axis");
    return {real(p[0]), real(p[1]), real(p[2])};
}

}  // namespace

double stored(double value, char const* what, Place const& at) {
    if (!can_be_stored(value))
        fail(at, std::string(what) + " is " + rounded(value) + " in um, s and molecules, which cannot be stored; expected 1e-37 to 1e37");
    return value;
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
    auto const check_countable = [&](char const* what, double length, Place const& at) {
        if (length / steps[0].length >= kMostCounted)
            fail(at, std::string(what) + " is " + rounded(length / steps[0].length) + " times the step of " + steps[0].name +
                         ", the shortest; more than 9e15 cannot be counted");
    };
    check_countable("the end", s.end, in.end.at);
    for (Step const& step : steps) check_countable("this step", step.length, step.at);
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

double decay_of(LigandInput const& in) {
    if (in.half_life) return stored(std::log(2.0) / *in.half_life, "the rate of decay", in.half_life->at);
    return in.decay ? in.decay->value : 0;
}

std::vector<Ligand> make_ligands(ScenarioInput const& in, Names const& names, Grid const& grid) {
    std::vector<Ligand> ligands;
    for (auto const& entry : in.ligands) {
        LigandInput const& ligand = entry.value;
        Ligand l;
        l.name = entry.name.value;
        l.display_unit = ligand.unit.value;
        l.display_scale = concentration_unit(ligand.unit, entry);
        l.scheme = ligand.scheme ? ligand.scheme->value : in.transport.scheme.value;
        auto const face_of = [&](FaceInput const& f) -> Face {
            if (f.value) return {FaceKind::value, real(in_molecules(*f.value, entry))};
            if (f.flux) return {FaceKind::flux, real(in_molecules(*f.flux, entry))};
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
            auto const& [volume, e_fold] = e.value;
            Real const fold = e_fold ? real(in_molecules(*e_fold, in.ligands[static_cast<std::size_t>(matrix)])) : Real(0);
            l.hindered_by.push_back({matrix, volume ? real(*volume) : Real(0), fold});
        }
        l.traced = ligand.trace_senders.value;
        ligands.push_back(std::move(l));
    }
    return ligands;
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
        for (auto const& [ligand, binding] : receptor.ligands.value_or(Named<BindingInput>{})) {
            int const l = names.ligands.find(ligand);
            auto const k_off = [&, &binding = binding] {
                return stored(in_molecules(*binding.K_d, in.ligands[static_cast<std::size_t>(l)]) * binding.k_on, "K_d * k_on",
                              binding.K_d->at);
            };
            add(binding, l, binding.k_off ? binding.k_off->value : k_off());
        }
        for (auto const& [ligand, binding] : receptor.membrane_ligands.value_or(Named<ContactBindingInput>{})) {
            add(binding, names.membrane_ligands.find(ligand), 0);
            kind.bindings.back().on_membrane = true;
        }
        bool const of_cells = std::any_of(in.cells.begin(), in.cells.end(), [&, &name = name](auto const& type) {
            auto const& has = type.value.receptors;
            return std::any_of(has.begin(), has.end(), [&](auto const& e) { return e.name.value == name.value; });
        });
        bool const says = receptor.ligands || receptor.membrane_ligands;  // one of a library may have lost its ligands (merge.cpp)
        if (kind.bindings.empty() && (of_cells || !says))
            fail(name.at, "\"" + name.value + "\" binds nothing (list what it binds under \"ligands\" or \"membrane_ligands\")");
        kinds.push_back(std::move(kind));
    }
    return kinds;
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
    constexpr std::uint64_t kMostPoints = 10000;
    std::uint64_t points = 0;
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
            if (p.points->value > kMostPoints || (points += p.points->value) > kMostPoints)
                fail(p.points->at, "more than " + std::to_string(kMostPoints) + " points on lines (each is a column)");
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
                fail(p.at, std::string("\"of\" is missing (the ") +
                               (p.activity  ? "activity"
                                : p.pathway ? "pathway"
                                            : "receptors") +
                               " of which cells?)");
            probe.type = types.find(*p.of);
            CellInput const& cell = in.cells[static_cast<std::size_t>(probe.type)].value;
            if (p.activity) {
                probe.kind = Probe::Kind::activity;
                probe.activity = dictionary.activities.find(what);
                if (!has_activity(cell, what.value)) fail(p.of->at, "\"" + p.of->value + "\" has no activity \"" + what.value + "\"");
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
    OutputPlan plan{in.volumes, in.summary, std::vector<bool>(ligands.list.size(), in.fields.all), in.cells.value, in.checkpoint};
    for (auto const& name : in.fields.names) plan.fields[static_cast<std::size_t>(ligands.find(name))] = true;
    return plan;
}

std::vector<Arm> make_arms(Named<Later> const& in) {
    std::vector<Arm> arms;
    for (auto const& arm : in) {
        auto& made = arms.emplace_back(Arm{arm.name.value, {}});
        Node const& changes = arm.value.node;
        if (changes.kind != Node::Kind::map) fail(changes.at, "found " + changes.what() + ", expected a map like {domain.spacing: 5 um}");
        for (auto const& m : changes.members) made.overrides.push_back({m.key, write_yaml(m.value)});
    }
    return arms;
}

Validation make_validation(ValidationInput const& in, std::vector<Arm> const& arms) {
    constexpr double kUnbounded = std::numeric_limits<double>::infinity();
    Validation v{in.source.value, in.quick.value, {}};
    std::vector<std::string> names;
    for (auto const& arm : arms) names.push_back(arm.name);
    for (auto const& e : in.expect) {
        Validation::Expectation made{.id = e.id.value,
                                     .what = e.what.value,
                                     .unit = e.unit.value,
                                     .mark = e.mark.value,
                                     .arm = arms.empty() ? "" : arms.front().name,
                                     .time = e.time ? e.time->value : -1,
                                     .of = e.of.value,
                                     .value = {},
                                     .least = e.above ? e.above->value : -kUnbounded,
                                     .most = e.below ? e.below->value : kUnbounded,
                                     .place = e.at.text()};
        if (e.arm) {
            made.arm = e.arm->value;
            if (std::find(names.begin(), names.end(), made.arm) == names.end())
                fail(e.arm->at, "\"" + made.arm + "\" is not an arm of this scenario" + suggestion(made.arm, names));
        }
        bool const bounds = e.above || e.below, error = e.tolerance || e.within;
        if (e.value ? bounds || !error : !bounds || error)
            fail(e.at, "expected a value with a tolerance, or within what it is to lie; or else bounds, above and below, alone");
        if (made.least >= made.most) fail(e.below->at, "nothing is above " + rounded(made.least) + " and below " + rounded(made.most));
        if (e.value) {
            made.value = e.value->value, made.relative = e.tolerance.has_value();
            if (made.relative && *made.value == 0) fail(e.tolerance->at, "relative to 0 there is no error; expected \"within\"");
            made.allowed =
                e.within ? e.within->value : at_place(e.tolerance->at, [&] { return quantity(e.tolerance->value, Dimension::number); });
        }
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
        Text const unit = initial.unit.value_or(Text{"nM", initial.at});
        double const scale = concentration_unit(unit, in.ligands[l]);
        auto const checked = [&](double value, Voxel v, Place const& at) {
            Vec3 const p = grid.centre(v.i, v.j, v.k);
            if (!(value >= 0 && value * scale < 1e37))
                fail(at, "the concentration is " + rounded(value) + " " + unit.value + " at (" + rounded(p.x, 6) + ", " + rounded(p.y, 6) +
                             ", " + rounded(p.z, 6) + ") um; expected a finite value, 0 or more");
            return value * scale;
        };
        if (initial.value) {
            Real const value = real(in_molecules(*initial.value, in.ligands[l]));
            if (region < 0)
                std::fill(field.begin(), field.end(), value);
            else
                each([&](Voxel) { return value; });
        } else if (initial.expression) {
            Expression formula(*initial.expression);
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
