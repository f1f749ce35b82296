#include "kernels/engine.h"

#include "crine/interrupt.h"
#include "kernels/device/hash.h"

#include <thrust/scan.h>

#include <algorithm>
#include <cstring>

namespace crine {
inline namespace CRINE_NS {
namespace {

struct BirthBody {
    PathwayView pathways;
    CellView cells;
    CRINE_HD void operator()(std::size_t i) const {
        if (alive(cells.state[i]))
            pathways.be_born(i, cells.type[i]);
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
                       PathwayState::place(pathway, steps.worst[l]));
        }
    }
};

struct HashNumbersBody {
    PathwayView pathways;
    CellView cells;
    Span<std::uint64_t> hash;
    CRINE_HD void operator()(std::size_t i) const {
        auto const columns = pathways.used[cells.type[i]];
        for (std::size_t c = 0; c < columns.size; ++c) {
            std::uint64_t bits = 0;
            std::memcpy(&bits, &pathways.number(columns[c], i), sizeof(double));
            hash[i] = mix(hash[i] + bits);
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

void PathwayState::compile(Model const& model) {
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

std::string PathwayState::name(Model const& model, std::uint32_t place) {
    Network const& network = model.pathways[place >> 16];
    auto const species = static_cast<int>(place & 0xFFFF);
    return network.name + (species < network.layout.visible ? " (" + network.variables[species] + ")" : "");
}

void Engine::start_pathways() {
    PathwayState& state = cells_.pathways;
    state.compile(model_);
    if (state.none()) return;
    for (std::size_t p = 0; p < state.all.size(); ++p) state.all[p].inputs.upload(cells_.programs.inputs[p]);
    state.numbers.resize(cells_.size() * state.columns);
    for_each_index(cells_.size(), BirthBody{state.view(cells_.size()), cells_.view()});
}

void Engine::transduce(Moment now) {
    PathwayState& state = cells_.pathways;
    if (state.none() || cells_.size() == 0) return;
    std::size_t const cells = cells_.size(), workers = workers_for(cells);
    auto& place = cells_.place;
    auto& who = cells_.order;
    place.resize(cells + 1), who.resize(cells);
    for (std::size_t p = 0; p < state.all.size(); ++p) {
        Pathway const& pathway = state.all[p];
        DeviceNetwork const& network = pathway.network;
        for_each_index(cells + 1, CountBody{cells_.view(), state.view(cells), static_cast<int>(p), place.span()});
        THRUST_NS_QUALIFIER::exclusive_scan(policy(), place.data(), place.data() + place.size(), place.data());
        for_each_index(cells, ListBody{std::as_const(place).span(), who.span()});
        state.registers.resize(std::max(state.registers.size(), NetworkBatches::registers_for(workers, network.layout)));
        for_each_index(workers,
                       TransduceBody{{network.view(), network.constants.span(), state.registers.span(), workers},
                                     state.view(cells),
                                     static_cast<int>(p),
                                     state.first[p],
                                     cells_.view(),
                                     std::as_const(who).span(),
                                     std::as_const(place).span(),
                                     pathway.inputs.view(),
                                     pathway.parameters.span(),
                                     std::as_const(cells_.work).span(),
                                     now.time / network.time_unit,
                                     (now.time + now.dt) / network.time_unit,
                                     error_.span()},
                       kShare);
        end_if_out_of_time();
    }
}

std::vector<std::vector<Real>> Engine::pathway_numbers() {
    std::vector<std::vector<Real>> numbers;
    for (VariablePlace const& variable : cells_.pathways.variables) {
        cells_.work.resize(cells_.size());
        for_each_index(cells_.size(), ColumnBody{cells_.pathways.view(cells_.size()), cells_.view(), variable, cells_.work.span()});
        cells_.work.download(numbers.emplace_back());
    }
    return numbers;
}

void Engine::hash_pathways(Span<std::uint64_t> hash) {
    if (!cells_.pathways.none()) for_each_index(cells_.size(), HashNumbersBody{cells_.pathways.view(cells_.size()), cells_.view(), hash});
}

}  // namespace CRINE_NS
}  // namespace crine
