// A step of receptors: binding, dissociation, internalisation, recycling, contact with membrane ligands, and their ledgers.
#include "kernels/signals/receptors.h"

#include "crine/model/receptor.h"
#include "kernels/cells/neighbours.h"
#include "kernels/signals/cell_rates.h"

#include <algorithm>

namespace crine {
inline namespace CRINE_NS {

namespace {

/// One kind of receptor of one cell in a step.
struct OneReceptor {
    ReceptorView const& view;
    ReceptorOfType const& r;
    Span<BoundLigand const> bound;
    std::size_t i;
    double synthesis;

    CRINE_HD double rate_constant(BindingOfType const& b) const {
        return b.k_on * view.at(bound[b.bound].surface, i);
    }  ///< of binding [1/s]
    CRINE_HD double loss() const { return r.rates.turnover + r.rates.shedding; }
    CRINE_HD double loss_inside() const { return r.rates.recycling + r.rates.degradation; }
    /// The step with the weights that were chosen before transport.
    CRINE_HD FittedStep step(double length) const { return {length, view.at(r.binding_weight, i), view.at(r.slow_weight, i)}; }
    CRINE_HD double now_inside() const { return r.inside < 0 ? 0 : view.count(r.inside, i); }

    /// Weights for the surface concentrations of now. Nothing may leave a state twice: where both kinds of processes are fast, those that
    /// bind, which are then in equilibrium anyway, leave more to the end of the step.
    CRINE_HD FittedStep fitted(double length) const {
        double binding = 0, dissociation = 0, slowest = loss() > loss_inside() ? loss() : loss_inside();
        for (std::uint32_t b = r.first; b < r.last; ++b) {
            ComplexRates const& k = view.bindings[b].rates;
            binding += rate_constant(view.bindings[b]);
            dissociation = k.dissociation > dissociation ? k.dissociation : dissociation;
            double const of_complex = leaves(k) + k.recovery;
            slowest = of_complex > slowest ? of_complex : slowest;
        }
        double const slow = fitted_weight(length * slowest);
        double rest = 1 - fitted_weight(length * (binding + dissociation));
        auto const limit = [&](double fast, double other) {
            double const room = 1 - (1 - slow) * length * other;
            if (fast > 0 && rest * length * fast > room) rest = room > 0 ? room / (length * fast) : 0;
        };
        limit(binding, loss());
        for (std::uint32_t b = r.first; b < r.last; ++b) limit(view.bindings[b].rates.dissociation, leaves(view.bindings[b].rates));
        return {length, 1 - rest, slow};
    }
    CRINE_HD double leaves(ComplexRates const& k) const { return k.internalisation + k.desensitisation + r.rates.shedding; }
    CRINE_HD ComplexStep complexes(BindingOfType const& b, FittedStep const& step) const {
        return {view.complexes(b, i), b.rates, r.rates.shedding, step};
    }
    /// Molecules a second that let go, in the mean, and that go inside, for complexes that are made at this rate.
    CRINE_HD double lets_go(BindingOfType const& b, FittedStep const& step, double rate) const {
        return b.rates.dissociation * step.mean_binding(view.complexes(b, i).active, complexes(b, step).after(rate).active);
    }
    CRINE_HD double enters(BindingOfType const& b, FittedStep const& step, double rate) const {
        return b.rates.internalisation * step.mean_slow(view.complexes(b, i).active, complexes(b, step).after(rate).active);
    }

    /// R̄ at the surface concentrations of now. Without binding it would be R̄₀; a molecule bound a second takes g from it, hence with J = a
    /// R̄
    ///     R̄ = R̄₀ / (1 + Σ g a)
    CRINE_HD double mean_free(FittedStep const& step) const {
        PoolStep const inside(now_inside(), loss_inside(), step), free(view.count(r.free, i), loss(), step);
        double const inside_answer = step.slow * inside.answer(), free_answer = step.binding * free.answer(), recycling = r.rates.recycling;
        double let_go = 0, entered = 0, demand = 0;
        for (std::uint32_t b = r.first; b < r.last; ++b) {
            BindingOfType const& to = view.bindings[b];
            let_go += lets_go(to, step, 0), entered += enters(to, step, 0);
            double const back = complexes(to, step).answer() *
                                (step.binding * to.rates.dissociation + recycling * inside_answer * step.slow * to.rates.internalisation);
            demand += free_answer * (1 - back) * rate_constant(to);
        }
        double const from_inside = recycling * step.mean_slow(now_inside(), inside.after(entered));
        double const without = step.mean_binding(view.count(r.free, i), free.after(synthesis + let_go + from_inside));
        return without / (1 + demand);
    }
};

CRINE_HD inline double synthesis_of(CellRates const& rates, ReceptorOfType const& r, std::size_t i) {
    return rates.phenotype(r.synthesis, i);
}

/// How a cell's receptors will take ligands from the fields and give them back in this step.
///
/// Binding is linear in the concentrations at the surface, with the mean number R̄ of free receptors that they would leave if they stayed as
/// they are now. Of what is bound in the step, some lets go in it; with that a cell clears (1 - ρ) k_on R̄, and it gives what old complexes
/// let go: the field knows no more. Where the field's mean c̄ leads, the surface follows, as in CellExchange:
///
///     c_s = (c̄ + β q) / (1 + β k),   q = secretion + release,   k = all clearances
struct TryBody {
    CellRates rates;
    Span<Real const* const> concentration;  ///< by ligand
    double dt;

    CRINE_HD void set_loads(std::size_t i, Span<ReceptorOfType const> receptors, Span<BoundLigand const> bound) const {
        ReceptorView const& view = rates.receptors;
        for (std::size_t l = 0; l < bound.size; ++l)
            if (!bound[l].on_membrane)
                view.at(bound[l].clearance, i) = 0, view.at(bound[l].release, i) = static_cast<Real>(view.count(bound[l].excess, i) / dt);
        for (std::size_t q = 0; q < receptors.size; ++q) {
            OneReceptor const one{view, receptors[q], bound, i, 0};
            FittedStep const step = one.step(dt);
            for (std::uint32_t b = receptors[q].first; b < receptors[q].last; ++b) {
                BindingOfType const& to = view.bindings[b];
                if (bound[to.bound].on_membrane) continue;
                double const let_go_again = to.rates.dissociation * step.binding * one.complexes(to, step).answer();
                view.at(bound[to.bound].clearance, i) += static_cast<Real>((1 - let_go_again) * to.k_on * view.at(receptors[q].mean, i));
                view.at(bound[to.bound].release, i) += static_cast<Real>(one.lets_go(to, step, 0));
            }
        }
    }

    CRINE_HD void operator()(std::size_t i) const {
        ReceptorView const& view = rates.receptors;
        int const type = rates.cells.type[i];
        auto const receptors = view.receptors[type];
        auto const bound = view.bound[type];
        if (bound.empty()) return;
        if (!alive(rates.cells.state[i])) {
            for (std::size_t l = 0; l < bound.size; ++l)
                if (!bound[l].on_membrane)
                    for (int place : {bound[l].clearance, bound[l].release, bound[l].surface, bound[l].scale}) view.at(place, i) = 0;
            for (std::size_t q = 0; q < receptors.size; ++q) view.at(receptors[q].mean, i) = 0;
            return;
        }
        Real const self = rates.self(i);
        for (std::size_t l = 0; l < bound.size; ++l)
            if (!bound[l].on_membrane)
                view.at(bound[l].scale, i) = view.at(bound[l].surface, i) = rates.around(i, concentration[bound[l].ligand]);

        constexpr int kPasses = 2;  // the surface follows the receptors, and they the surface
        for (int pass = 0;; ++pass) {
            for (std::size_t q = 0; q < receptors.size; ++q) {
                OneReceptor const one{view, receptors[q], bound, i, synthesis_of(rates, receptors[q], i)};
                FittedStep const step = one.fitted(dt);
                view.at(receptors[q].binding_weight, i) = static_cast<Real>(step.binding);
                view.at(receptors[q].slow_weight, i) = static_cast<Real>(step.slow);
                view.at(receptors[q].mean, i) = static_cast<Real>(one.mean_free(step));
            }
            set_loads(i, receptors, bound);
            for (std::size_t l = 0; l < bound.size; ++l) {
                if (bound[l].on_membrane) continue;
                int const ligand = bound[l].ligand;
                Real const uptake = rates.uptake(i, ligand), beta = rates.resistance(i, ligand, self, uptake);
                Real const offset = beta * rates.secretion(i, ligand), scale = 1 / (1 + beta * uptake);
                Real &surface = view.at(bound[l].surface, i), &around = view.at(bound[l].scale, i);
                if (pass < kPasses)
                    surface = (around + offset) * scale;
                else
                    surface = offset, around = scale;
            }
            if (pass == kPasses) return;
        }
    }
};

/// The concentration at the surface of every cell that binds a ligand, once the field has its mean over the step.
struct ReadBody {
    CellRates rates;
    int ligand;
    Real const* mean;  ///< null: there is none of it
    CRINE_HD void operator()(std::size_t i) const {
        BoundLigand const* const bound = rates.receptors.find(rates.cells.type[i], ligand);
        if (bound == nullptr) return;
        Real& surface = rates.receptors.at(bound->surface, i);
        surface = ((mean == nullptr ? Real(0) : rates.around(i, mean)) + surface) * rates.receptors.at(bound->scale, i);
    }
};

/// Receptors after the step. Where so much has come that there were not enough, the excess stays at the surface until the next.
struct BindBody {
    CellRates rates;
    double dt;

    /// Carries out a step in which R̄ receptors are free in the mean; false, and nothing done, if there are too few.
    template <class Count>
    CRINE_HD bool bind(OneReceptor const& one, FittedStep const& step, double mean, bool at_least_none, Count const& count) const {
        ReceptorView const& view = one.view;
        ReceptorOfType const& r = one.r;
        double bound = 0, let_go = 0, entered = 0;
        for (std::uint32_t b = r.first; b < r.last; ++b) {
            BindingOfType const& to = view.bindings[b];
            double const rate = one.rate_constant(to) * mean;
            bound += rate, let_go += one.lets_go(to, step, rate), entered += one.enters(to, step, rate);
        }
        double const inside = PoolStep(one.now_inside(), one.loss_inside(), step).after(entered);
        double const from_inside = r.rates.recycling * step.mean_slow(one.now_inside(), inside);
        double const free = PoolStep(view.count(r.free, one.i), one.loss(), step).after(one.synthesis + let_go + from_inside - bound);
        if (free < 0 && at_least_none) return false;
        for (std::uint32_t b = r.first; b < r.last; ++b) {
            BindingOfType const& to = view.bindings[b];
            double const rate = one.rate_constant(to) * mean;
            Complexes const now = view.complexes(to, one.i), then = one.complexes(to, step).after(rate);
            double const shed = r.rates.shedding * step.mean_slow(now.active + now.desensitised, then.active + then.desensitised);
            count(one.bound[to.bound], rate, one.lets_go(to, step, rate), one.enters(to, step, rate) + shed);
            view.count(to.active, one.i) = then.active;
            if (to.desensitised >= 0) view.count(to.desensitised, one.i) = then.desensitised;
        }
        view.count(r.free, one.i) = free > 0 ? free : 0;  // below by rounding only: the weights are positive
        if (r.inside >= 0) view.count(r.inside, one.i) = inside;
        return true;
    }

    CRINE_HD void operator()(std::size_t i) const {
        ReceptorView const& view = rates.receptors;
        int const type = rates.cells.type[i];
        auto const receptors = view.receptors[type];
        auto const bound = view.bound[type];
        bool const lives = alive(rates.cells.state[i]);
        for (std::size_t l = 0; l < bound.size; ++l) {
            if (bound[l].on_membrane) {
                view.flow(bound[l].taken, i) = view.flow(bound[l].inside, i) = 0;
                continue;
            }
            double const clears = view.at(bound[l].clearance, i), surface = view.at(bound[l].surface, i);
            view.flow(bound[l].taken, i) = clears * surface * dt;
            view.flow(bound[l].given, i) = view.at(bound[l].release, i) * dt;
            view.flow(bound[l].inside, i) = 0;
            // what the field has given so far, and nobody has yet
            if (lives) view.count(bound[l].excess, i) += view.flow(bound[l].taken, i) - view.flow(bound[l].given, i);
        }
        for (std::size_t q = 0; lives && q < receptors.size; ++q) {
            ReceptorOfType const& r = receptors[q];
            OneReceptor const one{view, r, bound, i, synthesis_of(rates, r, i)};
            auto const count = [&](BoundLigand const& l, double binds, double lets_go, double enters) {
                if (l.on_membrane)
                    view.flow(l.taken, i) += binds * dt;
                else
                    view.count(l.excess, i) -= (binds - lets_go) * dt;
                view.flow(l.inside, i) += (l.on_membrane ? enters + lets_go : enters) * dt;  // from its cell it is torn off for good
            };
            if (bind(one, one.step(dt), view.at(r.mean, i), true, count)) continue;
            FittedStep const step = one.fitted(dt);
            bind(one, step, one.mean_free(step), false, count);
        }
    }
};

struct OfCells {
    ReceptorView view;
    CellView cells;
    bool on_membrane;
    int ligand;
    CRINE_HD BoundLigand const* bound(std::size_t i) const {
        return on_membrane ? view.binds(cells.type[i], ligand) : view.find(cells.type[i], ligand);
    }
};
using BoundPlace = int BoundLigand::*;
struct FlowTerm : OfCells {
    BoundPlace which;
    CRINE_HD double operator()(std::size_t i) const {
        BoundLigand const* const l = bound(i);
        return l == nullptr ? 0 : view.flow(l->*which, i);
    }
};
struct HeldTerm : OfCells {
    CRINE_HD double operator()(std::size_t i) const { return view.held(cells.type[i], bound(i), i); }
};

// --- membrane ligands -------------------------------------------------------------------------

/// What the receptors of a cell find on those that touch it: now, or in the mean over the step.
struct TouchBody {
    CellRates rates;
    Bins bins;
    Span<TypeConstants const> types;
    bool mean;

    CRINE_HD void operator()(std::size_t i) const {
        ReceptorView const& view = rates.receptors;
        CellView const& cells = rates.cells;
        auto const bound = view.bound[cells.type[i]];
        bool touches = false;
        for (std::size_t l = 0; l < bound.size; ++l)
            if (bound[l].on_membrane) view.at(bound[l].surface, i) = 0, touches = true;
        if (!touches || !alive(cells.state[i])) return;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            if (!alive(cells.state[j])) return;
            for (std::size_t l = 0; l < bound.size; ++l) {
                if (!bound[l].on_membrane) continue;
                PresentedLigand const* const shown = view.presents(cells.type[j], bound[l].ligand);
                if (shown == nullptr) continue;
                view.at(bound[l].surface, i) += mean ? view.at(shown->mean, j) : static_cast<Real>(view.count(shown->number, j));
            }
        });
    }
};

/// How fast the receptors that touch a cell bind what it presents, and how much of it there is in the mean.
struct PresentBody {
    CellRates rates;
    Bins bins;
    Span<TypeConstants const> types;
    double dt;

    /// By the receptors of cell j, for each molecule [1/s].
    CRINE_HD double demand_of(std::size_t j, int membrane_ligand) const {
        ReceptorView const& view = rates.receptors;
        int const type = rates.cells.type[j];
        auto const bound = view.bound[type];
        auto const receptors = view.receptors[type];
        double sum = 0;
        for (std::size_t q = 0; q < receptors.size; ++q)
            for (std::uint32_t b = receptors[q].first; b < receptors[q].last; ++b) {
                BoundLigand const& l = bound[view.bindings[b].bound];
                if (l.on_membrane && l.ligand == membrane_ligand) sum += view.bindings[b].k_on * view.at(receptors[q].mean, j);
            }
        return sum;
    }

    CRINE_HD void operator()(std::size_t i) const {
        ReceptorView const& view = rates.receptors;
        CellView const& cells = rates.cells;
        auto const presented = view.presented[cells.type[i]];
        for (std::size_t l = 0; l < presented.size; ++l) {
            PresentedLigand const& shown = presented[l];
            view.at(shown.mean, i) = view.at(shown.demand, i) = 0;
            if (!alive(cells.state[i])) continue;
            double demand = 0;
            for_each_touching(bins, cells, types, i, [&](std::size_t j) {
                if (alive(cells.state[j])) demand += demand_of(j, shown.ligand);
            });
            double const now = view.count(shown.number, i), loss = demand + shown.turnover, weight = fitted_weight(dt * loss);
            FittedStep const step{dt, weight, weight};
            double const then = PoolStep(now, loss, step).after(rates.phenotype(shown.presentation, i));
            view.at(shown.demand, i) = static_cast<Real>(demand), view.at(shown.mean, i) = static_cast<Real>(step.mean_slow(now, then));
        }
    }
};

/// What is left after the step on the cells that present it.
struct PresentedBody {
    CellRates rates;
    double dt;
    CRINE_HD void operator()(std::size_t i) const {
        ReceptorView const& view = rates.receptors;
        auto const presented = view.presented[rates.cells.type[i]];
        bool const lives = alive(rates.cells.state[i]);
        for (std::size_t l = 0; l < presented.size; ++l) {
            PresentedLigand const& shown = presented[l];
            double const mean = view.at(shown.mean, i) * dt;
            double const made = lives ? rates.phenotype(shown.presentation, i) * dt : 0, lost = lives ? shown.turnover * mean : 0,
                         given = lives ? view.at(shown.demand, i) * mean : 0;
            view.flow(shown.made, i) = made, view.flow(shown.lost, i) = lost, view.flow(shown.given, i) = given;
            view.count(shown.number, i) += made - lost - given;
        }
    }
};

using PresentedPlace = int PresentedLigand::*;
struct PresentedTerm {
    ReceptorView view;
    CellView cells;
    int ligand;
    PresentedPlace which;
    bool is_flow;
    CRINE_HD double operator()(std::size_t i) const {
        PresentedLigand const* const shown = view.presents(cells.type[i], ligand);
        return shown == nullptr ? 0 : (is_flow ? view.flow(shown->*which, i) : view.count(shown->*which, i));
    }
};

// --- observation ------------------------------------------------------------------------------

struct BeginBody {
    ReceptorView view;
    CellView cells;
    CRINE_HD void operator()(std::size_t i) const {
        if (alive(cells.state[i])) view.fill(i, cells.type[i]);
    }
};

/// One number of molecules of every cell: of free receptors, those inside, or complexes of a binding.
struct NumberBody {
    ReceptorView view;
    CellView cells;
    int kind, binding;
    enum class What { free, inside, active, desensitised } what;
    Span<Real> to;
    CRINE_HD void operator()(std::size_t i) const {
        ReceptorOfType const* const r = view.receptor(cells.type[i], kind);
        to[i] = 0;
        if (r == nullptr) return;
        int number = what == What::free ? r->free : r->inside;
        if (binding >= 0) {
            BindingOfType const& b = view.bindings[r->first + static_cast<std::uint32_t>(binding)];
            number = what == What::active ? b.active : b.desensitised;
        }
        if (number >= 0) to[i] = static_cast<Real>(view.count(number, i));
    }
};

}  // namespace

void Receptors::compile(Model const& model) {
    *this = {};
    kinds = static_cast<int>(model.receptors.size()), all_ligands = static_cast<int>(model.ligands.size());
    int const types = static_cast<int>(model.types.size());
    std::vector<std::vector<ReceptorOfType>> rows(types);
    std::vector<std::vector<BoundLigand>> bound_rows(types);
    std::vector<std::vector<PresentedLigand>> presented_rows(types);
    std::vector<std::vector<StoreOfType>> store_rows(types);
    std::vector<BindingOfType> all;
    std::vector<std::int16_t> ligand_place(static_cast<std::size_t>(types) * all_ligands, -1),
        kind_place(static_cast<std::size_t>(types) * kinds, -1);
    std::vector<std::vector<std::uint16_t>> places_used(types);
    for (int t = 0; t < types; ++t) {
        int place = 0, work_place = 0, flow_place = 0;
        for (int kind = 0; kind < kinds; ++kind) {
            if (!model.expresses(t, kind)) continue;
            Receptor const& receptor = model.receptors[kind];
            kind_place[static_cast<std::size_t>(t) * kinds + kind] = static_cast<std::int16_t>(rows[t].size());
            ReceptorOfType r;
            r.kind = kind, r.rates = receptor.rates, r.synthesis = model.vocabulary().of(behaviour::synthesis, kind);
            r.at_birth = model.types[t].receptors.empty() ? 0 : model.types[t].receptors[kind];
            r.free = place++;
            if (receptor.rates.recycling > 0) r.inside = place++;
            r.mean = work_place++, r.binding_weight = work_place++, r.slow_weight = work_place++;
            r.first = static_cast<std::uint32_t>(all.size());
            for (Receptor::Binding const& binding : receptor.bindings) {
                auto known = std::find_if(bound_rows[t].begin(), bound_rows[t].end(), [&](BoundLigand const& l) {
                    return l.ligand == binding.ligand && l.on_membrane == binding.on_membrane;
                });
                if (known == bound_rows[t].end()) {
                    BoundLigand l;
                    l.ligand = binding.ligand, l.on_membrane = binding.on_membrane;
                    l.surface = work_place++;
                    l.taken = flow_place++, l.inside = flow_place++;
                    if (!l.on_membrane) {
                        l.excess = place++;
                        if (model.ligands[l.ligand].traced) {
                            l.origin = place, l.origins = static_cast<int>(senders(model, l.ligand).size()) + 1;
                            place += l.origins;
                        }
                        l.given = flow_place++;
                        for (int* slot : {&l.clearance, &l.release, &l.scale}) *slot = work_place++;
                        ligand_place[static_cast<std::size_t>(t) * all_ligands + l.ligand] =
                            static_cast<std::int16_t>(bound_rows[t].size());
                        if (std::find(ligands.begin(), ligands.end(), l.ligand) == ligands.end()) ligands.push_back(l.ligand);
                    }
                    known = bound_rows[t].insert(known, l);
                }
                BindingOfType b;
                b.bound = static_cast<int>(known - bound_rows[t].begin()), b.k_on = binding.k_on, b.efficacy = binding.efficacy,
                b.rates = binding.rates;
                b.active = place++;
                if (binding.rates.desensitisation > 0) b.desensitised = place++;
                all.push_back(b);
            }
            r.last = static_cast<std::uint32_t>(all.size());
            rows[t].push_back(r);
        }
        for (std::size_t m = 0; m < model.membrane_ligands.size(); ++m) {
            int const ligand = static_cast<int>(m);
            if (!model.presents(t, ligand)) continue;
            PresentedLigand l;
            l.ligand = ligand, l.presentation = model.vocabulary().of(behaviour::presentation, ligand);
            l.turnover = model.membrane_ligands[m].turnover;
            l.at_birth = model.types[t].presented.empty() ? 0 : model.types[t].presented[m];
            l.number = place++;
            l.mean = work_place++, l.demand = work_place++;
            for (int* slot : {&l.made, &l.lost, &l.given}) *slot = flow_place++;
            presented_rows[t].push_back(l);
        }
        for (Store const& store : model.types[t].stores)
            store_rows[t].push_back(
                {store.ligand, place++, work_place++, model.vocabulary().of(behaviour::release, store.ligand), store.amount, store.refill});
        if (place > kMostMolecules)
            throw InputError("cells of type \"" + model.types[t].name + "\" would have to keep " + std::to_string(place) +
                             " numbers of receptors, complexes and stores; at most " + std::to_string(kMostMolecules) + " are possible");
        for (int p = 0; p < place; ++p) places_used[t].push_back(static_cast<std::uint16_t>(p));
        places = std::max(places, place), work_places = std::max(work_places, work_place), flow_places = std::max(flow_places, flow_place);
    }
    if (places == 0) return;
    used.upload(places_used);
    membrane.assign(model.membrane_ligands.size(), {});
    presented.upload(presented_rows), stores.upload(store_rows);
    receptors.upload(rows), bound.upload(bound_rows), bindings.upload(all), of_ligand.upload(ligand_place), of_kind.upload(kind_place);
}

void Receptors::start(Model const& model, Population& cells) {
    compile(model);
    molecules.resize(cells.size() * places);
    if (none()) return;
    for_each_index(cells.size(), BeginBody{view(cells.size()), cells.view()});
    for (std::size_t m = 0; m < membrane.size(); ++m) membrane[m].initial = on_membranes(cells, static_cast<int>(m));
}

void Receptors::try_binding(CellRates const& rates, Population& cells, Fields& fields, double dt) {
    std::vector<Real const*> now;
    for (LigandField const& field : fields.ligands) now.push_back(field.concentration.data());
    concentrations.upload(now);
    bool const touch = !membrane.empty();
    Span<TypeConstants const> const types = cells.type_constants();
    if (touch) for_each_index(cells.size(), TouchBody{rates, cells.bins, types, false});
    for_each_index(cells.size(), TryBody{rates, std::as_const(concentrations).span(), dt});
    if (!touch) return;
    for_each_index(cells.size(), PresentBody{rates, cells.bins, types, dt});
    for_each_index(cells.size(), TouchBody{rates, cells.bins, types, true});
}

void Receptors::read_surfaces(CellRates const& rates, int ligand, Real const* mean) {
    for_each_index(rates.cells.id.size, ReadBody{rates, ligand, mean});
}

void Receptors::bind(CellRates const& rates, Population& cells, Fields& fields, double dt) {
    std::size_t const n = cells.size();
    for_each_index(n, BindBody{rates, dt});
    if (!membrane.empty()) for_each_index(n, PresentedBody{rates, dt});
    auto const flow = [&](bool on_membrane, int ligand, BoundPlace which) {
        return ordered_sum(n, partial, FlowTerm{{view(n), cells.view(), on_membrane, ligand}, which});
    };
    for (std::size_t m = 0; m < membrane.size(); ++m) {
        int const ligand = static_cast<int>(m);
        auto const sum = [&](PresentedPlace which) {
            return ordered_sum(n, partial, PresentedTerm{view(n), cells.view(), ligand, which, true});
        };
        MembraneLedger& ledger = membrane[m];
        ledger.made += sum(&PresentedLigand::made), ledger.lost += sum(&PresentedLigand::lost);
        ledger.internalised += flow(true, ligand, &BoundLigand::inside);
        // where more was torn off than receptors could hold
        ledger.internalised += sum(&PresentedLigand::given) - flow(true, ligand, &BoundLigand::taken);
    }
    for (int ligand : ligands) {
        auto const sum = [&](BoundPlace which) { return flow(false, ligand, which); };
        Ledger& ledger = fields.ligands[ligand].ledger;
        double const taken = sum(&BoundLigand::taken), given = sum(&BoundLigand::given);
        ledger.taken_up -= taken, ledger.secreted -= given, ledger.bound += taken - given;
        ledger.internalised += sum(&BoundLigand::inside);
    }
}

double Receptors::held(Population& cells, bool on_membrane, int ligand) {
    return ordered_sum(cells.size(), partial, HeldTerm{{view(cells.size()), cells.view(), on_membrane, ligand}});
}
double Receptors::on_membranes(Population& cells, int membrane_ligand) {
    return ordered_sum(cells.size(), partial,
                       PresentedTerm{view(cells.size()), cells.view(), membrane_ligand, &PresentedLigand::number, false});
}

Receptors::Holdings Receptors::holdings(Population& cells) {
    Holdings now;
    for (int ligand : ligands) now.of_fields.push_back(held(cells, false, ligand));
    for (int m = 0; m < static_cast<int>(membrane.size()); ++m)
        now.presented.push_back(on_membranes(cells, m)), now.from_neighbours.push_back(held(cells, true, m));
    return now;
}

void Receptors::book(Holdings const& before, Population& cells, Fields& fields) {
    Holdings const now = holdings(cells);
    for (std::size_t l = 0; l < ligands.size(); ++l)
        fields.ligands[ligands[l]].ledger.internalised += before.of_fields[l] - now.of_fields[l];
    for (std::size_t m = 0; m < membrane.size(); ++m) {
        double const gained = now.presented[m] - before.presented[m];  // the newborn may have come with some
        (gained > 0 ? membrane[m].made : membrane[m].lost) += std::fabs(gained);
        membrane[m].internalised += before.from_neighbours[m] - now.from_neighbours[m];
    }
}

void Receptors::report(Totals& totals, Population& cells) {
    for (int ligand : ligands) totals.ligands[ligand].on_receptors = held(cells, false, ligand);
    totals.membrane_ligands = membrane;
    for (std::size_t m = 0; m < membrane.size(); ++m) {
        totals.membrane_ligands[m].present = on_membranes(cells, static_cast<int>(m));
        totals.membrane_ligands[m].bound = held(cells, true, static_cast<int>(m));
    }
}

void Receptors::show(Snapshot& to, Model const& model, Population& cells) {
    to.receptors = numbers(model, cells);
    to.stores = stored(model, cells);
}

std::vector<ReceptorNumbers> Receptors::numbers(Model const& model, Population& cells) {
    using What = NumberBody::What;
    if (none()) return {};
    std::vector<ReceptorNumbers> all(model.receptors.size());
    Buffer<Real> values(cells.size());
    for (std::size_t kind = 0; kind < all.size(); ++kind) {
        auto const read = [&](What what, int binding, std::vector<Real>& to) {
            for_each_index(cells.size(),
                           NumberBody{view(cells.size()), cells.view(), static_cast<int>(kind), binding, what, values.span()});
            values.download(to);
        };
        read(What::free, -1, all[kind].free), read(What::inside, -1, all[kind].inside);
        all[kind].complexes.resize(model.receptors[kind].bindings.size());
        for (std::size_t b = 0; b < all[kind].complexes.size(); ++b) {
            read(What::active, static_cast<int>(b), all[kind].complexes[b].active);
            read(What::desensitised, static_cast<int>(b), all[kind].complexes[b].desensitised);
        }
    }
    return all;
}

}  // namespace CRINE_NS
}  // namespace crine
