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
        for (auto const& e : compartment.value.ligands) {
            pools.list.push_back(e.name.value + " in " + compartment.name.value);
            pool_ligands.push_back(ligands.find(e.name));
        }
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
    for (auto const& pool : model.pools) {
        pools.list.push_back(model.ligands[static_cast<std::size_t>(pool.ligand)].name + " in " +
                             model.compartments[static_cast<std::size_t>(pool.compartment)].name);
        pool_ligands.push_back(pool.ligand);
    }
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
        {"pressure", v.of(signal::pressure), Dimension::number, "sum over neighbours of their relative overlap, 1 - d/R"},
        {"age", v.of(signal::age), Dimension::time, "since birth or placement"},
        {"time in state", v.of(signal::time_in_state), Dimension::time,
         "since the cell began to rest, to divide, to be dead, or to be of its type"},
        {"time", v.of(signal::time), Dimension::time, "simulated time"},
        {"volume", v.of(signal::volume), Dimension::volume, "of the cell"},
        {"engulfed cells", v.of(signal::engulfed), Dimension::number, "how many it has engulfed so far"},
        {"contact with dead cells", v.of(signal::dead_contacts), Dimension::number, "dead cells that touch it"},
        {"contact with live cells", v.of(signal::live_contacts), Dimension::number, "live cells that touch it, of any type"},
        {"contact with apoptotic cells", v.of(signal::apoptotic_contacts), Dimension::number, "apoptotic cells that touch it"},
        {"contact with necrotic cells", v.of(signal::necrotic_contacts), Dimension::number, "necrotic cells that touch it"},
        {"compression", v.of(signal::compression), Dimension::number,
         "sum over neighbours of (1 - d/R)^2 / 0.0272888: 1 in a dense packing"},
        {"damage", v.of(signal::damage), Dimension::number, "that attacks have done, less what was repaired"},
        {"total attack time", v.of(signal::attacked), Dimension::time, "for which others have attacked it so far, that of each added up"},
        {"attacking", v.of(signal::attacking), Dimension::number, "1 while it attacks another cell, else 0"},
        {"dead", v.of(signal::dead), Dimension::number, "1 in a dead cell, else 0"},
        {"apoptotic", v.of(signal::apoptotic), Dimension::number, "1 in an apoptotic cell, else 0"},
        {"necrotic", v.of(signal::necrotic), Dimension::number, "1 in a necrotic cell, else 0"},
    };
    if (names.synapses)
        p.list_.push_back({"open channels", v.of(signal::open_channels), Dimension::number,
                           "of all channels in its synapses the fraction that was open, mean over the last transport step"});
    for (int l = 0; l < v.ligands; ++l) {
        std::string const& name = names.ligands.list[static_cast<std::size_t>(l)];
        p.list_.push_back({name, v.of(signal::concentration, l), Dimension::concentration, "concentration at the cell's centre",
                           Limits::non_negative, l});
        p.list_.push_back({"gradient of " + name, v.of(signal::gradient, l), Dimension::gradient,
                           "magnitude of its gradient at the cell's centre", Limits::non_negative, l});
        p.list_.push_back(
            {"store of " + name, v.of(signal::stored, l), Dimension::number, "what is left in its store, as a fraction of a full one"});
    }
    for (int t = 0; t < v.types; ++t)
        p.list_.push_back({"contact with " + names.types.list[static_cast<std::size_t>(t)], v.of(signal::contacts, t), Dimension::number,
                           "live cells of that type that touch it"});
    for (int r = 0; r < v.receptors; ++r) {
        std::string const& name = names.receptors.list[static_cast<std::size_t>(r)];
        p.list_.push_back({"occupancy of " + name, v.of(signal::occupancy, r), Dimension::number,
                           "active complexes, each by its ligand's efficacy, as a fraction of all such receptors on the surface"});
        p.list_.push_back(
            {"complexes of " + name, v.of(signal::complexes, r), Dimension::molecules, "active complexes, each by its ligand's efficacy"});
    }
    for (int a = 0; a < v.activities; ++a) {
        std::string const& name = names.activities.list[static_cast<std::size_t>(a)];
        p.list_.push_back({"activity of " + name, v.of(signal::own, a), Dimension::number, "its own value"});
        p.list_.push_back({name + " on neighbours", v.of(signal::on_neighbours, a), Dimension::number,
                           "mean over the live cells that touch it; 0 if there are none"});
    }
    for (int pool = 0; pool < v.pools; ++pool)
        p.list_.push_back({names.pools.list[static_cast<std::size_t>(pool)], v.of(signal::circulating, pool), Dimension::concentration,
                           "free concentration in a compartment", Limits::non_negative,
                           names.pool_ligands[static_cast<std::size_t>(pool)]});
    for (int variable = 0; variable < v.variables; ++variable) {
        std::string const& name = names.variables.list[static_cast<std::size_t>(variable)];
        p.list_.push_back({name, v.of(signal::inside, variable), Dimension::number,
                           "its own value of a species or an assignment, in the unit of the pathway"});
        p.list_.push_back({name + " on neighbours", v.of(signal::in_touching, variable), Dimension::number,
                           "mean over the live cells that touch it; 0 where there are none, or they do not have it"});
    }
    return p;
}

Phrases Phrases::behaviours(Dictionary const& names) {
    Vocabulary const v = names.vocabulary();
    Phrases p;
    p.what_ = "behaviour", p.peer_ = peer_behaviours();
    p.list_ = {
        {"cycle entry", v.of(behaviour::cycle_entry), Dimension::rate, "rate of leaving rest into the division cycle: `cycle.entry`"},
        {"apoptosis", v.of(behaviour::apoptosis), Dimension::rate, "rate of programmed death: `apoptosis.rate`"},
        {"necrosis", v.of(behaviour::necrosis), Dimension::rate, "rate of accidental death: `necrosis.rate`"},
        {"speed", v.of(behaviour::speed), Dimension::speed, "of the persistent random walk: `speed`"},
        {"persistence", v.of(behaviour::persistence), Dimension::time, "mean time between new directions of the walk: `persistence`"},
        {"repulsion", v.of(behaviour::repulsion), Dimension::speed, "of the contact law: `repulsion`"},
        {"adhesion", v.of(behaviour::adhesion), Dimension::speed, "of the contact law: `adhesion`"},
        {"phagocytosis", v.of(behaviour::phagocytosis), Dimension::rate,
         "rate at which each touching dead cell is engulfed: `phagocytosis.rate`"},
        {"phagocytosis of apoptotic cells", v.of(behaviour::apoptotic_phagocytosis), Dimension::rate,
         "added to it for an apoptotic one: `phagocytosis.apoptotic`"},
        {"phagocytosis of necrotic cells", v.of(behaviour::necrotic_phagocytosis), Dimension::rate,
         "added to it for a necrotic one: `phagocytosis.necrotic`"},
        {"attack damage rate", v.of(behaviour::attack_damage), Dimension::rate,
         "damage done to the attacked cell per time: `attack.damage`"},
        {"attack duration", v.of(behaviour::attack_duration), Dimension::time, "from its beginning to its end: `attack.duration`"},
        {"damage rate", v.of(behaviour::damage), Dimension::rate, "damage that comes to the cell without attacks: `damage.rate`"},
        {"repair rate", v.of(behaviour::repair), Dimension::rate, "part of its damage that it repairs per time: `damage.repair`"},
        {"bias", v.of(behaviour::bias), Dimension::number, "share of gradients in a new direction of the walk; the rest is chance: `bias`",
         Limits::fraction},
    };
    if (names.synapses)
        p.list_.push_back(
            {"firing", v.of(behaviour::firing), Dimension::rate, "spikes of a presynaptic cell per time: `firing` of the synapses"});
    for (int l = 0; l < v.ligands; ++l) {
        std::string const& name = names.ligands.list[static_cast<std::size_t>(l)];
        p.list_.push_back({"secretion of " + name, v.of(behaviour::secretion, l), Dimension::molecule_rate,
                           "into the field around the cell: `secretion`", Limits::non_negative, l});
        p.list_.push_back({"uptake of " + name, v.of(behaviour::uptake, l), Dimension::clearance,
                           "clearance by the surface of the cell: `uptake`; `to` may be receptors with a k_on, too"});
        p.list_.push_back({"chemotaxis to " + name, v.of(behaviour::chemotaxis, l), Dimension::sensitivity,
                           "drift per gradient; negative: away: `chemotaxis`", Limits::none});
        p.list_.push_back({"attraction to " + name, v.of(behaviour::attraction, l), Dimension::number,
                           "weight of the direction of its gradient in the bias; negative: away: `attraction`", Limits::none});
        p.list_.push_back(
            {"release of " + name, v.of(behaviour::release, l), Dimension::rate, "part of the store that is let out per time: `stores`"});
    }
    for (int t = 0; t < v.types; ++t) {
        std::string const& name = names.types.list[static_cast<std::size_t>(t)];
        p.list_.push_back({"becomes " + name, v.of(behaviour::differentiation, t), Dimension::rate, "rate of differentiation: `becomes`"});
        p.list_.push_back({"recruits " + name, v.of(behaviour::recruitment, t), Dimension::rate,
                           "rate of letting in a cell of that type through this cell's (vessel) wall: `recruits`"});
        p.list_.push_back({"attacks " + name, v.of(behaviour::attack, t), Dimension::rate,
                           "rate of beginning to attack a touching live cell of that type: `attacks`"});
        p.list_.push_back({"immunogenicity to " + name, v.of(behaviour::immunogenicity, t), Dimension::number,
                           "factor on the rate at which cells of that type attack this one: `immunogenicity`"});
        p.list_.push_back({"engulfs " + name, v.of(behaviour::engulfing, t), Dimension::rate,
                           "rate at which a touching live cell of that type is engulfed: `engulfs`"});
        p.list_.push_back({"divides into " + name, v.of(behaviour::offspring, t), Dimension::number,
                           "probability that one daughter of a division is of that type: `divides_into`", Limits::fraction});
        p.list_.push_back({"fuses with " + name, v.of(behaviour::fusion, t), Dimension::rate,
                           "rate of absorbing a touching live cell of that type: `fuses_with`"});
        p.list_.push_back(
            {"affinity to " + name, v.of(behaviour::affinity, t), Dimension::number, "factor on adhesion to that type: `affinity`"});
    }
    for (int r = 0; r < v.receptors; ++r)
        p.list_.push_back({"synthesis of " + names.receptors.list[static_cast<std::size_t>(r)], v.of(behaviour::synthesis, r),
                           Dimension::molecule_rate, "new free receptors per time: `receptors`"});
    for (int m = 0; m < v.membrane_ligands; ++m)
        p.list_.push_back({"presentation of " + names.membrane_ligands.list[static_cast<std::size_t>(m)], v.of(behaviour::presentation, m),
                           Dimension::molecule_rate, "new molecules on the surface per time: `presents`"});
    for (int a = 0; a < v.activities; ++a)
        p.list_.push_back({"activity of " + names.activities.list[static_cast<std::size_t>(a)], v.of(behaviour::activity, a),
                           Dimension::number, "value of this internal quantity: `activities`"});
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
