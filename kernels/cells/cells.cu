#include "kernels/engine.h"

#include "crine/model/cycle.h"
#include "kernels/device/hash.h"

#include <thrust/count.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/reduce.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace crine {
inline namespace CRINE_NS {

double largest_radius(Model const& model, HostCells const& cells, int type) {
    CellType const& own = model.types[type];
    auto const happens = [&](int b) {
        return own.base[b] != 0 || own.takes_time(b) ||
               std::any_of(model.rules.begin(), model.rules.end(), [&](Rule const& r) { return r.type == type && r.behaviour == b; });
    };
    Vocabulary const words = model.vocabulary();
    double radius = own.radius;
    bool cycles = happens(behaviour::cycle_entry), swells = happens(behaviour::necrosis), fuses = false;
    for (int other = 0; other < words.types; ++other) fuses = fuses || happens(words.of(behaviour::fusion, other));
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells.type[i] != type) continue;
        radius = std::max(radius, static_cast<double>(cells.radius[i]));
        cycles = cycles || cells.state[i] == CellState::cycling;
        swells = swells || cells.state[i] == CellState::necrotic;
    }
    Real const growth = (cycles ? kDividingVolume : Real(1)) * (swells ? kBurstVolume : Real(1)) * (fuses ? kMostFused : Real(1));
    return radius * std::cbrt(growth);
}

namespace {

/// No two cells touch over a longer distance.
Real longest_reach(Model const& model, HostCells const& cells) {
    double longest = 0;
    for (int type = 0; type < static_cast<int>(model.types.size()); ++type) {
        double const reach = std::max(1.0, static_cast<double>(model.types[type].adhesion_reach));
        longest = std::max(longest, 2 * reach * largest_radius(model, cells, type));
    }
    return static_cast<Real>(longest * (1 + 1e-5));  // a margin for round-off in growing
}

Bins make_bins(Grid const& grid, Real reach) {
    Bins bins;
    int const voxels[3] = {grid.nx, grid.ny, grid.nz};
    for (int a = 0; a < 3; ++a) {
        bins.periodic[a] = grid.periodic[a];
        bins.size[a] = voxels[a] * grid.spacing;
        // Bins much smaller than voxels would cost more memory than they save time, and where nobody is there need be but one.
        Real const least = reach > 0 ? std::max(reach * Real(1 + 1e-5), grid.spacing / 2) : bins.size[a];
        bins.n[a] = std::max(1, static_cast<int>(bins.size[a] / least));
        bins.width[a] = bins.size[a] / bins.n[a];
    }
    return bins;
}

/// Until the first `sense` every behaviour has the value it begins with.
struct FirstResponsesBody {
    Phenotype phenotype;
    ListsView<Response> program;
    Span<std::uint32_t const> id;
    Span<Real> responses;
    std::uint64_t seed;
    CRINE_HD void operator()(std::size_t i) const {
        auto const list = program[phenotype.row(i)];
        for (std::size_t b = 0; b < list.size; ++b) {
            Real const value = list[b].at_start(seed, id[i]);
            for (int s = 0; s < list[b].slots(); ++s) responses[(list[b].slot + s) * id.size + i] = list[b].settled(s, value);
        }
    }
};

struct BehaviourBody {
    Phenotype phenotype;
    int behaviour;
    Span<Real> value;
    CRINE_HD void operator()(std::size_t i) const { value[i] = phenotype(behaviour, i); }
};

struct IsOfType {
    CellView cells;
    std::uint8_t type;
    bool living;
    CRINE_HD bool operator()(std::size_t i) const { return cells.type[i] == type && alive(cells.state[i]) == living; }
};

struct HashMoleculesBody {
    ReceptorView receptors;
    CellView cells;
    Span<std::uint64_t> hash;
    CRINE_HD void operator()(std::size_t i) const {
        auto const places = receptors.used[cells.type[i]];
        for (std::size_t p = 0; p < places.size; ++p) {
            std::uint64_t bits = 0;
            std::memcpy(&bits, &receptors.count(places[p], i), sizeof(double));
            hash[i] = mix(hash[i] + bits);
        }
    }
};

struct HashResponsesBody {
    Phenotype phenotype;
    ListsView<Response> program;
    Span<std::uint64_t> hash;
    CRINE_HD void operator()(std::size_t i) const {
        auto const list = program[phenotype.row(i)];
        for (std::size_t b = 0; b < list.size; ++b)
            for (int s = 0; s < list[b].slots(); ++s) {
                std::uint64_t bits = 0;
                std::memcpy(&bits, &phenotype.responses[(list[b].slot + s) * phenotype.type.size + i], sizeof(Real));
                hash[i] = mix(hash[i] + bits);
            }
    }
};

}  // namespace

void Engine::start_cells(InitialState const& state) {
    HostCells cells = state.cells;
    std::size_t const n = cells.size();
    cells.for_each_field([n](char const* name, auto& field) {
        if (field.size() != n) throw InputError(std::string("the initial cells have no value of '") + name + "' for each");
    });
    for (std::size_t i = 0; i < n; ++i) {
        CellState const is = cells.state[i];
        auto const duration = static_cast<Real>(duration_of(is, model_.types[cells.type[i]]));
        cells.entry_radius[i] = cells.radius[i] / std::cbrt(relative_volume(is, static_cast<Real>(-cells.since[i]), duration));
    }
    cells_ = {};
    cells_.fields.for_each_field_with(cells, [](auto& buffer, auto& host) { buffer.upload(host); });
    for (std::uint32_t id : cells.id) cells_.next_id = std::max<std::uint64_t>(cells_.next_id, std::uint64_t{id} + 1);
    cells_.recruited.assign(model_.types.size(), 0);

    cells_.behaviours = model_.vocabulary().behaviours();
    cells_.types = static_cast<int>(model_.types.size());
    cells_.programs.compile(model_);
    cells_.responses.resize(n * cells_.programs.response_slots);
    for_each_index(n, FirstResponsesBody{cells_.phenotype(), cells_.programs.responses.view(), std::as_const(cells_.fields.id).span(),
                                         cells_.responses.span(), model_.seed});

    start_receptors();
    start_pathways();
    cells_.bins = make_bins(model_.grid, longest_reach(model_, cells));
    cells_.bin_begin.resize(cells_.bins.count() + 1);
    cells_.bins.begin = std::as_const(cells_.bin_begin).span();
    sort();
}

void Engine::cell_totals(Totals& totals) {
    auto const count = [&](std::uint8_t type, bool living) {
        auto const first = THRUST_NS_QUALIFIER::counting_iterator<std::size_t>(0);
        return static_cast<std::uint64_t>(
            THRUST_NS_QUALIFIER::count_if(policy(), first, first + cells_.size(), IsOfType{cells_.view(), type, living}));
    };
    totals.live.clear(), totals.dead.clear();
    for (std::size_t type = 0; type < model_.types.size(); ++type) {
        totals.live.push_back(count(static_cast<std::uint8_t>(type), true));
        totals.dead.push_back(count(static_cast<std::uint8_t>(type), false));
    }
    totals.divisions = cells_.divisions, totals.deaths = cells_.deaths, totals.removals = cells_.removals;
    totals.engulfments = cells_.engulfments, totals.differentiations = cells_.differentiations;
    totals.recruited = cells_.recruited;
    totals.membrane_ligands = cells_.receptors.membrane;
    for (std::size_t m = 0; m < totals.membrane_ligands.size(); ++m) {
        totals.membrane_ligands[m].present = on_membranes(static_cast<int>(m));
        totals.membrane_ligands[m].bound = held_from_neighbours(static_cast<int>(m));
    }
}

void Engine::snapshot_cells(Snapshot& to) {
    cells_.fields.for_each_field_with(to.cells, [](auto& buffer, auto& host) { buffer.download(host); });
    to.receptors = receptor_numbers();
    to.stores = store_numbers();
    to.variables = pathway_numbers();
    to.activities.resize(model_.activities.size());
    for (std::size_t a = 0; a < to.activities.size(); ++a) {
        cells_.work.resize(cells_.size());
        for_each_index(cells_.size(),
                       BehaviourBody{cells_.phenotype(), cells_.programs.first_activity + static_cast<int>(a), cells_.work.span()});
        cells_.work.download(to.activities[a]);
    }
}

std::uint64_t Engine::cell_hash() {
    Buffer<std::uint64_t> hash(cells_.size());
    hash.zero();
    cells_.fields.for_each_field([&]<class T>(char const*, Buffer<T>& field) {
        for_each_index(field.size(), HashFieldBody<T>{std::as_const(field).span(), hash.span()});
    });
    for_each_index(hash.size(), HashResponsesBody{cells_.phenotype(), cells_.programs.responses.view(), hash.span()});
    if (!cells_.receptors.none())
        for_each_index(hash.size(), HashMoleculesBody{cells_.receptors.view(hash.size()), cells_.view(), hash.span()});
    hash_pathways(hash.span());
    std::uint64_t const sum = THRUST_NS_QUALIFIER::reduce(policy(), hash.data(), hash.data() + hash.size(), std::uint64_t{0});
    return sum + mix(cells_.next_id);
}

}  // namespace CRINE_NS
}  // namespace crine
