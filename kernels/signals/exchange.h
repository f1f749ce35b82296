// Exchange of ligands between cells and fields: which ligands, in which groups, and how wide the deposits of cells are.
#pragma once

#include "crine/model.h"
#include "crine/model/deposit.h"
#include "kernels/signals/cell_rates.h"

#include <algorithm>

namespace crine {
inline namespace CRINE_NS {

/// A ligand that cells secrete or take up.
struct ExchangeTarget {
    int ligand = 0;
    bool autocrine = false;                                         ///< some type both secretes it and takes it up
    bool binds = false;                                             ///< some type has receptors for it
    bool stored = false;                                            ///< some type has a store of it
    bool flows = false;                                             ///< and some cell has let some out in the last step
    bool own_follows_field = false;                                 ///< and stops to secrete where there is enough
    int channel = 0;                                                ///< of its source
    Real *source = nullptr, *loss = nullptr, *held_back = nullptr;  ///< see LigandField; held_back may be null
    bool hindered = false;                                          ///< its diffusivity follows a matrix

    CRINE_HD int channels() const { return held_back == nullptr ? 2 : 3; }
};

/// Arrays that cells are added to together: what a cell does to several ligands then fills a vector register.
inline constexpr int kChannels = 8;
inline constexpr int kGroup = kChannels / 2;

/// Ligands whose arrays fill the channels of one pass over the cells.
struct ExchangeGroup {
    int targets = 0, channels = 0;
    ExchangeTarget target[kGroup];
    Real* array[kChannels] = {};  ///< by channel: source, loss and maybe held_back of the first target, then of the next

    void add(ExchangeTarget const& to) {
        target[targets] = to;
        target[targets++].channel = channels;
        array[channels++] = to.source, array[channels++] = to.loss;
        if (to.held_back != nullptr) array[channels++] = to.held_back;
    }
    bool any(bool ExchangeTarget::*is) const {
        return std::any_of(target, target + targets, [is](ExchangeTarget const& to) { return to.*is; });
    }
};

/// Cells → sources and sinks of the fields: what exchange prepares once for a model, and its work space.
struct Exchange {
    std::vector<ExchangeGroup> groups;
    bool modulated = false;   ///< some rule acts on a secretion or an uptake
    Buffer<Real> saturation;  ///< [type * ligands + ligand] [molecules/µm³]
    Real widest = 1;          ///< how far the widest deposit reaches [voxels]
    ByPlace green;
    Buffer<Real> tent_up_to, normal;  ///< see CellRates
    Buffer<ByQuarters> gaps;
    Buffer<double> partial;  ///< of sums

    std::uint64_t seen = 0;  ///< the cells' `changes` that the fields' sources and losses are of

    bool resolves() const { return widest > 1; }  ///< whether any cell ever has a shell
    void start(Model const& model, HostCells const& cells, Fields& fields);
    /// Sets source, loss and held_back of every field that cells exchange.
    void act(Model const& model, Population& cells, Receptors& receptors, Fields& fields, double dt);
    /// What cells do to the ligands now.
    CellRates rates(Model const& model, Population& cells, Receptors& receptors, Fields& fields);
    /// Adds to a group's arrays what cells give, [cell * kChannels + channel].
    void deposit(CellRates const& rates, Population& cells, ExchangeGroup const& group);

    template <class Visit>
    void list(Visit&& visit) {
        visit.table(saturation), visit.table(tent_up_to), visit.table(gaps);
        visit.work(normal), visit.work(partial);
    }

private:
    void choose_deposits(Model const& model, HostCells const& cells, std::vector<bool> const& exchanges);
};

}  // namespace CRINE_NS
}  // namespace crine
