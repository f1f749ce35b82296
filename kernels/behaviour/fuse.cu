// Fusion of touching cells: which one a cell accepts of those that want to join it, and what becomes of the others.
#include "kernels/behaviour/behaviour.h"

#include "kernels/cells/neighbours.h"

namespace crine {
inline namespace CRINE_NS {
namespace {

/// A cell takes the first of those that want to join it; of several at a time the one with the lowest id. Nothing else happens to it
/// before.
struct AcceptBody {
    CellView cells;
    Bins bins;
    Span<TypeConstants const> types;
    Span<Intent const> intents;
    Span<std::uint32_t> accepted;  ///< id; 0: nobody
    Span<double> when;
    CRINE_HD void operator()(std::size_t i) const {
        accepted[i] = 0, when[i] = INFINITY;
        if (!alive(cells.state[i]) || intents[i].kind != Intent::Kind::none) return;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            Intent const& its = intents[j];
            if (its.kind != Intent::Kind::fuse || its.meal != cells.id[i]) return;
            if (its.at < when[i] || (its.at == when[i] && cells.id[j] < accepted[i])) when[i] = its.at, accepted[i] = cells.id[j];
        });
    }
};

/// It grows by the one that vanishes into it. The others that wanted to join it are asked again from then on.
struct FuseBody {
    CellView cells;
    Bins bins;
    Span<TypeConstants const> types;
    Span<std::uint32_t const> accepted;
    Span<double const> when;
    Span<Intent> intents;
    CRINE_HD void operator()(std::size_t i) const {
        Intent& mine = intents[i];
        if (accepted[i] == 0 && mine.kind != Intent::Kind::fuse) return;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            if (accepted[i] == cells.id[j])
                mine.kind = Intent::Kind::absorb, mine.at = when[i], mine.gained = volume_of(cells.radius[j]);
            else if (mine.kind == Intent::Kind::fuse && mine.meal == cells.id[j])
                mine = accepted[j] == cells.id[i] ? Intent{mine.at, 0, 0, 0, Intent::Kind::vanish} : Intent{when[j]};
        });
    }
};

}  // namespace

void Behaviour::fuse(Population& cells, Bins const& bins) {
    CellView const view = cells.view();
    Span<TypeConstants const> const types = cells.type_constants();
    accepted_.resize(cells.size());
    for_each_index(cells.size(), AcceptBody{view, bins, types, std::as_const(intents_).span(), accepted_.span(), overtaken_.span()});
    for_each_index(cells.size(),
                   FuseBody{view, bins, types, std::as_const(accepted_).span(), std::as_const(overtaken_).span(), intents_.span()});
}

}  // namespace CRINE_NS
}  // namespace crine
