// Lists ligands, reactions, receptors, cells, synapses and so on, in units that people use.
#include "host/commands/describe.h"

#include "crine/units.h"
#include "host/build/synapses.h"
#include "host/scenario/words.h"
#include "host/text/format.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <sstream>

namespace crine {
namespace {

constexpr double kLitre = 1e15, kMicrolitre = 1e9;  ///< [µm³]

/// Lines under a heading, the first column padded so that the second ones align. Widths count characters, not bytes.
class Listing {
public:
    void heading(std::string const& label, std::string const& text) { out_ << "  " << padded(label, kLabel) << text << "\n"; }
    void entry(std::string const& name, std::string const& text) { out_ << "    " << padded(name, kLabel + 10) << text << "\n"; }
    std::string text() const { return out_.str(); }

private:
    static constexpr std::size_t kLabel = 12;
    static std::string padded(std::string const& s, std::size_t width) {
        auto const characters = static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
        return s + std::string(characters + 1 < width ? width - characters : 1, ' ');
    }
    std::ostringstream out_;
};

/// A property over all materials: one value, or the range of them.
std::string range(Model const& model, std::size_t ligand, std::function<double(MaterialLigand const&)> const& value,
                  std::string const& unit) {
    double low = INFINITY, high = -INFINITY;
    for (std::size_t m = 0; m < model.material_names.size(); ++m) {
        double const v = value(model.property(static_cast<int>(m), static_cast<int>(ligand)));
        low = std::min(low, v), high = std::max(high, v);
    }
    std::string const text = low == high ? rounded(low) : rounded(low) + " … " + rounded(high);
    return text + " " + unit;
}

std::string half_life(double rate) { return "half-life " + duration(std::log(2.0) / rate); }

std::string fate(MaterialLigand const& of) {
    std::string text = of.decay > 0 ? half_life(of.decay) : "no decay";
    if (of.decay > 0 && of.diffusivity > 0) text += ", reach √(D/k) " + rounded(std::sqrt(of.diffusivity / of.decay)) + " um";
    return text;
}

char const* name(Scheme scheme) {
    switch (scheme) {
        case Scheme::implicit_euler:
            return "implicit-euler";
        case Scheme::tr_bdf2:
            return "tr-bdf2";
        case Scheme::quasi_steady:
            return "quasi-steady";
        case Scheme::adi:
            return "adi";
        case Scheme::adaptive:
            return "adaptive";
    }
    return "";
}

std::string domain(Grid const& grid) {
    std::string text = rounded(grid.size().x, 6) + " × " + rounded(grid.size().y, 6) + " × " + rounded(grid.size().z, 6) + " um, " +
                       std::to_string(grid.nx) + " × " + std::to_string(grid.ny) + " × " + std::to_string(grid.nz) + " = " +
                       counted(grid.voxels(), "voxel") + " of " + rounded(grid.spacing) + " um";
    char const* separator = ", periodic in ";
    for (int axis = 0; axis < 3; ++axis)
        if (grid.periodic[axis]) text += separator + std::string(1, "xyz"[axis]), separator = ", ";
    return text;
}

std::string in_time(int stages, double time) {
    return stages == 1 ? "in " + duration(time) : "after " + duration(time) + " in " + counted(stages, "stage");
}

/// How many cells circulate, how they come and go, and who recruits them.
std::string circulating(Model const& model, CellPool const& pool) {
    double const volume = model.compartments[static_cast<std::size_t>(pool.compartment)].volume;
    std::string text = rounded(pool.initial) + " cells at the start (" + rounded(pool.initial / volume * kMicrolitre) + " /uL), " +
                       (pool.loss > 0 ? half_life(pool.loss) : "none lost") + ", production " + rounded(pool.production * kHour) + " /h, " +
                       counted(pool.rules.size(), "rule");
    if (pool.stages > 0) text += " " + in_time(pool.stages, pool.response_time);
    int const recruitment = model.vocabulary().of(behaviour::recruitment, pool.type);
    std::string by;
    for (std::size_t t = 0; t < model.types.size(); ++t) {
        bool const shows = model.types[t].base[static_cast<std::size_t>(recruitment)] > 0 ||
                           std::any_of(model.rules.begin(), model.rules.end(),
                                       [&](Rule const& rule) { return rule.type == static_cast<int>(t) && rule.behaviour == recruitment; });
        if (shows) by += (by.empty() ? ", recruited by " : ", ") + model.types[t].name;
    }
    return text + by;
}

void list_compartments(Listing& list, Model const& model) {
    if (model.compartments.empty()) return;
    list.heading("compartments",
                 std::to_string(model.compartments.size()) + "; " +
                     (model.represents == 1 ? "this piece of tissue alone" : rounded(model.represents) + " such pieces of tissue") +
                     " beside them");
    for (std::size_t c = 0; c < model.compartments.size(); ++c) {
        list.entry(model.compartments[c].name, rounded(model.compartments[c].volume / kLitre) + " L");
        for (std::size_t p = 0; p < model.pools.size(); ++p) {
            Pool const& pool = model.pools[p];
            if (pool.compartment != static_cast<int>(c)) continue;
            Ligand const& ligand = model.ligands[static_cast<std::size_t>(pool.ligand)];
            std::string text = rounded(pool.initial / pool.display_scale) + " " + pool.display_unit + " at the start, " +
                               (pool.clearance > 0 ? half_life(pool.clearance) : "not cleared");
            if (pool.carrier > 0)
                text += " when free, carrier " + rounded(pool.carrier / pool.display_scale) + " " + pool.display_unit + ", K_d " +
                        rounded(pool.carrier_kd / pool.display_scale) + " " + pool.display_unit;
            for (Transfer const& t : model.transfers)
                if (t.from == static_cast<int>(p))
                    text += ", " + rounded(t.rate * kHour) + " /h to " +
                            model.compartments[static_cast<std::size_t>(model.pools[static_cast<std::size_t>(t.to)].compartment)].name;
            if (ligand.circulates == static_cast<int>(p))
                text += ", crosses vessel walls at " +
                        range(
                            model, static_cast<std::size_t>(pool.ligand), [](MaterialLigand const& m) { return m.exchange; }, "/s");
            list.entry("  " + ligand.name, text);
        }
        for (CellPool const& pool : model.cell_pools)
            if (pool.compartment == static_cast<int>(c))
                list.entry("  " + model.types[static_cast<std::size_t>(pool.type)].name, circulating(model, pool));
    }
}

void list_doses(Listing& list, Model const& model) {
    if (model.doses.empty()) return;
    list.heading("doses", std::to_string(model.doses.size()));
    for (Dose const& dose : model.doses) {
        std::string text = dose.bolus > 0 ? rounded(dose.bolus) + " molecules at " + duration(dose.from)
                                          : rounded(dose.rate) + " molecules/s from " + duration(dose.from) +
                                                (std::isfinite(dose.to) ? " to " + duration(dose.to) : " on");
        if (dose.bolus == 0 && dose.rate == 0) text = "placebo, from " + duration(dose.from);
        text += dose.pool < 0
                    ? ", into " + counted(dose.voxels.size(), "voxel")
                    : ", into " +
                          model.compartments[static_cast<std::size_t>(model.pools[static_cast<std::size_t>(dose.pool)].compartment)].name;
        if (dose.times > 1) text += ", " + count(dose.times) + " times, every " + duration(dose.every);
        list.entry(model.ligands[static_cast<std::size_t>(dose.ligand)].name, text);
    }
}

std::string names_of(Model const& model, std::vector<int> const& ligands) {
    std::string text;
    for (int l : ligands) text += (text.empty() ? "" : " + ") + model.ligands[static_cast<std::size_t>(l)].name;
    return text;
}

/// Reactions as chemists write them, with half-lives and constants in nM.
void list_reactions(Listing& list, Model const& model) {
    if (model.bindings.empty() && model.conversions.empty()) return;
    list.heading("reactions", std::to_string(model.bindings.size() + model.conversions.size()));
    auto const concentration = [](double c) { return rounded(c / kNanomolar) + " nM"; };
    for (Binding const& b : model.bindings)
        list.entry(
            names_of(model, {b.a, b.b}) + " ⇌ " + names_of(model, {b.complex}),
            "k_on " + rounded(b.k_on * kNanomolar) + " /nM/s, k_off " + rounded(b.k_off) + " /s, K_d " + concentration(b.k_off / b.k_on));
    for (Conversion const& c : model.conversions) {
        bool const enzyme = c.enzyme >= 0;
        std::string const what = names_of(model, {c.from}) + " → " + (c.to.empty() ? "nothing" : names_of(model, c.to));
        std::string law;
        if (c.half > 0)
            law =
                (enzyme ? "k_cat " + rounded(c.rate) + " /s" : "V_max " + concentration(c.rate) + "/s") + ", K_m " + concentration(c.half);
        else
            law = enzyme ? "k " + rounded(c.rate * kNanomolar) + " /nM/s" : "rate " + rounded(c.rate) + " /s (" + half_life(c.rate) + ")";
        list.entry(what, (enzyme ? "by " + names_of(model, {c.enzyme}) + ", " : "") + law);
    }
}

/// For each membrane ligand who presents it.
void list_membrane_ligands(Listing& list, Model const& model) {
    if (model.membrane_ligands.empty()) return;
    list.heading("membrane", counted(model.membrane_ligands.size(), "ligand") + ", on the cells that present them");
    for (std::size_t l = 0; l < model.membrane_ligands.size(); ++l) {
        MembraneLigand const& ligand = model.membrane_ligands[l];
        std::string presented;
        for (std::size_t t = 0; t < model.types.size(); ++t) {
            if (!model.presents(static_cast<int>(t), static_cast<int>(l))) continue;
            auto const& numbers = model.types[t].presented;
            presented += (presented.empty() ? "presented by " : ", ") + model.types[t].name + " (" +
                         rounded(numbers.empty() ? 0 : numbers[l]) + " molecules)";
        }
        list.entry(ligand.name, (ligand.turnover > 0 ? half_life(ligand.turnover) : "no turnover") + ", " +
                                    (presented.empty() ? "presented by nobody" : presented));
    }
}

/// What routes.csv will tell of.
void list_routes(Listing& list, Model const& model) {
    std::string traced;
    auto const add = [&traced](std::string const& name) { traced += (traced.empty() ? "" : ", ") + name; };
    for (auto const& ligand : model.ligands)
        if (ligand.traced) add(ligand.name);
    for (auto const& ligand : model.membrane_ligands)
        if (ligand.traced) add(ligand.name);
    for (auto const& synapse : model.synapses)
        if (synapse.traced) add(synapse.transmitter + " in " + synapse.name);
    if (!traced.empty()) list.heading("traced", "who receives it from whom: " + traced);
}

std::string hindered(Model const& model, Ligand const& ligand) {
    std::string text;
    for (Hindrance const& law : ligand.hindered_by)
        text += ", D hindered by " + names_of(model, {law.matrix}) +
                (law.e_fold > 0 ? " (e-fold at " + rounded(law.e_fold / kNanomolar) + " nM)"
                                : " (which fills all at " + rounded(1 / law.molar_volume / kNanomolar) + " nM)");
    return text;
}

std::string volumes(OutputPlan const& plan) {
    bool const fields = std::count(plan.fields.begin(), plan.fields.end(), true) > 0;
    if (plan.volumes <= 0 || !(fields || plan.cells)) return "no volumes";
    return (fields && plan.cells ? "fields and cells every " : fields ? "fields every " : "cells every ") + duration(plan.volumes);
}

void list_types(Listing& list, Scenario const& scenario) {
    Model const& model = scenario.model;
    std::vector<std::size_t> placed(model.types.size(), 0), rules(model.types.size(), 0);
    for (auto const type : scenario.initial.cells.type) ++placed[type];
    for (auto const& rule : model.rules) ++rules[static_cast<std::size_t>(rule.type)];
    for (std::size_t t = 0; t < model.types.size(); ++t) {
        std::string const number = scenario.initial.cells.size() > 0 ? count(placed[t]) + " placed, " : "";
        list.entry(model.types[t].name, number + "radius " + rounded(model.types[t].radius) + " um, " + counted(rules[t], "rule"));
    }
}

void list_synapses(Listing& list, Scenario const& scenario) {
    Model const& model = scenario.model;
    if (model.synapses.empty()) return;
    std::vector<std::size_t> pairs(model.synapses.size(), 0);
    for (auto const& pair : scenario.initial.synapses) ++pairs[static_cast<std::size_t>(pair.type)];
    list.heading("synapses", (scenario.initial.synapses.empty() ? "" : counted(scenario.initial.synapses.size(), "pair") + " of ") +
                                 counted(model.synapses.size(), "type"));
    auto const type = [&](int t) { return model.types[static_cast<std::size_t>(t)].name; };
    for (std::size_t n = 0; n < model.synapses.size(); ++n) {
        SynapseType const& s = model.synapses[n];
        SynapseKinetics const& k = s.kinetics;
        std::string const firing = k.train.given ? "a train at " + rounded(k.train.rate) + " /s"
                                                 : rounded(model.types[static_cast<std::size_t>(s.from)].base[behaviour::firing]) + " /s";
        list.entry(s.name, (pairs[n] > 0 ? counted(pairs[n], "pair") + ", " : "") + type(s.from) + " → " + type(s.to) + " by " +
                               s.transmitter + ", cleared with a time constant of " + rounded(clearance_time(k) * 1e3) + " ms, quantum " +
                               rounded(k.vesicles.content) + " molecules, fires at " + firing + ", " +
                               (s.ligand >= 0 ? "spills into the field of " + s.transmitter : "what escapes is gone"));
    }
}

std::string in_time(ResponseTime const& response_time) { return in_time(response_time.stages, response_time.time); }

/// For each activity what it is in each type that has it.
void list_activities(Listing& list, Model const& model) {
    if (model.activities.empty()) return;
    list.heading("activities", std::to_string(model.activities.size()));
    for (std::size_t a = 0; a < model.activities.size(); ++a) {
        int const b = model.vocabulary().of(behaviour::activity, static_cast<int>(a));
        std::string text;
        for (std::size_t t = 0; t < model.types.size(); ++t) {
            CellType const& type = model.types[t];
            auto const response_time = std::find_if(type.response_times.begin(), type.response_times.end(),
                                                    [&](ResponseTime const& l) { return l.behaviour == b; });
            auto const rules = static_cast<std::size_t>(std::count_if(
                model.rules.begin(), model.rules.end(), [&](Rule const& r) { return r.type == static_cast<int>(t) && r.behaviour == b; }));
            Real const base = type.base[static_cast<std::size_t>(b)];
            if (response_time == type.response_times.end() && base == 0 && rules == 0) continue;
            text += (text.empty() ? "" : "; ") + type.name + ": base " + rounded(base) + ", " + counted(rules, "rule");
            if (response_time == type.response_times.end()) continue;
            text += " " + in_time(*response_time) + ", begins at " + rounded(response_time->initial);
            if (response_time->spread > 0) text += " ± " + rounded(100 * response_time->spread) + " %";
        }
        list.entry(model.activities[a], text.empty() ? "0 in all cells" : text);
    }
}

void list_pathways(Listing& list, Model const& model) {
    if (model.pathways.empty()) return;
    list.heading("pathways", std::to_string(model.pathways.size()));
    for (std::size_t p = 0; p < model.pathways.size(); ++p) {
        Network const& network = model.pathways[p];
        std::string in;
        for (CellType const& type : model.types)
            for (NetworkUse const& use : type.pathways)
                if (use.network == static_cast<int>(p)) in += (in.empty() ? "" : ", ") + type.name;
        list.entry(network.name, std::to_string(network.layout.visible) + " species, " + counted(network.inputs.size(), "input") + ", " +
                                     counted(network.events.size(), "event") + ", tolerance " + rounded(network.tolerance) + ", in " +
                                     (in.empty() ? "no cells" : in));
    }
}

void list_response_times(Listing& list, Model const& model) {
    Phrases const phrases = Phrases::behaviours(Dictionary(model));
    bool first = true;
    for (auto const& type : model.types) {
        std::string text;
        for (ResponseTime const& response_time : type.response_times)
            if (response_time.behaviour < model.vocabulary().of(behaviour::activity, 0))
                text += (text.empty() ? "" : "; ") + phrases.text(response_time.behaviour) + " " + in_time(response_time);
        if (text.empty()) continue;
        if (first) list.heading("responses", "that take time");
        first = false;
        list.entry(type.name, text);
    }
}

/// For each ligand that some type keeps ready: how much, and what lets it out.
void list_stores(Listing& list, Model const& model) {
    bool first = true;
    for (int l = 0; l < static_cast<int>(model.ligands.size()); ++l) {
        int const b = model.vocabulary().of(behaviour::release, l);
        std::string text;
        for (std::size_t t = 0; t < model.types.size(); ++t)
            for (Store const& store : model.types[t].stores) {
                if (store.ligand != l) continue;
                Real const base = model.types[t].base[static_cast<std::size_t>(b)];
                auto const rules = static_cast<std::size_t>(std::count_if(model.rules.begin(), model.rules.end(), [&](Rule const& r) {
                    return r.type == static_cast<int>(t) && r.behaviour == b;
                }));
                text +=
                    (text.empty() ? "" : "; ") + model.types[t].name + ": " + rounded(store.amount) + " molecules, " +
                    (base == 0 && rules == 0 ? "never let out" : "let out at " + rounded(base * kHour) + " /h, " + counted(rules, "rule"));
                text += store.refill > 0 ? ", refilled with a time constant of " + duration(1 / store.refill) : ", never refilled";
            }
        if (text.empty()) continue;
        if (first) list.heading("stores", "of ligands in cells");
        first = false;
        list.entry(model.ligands[static_cast<std::size_t>(l)].name, text);
    }
}

}  // namespace

std::string describe(Scenario const& scenario, std::size_t cells) {
    Model const& model = scenario.model;
    Schedule const& clock = scenario.schedule;
    Listing list;
    list.heading("domain", domain(model.grid));
    list.heading("time", duration(clock.end) + " in " + counted(number_of_steps(clock), "step") + "; transport every " +
                             duration(clock.transport) + ", mechanics " + duration(clock.mechanics) + ", behaviour " +
                             duration(clock.behaviour) + "; seed " + std::to_string(model.seed));
    list.heading("ligands", std::to_string(model.ligands.size()));
    for (std::size_t l = 0; l < model.ligands.size(); ++l)
        list.entry(model.ligands[l].name, "D " +
                                              range(
                                                  model, l, [](MaterialLigand const& m) { return m.diffusivity; }, "um^2/s") +
                                              ", decay " +
                                              range(
                                                  model, l, [](MaterialLigand const& m) { return m.decay * kHour; }, "/h") +
                                              " (" + fate(model.property(0, static_cast<int>(l))) + ")" +
                                              hindered(model, model.ligands[l]) + ", " + name(model.ligands[l].scheme) + ", shown in " +
                                              model.ligands[l].display_unit);
    list_membrane_ligands(list, model);
    list_reactions(list, model);
    if (!model.receptors.empty()) list.heading("receptors", std::to_string(model.receptors.size()));
    for (auto const& receptor : model.receptors) {
        std::string text;
        for (auto const& b : receptor.bindings) {
            text += (text.empty() ? "" : ", ") + model.bound_by(b);
            if (b.on_membrane) {
                text += " of cells that touch";
                continue;
            }
            Ligand const& ligand = model.ligands[static_cast<std::size_t>(b.ligand)];
            text += " (K_d " + rounded(b.rates.dissociation / b.k_on / ligand.display_scale) + " " + ligand.display_unit +
                    (b.efficacy > 0 ? ")" : ", antagonist)");
        }
        list.entry(receptor.name, "binds " + (text.empty() ? "nothing" : text));
    }
    list_compartments(list, model);
    list_doses(list, model);
    list.heading("cells", counted(cells, "cell") + " of " + counted(model.types.size(), "type"));
    list_types(list, scenario);
    list_stores(list, model);
    list_synapses(list, scenario);
    list_routes(list, model);
    list_activities(list, model);
    list_pathways(list, model);
    list_response_times(list, model);
    list.heading("regions", std::to_string(scenario.regions.size()));
    for (auto const& region : scenario.regions)
        list.entry(region.name, (region.inside.empty() ? "about " : "") + counted(region.voxels, "voxel"));
    list.heading("probes", std::to_string(scenario.probes.size()));
    list.heading("output", volumes(scenario.output) + ", summary every " + duration(scenario.output.summary));
    if (!scenario.arms.empty()) {
        std::string names;
        for (Arm const& arm : scenario.arms) names += (names.empty() ? "" : ", ") + arm.name;
        list.heading("arms", names + " (crine run --arm NAME)");
    }
    if (auto const& expectations = scenario.validation.expectations; !expectations.empty())
        list.heading("validation", counted(expectations.size(), "expected number") + ", for crine validate");
    return scenario.title + "\n" + list.text();
}

std::string describe(Estimate const& estimate) {
    Listing list;
    bool const gpu = estimate.device.engine != "cpu", whole = estimate.share == 1;
    list.heading("on", estimate.device.engine + " (" + estimate.device.name + ", " +
                           (gpu ? counted(static_cast<std::uint64_t>(estimate.device.threads), "multiprocessor")
                                : counted(static_cast<std::uint64_t>(estimate.device.threads), "thread")) +
                           ")");
    if (estimate.problem.empty()) {
        list.heading("time", "about " + wall_time(estimate.wall) + " without output, told from its first " + duration(estimate.tried) +
                                 (whole ? "" : " of a piece of 1/" + count(static_cast<std::uint64_t>(std::llround(1 / estimate.share)))));
        list.heading("", "if cells stay as many and do as much as then, and this machine is as busy with other things");
        if (gpu && !whole) list.heading("", "a piece keeps a GPU less busy than all of it: it may be much less");
    } else {
        list.heading("time", "not estimated, because " + estimate.problem);
    }
    if (estimate.engine_memory > 0)
        list.heading("memory",
                     bytes(estimate.engine_memory) + " on the device, " + bytes(estimate.host_memory) + " beside it for input and output" +
                         (estimate.fits() ? "" : "; more than the " + bytes(static_cast<double>(estimate.device.memory)) + " there are"));
    list.heading("disk", counted(estimate.frames, "frame") + ", at most " + bytes(estimate.disk) + " (before compression)");
    return "cost\n" + list.text();
}

}  // namespace crine
