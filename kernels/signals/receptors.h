// Receptors, membrane ligands and stores of all cells: the molecules that each cell has, and what becomes of them with it.
#pragma once

#include "crine/backend.h"
#include "crine/cells.h"
#include "crine/model.h"
#include "kernels/cells/cells.h"
#include "kernels/fields/fields.h"

namespace crine {
inline namespace CRINE_NS {

/// Most numbers of molecules that one cell has.
inline constexpr int kMostMolecules = 96;

/// A ligand that the receptors of a type bind: of a field, or, if `on_membrane`, on cells that touch; those have only a surface and flows.
struct BoundLigand {
    bool on_membrane = false;
    int ligand = 0;
    int excess = -1;  ///< place of what came to the cell in the last step and found no free receptor: it goes back in this one
    int origin = -1,
        origins = 0;  ///< places of what the cell holds of a traced ligand, by sender and, last, from elsewhere; origins: how many
    /// Places in Receptors::work. Of the field's side: clearance by receptors [µm³/s] and what they let go [molecules/s]; of the
    /// cell's: concentration at the surface [molecules/µm³], and how it follows the field's, see TryBody.
    int clearance = 0, release = 0, surface = 0, scale = 0;
    /// Places in Receptors::flows of this step's molecules: taken from the field, given to it, gone inside.
    int taken = 0, given = 0, inside = 0;
};

/// A kind of receptor of one type.
struct ReceptorOfType {
    int kind = 0;
    int free = 0, inside = -1;          ///< places of R and I; -1: none comes back from inside, so that nobody needs to know
    std::uint32_t first = 0, last = 0;  ///< its bindings
    ReceptorRates rates;
    int synthesis = 0;                                  ///< Vocabulary index
    double at_birth = 0;                                ///< R of a new cell
    int mean = 0, binding_weight = 0, slow_weight = 0;  ///< places in work: R̄ and both θ of this step
};
struct BindingOfType {
    int bound = 0;                      ///< place in the type's list of bound ligands
    int active = 0, desensitised = -1;  ///< places of C and D; -1: it does not become so
    double k_on = 0, efficacy = 1;
    ComplexRates rates;
};

/// A membrane ligand of a type.
struct PresentedLigand {
    int ligand = 0;
    int number = 0;        ///< place of the molecules on the surface
    int presentation = 0;  ///< Vocabulary index
    double turnover = 0;   ///< [1/s]
    double at_birth = 0;
    int mean = 0, demand = 0;  ///< places in work: mean number in this step, and how fast the neighbours' receptors bind each [1/s]
    int made = 0, lost = 0, given = 0;  ///< places in flows
};

/// A store of a type, model/store.h.
struct StoreOfType {
    int ligand = 0;
    int number = 0;   ///< place of the molecules kept
    int rate = 0;     ///< place in work: what comes out in this step [molecules/s]
    int release = 0;  ///< Vocabulary index
    double amount = 0, refill = 0;
};

/// The molecules of all cells as bodies see them, on receptors, presented and in stores: what the types have, and the numbers by place,
/// [place * cells + cell].
struct ReceptorView {
    ListsView<ReceptorOfType> receptors;  ///< by type
    ListsView<BoundLigand> bound;         ///< by type
    Span<BindingOfType const> bindings;
    ListsView<PresentedLigand> presented;  ///< by type
    ListsView<StoreOfType> stores;         ///< by type; no items: nobody has any
    Span<std::int16_t const>
        of_ligand;  ///< [type * ligands + ligand]: place in the list of bound ligands; -1: not bound; empty: nobody has receptors
    Span<std::int16_t const>
        of_kind;  ///< [type * kinds + kind]: place in the list of receptors; -1: it has none; empty: nobody has receptors
    int ligands = 0, kinds = 0, places = 0;
    std::size_t cells = 0;
    ListsView<std::uint16_t> used;  ///< by type: places of its numbers
    Span<double> molecules, flows;
    Span<Real> work;

    CRINE_HD bool none() const { return places == 0; }
    CRINE_HD double& count(int place, std::size_t i) const { return molecules[static_cast<std::size_t>(place) * cells + i]; }
    CRINE_HD double& flow(int place, std::size_t i) const { return flows[static_cast<std::size_t>(place) * cells + i]; }
    CRINE_HD Real& at(int place, std::size_t i) const { return work[static_cast<std::size_t>(place) * cells + i]; }
    CRINE_HD BoundLigand const* find(int type, int ligand) const {
        if (of_ligand.empty()) return nullptr;
        int const place = of_ligand[static_cast<std::size_t>(type) * ligands + ligand];
        return place < 0 ? nullptr : &bound[type][place];
    }
    CRINE_HD ReceptorOfType const* receptor(int type, int kind) const {
        if (of_kind.empty()) return nullptr;
        int const place = of_kind[static_cast<std::size_t>(type) * kinds + kind];
        return place < 0 ? nullptr : &receptors[type][place];
    }
    CRINE_HD Complexes complexes(BindingOfType const& b, std::size_t i) const {
        return {count(b.active, i), b.desensitised < 0 ? 0 : count(b.desensitised, i)};
    }

    CRINE_HD PresentedLigand const* presents(int type, int membrane_ligand) const {
        auto const all = presented[type];
        for (std::size_t l = 0; l < all.size; ++l)
            if (all[l].ligand == membrane_ligand) return &all[l];
        return nullptr;
    }
    CRINE_HD BoundLigand const* binds(int type, int membrane_ligand) const {
        auto const all = bound[type];
        for (std::size_t l = 0; l < all.size; ++l)
            if (all[l].on_membrane && all[l].ligand == membrane_ligand) return &all[l];
        return nullptr;
    }

    CRINE_HD StoreOfType const* store(int type, int ligand) const {
        if (stores.items.empty()) return nullptr;
        auto const all = stores[type];
        for (std::size_t s = 0; s < all.size; ++s)
            if (all[s].ligand == ligand) return &all[s];
        return nullptr;
    }
    /// Molecules a second that come out of a cell's store of a ligand in this step.
    CRINE_HD Real let_out(int type, int ligand, std::size_t i) const {
        StoreOfType const* const found = store(type, ligand);
        return found == nullptr ? Real(0) : at(found->rate, i);
    }

    /// Molecules of a bound ligand that a cell holds.
    CRINE_HD double held(int type, BoundLigand const* l, std::size_t i) const {
        if (l == nullptr) return 0;
        double sum = l->excess < 0 ? 0 : count(l->excess, i);
        auto const all = receptors[type];
        for (std::size_t r = 0; r < all.size; ++r)
            for (std::uint32_t b = all[r].first; b < all[r].last; ++b)
                if (bound[type].data + bindings[b].bound == l)
                    sum += complexes(bindings[b], i).active + complexes(bindings[b], i).desensitised;
        return sum;
    }
    /// What part of a traced ligand that a cell holds is of an origin. Cells that divide or lose receptors keep the proportions.
    CRINE_HD double share(BoundLigand const& l, int origin, std::size_t i) const {
        double all = 0;
        for (int o = 0; o < l.origins; ++o) all += count(l.origin + o, i);
        return all > 0 ? count(l.origin + origin, i) / all : (origin == l.origins - 1 ? 1 : 0);
    }
    /// Active complexes of a kind, each by its efficacy, and all receptors of it on the surface. None where a cell has no such receptor.
    struct Signal {
        double active = 0, surface = 0;
    };
    CRINE_HD Signal signal(int type, int kind, std::size_t i) const {
        Signal s;
        ReceptorOfType const* const r = receptor(type, kind);
        if (r == nullptr) return s;
        s.surface = count(r->free, i);
        for (std::uint32_t b = r->first; b < r->last; ++b) {
            Complexes const c = complexes(bindings[b], i);
            s.active += bindings[b].efficacy * c.active, s.surface += c.active + c.desensitised;
        }
        return s;
    }

    CRINE_HD void clear(std::size_t i) const {
        for (int place = 0; place < places; ++place) count(place, i) = 0;
    }
    // As cells carry it, kernels/cells/carried.h.
    CRINE_HD void born(std::size_t i, Identity now, double) const {
        if (!none()) fill(i, now.type);
    }
    CRINE_HD void divided(std::size_t i, double) const {
        for (int place = 0; place < places; ++place) count(place, i) /= 2;
    }
    CRINE_HD void changed(std::size_t i, Identity before, Identity now) const {
        if (none() || !alive(before.state)) return;
        if (!alive(now.state))
            clear(i);
        else if (now.type != before.type)
            change_type(i, before.type, now.type);
    }

    /// As in a new cell.
    CRINE_HD void fill(std::size_t i, int type) const {
        clear(i);
        auto const all = receptors[type];
        for (std::size_t r = 0; r < all.size; ++r) count(all[r].free, i) = all[r].at_birth;
        auto const shown = presented[type];
        for (std::size_t l = 0; l < shown.size; ++l) count(shown[l].number, i) = shown[l].at_birth;
        auto const kept = stores[type];
        for (std::size_t s = 0; s < kept.size; ++s) count(kept[s].number, i) = kept[s].amount;
    }
    /// Keeps the receptors and stores that both types have; others go, or are as in a new cell.
    CRINE_HD void change_type(std::size_t i, int from, int to) const {
        double before[kMostMolecules];
        for (int place = 0; place < places; ++place) before[place] = count(place, i);
        fill(i, to);
        auto const all = receptors[to];
        for (std::size_t r = 0; r < all.size; ++r) {
            ReceptorOfType const* const then = receptor(from, all[r].kind);
            if (then == nullptr) continue;
            ReceptorOfType const& now = all[r];
            count(now.free, i) = before[then->free];
            if (now.inside >= 0) count(now.inside, i) = before[then->inside];
            for (std::uint32_t b = 0; b < now.last - now.first; ++b) {
                BindingOfType const &here = bindings[now.first + b], &there = bindings[then->first + b];
                count(here.active, i) = before[there.active];
                if (here.desensitised >= 0) count(here.desensitised, i) = before[there.desensitised];
            }
        }
        auto const ligands_now = bound[to];
        for (std::size_t l = 0; l < ligands_now.size; ++l) {
            if (ligands_now[l].on_membrane) continue;
            BoundLigand const* const then = find(from, ligands_now[l].ligand);
            if (then == nullptr) continue;
            count(ligands_now[l].excess, i) = before[then->excess];
            for (int o = 0; o < then->origins; ++o) count(ligands_now[l].origin + o, i) = before[then->origin + o];
        }
        auto const shown = presented[to];
        for (std::size_t l = 0; l < shown.size; ++l)
            if (PresentedLigand const* const then = presents(from, shown[l].ligand)) count(shown[l].number, i) = before[then->number];
        auto const kept = stores[to];
        for (std::size_t s = 0; s < kept.size; ++s)
            if (StoreOfType const* const then = store(from, kept[s].ligand)) count(kept[s].number, i) = before[then->number];
    }
};

struct CellRates;

/// The receptors and stores of all cells on this engine. The numbers of molecules are kept in double: they are part of the ledgers.
struct Receptors {
    Lists<ReceptorOfType> receptors;
    Lists<BoundLigand> bound;
    Lists<PresentedLigand> presented;
    Lists<StoreOfType> stores;
    Buffer<BindingOfType> bindings;
    Buffer<std::int16_t> of_ligand, of_kind;
    Lists<std::uint16_t> used;
    std::vector<int> ligands;              ///< those of fields that some type binds
    std::vector<MembraneLedger> membrane;  ///< by membrane ligand; `present` and `bound` are those of the cells
    int places = 0, work_places = 0, flow_places = 0, kinds = 0, all_ligands = 0;

    Buffer<double> molecules, flows;
    Buffer<Real> work;
    Buffer<Real const*> concentrations;  ///< by ligand, within exchange
    Buffer<double> partial;              ///< of sums

    bool none() const { return places == 0; }
    bool any_stores() const { return stores.items.size() != 0; }
    bool any_receptors() const { return receptors.items.size() + presented.items.size() != 0; }

    void start(Model const& model, Population& cells);

    // --- in exchange ---
    /// Makes room for this step.
    void begin(Population const& cells) { work.resize(cells.size() * work_places), flows.resize(cells.size() * flow_places); }
    /// What comes out of stores in this step, and what is left in them.
    void let_out_stores(CellRates const& rates, double dt);
    double comes_out(Population& cells, int ligand);  ///< of all stores, in this step [molecules/s]
    /// How receptors will take ligands from the fields in this step and give them back.
    void try_binding(CellRates const& rates, Population& cells, Fields& fields, double dt);

    // --- in transport ---
    /// The concentration at the cells' surfaces, from the mean of a ligand over the step; null: there is none of it.
    void read_surfaces(CellRates const& rates, int ligand, Real const* mean);

    // --- in bind ---
    /// What receptors have bound, let go and taken inside.
    void bind(CellRates const& rates, Population& cells, Fields& fields, double dt);

    // --- in apply ---
    /// What all cells hold [molecules].
    struct Holdings {
        std::vector<double> of_fields;                   ///< by place in `ligands`
        std::vector<double> presented, from_neighbours;  ///< by membrane ligand
    };
    Holdings holdings(Population& cells);
    /// Enters what cells that died, vanished, changed or came have taken along or brought.
    void book(Holdings const& before, Population& cells, Fields& fields);

    void report(Totals& totals, Population& cells);
    void show(Snapshot& to, Model const& model, Population& cells);

    template <class Visit>
    void list(Visit&& visit) {
        visit.places(molecules, places, used);
        visit.value(membrane);
        receptors.list(visit), bound.list(visit), presented.list(visit), stores.list(visit), used.list(visit);
        visit.table(bindings), visit.table(of_ligand), visit.table(of_kind);
        visit.work(flows), visit.work(work), visit.work(concentrations), visit.work(partial);
    }
    ReceptorView view(std::size_t cells) {
        return {receptors.view(), bound.view(), bindings.span(), presented.view(), stores.view(), of_ligand.span(),
                of_kind.span(),   all_ligands,  kinds,           places,           cells,         used.view(),
                molecules.span(), flows.span(), work.span()};
    }

private:
    void compile(Model const& model);
    double held(Population& cells, bool on_membrane, int ligand);  ///< by receptors, of a field or from neighbours [molecules]
    double on_membranes(Population& cells, int membrane_ligand);   ///< of those who present it [molecules]
    std::vector<ReceptorNumbers> numbers(Model const& model, Population& cells);
    std::vector<std::vector<Real>> stored(Model const& model, Population& cells);
};

}  // namespace CRINE_NS
}  // namespace crine
