#include "host/words.h"

namespace crine {

Phrases Phrases::signals(Names const& ligands, Names const& types, Names const& receptors, std::vector<std::string> const& pools) {
    Vocabulary const v{static_cast<int>(ligands.list.size()), static_cast<int>(types.list.size()), static_cast<int>(receptors.list.size()),
                       static_cast<int>(pools.size())};
    Phrases p;
    p.what_ = "signal";
    p.list_ = {
        {"pressure", v.of(signal::pressure), Dimension::number},
        {"age", v.of(signal::age), Dimension::time},
        {"time in state", v.of(signal::time_in_state), Dimension::time},
        {"time", v.of(signal::time), Dimension::time},
        {"volume", v.of(signal::volume), Dimension::volume},
        {"engulfed cells", v.of(signal::engulfed), Dimension::number},
        {"contact with dead cells", v.of(signal::dead_contacts), Dimension::number},
    };
    for (int l = 0; l < v.ligands; ++l) {
        std::string const& name = ligands.list[static_cast<std::size_t>(l)];
        p.list_.push_back({name, v.of(signal::concentration, l), Dimension::concentration});
        p.list_.push_back({"gradient of " + name, v.of(signal::gradient, l), Dimension::gradient});
    }
    for (int t = 0; t < v.types; ++t)
        p.list_.push_back({"contact with " + types.list[static_cast<std::size_t>(t)], v.of(signal::contacts, t), Dimension::number});
    for (int r = 0; r < v.receptors; ++r) {
        std::string const& name = receptors.list[static_cast<std::size_t>(r)];
        p.list_.push_back({"occupancy of " + name, v.of(signal::occupancy, r), Dimension::number});
        p.list_.push_back({"complexes of " + name, v.of(signal::complexes, r), Dimension::molecules});
    }
    for (int pool = 0; pool < v.pools; ++pool)
        p.list_.push_back({pools[static_cast<std::size_t>(pool)], v.of(signal::circulating, pool), Dimension::concentration});
    return p;
}

Phrases Phrases::behaviours(Names const& ligands, Names const& types, Names const& receptors) {
    Vocabulary const v{static_cast<int>(ligands.list.size()), static_cast<int>(types.list.size()), static_cast<int>(receptors.list.size())};
    Phrases p;
    p.what_ = "behaviour";
    p.list_ = {
        {"cycle entry", v.of(behaviour::cycle_entry), Dimension::rate}, {"apoptosis", v.of(behaviour::apoptosis), Dimension::rate},
        {"necrosis", v.of(behaviour::necrosis), Dimension::rate},       {"speed", v.of(behaviour::speed), Dimension::speed},
        {"persistence", v.of(behaviour::persistence), Dimension::time}, {"repulsion", v.of(behaviour::repulsion), Dimension::speed},
        {"adhesion", v.of(behaviour::adhesion), Dimension::speed},      {"phagocytosis", v.of(behaviour::phagocytosis), Dimension::rate},
    };
    for (int l = 0; l < v.ligands; ++l) {
        std::string const& name = ligands.list[static_cast<std::size_t>(l)];
        p.list_.push_back({"secretion of " + name, v.of(behaviour::secretion, l), Dimension::molecule_rate});
        p.list_.push_back({"uptake of " + name, v.of(behaviour::uptake, l), Dimension::clearance});
        p.list_.push_back({"chemotaxis to " + name, v.of(behaviour::chemotaxis, l), Dimension::sensitivity});
    }
    for (int t = 0; t < v.types; ++t) {
        std::string const& name = types.list[static_cast<std::size_t>(t)];
        p.list_.push_back({"becomes " + name, v.of(behaviour::differentiation, t), Dimension::rate});
        p.list_.push_back({"recruits " + name, v.of(behaviour::recruitment, t), Dimension::rate});
    }
    for (int r = 0; r < v.receptors; ++r)
        p.list_.push_back(
            {"synthesis of " + receptors.list[static_cast<std::size_t>(r)], v.of(behaviour::synthesis, r), Dimension::molecule_rate});
    return p;
}

Phrases::Phrase const& Phrases::find(Text const& written) const {
    for (auto const& phrase : list_)
        if (phrase.text == written.value) return phrase;
    std::vector<std::string> known;
    for (auto const& phrase : list_) known.push_back(phrase.text);
    fail(written.at, "\"" + written.value + "\" is not a " + what_ + suggestion(written.value, known));
}

std::size_t Phrases::count(std::string const& text) const {
    return static_cast<std::size_t>(std::count_if(list_.begin(), list_.end(), [&](auto const& phrase) { return phrase.text == text; }));
}

}  // namespace crine
