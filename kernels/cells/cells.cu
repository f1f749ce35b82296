// Uploads the cells at the start, chooses the bins by the longest reach of contacts, counts and downloads cells.
#include "kernels/cells/cells.h"

#include "crine/model/cycle.h"

#include <thrust/count.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/logical.h>

#include <algorithm>
#include <cmath>

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
struct BeginBody {
    CellView cells;
    Responses responses;
    CRINE_HD void operator()(std::size_t i) const { responses.born(i, {cells.type[i], cells.state[i]}, 0); }
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

/// No comparison holds for what is not a number.
struct IsSound {
    CellView cells;
    Bins bins;
    int types;
    std::uint64_t next_id;
    CRINE_HD bool operator()(std::size_t i) const {
        auto const inside = [this](int axis, Real x) { return x >= 0 && x <= bins.size[axis]; };
        return cells.type[i] < types && cells.state[i] <= CellState::necrotic && cells.stepped[i] <= 1 && cells.id[i] < next_id &&
               inside(0, cells.x[i]) && inside(1, cells.y[i]) && inside(2, cells.z[i]) && cells.radius[i] > 0 &&
               std::isfinite(cells.radius[i]);
    }
};

}  // namespace

void Population::start(Model const& model, InitialState const& state) {
    HostCells cells = state.cells;
    std::size_t const n = cells.size();
    cells.for_each_field([n](char const* name, auto& field) {
        if (field.size() != n) throw InputError(std::string("the initial cells have no value of '") + name + "' for each");
    });
    for (std::size_t i = 0; i < n; ++i) {
        CellState const is = cells.state[i];
        auto const duration = static_cast<Real>(duration_of(is, model.types[cells.type[i]]));
        cells.entry_radius[i] = cells.radius[i] / std::cbrt(relative_volume(is, static_cast<Real>(-cells.since[i]), duration));
    }
    *this = {};
    fields.for_each_field_with(cells, [](auto& buffer, auto& host) { buffer.upload(host); });
    for (std::uint32_t id : cells.id) next_id = std::max<std::uint64_t>(next_id, std::uint64_t{id} + 1);
    recruited.assign(model.types.size(), 0);

    behaviours = model.vocabulary().behaviours(), types = static_cast<int>(model.types.size());
    programs.compile(model);
    responses.resize(n * programs.response_slots);
    for_each_index(n, BeginBody{view(), response_view(model.seed)});
    bins = make_bins(model.grid, longest_reach(model, cells));
    bin_begin.resize(bins.count() + 1);
    bins.begin = std::as_const(bin_begin).span();
}

bool Population::sound() {
    auto const first = THRUST_NS_QUALIFIER::counting_iterator<std::size_t>(0);
    return next_id <= std::uint64_t{1} << 32 &&
           THRUST_NS_QUALIFIER::all_of(policy(), first, first + size(), IsSound{view(), bins, types, next_id});
}

void Population::report(Totals& totals) {
    auto const count = [&](int type, bool living) {
        auto const first = THRUST_NS_QUALIFIER::counting_iterator<std::size_t>(0);
        return static_cast<std::uint64_t>(
            THRUST_NS_QUALIFIER::count_if(policy(), first, first + size(), IsOfType{view(), static_cast<std::uint8_t>(type), living}));
    };
    for (int type = 0; type < types; ++type) totals.live.push_back(count(type, true)), totals.dead.push_back(count(type, false));
    totals.divisions = divisions, totals.deaths = deaths, totals.removals = removals;
    totals.engulfments = engulfments, totals.differentiations = differentiations;
    totals.recruited = recruited;
}

void Population::show(Snapshot& to, Model const& model) {
    fields.for_each_field_with(to.cells, [](auto& buffer, auto& host) { buffer.download(host); });
    to.activities.resize(model.activities.size());
    for (std::size_t a = 0; a < to.activities.size(); ++a) {
        work.resize(size());
        for_each_index(size(), BehaviourBody{phenotype(), programs.first_activity + static_cast<int>(a), work.span()});
        work.download(to.activities[a]);
    }
}

}  // namespace CRINE_NS
}  // namespace crine
