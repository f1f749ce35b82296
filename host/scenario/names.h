// The names that a scenario gives to its ligands, cell types, receptors and so on, to find what a reference means.
#pragma once

#include "crine/model.h"
#include "host/scenario/input.h"

#include <algorithm>

namespace crine {

/// The names that a reference may use: the ligands, the cell types or the regions of a scenario.
struct Names {
    char const* what;  ///< "ligand", …: for messages
    std::vector<std::string> list;

    template <class T>
    static Names of(char const* what, Named<T> const& entries) {
        Names names{what, {}};
        for (auto const& e : entries) names.list.push_back(e.name.value);
        return names;
    }
    int find(Text const& name) const {
        auto const found = std::find(list.begin(), list.end(), name.value);
        if (found == list.end())
            fail(name.at, "\"" + name.value + "\" is not " + (what[0] == 'a' ? "an " : "a ") + what + " of this scenario" +
                              suggestion(name.value, list));
        return static_cast<int>(found - list.begin());
    }
};

/// All names that a scenario gives, by what they name.
struct Dictionary {
    Names ligands{"ligand", {}}, types{"cell type", {}}, receptors{"receptor", {}}, membrane_ligands{"membrane ligand", {}},
        activities{"activity", {}};                ///< activities in the order in which cell types first have them
    Names pools{"pool", {}};                       ///< `LIGAND in COMPARTMENT`, in the order of Model::pools
    std::vector<int> pool_ligands;                 ///< of each of these
    Names variables{"variable of a pathway", {}};  ///< `VARIABLE of PATHWAY`, in the order of Model::pathways
    bool synapses = false;                         ///< there are some, hence words for what they do

    explicit Dictionary(ScenarioInput const& in);
    explicit Dictionary(Model const& model);
    Vocabulary vocabulary() const;
};

}  // namespace crine
