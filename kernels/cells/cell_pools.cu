// A step of circulating cells: production by rules, at once or with a delay, first-order loss, and those who were recruited.
#include "kernels/cells/cell_pools.h"

#include "crine/model/cell_pool.h"
#include "crine/model/hill.h"
#include "crine/model/response_time.h"

#include <algorithm>
#include <numeric>

namespace crine {
inline namespace CRINE_NS {

namespace {

struct Stages {
    double* first;
    CRINE_HD double& operator()(int k) const { return first[k - 1]; }
};

}  // namespace

void CellPools::start(Model const& model) {
    pools_ = model.cell_pools;
    first_level_ = model.vocabulary().of(signal::circulating, 0);
    types_ = model.types.size();
    states_.clear(), stages_.clear();
    for (CellPool const& pool : pools_) {
        CellPoolState& state = states_.emplace_back();
        state.initial = state.present = pool.initial, state.production = pool.production;
        stages_.emplace_back(static_cast<std::size_t>(pool.stages), pool.production);
    }
}

std::vector<Real> CellPools::availability() const {
    std::vector<Real> availability(types_, 1);
    for (std::size_t p = 0; p < pools_.size(); ++p)
        availability[pools_[p].type] = static_cast<Real>(std::max(states_[p].present, 0.0) / pools_[p].initial);
    return availability;
}

void CellPools::live(std::vector<PoolState> const& levels, Moment now) {
    for (std::size_t p = 0; p < pools_.size(); ++p) {
        CellPool const& pool = pools_[p];
        CellPoolState& state = states_[p];
        HillSumOf<double> up, down;
        double highest = pool.production, lowest = pool.production;
        for (Rule const& rule : pool.rules) {
            double const signal = rule.signal == signal::time ? now.time : levels[rule.signal - first_level_].free;
            (rule.increases ? up : down).add(signal, rule.half, rule.hill);
            if (rule.increases)
                highest = std::max(highest, static_cast<double>(rule.saturation));
            else
                lowest = std::min(lowest, static_cast<double>(rule.saturation));
        }
        double const target = HillResponseOf<double>{pool.production, highest, lowest}(up, down);
        double made = target * now.dt;
        state.production = target;
        if (auto& stages = stages_[p]; !stages.empty()) {
            double const theta = pool.response_time / pool.stages, before = std::accumulate(stages.begin(), stages.end(), 0.0);
            Chain{now.dt / theta, pool.stages}(target, Stages{stages.data()});
            made -= theta * (std::accumulate(stages.begin(), stages.end(), 0.0) - before);  // what is still under way
            state.production = stages.back();
        }
        CellTurnover const turnover(state.present, made / now.dt, pool.loss, now.dt);
        state.produced += turnover.made, state.lost += turnover.lost;
        state.present += turnover.made - turnover.lost;
    }
}

void CellPools::take(int type, double cells) {
    for (std::size_t p = 0; p < pools_.size(); ++p)
        if (pools_[p].type == type) states_[p].recruited += cells, states_[p].present -= cells;
}

}  // namespace CRINE_NS
}  // namespace crine
