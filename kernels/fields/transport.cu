// Transport of all ligands: which solver steps each, steps repeated for saturable conversions, and what follows each step.
#include "kernels/fields/endocrine.h"
#include "kernels/fields/ligand_step.h"

#include <algorithm>
#include <cmath>

namespace crine {
inline namespace CRINE_NS {

namespace {

struct MiddleBody {
    Grid grid;
    Real const *before, *after;
    Real share;
    Real* middle;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        middle[p] = before[p] + share * (after[p] - before[p]);
    }
};

/// How far a step is from the one before it, by which its middle was known.
struct FromPredicted {
    Real const *before, *middle, *after;
    Real share;
    CRINE_HD Real operator()(std::size_t p) const { return std::fabs(after[p] - before[p] - (middle[p] - before[p]) / share); }
};

/// A step of a ligand with saturable conversions: a loss V/(K_m + c) with c from the middle of the step, where a first step sees it, or in
/// equilibrium from its end. Of order 2, and a steady state is exact.
class SaturableStep {
public:
    SaturableStep(Fields& fields, Model const& model, int ligand)
        : fields_(fields), model_(model), ligand_(ligand), field_(fields.ligands[ligand]), start_(field_.ledger) {
        copy(fields_.before, field_.concentration);
        copy(fields_.middle, field_.concentration);
    }

    template <class Take>
    bool take(Take const& take, double dt, double& change) {
        bool const steady = model_.ligands[ligand_].scheme == Scheme::quasi_steady;
        bool converged = take(fields_, model_, ligand_, dt, nullptr);
        for (int round = 0; round < (steady ? kMostRounds : 1); ++round) {
            change = again(take, dt, steady ? Real(1) : Real(0.5), converged);
            if (change <= model_.solver_tolerance) break;
        }
        return converged && (!steady || change <= model_.solver_tolerance);
    }

private:
    static constexpr int kMostRounds = 200;

    template <class Take>
    double again(Take const& take, double dt, Real share, bool& converged) {
        Grid const& g = fields_.grid;
        for_each_voxel(g, MiddleBody{g, fields_.before.data(), field_.concentration.data(), share, fields_.middle.data()});
        copy(field_.concentration, fields_.before);
        field_.ledger = start_;
        converged = take(fields_, model_, ligand_, dt, nullptr) && converged;
        Real const* const c = field_.concentration.data();
        double const largest = max_rows(g, fields_.partial, Magnitude{c});
        double const most = max_rows(g, fields_.partial, FromPredicted{fields_.before.data(), fields_.middle.data(), c, share});
        return largest > 0 ? most / largest : 0;
    }
    void copy(Buffer<Real>& to, Buffer<Real> const& from) { copy_on_device(to.data(), from.data(), from.size() * sizeof(Real)); }

    Fields& fields_;
    Model const& model_;
    int ligand_;
    LigandField& field_;
    Ledger start_;
};

/// Whether transport takes some of a ligand for enzymes or other reactions.
bool loses(Model const& model, int ligand) {
    return !model.ligands[static_cast<std::size_t>(ligand)].cleaved_by.empty() ||
           std::any_of(model.conversions.begin(), model.conversions.end(), [&](Conversion const& c) { return c.from == ligand; });
}

}  // namespace

ErrorCode take_step(Fields& fields, Model const& model, int ligand, double dt, double& nonlinear) {
    LigandField& field = fields.ligands[ligand];
    field.present =
        field.present || (field.source.size() != 0 && max_rows(fields.grid, fields.partial, Magnitude{field.source.data()}) > 0);
    if (!field.present) {  // perfect sinks may catch all of what they secrete
        book_own(field, 0, dt);
        return ErrorCode::none;
    }
    field.solve = {};
    if (field.idle && field.source.size() == 0 && field.made_sum == 0 && !field.infusing && !field.mean_wanted() && !loses(model, ligand))
        return ErrorCode::none;
    bool saturable = false;
    for (Conversion const& c : model.conversions) saturable = saturable || (c.from == ligand && c.half > 0);
    auto const take = by_lines(model.ligands[ligand].scheme) ? take_line_steps : take_multigrid_step;
    bool const converged =
        saturable ? SaturableStep(fields, model, ligand).take(take, dt, nonlinear) : take(fields, model, ligand, dt, nullptr);
    if (!std::isfinite(field.ledger.free)) return ErrorCode::not_finite_field;
    if (converged && !field.no_equilibrium) return ErrorCode::none;
    return model.ligands[ligand].scheme == Scheme::adi ? ErrorCode::overshot : ErrorCode::solver_stalled;
}

ErrorCode follow(Fields& fields, int ligand, double duration, ErrorCode code) {
    LigandField const& field = fields.ligands[ligand];
    return code == ErrorCode::none && field.traced && field.present ? fields.follow(ligand, duration) : code;
}

ErrorCode take_step(Fields& fields, Model const& model, Endocrine& endocrine, int ligand, Moment now, double& nonlinear) {
    if (endocrine.concerns(ligand)) return endocrine.take_step(fields, model, ligand, now, nonlinear);
    return follow(fields, ligand, now.dt, take_step(fields, model, ligand, now.dt, nonlinear));
}

ErrorReport Fields::transport(Model const& model, Endocrine& endocrine, Moment now,
                              std::function<void(int, Real const*)> const& read_mean) {
    ErrorCode code = ErrorCode::none;
    int who = 0;
    double ignored = 0;
    auto const read = [&](int ligand, Buffer<Real> const& mean) { read_mean(ligand, ligands[ligand].present ? mean.data() : nullptr); };
    for (std::size_t n = 0; n < reactions.others.size() && code == ErrorCode::none; ++n) {
        code = take_step(*this, model, endocrine, who = reactions.others[n], now, ignored);
        read(who, mean);
    }
    if (code == ErrorCode::none && !reactions.order.empty()) {
        code = take_reacting_steps(*this, model, endocrine, now, who);
        for (std::size_t n = 0; n < reactions.order.size(); ++n) read(reactions.order[n], reactions.mean[n]);
    }
    return {static_cast<std::uint32_t>(code), static_cast<std::uint32_t>(who)};
}

}  // namespace CRINE_NS
}  // namespace crine
