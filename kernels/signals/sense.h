// The process `sense`: from fields, neighbours and blood to signals and behaviours of cells.
#pragma once

#include "kernels/signals/pathways.h"
#include "kernels/signals/receptors.h"
#include "kernels/signals/synapses.h"

namespace crine {
inline namespace CRINE_NS {

/// Fields, neighbours and blood → what every cell senses, and the strength of each behaviour that follows from it.
class Senses {
public:
    /// `levels`: free concentration by pool.
    void sense(Model const& model, Population& cells, Receptors& receptors, Pathways& pathways, Fields& fields,
               std::vector<Real> const& levels, OpenChannels const& channels, Moment now);

    template <class Visit>
    void list(Visit&& visit) {
        visit.work(concentrations_), visit.work(circulating_);
    }

private:
    Buffer<Real const*> concentrations_;  ///< the fields, by ligand
    Buffer<Real> circulating_;
};

}  // namespace CRINE_NS
}  // namespace crine
