// Reacting ligands through an interval: bindings and networks in two halves around transport, conversions, and the choice of steps.
#include "kernels/fields/react.h"

#include "crine/interrupt.h"
#include "crine/model/reaction.h"
#include "kernels/fields/endocrine.h"
#include "kernels/fields/ligand_step.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace crine {
inline namespace CRINE_NS {

namespace {

/// Whether a ligand is held at its value in a voxel.
struct Held {
    Span<std::uint8_t const> material;
    Span<MaterialLigand const> properties;
    int ligands;
    bool any;
    CRINE_HD bool operator()(std::size_t p, int ligand) const {
        return any && properties[static_cast<std::size_t>(material[p]) * ligands + ligand].fixed;
    }
};

Held held_of(Fields const& fields) {
    bool any = false;
    for (LigandField const& field : fields.ligands) any = any || field.held;
    return {fields.material.span(), fields.properties.span(), static_cast<int>(fields.ligands.size()), any};
}

/// What a conversion has made in a step, per time, added to where it goes.
struct HandOnTerm {
    Grid grid;
    Real const *enzyme, *middle, *mean;
    ConversionRate rate;
    Held held;
    int products;
    int product[kMostProducts];
    Real* to[kMostProducts];
    Real factor[kMostProducts];  ///< 1, or the duration of the step where it goes to the field itself
    bool direct[kMostProducts];
    enum { made, into_held, count = into_held + kMostProducts };
    CRINE_HD void operator()(int i, int j, int k, double (&into)[count]) const {
        std::size_t const p = grid.at(i, j, k);
        Real const x = rate(enzyme == nullptr ? Real(1) : enzyme[p], middle == nullptr ? Real(0) : middle[p]) * mean[p];
        into[made] += x;
        for (int n = 0; n < products; ++n) {
            if (direct[n] && held(p, product[n]))
                into[into_held + n] += x;
            else
                to[n][p] += factor[n] * x;
        }
    }
};

/// A concentration with what its storage could not hold of it.
CRINE_HD double whole(Real stored, Real rest) { return static_cast<double>(stored) + rest; }
CRINE_HD void store(double value, Real& stored, Real& rest) {
    stored = static_cast<Real>(value);
    rest = static_cast<Real>(value - stored);
}

/// One binding for half a step, and how much of each ligand there is then.
struct BindTerm {
    Grid grid;
    Binding binding;
    BindingExtent extent;
    double during;
    Real *a, *b, *c, *rest_a, *rest_b, *rest_c, *kept;
    bool again;  ///< after transport: keeps how much more it was than before
    Held held;
    enum { content_a, content_b, content_c, bound, for_a, for_b, for_c, count };
    CRINE_HD void operator()(int i, int j, int k, double (&into)[count]) const {
        std::size_t const p = grid.at(i, j, k);
        bool const held_a = held(p, binding.a), held_b = held(p, binding.b), held_c = held(p, binding.complex);
        double const in_a = whole(a[p], rest_a[p]), in_b = whole(b[p], rest_b[p]), in_c = whole(c[p], rest_c[p]);
        double const x = held_a || held_b ? extent.held(in_a, in_b, in_c, held_a, held_b, during) : extent(in_a, in_b, in_c, during);
        kept[p] = static_cast<Real>(again ? x - kept[p] : x);
        if (!held_a) store(in_a - x, a[p], rest_a[p]);
        if (!held_b) store(in_b - x, b[p], rest_b[p]);
        if (!held_c) store(in_c + x, c[p], rest_c[p]);
        into[content_a] += a[p], into[content_b] += b[p], into[content_c] += c[p];
        into[bound] += x;
        into[for_a] += held_a ? x : 0.0, into[for_b] += held_b ? x : 0.0, into[for_c] += held_c ? x : 0.0;
    }
};

struct AddBody {
    Grid grid;
    Real const* from;
    Real share;
    Real* to;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        to[p] += share * from[p];
    }
};

/// The fields of a network's species.
struct LocalSpecies {
    int ligand[kMostReacting];
    Real* concentration[kMostReacting];
    Real* rest[kMostReacting];
    CRINE_HD double whole(int s, std::size_t p) const { return CRINE_NS::whole(concentration[s][p], rest[s][p]); }
};

/// Local reactions of a network, for a part of a step, in every voxel.
struct ReactBody {
    NetworkBatches batches;
    Grid grid;
    LocalSpecies species;
    double scale, begin, end;  ///< [time of the network]
    Held held;
    Span<ErrorReport> stalled;  ///< of which species

    CRINE_HD void operator()(std::size_t worker) const {
        batches(worker, grid.voxels(),
                [&](Registers<kSideBySide> const& r, std::size_t const* voxels, int count) { integrate(r, voxels, count); });
    }
    CRINE_HD void integrate(Registers<kSideBySide> const& r, std::size_t const* voxels, int count) const {
        if (stalled[0].code != 0) return;  // the run ends: what else takes long need not be waited for
        NetworkLayout const& at = batches.network.layout;
        NetworkSteps<kSideBySide> steps(batches.network, r);
        std::size_t places[kSideBySide];
        for (int l = 0; l < kSideBySide; ++l) {
            places[l] = grid.at_voxel(voxels[l]);
            steps.time[l] = begin, steps.end[l] = end, steps.step[l] = end - begin;
            for (int s = 0; s < at.species; ++s) {
                double const c = species.whole(s, places[l]);
                r[s][l] = c > 0 ? c / scale : 0;
                r[at.input + s][l] = held(places[l], species.ligand[s]) ? 0 : 1;
            }
        }
        steps([&](int, int lane) -> double& { return r[at.time][lane]; });  // without events nothing else is kept, and nobody asks
        for (int l = 0; l < count; ++l) {
            if (steps.failed[l])
                report(stalled, static_cast<std::uint32_t>(ErrorCode::reactions_stalled), static_cast<std::uint32_t>(steps.worst[l]));
            for (int s = 0; s < at.species; ++s) {
                double const before = species.whole(s, places[l]), below = before < 0 ? before : 0;  // which stays for transport to fill
                if (r[at.input + s][l] != 0)
                    store(r[s][l] * scale + below, species.concentration[s][places[l]], species.rest[s][places[l]]);
            }
        }
    }
};

/// What has become of one species.
struct ReactedTerm {
    Grid grid;
    Real const *before, *after;
    enum { content, change, count };
    CRINE_HD void operator()(int i, int j, int k, double (&into)[count]) const {
        std::size_t const p = grid.at(i, j, k);
        into[content] += after[p];
        into[change] += static_cast<double>(after[p]) - before[p];
    }
};

struct Difference {
    Real const *x, *y;
    CRINE_HD Real operator()(std::size_t p) const { return std::fabs(x[p] - y[p]); }
};

/// Steps of all reacting ligands together.
class ReactingSteps {
public:
    ReactingSteps(Fields& fields, Model const& model, Endocrine& endocrine, double time)
        : fields_(fields), model_(model), endocrine_(endocrine), state_(fields.reactions), time_(time) {
        solves_.resize(state_.order.size());
    }

    ErrorCode take(double dt, int& who) {
        duration_ = dt;
        for (std::size_t n = 0; n < state_.order.size(); ++n) {  // exchange knows what receptors bind after the fields are made
            if (!field(n).bound) continue;
            state_.mean[n].resize(fields_.grid.storage());
            state_.mean[n].zero();
        }
        bool const converged = state_.adaptive ? adaptive_steps(dt) : (pair(dt), code_ == ErrorCode::none);
        for (std::size_t n = 0; n < state_.order.size(); ++n) field(n).solve = solves_[n];
        who = who_;
        if (code_ == ErrorCode::none && !converged) code_ = ErrorCode::solver_stalled, who = state_.order.front();
        return code_;
    }

private:
    static constexpr double kSafety = 0.8, kMostGrowth = 4, kLeastGrowth = 0.2;
    static constexpr double kShortest = 1e-9;  ///< a step below this share of the interval means that nothing converges
    /// Errors that add up in the time that a field takes to settle should not leave the tolerance either.
    static constexpr double kCaution = 4;
    /// Below this share of what there once was, a concentration need not be right to the tolerance.
    static constexpr double kSmall = 1e-3;
    static constexpr double kOneStep = 1e-3;  ///< error of a step of ligands whose transport takes one step

    /// A step that leaves the bindings where they were is good enough by itself. Another is taken once more in two halves, and good enough
    /// if that makes no difference; the halves are kept.
    bool adaptive_steps(double dt) {
        // of the schemes of one step the model's tolerance is that of a solve, which may be far smaller than that of a step
        double const asked = state_.estimated ? model_.solver_tolerance : std::max(model_.solver_tolerance, kOneStep);
        double const tolerance = std::max(asked, 32.0 * std::numeric_limits<Real>::epsilon());
        double step = state_.first_step > 0 ? state_.first_step : dt, done = 0;
        bool first = true;
        for (int steps = 0; done < dt; ++steps) {
            if (steps == kMostSteps) return false;
            end_if_out_of_time();
            double const left = dt - done, tau = left / std::ceil(left / std::min(step, left) - 1e-6);
            keep_start();
            double error = pair(tau);
            if (!(error <= tolerance) && code_ == ErrorCode::none) {
                for (std::size_t n = 0; n < state_.order.size(); ++n) copy(state_.once[n], field(n).concentration);
                back_to_start();
                pair(tau / 2), pair(tau / 2);
                error = kCaution * difference();
            }
            if (code_ == ErrorCode::overshot) code_ = ErrorCode::none, error = INFINITY;  // a shorter step may not
            if (code_ != ErrorCode::none) return false;
            double const growth = error > 0 ? kSafety * std::sqrt(tolerance / error) : kMostGrowth;
            step = tau * std::clamp(std::isfinite(growth) ? growth : kLeastGrowth, kLeastGrowth, kMostGrowth);
            if (!(error <= tolerance)) {
                if (step < kShortest * dt) return false;
                back_to_start();
                continue;
            }
            if (first) state_.first_step = step;
            first = false;
            done = left - tau < 1e-9 * dt ? dt : done + tau;
        }
        return true;
    }

    /// Half of the bindings, transport, the other half. How much the bindings and the conversions differ from what they were with less
    /// knowledge of the step, relative to the largest concentrations: at least as large as the error of the splitting.
    double pair(double tau) {
        if (code_ != ErrorCode::none) return 0;
        double change = state_.circular || state_.one_step || !model_.local_reactions.empty() ? INFINITY : 0;
        int const bindings = static_cast<int>(model_.bindings.size());
        int const networks = static_cast<int>(model_.local_reactions.size());
        for (int b = 0; b < bindings; ++b) bind(b, tau / 2, false);
        for (int n = 0; n < networks; ++n) react(n, time_, tau / 2);
        std::vector<bool> done(model_.ligands.size(), false);
        for (std::size_t n = 0; n < state_.order.size(); ++n) {
            int const l = state_.order[n];
            double nonlinear = 0;
            double const converted = field(n).ledger.converted;
            code_ = take_step(fields_, model_, endocrine_, l, Moment{time_, tau, 0}, nonlinear);
            if (code_ != ErrorCode::none) return who_ = l, 0;
            if (field(n).present && field(n).bound)
                for_each_voxel(fields_.grid,
                               AddBody{fields_.grid, fields_.mean.data(), static_cast<Real>(tau / duration_), state_.mean[n].data()});
            if (field(n).present) {  // by the same sums on both sides
                double const made = field(n).made_sum - hand_on(l, tau, done);
                field(n).ledger.converted = converted + made * fields_.grid.volume() * tau;
            }
            if (field(n).made_sum != 0) field(n).made.zero(), field(n).made_sum = 0;
            done[static_cast<std::size_t>(l)] = true;
            solves_[n].cycles += field(n).solve.cycles, solves_[n].error = std::max(solves_[n].error, field(n).solve.error);
            change = std::max(change, nonlinear);
        }
        for (int n = networks - 1; n >= 0; --n) react(n, time_ + tau / 2, tau / 2);
        for (int b = bindings - 1; b >= 0; --b) bind(b, tau / 2, true);
        time_ += tau;
        if (!state_.adaptive) return 0;
        std::vector<double> scale;
        for (std::size_t n = 0; n < state_.order.size(); ++n) scale.push_back(scale_of(n));
        for (int b = 0; b < bindings; ++b) {
            Binding const& is = model_.bindings[static_cast<std::size_t>(b)];
            double const more = largest(Magnitude{state_.extent[static_cast<std::size_t>(b)].data()});
            if (more == 0) continue;
            for (int l : {is.a, is.b, is.complex})
                change = std::max(change, more / scale[static_cast<std::size_t>(state_.place[static_cast<std::size_t>(l)])]);
        }
        return change;
    }

    void bind(int number, double during, bool again) {
        Binding const& is = model_.bindings[static_cast<std::size_t>(number)];
        LigandField &a = of(is.a), &b = of(is.b), &c = of(is.complex);
        Buffer<Real>& kept = state_.extent[static_cast<std::size_t>(number)];
        if (!again) kept.zero();
        if (!(a.present && b.present) && !c.present) return;
        Grid const& g = fields_.grid;
        auto const s = sum_rows<BindTerm::count>(g, fields_.partial,
                                                 BindTerm{g,
                                                          is,
                                                          {is.k_on, is.k_off},
                                                          during,
                                                          a.concentration.data(),
                                                          b.concentration.data(),
                                                          c.concentration.data(),
                                                          rest(is.a),
                                                          rest(is.b),
                                                          rest(is.complex),
                                                          kept.data(),
                                                          again,
                                                          held_of(fields_)});
        auto const enter = [&](LigandField& into, double content, double made, double for_held) {
            into.ledger.free = content * g.volume();
            into.ledger.converted += made * g.volume(), into.ledger.produced -= for_held * g.volume();
            into.present = into.present || content > 0;
            into.stale_halo = true;
        };
        enter(a, s[BindTerm::content_a], -s[BindTerm::bound], -s[BindTerm::for_a]);
        enter(b, s[BindTerm::content_b], -s[BindTerm::bound], -s[BindTerm::for_b]);
        enter(c, s[BindTerm::content_c], s[BindTerm::bound], s[BindTerm::for_c]);
    }

    void react(int number, double begin, double during) {
        if (code_ != ErrorCode::none) return;
        LocalReactions const& reactions = model_.local_reactions[static_cast<std::size_t>(number)];
        DeviceNetwork const& network = state_.networks[static_cast<std::size_t>(number)];
        Grid const& g = fields_.grid;
        LocalSpecies species{};
        for (std::size_t s = 0; s < reactions.ligands.size(); ++s) {
            species.ligand[s] = reactions.ligands[s], species.concentration[s] = of(reactions.ligands[s]).concentration.data();
            species.rest[s] = rest(reactions.ligands[s]);
            copy(state_.unreacted[s], of(reactions.ligands[s]).concentration);
        }
        std::size_t const workers = workers_for(g.voxels());
        for_each_index(workers,
                       ReactBody{{network.view(), network.constants.span(), state_.registers.span(), workers},
                                 g,
                                 species,
                                 reactions.scale,
                                 begin / network.time_unit,
                                 (begin + during) / network.time_unit,
                                 held_of(fields_),
                                 state_.stalled.span()},
                       kShare);
        end_if_out_of_time();
        std::vector<ErrorReport> stalled;
        state_.stalled.download(stalled);
        if (stalled[0].code != 0) code_ = ErrorCode::reactions_stalled, who_ = reactions.ligands[stalled[0].who];
        for (std::size_t s = 0; s < reactions.ligands.size(); ++s) {
            LigandField& field = of(reactions.ligands[s]);
            auto const sum = sum_rows<ReactedTerm::count>(
                g, fields_.partial, ReactedTerm{g, state_.unreacted[s].data(), std::as_const(field.concentration).data()});
            field.ledger.free = sum[ReactedTerm::content] * g.volume();
            field.ledger.converted += sum[ReactedTerm::change] * g.volume();
            field.present = field.present || sum[ReactedTerm::content] > 0;
            field.stale_halo = true;
        }
    }

    /// What conversions of a ligand have made in its step goes to the step of what it becomes or, where that has been done, to its field.
    /// Σ of what was made, per time.
    double hand_on(int ligand, double tau, std::vector<bool> const& done) {
        Grid const& g = fields_.grid;
        double handed = 0;
        for (Conversion const& c : model_.conversions) {
            if (c.from != ligand || c.to.empty()) continue;
            HandOnTerm term{g,
                            c.enzyme < 0 ? nullptr : of(c.enzyme).concentration.data(),
                            c.half > 0 ? fields_.middle.data() : nullptr,
                            fields_.mean.data(),
                            {c.rate, c.half},
                            held_of(fields_),
                            static_cast<int>(c.to.size()),
                            {},
                            {},
                            {},
                            {}};
            for (std::size_t n = 0; n < c.to.size(); ++n) {
                term.product[n] = c.to[n], term.direct[n] = done[static_cast<std::size_t>(c.to[n])];
                term.to[n] = (term.direct[n] ? of(c.to[n]).concentration : of(c.to[n]).made).data();
                term.factor[n] = term.direct[n] ? static_cast<Real>(tau) : Real(1);
            }
            auto const s = sum_rows<HandOnTerm::count>(g, fields_.partial, term);
            handed += s[HandOnTerm::made];
            for (std::size_t n = 0; n < c.to.size(); ++n) {
                LigandField& to = of(c.to[n]);
                to.present = true;
                if (!term.direct[n]) {
                    to.made_sum += s[HandOnTerm::made];
                    continue;
                }
                double const amount = g.volume() * tau, kept = s[HandOnTerm::into_held + n];
                to.ledger.converted += s[HandOnTerm::made] * amount, to.ledger.produced -= kept * amount;
                to.ledger.free += (s[HandOnTerm::made] - kept) * amount;
                to.stale_halo = true;
            }
        }
        return handed;
    }

    void keep_start() {
        ledgers_.clear(), present_.clear();
        time_at_start_ = time_, compartments_ = endocrine_.remember(state_.order);
        for (std::size_t n = 0; n < state_.order.size(); ++n) {
            copy(state_.start[n], field(n).concentration), copy(state_.rest_before[n], state_.rest[n]);
            if (field(n).bound) state_.mean_before[n].resize(fields_.grid.storage()), copy(state_.mean_before[n], state_.mean[n]);
            ledgers_.push_back(field(n).ledger), present_.push_back(field(n).present);
        }
    }
    void back_to_start() {
        time_ = time_at_start_, endocrine_.go_back(fields_, state_.order, compartments_);
        for (std::size_t n = 0; n < state_.order.size(); ++n) {
            copy(field(n).concentration, state_.start[n]), copy(state_.rest[n], state_.rest_before[n]);
            if (field(n).bound) copy(state_.mean[n], state_.mean_before[n]);
            field(n).ledger = ledgers_[n], field(n).present = present_[n], field(n).stale_halo = true;
            if (field(n).made_sum != 0) field(n).made.zero(), field(n).made_sum = 0;  // of a step that was given up
        }
    }
    double difference() {
        double most = 0;
        for (std::size_t n = 0; n < state_.order.size(); ++n) {
            double const apart = largest(Difference{field(n).concentration.data(), state_.once[n].data()});
            if (apart > 0) most = std::max(most, apart / scale_of(n));
        }
        return most;
    }
    double scale_of(std::size_t n) {
        double const now = largest(Magnitude{field(n).concentration.data()});
        state_.largest[n] = std::max(state_.largest[n], now);
        return std::max(now, kSmall * state_.largest[n]);
    }

    LigandField& field(std::size_t n) { return of(state_.order[n]); }
    Real* rest(int ligand) { return state_.rest[static_cast<std::size_t>(state_.place[static_cast<std::size_t>(ligand)])].data(); }
    LigandField& of(int ligand) { return fields_.ligands[static_cast<std::size_t>(ligand)]; }
    void copy(Buffer<Real>& to, Buffer<Real> const& from) { copy_on_device(to.data(), from.data(), from.size() * sizeof(Real)); }
    template <class Term>
    double largest(Term const& term) {
        return max_rows(fields_.grid, fields_.partial, term);
    }

    Fields& fields_;
    Model const& model_;
    Endocrine& endocrine_;
    Reactions& state_;
    double time_, time_at_start_ = 0;
    Endocrine::Memory compartments_;
    std::vector<Ledger> ledgers_;
    std::vector<bool> present_;
    std::vector<Solve> solves_;
    double duration_ = 0;  ///< of the interval [s]
    ErrorCode code_ = ErrorCode::none;
    int who_ = 0;
};

}  // namespace

void Reactions::prepare(Fields& fields, Model const& model) {
    *this = {};
    std::size_t const size = fields.grid.storage();
    std::set<int> left;
    bool saturable = false, breaks_down = false, converts = false;
    for (Binding const& b : model.bindings) left.insert({b.a, b.b, b.complex});
    for (LocalReactions const& local : model.local_reactions) {
        left.insert(local.ligands.begin(), local.ligands.end());
        networks.emplace_back(local.network);
        registers.resize(
            std::max(registers.size(), NetworkBatches::registers_for(workers_for(fields.grid.voxels()), local.network.layout)));
        while (unreacted.size() < local.ligands.size()) unreacted.emplace_back(size);
    }
    std::set<int> const exact = left;
    for (Conversion const& c : model.conversions) {
        left.insert(c.from), left.insert(c.to.begin(), c.to.end());
        saturable = saturable || c.half > 0;
        (c.to.empty() ? breaks_down : converts) = true;
        if (!c.to.empty()) fields.ligands[static_cast<std::size_t>(c.from)].becomes = true;
        for (int to : c.to) fields.ligands[static_cast<std::size_t>(to)].made.resize(size);
    }
    for (Ligand const& ligand : model.ligands) breaks_down = breaks_down || !ligand.cleaved_by.empty();
    if (breaks_down) fields.cleavage.resize(size);
    if (converts) fields.conversion.resize(size), fields.mean.resize(size);
    if (saturable) fields.before.resize(size), fields.middle.resize(size);

    stalled.resize(networks.empty() ? 0 : 1);

    place.assign(model.ligands.size(), -1);
    for (int l = 0; l < static_cast<int>(model.ligands.size()); ++l)
        if (left.count(l) == 0) others.push_back(l);
    while (!left.empty()) {
        auto const waits = [&](int l) {
            return std::any_of(model.conversions.begin(), model.conversions.end(),
                               [&](Conversion const& c) { return left.count(c.from) > 0 && std::count(c.to.begin(), c.to.end(), l) > 0; });
        };
        auto next = std::find_if_not(left.begin(), left.end(), waits);
        if (next == left.end()) circular = true, next = left.begin();
        place[static_cast<std::size_t>(*next)] = static_cast<int>(order.size());
        order.push_back(*next);
        Scheme const scheme = model.ligands[static_cast<std::size_t>(*next)].scheme;
        one_step = one_step || (scheme != Scheme::adaptive && scheme != Scheme::quasi_steady);
        estimated = estimated || scheme == Scheme::adaptive;
        left.erase(next);
    }
    adaptive = !model.bindings.empty() || !model.local_reactions.empty() || saturable || (circular && estimated);
    largest.assign(order.size(), 0);
    mean.resize(order.size()), mean_before.resize(order.size());
    for (std::size_t n = 0; adaptive && n < order.size(); ++n) start.emplace_back(size), once.emplace_back(size);
    rest.resize(order.size()), rest_before.resize(order.size());
    for (int const l : exact)
        for (auto* array : {&rest, &rest_before}) (*array)[static_cast<std::size_t>(place[static_cast<std::size_t>(l)])].resize(size);
    for (std::size_t b = 0; b < model.bindings.size(); ++b) extent.emplace_back(size);
}

ErrorCode take_reacting_steps(Fields& fields, Model const& model, Endocrine& endocrine, Moment now, int& who) {
    return ReactingSteps(fields, model, endocrine, now.time).take(now.dt, who);
}

}  // namespace CRINE_NS
}  // namespace crine
