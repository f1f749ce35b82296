// Gathers sources, losses and boundaries of one ligand, sums where its molecules come from and go to, and books them.
#include "kernels/fields/ligand_step.h"

#include "crine/model/reaction.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crine {
inline namespace CRINE_NS {

namespace {

struct CleavageBody {
    Grid grid;
    Real const* enzyme;
    Real rate;
    Real* cleavage;
    bool first;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        cleavage[p] = (first ? Real(0) : cleavage[p]) + rate * enzyme[p];
    }
};

struct ConversionBody {
    Grid grid;
    Real const *enzyme, *middle;  ///< null: none; not saturable
    ConversionRate rate;
    Real* loss;
    bool first;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        loss[p] = (first ? Real(0) : loss[p]) + rate(enzyme == nullptr ? Real(1) : enzyme[p], middle == nullptr ? Real(0) : middle[p]);
    }
};

/// See LigandStep::gather; `shift` and all else divided by a reference, of which `share` is the inverse.
template <bool bordered>
struct GatherBody {
    Medium medium;
    Real shift, share;
    Real *gain, *loss;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = medium.grid.at(i, j, k);
        MaterialLigand const& here = medium.at(p);
        Real in = medium.secreted(p) + medium.made_here(p) + here.source,
             out = here.decay + medium.taken_up(p) + medium.stopped(p) + medium.cleaved(p) + medium.converted(p);
        in += here.exchange * medium.circulating + medium.infused(p), out += here.exchange;
        if (bordered) {
            medium.for_each_border(i, j, k, [&](Medium::Border const& b) { in += b.given + b.surface * b.outside, out += b.surface; });
        }
        bool const fixed = bordered && here.fixed;
        gain[p] = fixed ? Real(0) : share * in;
        loss[p] = fixed ? Real(0) : shift + share * out;
    }
};

/// Where molecules come from and go to, per second, at a given field: the entries of the ledger.
template <bool bordered>
struct RatesTerm {
    Medium medium;
    Real const* c;
    enum { content, secreted, produced, entered, taken_up, decayed, cleaved, converted, count };
    CRINE_HD void operator()(int i, int j, int k, double (&into)[count]) const {
        std::size_t const p = medium.grid.at(i, j, k);
        MaterialLigand const& here = medium.at(p);
        double const value = c[p];
        double const secretion = medium.secreted(p) - medium.stopped(p) * value;
        double const uptake = medium.taken_up(p) * value, decay = here.decay * value, cleavage = medium.cleaved(p) * value;
        double const conversion = medium.made_here(p) - medium.converted(p) * value;
        double walls = 0, production = here.source;
        if (bordered) {
            medium.for_each_border(
                i, j, k, [&](Medium::Border const& b) { (b.wall ? walls : production) += b.given + b.surface * (b.outside - value); });
            // holding a voxel makes up for all that happens in it
            if (here.fixed) production = uptake + decay + cleavage - secretion - walls - conversion - medium.crossing(p, value);
        }
        into[content] += value;
        into[secreted] += secretion;
        into[entered] += walls;
        into[taken_up] += uptake;
        into[decayed] += decay;
        into[cleaved] += cleavage;
        into[converted] += conversion;
        into[produced] += production;
    }
};

/// Likewise, what comes and goes through vessel walls and is infused.
struct VesselsTerm {
    Medium medium;
    Real const* c;
    enum { exchanged, injected, both_ways, count };
    CRINE_HD void operator()(int i, int j, int k, double (&into)[count]) const {
        std::size_t const p = medium.grid.at(i, j, k);
        double const value = c[p];
        into[exchanged] += medium.crossing(p, value);
        into[injected] += medium.infused(p);
        into[both_ways] += medium.at(p).exchange * (std::fabs(static_cast<double>(medium.circulating)) + std::fabs(value));
    }
};

}  // namespace

LigandStep::LigandStep(Fields& fields, Model const& model, int ligand, LigandField* part)
    : fields_(fields),
      whole_(fields.ligands[ligand]),
      field_(part == nullptr ? whole_ : *part),
      model_(model.ligands[ligand]),
      tolerance_(model.solver_tolerance) {
    bool cleaved = !model_.cleaved_by.empty(), converted = false;
    for (Ligand::Cleavage const& by : model_.cleaved_by)
        for_each_voxel(grid(), CleavageBody{grid(), fields_.ligands[by.enzyme].concentration.data(), by.rate, fields_.cleavage.data(),
                                            &by == &model_.cleaved_by.front()});
    for (Conversion const& c : model.conversions) {
        if (c.from != ligand) continue;
        bool& any = c.to.empty() ? cleaved : converted;
        for_each_voxel(grid(), ConversionBody{grid(),
                                              c.enzyme < 0 ? nullptr : fields_.ligands[c.enzyme].concentration.data(),
                                              c.half > 0 ? fields_.middle.data() : nullptr,
                                              {c.rate, c.half},
                                              (c.to.empty() ? fields_.cleavage : fields_.conversion).data(),
                                              !any});
        any = true;
    }
    auto const pointer = [](auto& array) { return array.size() == 0 ? nullptr : array.data(); };
    medium_ = {.grid = fields.grid,
               .material = fields.material.span(),
               .properties = part == nullptr ? fields.properties.span() : fields.homogeneous.span(),
               .ligand = ligand,
               .ligands = static_cast<int>(fields.ligands.size()),
               .source = pointer(field_.source),
               .loss = pointer(whole_.loss),
               .held_back = pointer(whole_.held_back),
               .cleavage = cleaved ? fields.cleavage.data() : nullptr,
               .conversion = converted ? fields.conversion.data() : nullptr,
               .made = pointer(field_.made),
               .varying = pointer(whole_.diffusivity),
               .faces = {},
               .held = field_.held,
               .bordered = field_.held,
               .circulating = static_cast<Real>(field_.circulating),
               .injected = field_.infusing ? field_.infusion.data() : nullptr};
    std::copy(model_.faces.begin(), model_.faces.end(), medium_.faces);
    for (Face& face : medium_.faces) {
        face.amount = part == nullptr ? face.amount : Real(0);
        medium_.bordered = medium_.bordered || face.kind != FaceKind::zero_flux;
    }
    field_.solve = {};
}

void LigandStep::gather(Real* gain, Real* loss, Real shift, Real reference) {
    if (medium_.bordered)
        for_each_voxel(grid(), GatherBody<true>{medium_, shift, 1 / reference, gain, loss});
    else
        for_each_voxel(grid(), GatherBody<false>{medium_, shift, 1 / reference, gain, loss});
}

LigandStep::Rates LigandStep::rates(Real const* c) {
    using Term = RatesTerm<true>;
    auto const sums = medium_.bordered ? sum_rows<Term::count>(grid(), fields_.partial, Term{medium_, c})
                                       : sum_rows<Term::count>(grid(), fields_.partial, RatesTerm<false>{medium_, c});
    Rates found{sums[Term::content],  sums[Term::secreted], sums[Term::produced], sums[Term::entered],
                sums[Term::taken_up], sums[Term::decayed],  sums[Term::cleaved],  sums[Term::converted]};
    if (field_.vessels || medium_.injected != nullptr) {
        using Vessels = VesselsTerm;
        auto const crossing = sum_rows<Vessels::count>(grid(), fields_.partial, Vessels{medium_, c});
        found.exchanged = crossing[Vessels::exchanged], found.injected = crossing[Vessels::injected];
        found.both_ways = crossing[Vessels::both_ways];
    }
    return found;
}

void book_own(LigandField& field, double taken, double duration) {
    Ledger& ledger = field.ledger;
    double const own = field.own_rate * duration;
    ledger.secreted += own, ledger.taken_up += own, ledger.taken += taken + own;
    ledger.recaptured += field.recapture_rate * duration;
    ledger.own = std::min(ledger.recaptured, ledger.taken);
}

void LigandStep::book(Rates const& r, double duration) {
    Ledger& ledger = field_.ledger;
    double const amount = grid().volume() * duration;
    ledger.secreted += r.secreted * amount;
    ledger.produced += r.produced * amount;
    ledger.entered += r.entered * amount;
    ledger.taken_up += r.taken_up * amount;
    book_own(field_, r.taken_up * amount, duration);
    ledger.decayed += r.decayed * amount;
    ledger.cleaved += r.cleaved * amount;
    ledger.converted += r.converted * amount;
    ledger.exchanged += r.exchanged * amount;
    ledger.injected += r.injected * amount;
    rounding_ += 4 * std::numeric_limits<Real>::epsilon() * r.both_ways * amount;
}

void LigandStep::settle_exchange(double content) {
    if (rounding_ > 0) field_.ledger.exchanged += std::clamp(content * grid().volume() - expected_content(), -rounding_, rounding_);
}

double LigandStep::expected_content() const {
    Ledger ledger = field_.ledger;
    ledger.on_receptors = ledger.bound - ledger.internalised;  // what has left the field; cells count what they have themselves
    return ledger.free + ledger.missing();
}

void LigandStep::note_correction(double amount, double rounded, double otherwise) {
    field_.ledger.corrected += amount;
    field_.ledger.rounding = kRounding * rounded;
    field_.ledger.explained += kRounding * rounded + otherwise;
}

}  // namespace CRINE_NS
}  // namespace crine
