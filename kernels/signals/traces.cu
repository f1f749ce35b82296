// Steps a field for each sender of a traced ligand, and adds up what cells take of it, by type of receiver.
#include "kernels/signals/traces.h"

#include "crine/model/exchange.h"
#include "kernels/cells/neighbours.h"
#include "kernels/fields/grid_loops.h"
#include "kernels/fields/ligand_step.h"
#include "kernels/signals/cell_rates.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace crine {
inline namespace CRINE_NS {

namespace {

/// How one cell takes a ligand from the field, and how much of what it secretes gets there.
struct OfCell {
    Real uptake, sink = 0, passes = 1;

    CRINE_HD OfCell(CellRates const& rates, std::size_t i, int ligand) : uptake(rates.uptake(i, ligand)) {
        if (!(uptake > 0)) return;
        CellExchange const one(1, uptake, rates.resistance(i, ligand, rates.self(i), uptake));
        sink = one.sink, passes = one.source;
    }
};

/// What a cell gives to the parts of a ligand: what it secretes to that of its type, what its receptors let go to those it came from.
struct GivePartsBody {
    CellRates rates;
    int ligand, first, parts;
    int type[kChannels];
    Span<Real> gives;

    CRINE_HD void operator()(std::size_t i) const {
        int const own = rates.cells.type[i];
        Real const secretion = rates.own_secretion(i, ligand);
        BoundLigand const* const bound = rates.receptors.find(own, ligand);
        Real const release = bound == nullptr ? Real(0) : rates.receptors.at(bound->release, i);
        Real const passes = secretion != 0 || release != 0 ? OfCell(rates, i, ligand).passes : Real(0);
        for (int c = 0; c < kChannels; ++c) {
            Real sent = 0;
            if (c < parts && type[c] == own) sent += secretion;
            if (c < parts && release != 0) sent += release * static_cast<Real>(rates.receptors.share(*bound, first + c, i));
            gives[i * kChannels + c] = sent * passes;
        }
    }
};

/// What cells take from a field, or from a part of it.
struct TakeBody {
    CellRates rates;
    int ligand;
    Real const* mean;
    double duration;
    double* taken;
    CRINE_HD void operator()(std::size_t i) const {
        OfCell const cell(rates, i, ligand);
        if (cell.sink > 0) taken[i] += static_cast<double>(cell.sink) * rates.around(i, mean) * duration;
    }
};

/// What cells catch before it reaches the field; and all that they are to catch of their own secretion before it has got away.
struct OwnBody {
    CellRates rates;
    int ligand, parts;
    double duration;
    Span<std::int16_t const> part_of_type;
    double *taken, *own;

    CRINE_HD void operator()(std::size_t i) const {
        std::size_t const cells = rates.cells.id.size;
        own[i] = 0;
        OfCell const cell(rates, i, ligand);
        if (!(cell.uptake > 0)) return;
        int const type = rates.cells.type[i], part = part_of_type[type];
        double const caught = 1 - static_cast<double>(cell.passes);
        double& all = taken[static_cast<std::size_t>(parts) * cells + i];
        if (BoundLigand const* const bound = rates.receptors.find(type, ligand)) {
            double const again = rates.receptors.at(bound->release, i) * caught * duration;
            for (int p = 0; again != 0 && p < parts; ++p)
                taken[static_cast<std::size_t>(p) * cells + i] += again * rates.receptors.share(*bound, p, i);
            all += again;
        }
        if (part < 0) return;
        double const secreted = rates.own_secretion(i, ligand) * duration;
        taken[static_cast<std::size_t>(part) * cells + i] += secreted * caught, all += secreted * caught;
        own[i] = secreted * rates.recaptured(i, ligand, cell.uptake);
    }
};

/// By whom what receptors hold was sent: what was there has let go in proportion, what is bound has its senders.
struct OriginBody {
    CellRates rates;
    int ligand;
    double duration;
    double const* taken;

    CRINE_HD void operator()(std::size_t i) const {
        ReceptorView const& view = rates.receptors;
        int const type = rates.cells.type[i];
        BoundLigand const* const l = view.find(type, ligand);
        if (l == nullptr || !alive(rates.cells.state[i])) return;
        std::size_t const cells = rates.cells.id.size;
        double const clearance = view.at(l->clearance, i), all_uptake = rates.uptake(i, ligand);
        double const binds = all_uptake > 0 ? clearance / all_uptake : 0;
        double const kept = view.held(type, l, i) - view.at(l->release, i) * duration, old = kept > 0 ? kept : 0;
        double before = 0;
        int const elsewhere = l->origins - 1;
        for (int o = 0; o <= elsewhere; ++o) before += view.count(l->origin + o, i);
        double rest = taken[static_cast<std::size_t>(elsewhere) * cells + i];
        for (int o = 0; o < elsewhere; ++o) {
            double const sent = taken[static_cast<std::size_t>(o) * cells + i];
            rest -= sent;
            set(view.count(l->origin + o, i), before, old, binds * sent);
        }
        set(view.count(l->origin + elsewhere, i), before, old, binds * rest);
    }
    CRINE_HD static void set(double& amount, double before, double old, double bound) {
        double const now = (before > 0 ? amount / before * old : 0) + bound;
        amount = now > 0 ? now : 0;
    }
};

/// What a cell's receptors have torn off cells of one type.
struct ContactBody {
    CellRates rates;
    Bins bins;
    Span<TypeConstants const> types;
    int ligand, presenter;
    double* amounts;

    CRINE_HD void operator()(std::size_t i) const {
        ReceptorView const& view = rates.receptors;
        CellView const& cells = rates.cells;
        amounts[i] = 0;
        BoundLigand const* const l = view.binds(cells.type[i], ligand);
        if (l == nullptr || !(view.flow(l->taken, i) > 0)) return;
        double all = 0, theirs = 0;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            PresentedLigand const* const shown = alive(cells.state[j]) ? view.presents(cells.type[j], ligand) : nullptr;
            if (shown == nullptr) return;
            all += view.at(shown->mean, j);
            if (cells.type[j] == presenter) theirs += view.at(shown->mean, j);
        });
        if (all > 0) amounts[i] = view.flow(l->taken, i) * (theirs / all);
    }
};

constexpr int kReceivers = 8;  ///< types in one pass over the cells

struct ReceiverTerm {
    Span<std::uint8_t const> type;
    double const* amounts;
    int first;
    CRINE_HD void operator()(std::size_t chunk, int item, double (&into)[kReceivers]) const {
        std::size_t const i = chunk * kSumChunk + item;
        int const receiver = type[i] - first;
        for (int r = 0; r < kReceivers; ++r) into[r] += receiver == r ? amounts[i] : 0.0;
    }
};

bool takes(Model const& model, int type, int ligand) {
    return highest(model, type, model.vocabulary().of(behaviour::uptake, ligand)) > 0 || binds(model, type, ligand, false);
}

}  // namespace

TracedLigand& Traces::of(int ligand) {
    return *std::find_if(ligands.begin(), ligands.end(), [&](TracedLigand const& t) { return t.ligand == ligand; });
}

void Traces::start(Model const& model, Fields& fields) {
    *this = {};
    int const types = types_ = static_cast<int>(model.types.size());
    for (int l = 0; l < static_cast<int>(model.ligands.size()); ++l) {
        if (!model.ligands[l].traced) continue;
        LigandField& whole = fields.ligands[l];
        TracedLigand& traced = ligands.emplace_back();
        traced.ligand = l;
        std::vector<std::int16_t> part_of_type(types, -1);
        for (int const sender : senders(model, l)) {
            if (sender >= 0) part_of_type[sender] = static_cast<std::int16_t>(traced.parts.size());
            SenderField& part = traced.parts.emplace_back();
            part.type = sender;
            LigandField& field = part.field;
            field.concentration.resize(fields.grid.storage());
            field.source.resize(whole.source.size());
            field.diffuses = whole.diffuses, field.held = whole.held, field.uniform_diffusivity = whole.uniform_diffusivity;
            field.plain = whole.plain, field.vessels = whole.vessels, field.everywhere = whole.everywhere;
            field.everywhere.source = field.everywhere.value = 0;
            field.traced = true;
        }
        traced.part_of_type.upload(part_of_type);
        traced.sums.assign((traced.parts.size() + 2) * types, 0), traced.owed.assign(types, 0);
        whole.traced = true;
    }
    if (!ligands.empty()) {
        std::vector<MaterialLigand> homogeneous = model.materials;
        for (MaterialLigand& m : homogeneous) m.source = m.value = 0;
        fields.homogeneous.upload(homogeneous);
        mean.resize(fields.grid.storage());
    }
    for (int m = 0; m < static_cast<int>(model.membrane_ligands.size()); ++m) {
        if (!model.membrane_ligands[m].traced) continue;
        TracedMembraneLigand& traced = membrane_ligands.emplace_back();
        traced.ligand = m;
        for (int t = 0; t < types; ++t)
            if (model.presents(t, m)) traced.presenters.push_back(t);
        traced.sums.assign(traced.presenters.size() * types, 0);
    }
}

void Traces::give_parts(CellRates const& rates, Exchange& exchange, Population& cells, Fields& fields) {
    for (TracedLigand& traced : ligands) {
        LigandField const& whole = fields.ligands[traced.ligand];
        if (whole.source.size() == 0 || std::exchange(traced.given, whole.exchange_version) == whole.exchange_version) continue;
        int const parts = static_cast<int>(traced.parts.size());
        for (int first = 0; first < parts; first += kChannels) {
            GivePartsBody body{rates, traced.ligand, first, std::min(parts - first, kChannels), {}, {}};
            ExchangeGroup group;
            for (int c = 0; c < body.parts; ++c) {
                SenderField& part = traced.parts[first + c];
                body.type[c] = part.type;
                group.array[group.channels++] = part.field.source.data();
                ++part.field.exchange_version;
            }
            cells.work.resize(cells.size() * kChannels);
            body.gives = cells.work.span();
            for_each_index(cells.size(), body);
            exchange.deposit(rates, cells, group);
        }
    }
}

void Traces::begin(Population const& cells) {
    for (TracedLigand& traced : ligands) {
        traced.taken.resize((traced.parts.size() + 1) * cells.size()), traced.own.resize(cells.size());
        traced.taken.zero(), traced.own.zero();
    }
}

ErrorCode Traces::follow(Model const& model, CellRates const& rates, Fields& fields, int ligand, double duration) {
    TracedLigand& traced = of(ligand);
    LigandField& whole = fields.ligands[ligand];
    std::size_t const cells = rates.cells.id.size;
    bool const exchanged = whole.source.size() != 0;
    auto const take = [&](std::size_t row) {
        if (exchanged) for_each_index(cells, TakeBody{rates, ligand, fields.mean.data(), duration, traced.taken.data() + row * cells});
    };
    take(traced.parts.size());
    fields.mean.swap(mean);
    ErrorCode code = ErrorCode::none;
    for (std::size_t p = 0; p < traced.parts.size() && code == ErrorCode::none; ++p) {
        LigandField& field = traced.parts[p].field;
        field.circulating = traced.parts[p].type < 0 ? whole.circulating : 0;
        bool const fed = field.circulating > 0 || (exchanged && max_rows(fields.grid, fields.partial, Magnitude{field.source.data()}) > 0);
        if (!fed && model.ligands[ligand].scheme == Scheme::quasi_steady) {  // in equilibrium there is none; no solver gets there
            field.concentration.zero();
            field.ledger.produced -= field.ledger.free, field.ledger.free = 0;
            continue;
        }
        field.present = field.present || fed;
        if (!field.present) continue;
        auto const step = by_lines(model.ligands[ligand].scheme) ? take_line_steps : take_multigrid_step;
        if (!step(fields, model, ligand, duration, &field)) code = ErrorCode::solver_stalled;
        if (!std::isfinite(field.ledger.free)) code = ErrorCode::not_finite_field;
        take(p);
    }
    fields.mean.swap(mean);
    return code;
}

/// Adds to sums[first + type of the receiver] what each has.
void Traces::add_by_receiver(CellView const& cells, double const* of_cells, std::vector<double>& sums, std::size_t first) {
    for (int type = 0; type < types_; type += kReceivers) {
        auto const found = reduce<kReceivers, Sum>(cells.id.size, kSumChunk, partial, ReceiverTerm{cells.type, of_cells, type});
        for (int r = 0; r < kReceivers && type + r < types_; ++r) sums[first + static_cast<std::size_t>(type + r)] += found[r];
    }
}

void Traces::finish(CellRates const& rates, Fields const& fields, double dt) {
    std::size_t const types = static_cast<std::size_t>(types_), cells = rates.cells.id.size;
    for (TracedLigand& traced : ligands) {
        if (fields.ligands[traced.ligand].source.size() == 0) continue;
        std::size_t const parts = traced.parts.size();
        for_each_index(cells, OwnBody{rates, traced.ligand, static_cast<int>(parts), dt, std::as_const(traced.part_of_type).span(),
                                      traced.taken.data(), traced.own.data()});
        std::vector<double> now(traced.sums.size(), 0);
        for (std::size_t row = 0; row <= parts; ++row) add_by_receiver(rates.cells, traced.taken.data() + row * cells, now, row * types);
        add_by_receiver(rates.cells, traced.own.data(), traced.owed, 0);
        for (std::size_t p = 0; p < parts; ++p) {
            int const type = traced.parts[p].type;
            if (type < 0) continue;
            double &through_field = now[p * types + type], &all = now[parts * types + type], &owed = traced.owed[type];
            double const own = std::max(0.0, std::min(owed, through_field));
            now[(parts + 1) * types + type] = own;
            through_field -= own, all -= own, owed -= own;
        }
        for (std::size_t s = 0; s < now.size(); ++s) traced.sums[s] += now[s];
    }
}

void Traces::remember_origins(CellRates const& rates, Fields const& fields, double dt) {
    for (TracedLigand& traced : ligands)
        if (fields.ligands[traced.ligand].bound)
            for_each_index(rates.cells.id.size, OriginBody{rates, traced.ligand, dt, traced.taken.data()});
}

void Traces::follow_contacts(CellRates const& rates, Population& cells) {
    for (TracedMembraneLigand& traced : membrane_ligands) {
        amounts.resize(cells.size());
        for (std::size_t p = 0; p < traced.presenters.size(); ++p) {
            for_each_index(cells.size(),
                           ContactBody{rates, cells.bins, cells.type_constants(), traced.ligand, traced.presenters[p], amounts.data()});
            add_by_receiver(rates.cells, amounts.data(), traced.sums, p * static_cast<std::size_t>(types_));
        }
    }
}

void Traces::report(Totals& totals, Model const& model) {
    int const types = static_cast<int>(model.types.size());
    for (TracedLigand const& traced : ligands)
        for (int receiver = 0; receiver < types; ++receiver) {
            if (!takes(model, receiver, traced.ligand)) continue;
            auto const sum = [&](std::size_t row) { return traced.sums[row * types + receiver]; };
            auto const add = [&](Route route, int sender, double molecules) {
                totals.routes.push_back({traced.ligand, false, receiver, route, sender, molecules});
            };
            std::size_t const parts = traced.parts.size();
            double elsewhere = sum(parts);
            for (SenderField const& part : traced.parts)
                if (part.type == receiver) add(Route::autocrine, receiver, sum(parts + 1));
            for (std::size_t p = 0; p < parts; ++p) {
                add(traced.parts[p].type < 0 ? Route::endocrine : Route::paracrine, traced.parts[p].type, sum(p));
                elsewhere -= sum(p);
            }
            add(Route::paracrine, -1, elsewhere);
        }
    for (TracedMembraneLigand const& traced : membrane_ligands)
        for (int receiver = 0; receiver < types; ++receiver)
            for (std::size_t p = 0; binds(model, receiver, traced.ligand, true) && p < traced.presenters.size(); ++p)
                totals.routes.push_back(
                    {traced.ligand, true, receiver, Route::juxtacrine, traced.presenters[p], traced.sums[p * types + receiver]});
}

}  // namespace CRINE_NS
}  // namespace crine
