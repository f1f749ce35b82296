#include "kernels/engine.h"

#include "kernels/hash.h"

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

/// Integrates one pathway of all cells that have it.
struct TransduceBody {
    NetworkBatches batches;
    PathwayView pathways;
    int pathway, first_column;
    CellView cells;
    ListsView<InputOfType> inputs;
    Span<double const> parameters;
    Span<Real const> signals;  ///< [slot * cells + cell]
    double begin, end;         ///< [time of the network]
    Span<ErrorReport> error;

    CRINE_HD void operator()(std::size_t worker) const {
        batches(
            worker, cells.id.size, [&](std::size_t i) { return alive(cells.state[i]) && pathways.in(cells.type[i], pathway); },
            [&](Registers<kSideBySide> const& r, std::size_t const* members, int found) { integrate(r, members, found); });
    }

    CRINE_HD void integrate(Registers<kSideBySide> const& r, std::size_t const* members, int found) const {
        NetworkLayout const& at = batches.network.layout;
        NetworkSteps<kSideBySide> steps(batches.network, r);
        double kept[kMostKept][kSideBySide];
        for (int l = 0; l < kSideBySide; ++l) {
            std::size_t const i = members[l], type = cells.type[i];
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
        for (int l = 0; l < found; ++l) {
            std::size_t const i = members[l];
            for (int s = 0; s < at.species; ++s) pathways.number(first_column + s, i) = r[s][l];
            for (int o = 0; o < at.observables; ++o) pathways.number(first_column + at.species + o, i) = r[at.observable + o][l];
            pathways.number(first_column + at.step(), i) = steps.step[l];
            for (int c = at.step() + 1; c < at.columns(); ++c) pathways.number(first_column + c, i) = kept[c - at.step() - 1][l];
            if (steps.failed[l]) report(error, static_cast<std::uint32_t>(ErrorCode::pathway_stalled), cells.id[i]);
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
    std::size_t const workers = workers_for(cells_.size());
    for (std::size_t p = 0; p < state.all.size(); ++p) {
        Pathway const& pathway = state.all[p];
        DeviceNetwork const& network = pathway.network;
        state.registers.resize(std::max(state.registers.size(), NetworkBatches::registers_for(workers, network.layout)));
        for_each_index(workers, TransduceBody{{network.view(), network.constants.span(), state.registers.span(), workers},
                                              state.view(cells_.size()),
                                              static_cast<int>(p),
                                              state.first[p],
                                              cells_.view(),
                                              pathway.inputs.view(),
                                              pathway.parameters.span(),
                                              std::as_const(cells_.work).span(),
                                              now.time / network.time_unit,
                                              (now.time + now.dt) / network.time_unit,
                                              error_.span()});
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
