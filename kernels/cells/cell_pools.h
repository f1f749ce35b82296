// Pools of circulating cells: their number by type, which in turn sets how fast they are recruited into the tissue.
#pragma once

#include "crine/backend.h"

#include <vector>

namespace crine {
inline namespace CRINE_NS {

/// The cells that circulate in compartments, on the host: how many of each type there are, and what is made of them.
class CellPools {
public:
    void start(Model const& model);
    /// By type: N / N_0, by which walls recruit it more or less than at their rates; 1 where no compartment holds it.
    std::vector<Real> availability() const;
    /// What is made and what is lost in [time, time + dt), with the signals of its beginning. `levels`: of ligands, by Model::pools.
    void live(std::vector<PoolState> const& levels, Moment now);
    /// So many of a type have come through walls; nothing where no compartment holds it.
    void take(int type, double cells);

    void report(Totals& totals) const { totals.cell_pools = states_; }

    template <class Visit>
    void list(Visit&& visit) {
        visit.value(states_);
        for (auto& stages : stages_) visit.value(stages);
    }

private:
    std::vector<CellPool> pools_;
    std::vector<CellPoolState> states_;
    std::vector<std::vector<double>> stages_;  ///< of production, where it takes time; the last is what is made now
    int first_level_ = 0;                      ///< signal of Model::pools[0]
    std::size_t types_ = 0;
};

}  // namespace CRINE_NS
}  // namespace crine
