// Looks for cells that have each receptor, and for anything that secreted ligands act on.
#include "host/build/idle_parts.h"

namespace crine {
namespace {

std::string quoted(std::string const& name) { return "\"" + name + "\""; }

/// What cells and compartments sense, and what becomes of ligands.
class Effects {
public:
    Effects(ScenarioInput const& in, Model const& model, Possible const& possible)
        : in_(in), model_(model), possible_(possible), words_(model.vocabulary()) {}

    /// A cell that there can be senses or binds the ligand, or is drawn by it.
    bool sensed(int l) const {
        return possible_.any_type([&](int t) {
            return possible_.does(t, words_.of(behaviour::chemotaxis, l)) || possible_.does(t, words_.of(behaviour::attraction, l)) ||
                   possible_.does(t, words_.of(behaviour::uptake, l)) || binds(t, l) || reads(t, l);
        });
    }
    /// It becomes something, takes part in what others become, or gets into a compartment.
    bool reacts(int l) const {
        for (Binding const& b : model_.bindings)
            if (b.a == l || b.b == l) return true;
        for (Conversion const& c : model_.conversions)
            if (c.from == l || c.enzyme == l) return true;
        for (LocalReactions const& local : model_.local_reactions)
            if (std::find(local.ligands.begin(), local.ligands.end(), l) != local.ligands.end()) return true;
        for (Ligand const& other : model_.ligands)
            if (std::any_of(other.cleaved_by.begin(), other.cleaved_by.end(), [&](auto const& by) { return by.enzyme == l; }) ||
                std::any_of(other.hindered_by.begin(), other.hindered_by.end(), [&](auto const& by) { return by.matrix == l; }))
                return true;
        return model_.ligands[static_cast<std::size_t>(l)].circulates >= 0;
    }
    /// Somebody asks for it.
    bool measured(int l) const {
        Ligand const& ligand = model_.ligands[static_cast<std::size_t>(l)];
        auto const& fields = in_.output.fields.names;
        return ligand.traced ||
               std::any_of(in_.probes.begin(), in_.probes.end(),
                           [&](ProbeInput const& probe) { return probe.ligand && probe.ligand->value == ligand.name; }) ||
               std::any_of(fields.begin(), fields.end(), [&](Text const& name) { return name.value == ligand.name; });
    }

private:
    bool binds(int t, int l) const {
        for (int r = 0; r < words_.receptors; ++r)
            for (Receptor::Binding const& b : model_.receptors[static_cast<std::size_t>(r)].bindings)
                if (b.ligand == l && !b.on_membrane && possible_.has(t, r)) return true;
        return false;
    }
    bool reads(int t, int l) const {
        auto const is_its = [&](int signal) {
            return signal == words_.of(signal::concentration, l) || signal == words_.of(signal::gradient, l);
        };
        for (Rule const& rule : model_.rules)
            if (rule.type == t && is_its(rule.signal)) return true;
        for (NetworkUse const& use : model_.types[static_cast<std::size_t>(t)].pathways)
            for (auto const& input : use.inputs)
                for (NetworkSignal const& from : input)
                    if (is_its(from.signal)) return true;
        return false;
    }

    ScenarioInput const& in_;
    Model const& model_;
    Possible const& possible_;
    Vocabulary words_;
};

}  // namespace

void find_idle_parts(Findings& findings, ScenarioInput const& in, Model const& model, Possible const& possible) {
    Vocabulary const words = model.vocabulary();
    for (int r = 0; r < words.receptors; ++r) {
        Text const& name = in.receptors[static_cast<std::size_t>(r)].name;
        bool had = false;
        for (int t = 0; t < words.types; ++t) had = had || possible.has(t, r);
        if (!had)
            findings.push_back({name.at, "no cell has " + quoted(name.value) + " (\"receptors\" of a cell type says how many)", "", 0});
    }
    Effects const effects(in, model, possible);
    bool responds = false;
    for (int l = 0; l < words.ligands; ++l) responds = responds || effects.sensed(l);
    for (int l = 0; l < words.ligands && responds; ++l) {
        bool const secreted =
            possible.anybody_does(words.of(behaviour::secretion, l)) || possible.anybody_does(words.of(behaviour::release, l));
        if (!secreted || effects.sensed(l) || effects.reacts(l) || effects.measured(l)) continue;
        Text const& name = in.ligands[static_cast<std::size_t>(l)].name;
        findings.push_back({name.at,
                            quoted(name.value) +
                                " is secreted, but nothing senses, binds or changes it, so it has no effect (a rule or a receptor that is "
                                "missing? a probe of it says that it is meant to be measured)",
                            "", 0});
    }
}

}  // namespace crine
