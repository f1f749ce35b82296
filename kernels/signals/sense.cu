// Measures the signals that rules and pathways use, and the responses of behaviours to them by Hill functions.
#include "kernels/signals/sense.h"

#include "crine/model/hill.h"
#include "crine/model/motility.h"
#include "crine/model/response_time.h"
#include "kernels/cells/neighbours.h"

namespace crine {
inline namespace CRINE_NS {
namespace {

/// The signals that the rules of a cell's row use.
struct SignalBody {
    CellView cells;
    Phenotype phenotype;
    Grid grid;
    Span<Real const* const> concentration;
    Span<Layers const> layers;     ///< by ligand
    Span<Real const> circulating;  ///< by pool
    ListsView<Sensed> sensed;
    OpenChannels open_channels;
    Span<Real> signals;  ///< [slot * cells + cell]
    ReceptorView receptors;
    PathwayView pathways;
    Span<VariablePlace const> variables;  ///< of pathways
    int first_activity;                   ///< see Programs
    double time;

    CRINE_HD Real measure(Sensed const& what, std::size_t i, Between const& here) const {
        auto const elapsed = [&](double since) { return time > since ? static_cast<Real>(time - since) : Real(0); };
        switch (what.kind) {
            case Sensed::Kind::pressure:
                return cells.pressure[i];
            case Sensed::Kind::age:
                return elapsed(cells.born[i]);
            case Sensed::Kind::time_in_state:
                return elapsed(cells.since[i]);
            case Sensed::Kind::time:
                return static_cast<Real>(time);
            case Sensed::Kind::volume:
                return volume_of(cells.radius[i]);
            case Sensed::Kind::engulfed:
                return static_cast<Real>(cells.engulfed[i]);
            case Sensed::Kind::open_channels:
                return open_channels(cells.id[i]);
            case Sensed::Kind::damage:
                return static_cast<Real>(cells.damage[i]);
            case Sensed::Kind::attacked:
                return static_cast<Real>(cells.attacked[i]);
            case Sensed::Kind::attacking:
                return Real(cells.target[i] != 0 && cells.attack_end[i] > time);
            case Sensed::Kind::dead:
                return Real(!alive(cells.state[i]));
            case Sensed::Kind::apoptotic:
                return Real(cells.state[i] == CellState::apoptotic);
            case Sensed::Kind::necrotic:
                return Real(cells.state[i] == CellState::necrotic);
            case Sensed::Kind::concentration:
                return (layers[what.index].uniform ? here : layers[what.index].between(position(cells, i)))(concentration[what.index]);
            case Sensed::Kind::gradient:
                return norm(gradient(grid, concentration[what.index], position(cells, i)));
            case Sensed::Kind::stored: {
                StoreOfType const* const store = receptors.store(cells.type[i], what.index);
                return store == nullptr ? Real(0) : static_cast<Real>(receptors.count(store->number, i) / store->amount);
            }
            case Sensed::Kind::complexes:
                return static_cast<Real>(receptors.signal(cells.type[i], what.index, i).active);
            case Sensed::Kind::occupancy: {
                ReceptorView::Signal const s = receptors.signal(cells.type[i], what.index, i);
                return s.surface > 0 ? static_cast<Real>(s.active / s.surface) : Real(0);
            }
            case Sensed::Kind::activity:
                return phenotype(first_activity + what.index, i);
            case Sensed::Kind::circulating:
                return circulating[what.index];
            case Sensed::Kind::inside:
                return pathways.shown(variables[what.index], cells.type[i], i);
            case Sensed::Kind::contacts:
            case Sensed::Kind::dead_contacts:
            case Sensed::Kind::live_contacts:
            case Sensed::Kind::apoptotic_contacts:
            case Sensed::Kind::necrotic_contacts:
            case Sensed::Kind::compression:
            case Sensed::Kind::on_neighbours:
            case Sensed::Kind::in_touching:
                return 0;  // together below
        }
        return 0;
    }

    CRINE_HD void operator()(std::size_t i) const {
        auto const list = sensed[phenotype.row(i)];
        if (list.empty()) return;
        Between const here(grid, position(cells, i));
        for (std::size_t s = 0; s < list.size; ++s) signals[s * cells.id.size + i] = measure(list[s], i, here);
    }
};

/// Adds up those that need neighbours, in one search.
struct ContactSignalBody {
    CellView cells;
    Phenotype phenotype;
    Bins bins;
    Span<TypeConstants const> types;
    ListsView<std::int16_t> contact_signals;
    Span<Real> signals;
    PathwayView pathways;
    Span<VariablePlace const> variables;
    int first_activity, activities;

    /// A live cell's activity or, behind these, variable of a pathway.
    CRINE_HD Real shown(int which, std::size_t j) const {
        return which < activities ? phenotype(first_activity + which, j) : pathways.shown(variables[which - activities], cells.type[j], j);
    }
    CRINE_HD void add(std::int16_t slot, std::size_t i, Real what) const {
        if (slot >= 0) signals[slot * cells.id.size + i] += what;
    }
    CRINE_HD Real compression(std::size_t i, std::size_t j) const {
        if (!types[cells.type[i]].mechanics || !types[cells.type[j]].mechanics) return 0;
        Vec3 const d = shortest_way(bins, position(cells, i), position(cells, j));
        Real const overlap = ContactLaw::positive(1 - norm(d) / (cells.radius[i] + cells.radius[j]));
        return overlap * overlap / kDensePacking;
    }

    CRINE_HD void operator()(std::size_t i) const {
        auto const slot_of = contact_signals[phenotype.row(i)];  // by type, by ContactEntry, by activity, by variable
        if (slot_of.empty()) return;
        std::size_t const first = types.size + contact_entries;
        auto const entry = [&](ContactEntry e) { return slot_of[types.size + e]; };
        Real touching = 0;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            if (entry(sum_compression) >= 0) add(entry(sum_compression), i, compression(i, j));
            if (!alive(cells.state[j])) {
                add(entry(count_dead), i, 1);
                add(entry(cells.state[j] == CellState::apoptotic ? count_apoptotic : count_necrotic), i, 1);
                return;
            }
            add(slot_of[cells.type[j]], i, 1), add(entry(count_live), i, 1);
            touching += 1;
            for (std::size_t a = first; a < slot_of.size; ++a)
                if (slot_of[a] >= 0) signals[slot_of[a] * cells.id.size + i] += shown(static_cast<int>(a - first), j);
        });
        if (touching == 0) return;
        for (std::size_t a = first; a < slot_of.size; ++a)
            if (slot_of[a] >= 0) signals[slot_of[a] * cells.id.size + i] /= touching;
    }
};

/// The responses of a cell's behaviours to these signals. What takes time advances over the step, with the signals of its beginning.
struct ResponseBody {
    Phenotype phenotype;
    ListsView<Response> program;
    Span<Term const> terms;
    Span<Real const> signals;  ///< [slot * cells + cell]
    Span<Real> responses;      ///< [slot * cells + cell]
    double dt;

    CRINE_HD void operator()(std::size_t i) const {
        std::size_t const cells = phenotype.type.size;
        auto const add = [&](HillSum& sum, std::uint32_t first, std::uint32_t last) {
            for (std::uint32_t t = first; t < last; ++t) sum.add(signals[terms[t].signal * cells + i], terms[t].half, terms[t].hill);
        };
        auto const behaviours = program[phenotype.row(i)];
        for (std::size_t b = 0; b < behaviours.size; ++b) {
            Response const& response = behaviours[b];
            HillSum up, down;
            add(up, response.up, response.down);
            add(down, response.down, response.end);
            Real const target = HillResponse{response.base, response.highest, response.lowest}(up, down);
            if (response.stages == 0)
                responses[response.slot * cells + i] = target;
            else
                Chain{dt / response.stage_time, response.stages}(target, [&](int k) {
                    return Compensated{responses[response.stage(k) * cells + i], responses[response.rest(k) * cells + i]};
                });
        }
    }
};

}  // namespace

void Senses::sense(Model const& model, Population& cells, Receptors& receptors, Pathways& pathways, Fields& fields,
                   std::vector<Real> const& levels, OpenChannels const& channels, Moment now) {
    CRINE_EXPECTS(cells.sorted());
    Programs const& programs = cells.programs;
    if (programs.response_slots == 0 && programs.signal_slots == 0) return;
    std::size_t const n = cells.size();
    cells.work.resize(n * programs.signal_slots);
    concentrations_.upload(concentrations(fields));
    circulating_.upload(levels);
    CellView const view = cells.view();
    Phenotype const phenotype = cells.phenotype();
    Span<VariablePlace const> const variables = std::as_const(pathways.variable_places).span();
    for_each_index(n, SignalBody{view, phenotype, model.grid, std::as_const(concentrations_).span(), std::as_const(fields.layers).span(),
                                 std::as_const(circulating_).span(), programs.signals.view(), channels, cells.work.span(),
                                 receptors.view(n), pathways.view(n), variables, programs.first_activity, now.time});
    if (programs.contact_signals.items.size() != 0)
        for_each_index(
            n, ContactSignalBody{view, phenotype, cells.bins, programs.types.span(), programs.contact_signals.view(), cells.work.span(),
                                 pathways.view(n), variables, programs.first_activity, static_cast<int>(model.activities.size())});
    for_each_index(n, ResponseBody{phenotype, programs.responses.view(), programs.terms.span(), std::as_const(cells.work).span(),
                                   cells.responses.span(), now.dt});
}

}  // namespace CRINE_NS
}  // namespace crine
