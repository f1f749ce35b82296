// Gives doses when they are due, and repeats an interval until tissue and compartments agree on what crosses vessel walls.
#include "kernels/fields/endocrine.h"

#include "kernels/device/hash.h"
#include "kernels/fields/ligand_step.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace crine {
inline namespace CRINE_NS {

namespace {

struct InjectBody {
    Grid grid;
    Span<std::uint32_t const> voxels;
    Real* field;
    Real amount;  ///< into each voxel [molecules/µm³], or that per second
    CRINE_HD void operator()(std::size_t n) const {
        std::size_t const v = voxels[n], row = v / grid.nx;
        field[grid.at(static_cast<int>(v % grid.nx), static_cast<int>(row % grid.ny), static_cast<int>(row / grid.ny))] += amount;
    }
};

struct ContentTerm {
    Grid grid;
    Real const* field;
    CRINE_HD void operator()(int i, int j, int k, double (&into)[1]) const { into[0] += field[grid.at(i, j, k)]; }
};

/// What cells meet in an interval that is taken in pieces.
struct JoinMeansBody {
    Grid grid;
    Real const* piece;  ///< null: there was nothing
    Real share;
    bool first;
    Real* mean;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        mean[p] = (first ? Real(0) : mean[p]) + (piece == nullptr ? Real(0) : share * piece[p]);
    }
};

/// The n-th time that a dose is given, or begins to be given.
double begins(Dose const& dose, std::uint64_t n) { return dose.from + static_cast<double>(n) * dose.every; }

/// Times a dose is given that begin at `t` or before.
std::uint64_t begun(Dose const& dose, double t) {
    if (t < dose.from) return 0;
    if (dose.times == 1 || dose.every <= 0) return 1;
    auto const n = static_cast<std::uint64_t>((t - dose.from) / dose.every) + 1;
    return std::min(n, dose.times);
}

/// The first beginning or end of a dose after `t`; infinite if there is none.
double next_event(Dose const& dose, double t) {
    double next = std::numeric_limits<double>::infinity();
    std::uint64_t const n = begun(dose, t);
    if (n < dose.times) next = begins(dose, n);
    if (dose.rate > 0 && n > 0) {
        double const ends = begins(dose, n - 1) + (dose.to - dose.from);
        if (ends > t) next = std::min(next, ends);
    }
    return next;
}

bool runs(Dose const& dose, double t) {
    std::uint64_t const n = begun(dose, t);
    return dose.rate > 0 && n > 0 && t < begins(dose, n - 1) + (dose.to - dose.from);
}

/// A share of what is given falls into each voxel.
double of_voxel(Dose const& dose, double amount, Grid const& grid) {
    return amount / (static_cast<double>(dose.voxels.size()) * grid.volume());
}

}  // namespace

void Endocrine::start(Model const& model, InitialState const& state) {
    routes_.clear(), syringes_.clear();
    pools_ = model.pools.size();
    if (model.pools.empty() && model.doses.empty()) return;
    std::size_t const ligands = model.ligands.size();
    std::vector<double> walls(ligands, 0), before(ligands, 0);  // P, and P · the mean concentration before the walls
    for (std::size_t l = 0; l < ligands; ++l) {
        if (model.ligands[l].circulates < 0) continue;
        for (std::size_t v = 0; v < model.material.size(); ++v) {
            double const wall = model.property(model.material[v], static_cast<int>(l)).exchange;
            walls[l] += wall, before[l] += wall * state.fields[l][v];
        }
    }
    routes_.resize(ligands);
    for (std::size_t l = 0; l < ligands; ++l) {
        double const all = model.grid.volume() * model.represents;
        routes_[l].circulation = Circulation(model, static_cast<int>(l), walls[l] * all, walls[l] > 0 ? before[l] / walls[l] : 0);
        routes_[l].used = !routes_[l].circulation.empty();
    }
    syringes_.resize(model.doses.size()), given_.assign(model.doses.size(), 0), doses_ = 0;
    for (std::size_t d = 0; d < model.doses.size(); ++d) {
        Dose const& dose = model.doses[d];
        for (double const number : {dose.bolus, dose.rate, dose.from, dose.to, dose.every, static_cast<double>(dose.times),
                                    static_cast<double>(dose.ligand), static_cast<double>(dose.pool)}) {
            std::uint64_t bits = 0;
            std::memcpy(&bits, &number, sizeof bits);
            doses_ = mix(doses_ + bits);
        }
        routes_[dose.ligand].used = true;
        routes_[dose.ligand].doses.push_back(static_cast<int>(d));
        if (dose.pool < 0) syringes_[d].voxels.upload(dose.voxels);
    }
}

ErrorCode Endocrine::take_step(Fields& fields, Model const& model, int ligand, Moment now, double& nonlinear) {
    double const end = now.time + now.dt, least = 1e-9 * now.dt + 1e-14 * end;  // below it times are the same
    ErrorCode code = ErrorCode::none;
    for (double t = now.time; t < end && code == ErrorCode::none;) {
        give_boluses(fields, model, ligand, t, least);
        double next = end;
        for (int const d : routes_[ligand].doses) next = std::min(next, next_event(model.doses[d], t + least));
        if (end - next <= least) next = end;
        set_infusions(fields, model, ligand, (t + next) / 2);
        double change = 0;
        code = advance(fields, model, ligand, next - t, change);
        nonlinear = std::max(nonlinear, change);
        LigandField const& field = fields.ligands[ligand];
        bool const first = t == now.time, last = next == end;
        if (field.mean_wanted() && !(first && last)) {
            fields.mean_before.resize(fields.grid.storage()), fields.mean.resize(fields.grid.storage());
            for_each_voxel(fields.grid, JoinMeansBody{fields.grid, field.present ? fields.mean.data() : nullptr,
                                                      static_cast<Real>((next - t) / now.dt), first, fields.mean_before.data()});
            if (last) fields.mean.swap(fields.mean_before);
        }
        t = next;
    }
    return code;
}

Endocrine::Memory Endocrine::remember(std::vector<int> const& ligands) const {
    Memory memory;
    for (int const l : ligands)
        if (concerns(l)) memory.circulations.push_back(routes_[l].circulation);
    memory.given = given_;
    return memory;
}

void Endocrine::go_back(Fields& fields, std::vector<int> const& ligands, Memory const& memory) {
    std::size_t n = 0;
    for (int const l : ligands) {
        if (!concerns(l)) continue;
        routes_[l].circulation = memory.circulations[n++];
        fields.ligands[l].infusing = false;  // the next piece knows what is infused then
        for (int const d : routes_[l].doses) given_[d] = memory.given[d], syringes_[d].running = false;
    }
}

void Endocrine::give_boluses(Fields& fields, Model const& model, int ligand, double t, double least) {
    LigandField& field = fields.ligands[ligand];
    for (int const d : routes_[ligand].doses) {
        Dose const& dose = model.doses[d];
        std::uint64_t& given = given_[d];
        if (given == Visitor::kUnknown) given = begun(dose, t - least);  // what was due before is past
        std::uint64_t const due = dose.bolus > 0 ? begun(dose, t + least) : 0;
        if (due <= given) continue;
        double const amount = static_cast<double>(due - given) * dose.bolus;
        given = due;
        if (dose.pool >= 0) {
            routes_[ligand].circulation.give(dose.pool, amount);
            continue;
        }
        Grid const& g = fields.grid;
        for_each_index(dose.voxels.size(), InjectBody{g, std::as_const(syringes_[d].voxels).span(), field.concentration.data(),
                                                      static_cast<Real>(of_voxel(dose, amount, g))});
        field.ledger.injected += amount;
        field.ledger.free = sum_rows<1>(g, fields.partial, ContentTerm{g, field.concentration.data()})[0] * g.volume();
        field.present = field.stale_halo = true;
    }
}

void Endocrine::set_infusions(Fields& fields, Model const& model, int ligand, double at) {
    LigandField& field = fields.ligands[ligand];
    std::vector<double> into_pools(pools_, 0);
    bool changed = false, infusing = false;
    for (int const d : routes_[ligand].doses) {
        Dose const& dose = model.doses[d];
        bool const now = runs(dose, at);
        if (now && dose.pool >= 0) into_pools[dose.pool] += dose.rate;
        if (dose.pool < 0) changed = changed || now != syringes_[d].running, infusing = infusing || now;
        syringes_[d].running = now;
    }
    routes_[ligand].circulation.infuse(into_pools);
    if (!changed) return;
    field.infusing = infusing;
    if (!infusing) return;
    field.present = true;
    field.infusion.resize(fields.grid.storage());
    field.infusion.zero();
    for (int const d : routes_[ligand].doses) {
        Dose const& dose = model.doses[d];
        if (dose.pool < 0 && syringes_[d].running)
            for_each_index(dose.voxels.size(), InjectBody{fields.grid, std::as_const(syringes_[d].voxels).span(), field.infusion.data(),
                                                          static_cast<Real>(of_voxel(dose, dose.rate, fields.grid))});
    }
}

ErrorCode Endocrine::advance(Fields& fields, Model const& model, int ligand, double duration, double& nonlinear) {
    constexpr int kMostTries = 12;
    LigandField& field = fields.ligands[ligand];
    Circulation& circulation = routes_[ligand].circulation;
    auto const followed = [&](ErrorCode code) {
        return code == ErrorCode::none && circulation.stalled() ? ErrorCode::compartments_stalled : code;
    };
    if (!circulation.meets_tissue()) {
        ErrorCode code = crine::take_step(fields, model, ligand, duration, nonlinear);
        circulation.accept(duration, 0, 0, circulation.course(duration, 0));
        code = followed(code);
        return follow(fields, ligand, duration, code);
    }
    constexpr double kShare = 0.01;  ///< of the tolerance: a try costs little where the first one fits, as it does when blood is large
    double const tolerance = std::max(kShare * model.solver_tolerance, 8.0 * std::numeric_limits<Real>::epsilon());
    fields.at_start.resize(field.concentration.size());
    copy_on_device(fields.at_start.data(), field.concentration.data(), field.concentration.size() * sizeof(Real));
    Ledger const ledger = field.ledger;
    double const first_step = field.first_step;
    double level = circulation.predict(duration);
    for (int tries = 1;; ++tries) {
        field.circulating = level = static_cast<Real>(level);
        field.present = true;
        ErrorCode code = crine::take_step(fields, model, ligand, duration, nonlinear);
        double const crossed = (field.ledger.exchanged - ledger.exchanged) * model.represents;
        Circulation::Course const course = circulation.course(duration, crossed);
        code = followed(code);
        double const largest = std::max({std::fabs(level), std::fabs(course.mean), std::fabs(course.tissue)});
        if (code != ErrorCode::none || tries == kMostTries || !(std::fabs(course.mean - level) > tolerance * largest)) {
            circulation.accept(duration, level, crossed, course);
            return follow(fields, ligand, duration, code);
        }
        level = circulation.improve(duration, level, crossed, course);
        copy_on_device(field.concentration.data(), fields.at_start.data(), field.concentration.size() * sizeof(Real));
        field.ledger = ledger, field.first_step = first_step;
    }
}

std::vector<PoolState> Endocrine::pools() const {
    std::vector<PoolState> pools(pools_);
    for (Route const& route : routes_) route.circulation.report(pools);
    return pools;
}

std::vector<Real> Endocrine::levels() const {
    std::vector<Real> levels;
    for (PoolState const& pool : pools()) levels.push_back(static_cast<Real>(pool.free));
    return levels;
}

}  // namespace CRINE_NS
}  // namespace crine
