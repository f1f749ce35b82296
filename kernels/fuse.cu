#include "kernels/engine.h"

#include "kernels/neighbours.h"

namespace crine {
inline namespace CRINE_NS {
namespace {

/// What becomes of a pair of cells of which one has chosen to be absorbed by the other; kept in Intent::type meanwhile.
enum Union : std::uint8_t { apart, joins, absorbs };

/// A cell that does nothing else in this step takes the one with the lowest id of those that want to join it.
struct AcceptBody {
    CellView cells;
    Bins bins;
    Span<TypeConstants const> types;
    Span<Intent> intents;
    CRINE_HD void operator()(std::size_t i) const {
        if (!alive(cells.state[i]) || intents[i].kind != Intent::Kind::none) return;
        std::uint32_t lowest = 0;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            bool const wants = intents[j].kind == Intent::Kind::fuse && intents[j].meal == cells.id[i];
            if (wants && (lowest == 0 || cells.id[j] < lowest)) lowest = cells.id[j];
        });
        intents[i].meal = lowest;  // of one that does nothing: nobody reads this here
    }
};

/// Pairs agree; of two that want to join each other the older one stays. All others wait for another step.
struct AgreeBody {
    CellView cells;
    Bins bins;
    Span<TypeConstants const> types;
    Span<Intent> intents;
    CRINE_HD void operator()(std::size_t i) const {
        Intent& mine = intents[i];
        if (!alive(cells.state[i]) || mine.meal == 0 || mine.kind == Intent::Kind::vanish) return;
        mine.type = apart;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            Intent const& its = intents[j];
            bool const mutual = cells.id[j] == mine.meal && its.meal == cells.id[i];
            if (!mutual || (its.kind != Intent::Kind::none && its.kind != Intent::Kind::fuse)) return;
            bool const stays = mine.kind == Intent::Kind::none || (its.kind == Intent::Kind::fuse && cells.id[i] < cells.id[j]);
            mine.type = stays ? absorbs : joins;
            if (stays) mine.at = static_cast<double>(volume_of(cells.radius[j]));
        });
    }
};

struct SettleBody {
    CellView cells;
    Span<Intent> intents;
    CRINE_HD void operator()(std::size_t i) const {
        Intent& mine = intents[i];
        if (!alive(cells.state[i]) || mine.meal == 0 || mine.kind == Intent::Kind::vanish) return;
        mine.kind = mine.type == joins ? Intent::Kind::vanish : (mine.type == absorbs ? Intent::Kind::absorb : Intent::Kind::none);
        mine.meal = 0;  // it is not eaten
    }
};

}  // namespace

void Engine::unite() {
    CellView const cells = cells_.view();
    Span<TypeConstants const> const types = std::as_const(cells_.programs.types).span();
    Span<Intent> const intents = cells_.intents.span();
    for_each_index(cells_.size(), AcceptBody{cells, cells_.bins, types, intents});
    for_each_index(cells_.size(), AgreeBody{cells, cells_.bins, types, intents});
    for_each_index(cells_.size(), SettleBody{cells, intents});
}

}  // namespace CRINE_NS
}  // namespace crine
