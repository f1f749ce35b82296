// Stores of ligands in cells: what is released and refilled in a step, and what they hold.
#include "crine/model/store.h"

#include "kernels/signals/cell_rates.h"

namespace crine {
inline namespace CRINE_NS {

namespace {

/// One step of all stores of a cell. What comes out goes into the field evenly over the step.
struct LetOutBody {
    CellRates rates;
    double dt;

    CRINE_HD void operator()(std::size_t i) const {
        ReceptorView const& view = rates.receptors;
        auto const stores = view.stores[rates.cells.type[i]];
        bool const lives = alive(rates.cells.state[i]);
        for (std::size_t s = 0; s < stores.size; ++s) {
            StoreOfType const& store = stores[s];
            view.at(store.rate, i) = 0;
            if (!lives) continue;
            double& molecules = view.count(store.number, i);
            StoreStep const step(molecules, store.amount, store.refill, rates.phenotype(store.release, i), dt);
            view.at(store.rate, i) = static_cast<Real>(step.released / dt);
            molecules = step.left;
        }
    }
};

struct ComesOutTerm {
    ReceptorView view;
    CellView cells;
    int ligand;
    CRINE_HD double operator()(std::size_t i) const { return view.let_out(cells.type[i], ligand, i); }
};

struct StoredBody {
    ReceptorView view;
    CellView cells;
    int ligand;
    Span<Real> to;
    CRINE_HD void operator()(std::size_t i) const {
        StoreOfType const* const store = view.store(cells.type[i], ligand);
        to[i] = store == nullptr ? Real(0) : static_cast<Real>(view.count(store->number, i));
    }
};

}  // namespace

void Receptors::let_out_stores(CellRates const& rates, double dt) { for_each_index(rates.cells.id.size, LetOutBody{rates, dt}); }

double Receptors::comes_out(Population& cells, int ligand) {
    return ordered_sum(cells.size(), partial, ComesOutTerm{view(cells.size()), cells.view(), ligand});
}

std::vector<std::vector<Real>> Receptors::stored(Model const& model, Population& cells) {
    if (!any_stores()) return {};
    std::vector<std::vector<Real>> all(model.ligands.size());
    for (int l = 0; l < static_cast<int>(all.size()); ++l) {
        if (!model.anybody_keeps(l)) continue;
        Buffer<Real> values(cells.size());
        for_each_index(cells.size(), StoredBody{view(cells.size()), cells.view(), l, values.span()});
        values.download(all[static_cast<std::size_t>(l)]);
    }
    return all;
}

}  // namespace CRINE_NS
}  // namespace crine
