// What there can be at some time of a run, and what cells can do, by the whole scenario: for warnings about what never happens.
#pragma once

#include "crine/backend.h"
#include "host/scenario/input.h"

#include <algorithm>

namespace crine {

/// What can be there at some time, however little. `model` is complete but for fields.
class Possible {
public:
    Possible(ScenarioInput const& in, Model const& model);

    /// There can be such a cell, or somebody has said that there is none: at a rate of 0.
    bool meant(int t) const;
    bool type(int t) const { return types_[static_cast<std::size_t>(t)]; }
    bool ligand(int l) const { return ligands_[static_cast<std::size_t>(l)]; }
    bool pool(int p) const { return pools_[static_cast<std::size_t>(p)]; }
    /// Cells of a type do it, if only by a rule.
    bool does(int t, int behaviour) const;
    template <class Word>
    bool does_to_any(int t, Word word, int count) const {
        for (int n = 0; n < count; ++n)
            if (does(t, words_.of(word, n))) return true;
        return false;
    }
    /// Some cells there can be do it.
    bool anybody_does(int behaviour) const {
        return any_type([&](int t) { return does(t, behaviour); });
    }
    template <class Is>
    bool any_type(Is const& is) const {
        for (int t = 0; t < words_.types; ++t)
            if (type(t) && is(t)) return true;
        return false;
    }
    bool has(int t, int receptor) const;
    bool bound(int t, int receptor) const;
    bool active(int t, int activity) const;
    bool eats(int t) const;

private:
    CellType const& kind(int t) const { return model_.types[static_cast<std::size_t>(t)]; }
    bool placed(int t) const;
    bool made(int t) const;
    bool has_source(int l) const;
    bool filled(int p) const;
    bool presented(int membrane_ligand) const;

    ScenarioInput const& in_;
    Model const& model_;
    Vocabulary words_;
    std::vector<bool> types_, ligands_, pools_;
};

}  // namespace crine
