// Integrates the reaction networks of all live cells that have them, with inputs from the cells' signals.
#include "kernels/signals/pathways.h"

#include "crine/interrupt.h"

#include <thrust/scan.h>

#include <algorithm>

namespace crine {
inline namespace CRINE_NS {
namespace {

struct BeginBody {
    PathwayView pathways;
    CellView cells;
    CRINE_HD void operator()(std::size_t i) const {
        if (alive(cells.state[i]))
            pathways.fill(i, cells.type[i]);
        else
            pathways.clear(i);
    }
};

/// 1 for a live cell that has the pathway, and 0 for others and behind the last.
struct CountBody {
    CellView cells;
    PathwayView pathways;
    int pathway;
    Span<std::uint32_t> place;
    CRINE_HD void operator()(std::size_t i) const {
        place[i] = i < cells.id.size && alive(cells.state[i]) && pathways.in(cells.type[i], pathway) ? 1 : 0;
    }
};
/// Lists them. place[i]: how many come before cell i.
struct ListBody {
    Span<std::uint32_t const> place;
    Span<std::uint32_t> who;
    CRINE_HD void operator()(std::size_t i) const {
        if (place[i + 1] != place[i]) who[place[i]] = static_cast<std::uint32_t>(i);
    }
};

/// Integrates one pathway of all cells that have it, which are listed so that batches are full wherever they are.
struct TransduceBody {
    NetworkBatches batches;
    PathwayView pathways;
    int pathway, first_column;
    CellView cells;
    Span<std::uint32_t const> who, place;  ///< the cells; place[cells]: how many
    ListsView<InputOfType> inputs;
    Span<double const> parameters;
    Span<Real const> signals;  ///< [slot * cells + cell]
    double begin, end;         ///< [time of the network]
    Span<ErrorReport> error;

    CRINE_HD void operator()(std::size_t worker) const {
        batches(worker, place[cells.id.size],
                [&](Registers<kSideBySide> const& r, std::size_t const* batch, int count) { integrate(r, batch, count); });
    }

    CRINE_HD void integrate(Registers<kSideBySide> const& r, std::size_t const* batch, int count) const {
        if (error[0].code != 0) return;  // the run ends: what else takes long need not be waited for
        NetworkLayout const& at = batches.network.layout;
        NetworkSteps<kSideBySide> steps(batches.network, r);
        double kept[kMostKept][kSideBySide];
        for (int l = 0; l < kSideBySide; ++l) {
            std::size_t const i = who[batch[l]], type = cells.type[i];
            for (int s = 0; s < at.species; ++s) r[s][l] = pathways.number(first_column + s, i);
            for (int p = 0; p < at.parameters; ++p) r[at.parameter + p][l] = parameters[type * at.parameters + p];
            for (int n = 0; n < at.inputs; ++n) {
                Span<InputOfType const> const summands = inputs[type * at.inputs + n];
                double sum = 0;
                for (std::size_t s = 0; s < summands.size; ++s) {
                    InputOfType const& from = summands[s];
                    sum += from.slot < 0 ? from.scale : from.scale * static_cast<double>(signals[from.slot * cells.id.size + i]);
                }
                r[at.input + n][l] = sum;
            }
            steps.time[l] = begin, steps.end[l] = end, steps.step[l] = pathways.number(first_column + at.step(), i);
            for (int c = at.step() + 1; c < at.columns(); ++c) kept[c - at.step() - 1][l] = pathways.number(first_column + c, i);
        }
        steps([&](int column, int lane) -> double& { return kept[column - at.step() - 1][lane]; });
        for (int l = 0; l < kSideBySide; ++l) r[at.time][l] = end;
        run<kSideBySide>(batches.network.observe, r);
        for (int l = 0; l < count; ++l) {
            std::size_t const i = who[batch[l]];
            for (int s = 0; s < at.species; ++s) pathways.number(first_column + s, i) = r[s][l];
            for (int o = 0; o < at.observables; ++o) pathways.number(first_column + at.species + o, i) = r[at.observable + o][l];
            pathways.number(first_column + at.step(), i) = steps.step[l];
            for (int c = at.step() + 1; c < at.columns(); ++c) pathways.number(first_column + c, i) = kept[c - at.step() - 1][l];
            if (steps.failed[l])
                report(error, static_cast<std::uint32_t>(ErrorCode::pathway_stalled), cells.id[i],
                       Pathways::place(pathway, steps.worst[l]));
        }
    }
};

struct ColumnBody {
    PathwayView pathways;
    CellView cells;
    VariablePlace variable;
    Span<Real> values;
    CRINE_HD void operator()(std::size_t i) const { values[i] = pathways.shown(variable, cells.type[i], i); }
};

}  // namespace

void Pathways::compile(Model const& model) {
    *this = {};
    std::size_t const types = model.types.size(), pathways = model.pathways.size();
    first = {0};
    for (Network const& network : model.pathways) {
        all.push_back({DeviceNetwork(network)});
        int const pathway = static_cast<int>(all.size()) - 1;
        for (std::size_t v = 0; v < network.variables.size(); ++v)
            variables.push_back({pathway, columns + network.layout.column(static_cast<int>(v))});
        columns += network.layout.columns();
        first.push_back(columns);
    }
    std::vector<std::uint8_t> which(types * pathways, 0);
    std::vector<std::vector<std::uint16_t>> columns_used(types);
    std::vector<double> newborn(types * columns, 0);
    for (std::size_t p = 0; p < pathways; ++p) {
        NetworkLayout const& at = all[p].network.layout;
        std::vector<double> values(types * at.parameters, 0);
        for (std::size_t t = 0; t < types; ++t)
            for (NetworkUse const& use : model.types[t].pathways) {
                if (use.network != static_cast<int>(p)) continue;
                which[t * pathways + p] = 1;
                for (int c = first[p]; c < first[p + 1]; ++c) columns_used[t].push_back(static_cast<std::uint16_t>(c));
                std::copy(use.parameters.begin(), use.parameters.end(), values.begin() + static_cast<std::ptrdiff_t>(t * at.parameters));
                std::copy(use.initial.begin(), use.initial.end(), newborn.begin() + static_cast<std::ptrdiff_t>(t * columns) + first[p]);
            }
        all[p].parameters.upload(values);
    }
    has.upload(which), used.upload(columns_used), begin.upload(first), initial.upload(newborn), variable_places.upload(variables);
}

std::string Pathways::name(Model const& model, std::uint32_t place) {
    Network const& network = model.pathways[place >> 16];
    auto const species = static_cast<int>(place & 0xFFFF);
    return network.name + (species < network.layout.visible ? " (" + network.variables[species] + ")" : "");
}

void Pathways::start(Model const& model, Population& cells) {
    compile(model);
    if (none()) return;
    for (std::size_t p = 0; p < all.size(); ++p) all[p].inputs.upload(cells.programs.inputs[p]);
    numbers.resize(cells.size() * columns);
    for_each_index(cells.size(), BeginBody{view(cells.size()), cells.view()});
}

void Pathways::transduce(Population& cells, Moment now, Span<ErrorReport> error) {
    std::size_t const n = cells.size(), workers = workers_for(n);
    if (none() || n == 0) return;
    auto& place = cells.place;
    auto& who = cells.bin;
    place.resize(n + 1), who.resize(n);
    for (std::size_t p = 0; p < all.size(); ++p) {
        Pathway const& pathway = all[p];
        DeviceNetwork const& network = pathway.network;
        for_each_index(n + 1, CountBody{cells.view(), view(n), static_cast<int>(p), place.span()});
        THRUST_NS_QUALIFIER::exclusive_scan(policy(), place.data(), place.data() + place.size(), place.data());
        for_each_index(n, ListBody{std::as_const(place).span(), who.span()});
        registers.resize(std::max(registers.size(), NetworkBatches::registers_for(workers, network.layout)));
        for_each_index(workers,
                       TransduceBody{{network.view(), network.constants.span(), registers.span(), workers},
                                     view(n),
                                     static_cast<int>(p),
                                     first[p],
                                     cells.view(),
                                     std::as_const(who).span(),
                                     std::as_const(place).span(),
                                     pathway.inputs.view(),
                                     pathway.parameters.span(),
                                     std::as_const(cells.work).span(),
                                     now.time / network.time_unit,
                                     (now.time + now.dt) / network.time_unit,
                                     error},
                       kShare);
        end_if_out_of_time();
    }
}

void Pathways::show(Snapshot& to, Population& cells) {
    for (VariablePlace const& variable : variables) {
        cells.work.resize(cells.size());
        for_each_index(cells.size(), ColumnBody{view(cells.size()), cells.view(), variable, cells.work.span()});
        cells.work.download(to.variables.emplace_back());
    }
}

}  // namespace CRINE_NS
}  // namespace crine
