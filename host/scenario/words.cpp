// The phrase, number and dimension of every signal and behaviour, and how a written phrase is found.
#include "host/scenario/words.h"

namespace crine {

Dictionary::Dictionary(ScenarioInput const& in) : synapses(!in.synapses.empty()) {
    ligands = Names::of("ligand", in.ligands), types = Names::of("cell type", in.cells);
    receptors = Names::of("receptor", in.receptors), membrane_ligands = Names::of("membrane ligand", in.membrane_ligands);
    for (auto const& type : in.cells)
        for (auto const& e : type.value.activities)
            if (std::find(activities.list.begin(), activities.list.end(), e.name.value) == activities.list.end())
                activities.list.push_back(e.name.value);
    for (auto const& compartment : in.compartments)
        for (auto const& e : compartment.value.ligands) pools.list.push_back(e.name.value + " in " + compartment.name.value);
    for (auto const& pathway : in.pathways) {
        for (auto const& e : pathway.value.species) variables.list.push_back(e.name.value + " of " + pathway.name.value);
        for (auto const& e : pathway.value.assignments) variables.list.push_back(e.name.value + " of " + pathway.name.value);
    }
}
Dictionary::Dictionary(Model const& model) : synapses(!model.synapses.empty()) {
    auto const add = [](Names& names, auto const& entries) {
        for (auto const& e : entries) names.list.push_back(e.name);
    };
    add(ligands, model.ligands), add(types, model.types), add(receptors, model.receptors), add(membrane_ligands, model.membrane_ligands);
    activities.list = model.activities;
    for (auto const& pool : model.pools)
        pools.list.push_back(model.ligands[static_cast<std::size_t>(pool.ligand)].name + " in " +
                             model.compartments[static_cast<std::size_t>(pool.compartment)].name);
    for (auto const& network : model.pathways)
        for (auto const& variable : network.variables) variables.list.push_back(variable + " of " + network.name);
}
Vocabulary Dictionary::vocabulary() const {
    auto const size = [](Names const& names) { return static_cast<int>(names.list.size()); };
    return {size(ligands), size(types), size(receptors), size(membrane_ligands), size(activities), size(pools), size(variables)};
}

Phrases Phrases::signals(Dictionary const& names) {
    Vocabulary const v = names.vocabulary();
    Phrases p;
    p.what_ = "signal", p.peer_ = peer_signals();
    p.list_ = {
        {"pressure", v.of(signal::pressure), Dimension::number},
        {"age", v.of(signal::age), Dimension::time},
        {"time in state", v.of(signal::time_in_state), Dimension::time},
        {"time", v.of(signal::time), Dimension::time},
        {"volume", v.of(signal::volume), Dimension::volume},
        {"engulfed cells", v.of(signal::engulfed), Dimension::number},
        {"contact with dead cells", v.of(signal::dead_contacts), Dimension::number},
        {"contact with live cells", v.of(signal::live_contacts), Dimension::number},
        {"contact with apoptotic cells", v.of(signal::apoptotic_contacts), Dimension::number},
        {"contact with necrotic cells", v.of(signal::necrotic_contacts), Dimension::number},
        {"compression", v.of(signal::compression), Dimension::number},
        {"damage", v.of(signal::damage), Dimension::number},
        {"total attack time", v.of(signal::attacked), Dimension::time},
        {"attacking", v.of(signal::attacking), Dimension::number},
        {"dead", v.of(signal::dead), Dimension::number},
        {"apoptotic", v.of(signal::apoptotic), Dimension::number},
        {"necrotic", v.of(signal::necrotic), Dimension::number},
    };
    if (names.synapses) p.list_.push_back({"open channels", v.of(signal::open_channels), Dimension::number});
    for (int l = 0; l < v.ligands; ++l) {
        std::string const& name = names.ligands.list[static_cast<std::size_t>(l)];
        p.list_.push_back({name, v.of(signal::concentration, l), Dimension::concentration});
        p.list_.push_back({"gradient of " + name, v.of(signal::gradient, l), Dimension::gradient});
        p.list_.push_back({"store of " + name, v.of(signal::stored, l), Dimension::number});
    }
    for (int t = 0; t < v.types; ++t)
        p.list_.push_back({"contact with " + names.types.list[static_cast<std::size_t>(t)], v.of(signal::contacts, t), Dimension::number});
    for (int r = 0; r < v.receptors; ++r) {
        std::string const& name = names.receptors.list[static_cast<std::size_t>(r)];
        p.list_.push_back({"occupancy of " + name, v.of(signal::occupancy, r), Dimension::number});
        p.list_.push_back({"complexes of " + name, v.of(signal::complexes, r), Dimension::molecules});
    }
    for (int a = 0; a < v.activities; ++a) {
        std::string const& name = names.activities.list[static_cast<std::size_t>(a)];
        p.list_.push_back({"activity of " + name, v.of(signal::own, a), Dimension::number});
        p.list_.push_back({name + " on neighbours", v.of(signal::on_neighbours, a), Dimension::number});
    }
    for (int pool = 0; pool < v.pools; ++pool)
        p.list_.push_back({names.pools.list[static_cast<std::size_t>(pool)], v.of(signal::circulating, pool), Dimension::concentration});
    for (int variable = 0; variable < v.variables; ++variable) {
        std::string const& name = names.variables.list[static_cast<std::size_t>(variable)];
        p.list_.push_back({name, v.of(signal::inside, variable), Dimension::number});
        p.list_.push_back({name + " on neighbours", v.of(signal::in_touching, variable), Dimension::number});
    }
    return p;
}

Phrases Phrases::behaviours(Dictionary const& names) {
    Vocabulary const v = names.vocabulary();
    Phrases p;
    p.what_ = "behaviour", p.peer_ = peer_behaviours();
    p.list_ = {
        {"cycle entry", v.of(behaviour::cycle_entry), Dimension::rate},
        {"apoptosis", v.of(behaviour::apoptosis), Dimension::rate},
        {"necrosis", v.of(behaviour::necrosis), Dimension::rate},
        {"speed", v.of(behaviour::speed), Dimension::speed},
        {"persistence", v.of(behaviour::persistence), Dimension::time},
        {"repulsion", v.of(behaviour::repulsion), Dimension::speed},
        {"adhesion", v.of(behaviour::adhesion), Dimension::speed},
        {"phagocytosis", v.of(behaviour::phagocytosis), Dimension::rate},
        {"phagocytosis of apoptotic cells", v.of(behaviour::apoptotic_phagocytosis), Dimension::rate},
        {"phagocytosis of necrotic cells", v.of(behaviour::necrotic_phagocytosis), Dimension::rate},
        {"attack damage rate", v.of(behaviour::attack_damage), Dimension::rate},
        {"attack duration", v.of(behaviour::attack_duration), Dimension::time},
        {"damage rate", v.of(behaviour::damage), Dimension::rate},
        {"repair rate", v.of(behaviour::repair), Dimension::rate},
        {"bias", v.of(behaviour::bias), Dimension::number, Limits::fraction},
    };
    if (names.synapses) p.list_.push_back({"firing", v.of(behaviour::firing), Dimension::rate});
    for (int l = 0; l < v.ligands; ++l) {
        std::string const& name = names.ligands.list[static_cast<std::size_t>(l)];
        p.list_.push_back({"secretion of " + name, v.of(behaviour::secretion, l), Dimension::molecule_rate});
        p.list_.push_back({"uptake of " + name, v.of(behaviour::uptake, l), Dimension::clearance});
        p.list_.push_back({"chemotaxis to " + name, v.of(behaviour::chemotaxis, l), Dimension::sensitivity, Limits::none});
        p.list_.push_back({"attraction to " + name, v.of(behaviour::attraction, l), Dimension::number, Limits::none});
        p.list_.push_back({"release of " + name, v.of(behaviour::release, l), Dimension::rate});
    }
    for (int t = 0; t < v.types; ++t) {
        std::string const& name = names.types.list[static_cast<std::size_t>(t)];
        p.list_.push_back({"becomes " + name, v.of(behaviour::differentiation, t), Dimension::rate});
        p.list_.push_back({"recruits " + name, v.of(behaviour::recruitment, t), Dimension::rate});
        p.list_.push_back({"attacks " + name, v.of(behaviour::attack, t), Dimension::rate});
        p.list_.push_back({"immunogenicity to " + name, v.of(behaviour::immunogenicity, t), Dimension::number});
        p.list_.push_back({"engulfs " + name, v.of(behaviour::engulfing, t), Dimension::rate});
        p.list_.push_back({"divides into " + name, v.of(behaviour::offspring, t), Dimension::number, Limits::fraction});
        p.list_.push_back({"fuses with " + name, v.of(behaviour::fusion, t), Dimension::rate});
        p.list_.push_back({"affinity to " + name, v.of(behaviour::affinity, t), Dimension::number});
    }
    for (int r = 0; r < v.receptors; ++r)
        p.list_.push_back(
            {"synthesis of " + names.receptors.list[static_cast<std::size_t>(r)], v.of(behaviour::synthesis, r), Dimension::molecule_rate});
    for (int m = 0; m < v.membrane_ligands; ++m)
        p.list_.push_back({"presentation of " + names.membrane_ligands.list[static_cast<std::size_t>(m)], v.of(behaviour::presentation, m),
                           Dimension::molecule_rate});
    for (int a = 0; a < v.activities; ++a)
        p.list_.push_back(
            {"activity of " + names.activities.list[static_cast<std::size_t>(a)], v.of(behaviour::activity, a), Dimension::number});
    return p;
}

Phrases::Phrase const* Phrases::exactly(std::string const& text) const {
    auto const found = std::find_if(list_.begin(), list_.end(), [&](auto const& phrase) { return phrase.text == text; });
    return found == list_.end() ? nullptr : &*found;
}

Phrases::Phrase const& Phrases::find(Text const& written, Spelling spelling) const {
    if (spelling == Spelling::crine)
        if (auto const* phrase = exactly(written.value)) return *phrase;
    Translation const translated = translate(peer_, written.value);
    if (translated.refused != nullptr) fail(written.at, "\"" + written.value + "\" is not modelled (" + translated.refused + ")");
    if (auto const* phrase = exactly(translated.text)) return *phrase;
    std::vector<std::string> known;
    for (auto const& phrase : list_) known.push_back(phrase.text);
    for (PeerWord const& word : peer_)
        if (spelling == Spelling::peer && word.ours != nullptr && !has_name(word)) known.push_back(word.theirs);
    fail(written.at, "\"" + written.value + "\" is not a " + what_ + suggestion(translated.text, known));
}

Phrases::Phrase const& Phrases::of(int index) const {
    return *std::find_if(list_.begin(), list_.end(), [&](auto const& phrase) { return phrase.index == index; });
}

std::size_t Phrases::count(std::string const& text) const {
    return static_cast<std::size_t>(std::count_if(list_.begin(), list_.end(), [&](auto const& phrase) { return phrase.text == text; }));
}

}  // namespace crine
