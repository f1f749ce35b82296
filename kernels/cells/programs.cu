// Compiles cell types and their rules into tables: signals, Hill terms, responses, and what each type can do.
#include "kernels/cells/programs.h"

#include <algorithm>
#include <map>
#include <set>

namespace crine {
inline namespace CRINE_NS {
namespace {

Sensed decode(Vocabulary const& words, int signal) {
    if (signal < signal::fixed_count) return {static_cast<Sensed::Kind>(signal), 0};
    for (int l = 0; l < words.ligands; ++l) {
        if (signal == words.of(signal::concentration, l)) return {Sensed::Kind::concentration, l};
        if (signal == words.of(signal::gradient, l)) return {Sensed::Kind::gradient, l};
        if (signal == words.of(signal::stored, l)) return {Sensed::Kind::stored, l};
    }
    for (int r = 0; r < words.receptors; ++r) {
        if (signal == words.of(signal::occupancy, r)) return {Sensed::Kind::occupancy, r};
        if (signal == words.of(signal::complexes, r)) return {Sensed::Kind::complexes, r};
    }
    for (int a = 0; a < words.activities; ++a) {
        if (signal == words.of(signal::own, a)) return {Sensed::Kind::activity, a};
        if (signal == words.of(signal::on_neighbours, a)) return {Sensed::Kind::on_neighbours, a};
    }
    for (int variable = 0; variable < words.variables; ++variable) {
        if (signal == words.of(signal::inside, variable)) return {Sensed::Kind::inside, variable};
        if (signal == words.of(signal::in_touching, variable)) return {Sensed::Kind::in_touching, variable};
    }
    if (signal >= words.of(signal::circulating, 0)) return {Sensed::Kind::circulating, signal - words.of(signal::circulating, 0)};
    CRINE_EXPECTS(signal >= words.of(signal::contacts, 0) && signal < words.of(signal::contacts, words.types));
    return {Sensed::Kind::contacts, signal - words.of(signal::contacts, 0)};
}
static_assert(static_cast<int>(Sensed::Kind::dead_contacts) == signal::dead_contacts);
static_assert(static_cast<int>(Sensed::Kind::open_channels) == signal::open_channels);
static_assert(static_cast<int>(Sensed::Kind::necrotic) == signal::necrotic && signal::necrotic + 1 == signal::fixed_count);

/// Where a row's table of contacts has this signal; -1: it needs no neighbours.
int contact_entry(Sensed const& sensed, Vocabulary const& words) {
    int const types = words.types;
    switch (sensed.kind) {
        case Sensed::Kind::contacts:
            return sensed.index;
        case Sensed::Kind::dead_contacts:
            return types + count_dead;
        case Sensed::Kind::live_contacts:
            return types + count_live;
        case Sensed::Kind::apoptotic_contacts:
            return types + count_apoptotic;
        case Sensed::Kind::necrotic_contacts:
            return types + count_necrotic;
        case Sensed::Kind::compression:
            return types + sum_compression;
        case Sensed::Kind::on_neighbours:
            return types + contact_entries + sensed.index;
        case Sensed::Kind::in_touching:
            return types + contact_entries + words.activities + sensed.index;
        default:
            return -1;
    }
}

/// The tables of one row while they grow.
struct Row {
    std::vector<Sensed> signals;
    std::vector<int> words;  ///< Vocabulary index of each signal
    std::vector<Response> responses;

    int place(Vocabulary const& vocabulary, int signal) {
        auto const found = std::find(words.begin(), words.end(), signal);
        if (found != words.end()) return static_cast<int>(found - words.begin());
        words.push_back(signal);
        signals.push_back(decode(vocabulary, signal));
        return static_cast<int>(words.size()) - 1;
    }
};

/// Slots of the behaviours that take time in some type, as many as their longest chain.
struct ChainSlots {
    std::map<int, int> first;  ///< by behaviour
    int count = 0;

    explicit ChainSlots(Model const& model) {
        std::map<int, int> stages;
        for (CellType const& type : model.types)
            for (ResponseTime const& response_time : type.response_times)
                stages[response_time.behaviour] = std::max(stages[response_time.behaviour], response_time.stages);
        for (auto const& [behaviour, n] : stages) {
            first[behaviour] = count;
            count += 2 * n;
        }
    }
};

TypeConstants constants(CellType const& t) {
    return {t.radius,  t.adhesion_reach, t.chemotaxis_speed, t.velocity, t.cycle_duration, t.apoptosis_duration, t.necrosis_duration,
            t.habitat, t.moves,          t.mechanics,        false};
}

}  // namespace

void Programs::compile(Model const& model) {
    Vocabulary const words = model.vocabulary();
    int const behaviours = words.behaviours(), rows = 2 * words.types;
    auto const is_affinity = [&](int b) {
        int const first = words.of(behaviour::affinity, 0);
        return b >= first && b < first + words.types;
    };
    std::vector<Real> bases(static_cast<std::size_t>(rows) * behaviours, 0);
    std::vector<std::int16_t> slots(bases.size(), -1);
    std::vector<Term> all_terms;
    std::vector<std::vector<Sensed>> row_signals(rows);
    std::vector<std::vector<Response>> row_responses(rows);
    std::vector<std::vector<std::int16_t>> row_contacts(rows);
    std::vector<std::vector<TargetedBehaviour>> row_chemotaxis(rows), row_attraction(rows), type_fates(words.types),
        type_recruits(words.types), type_offspring(words.types);
    phagocytes = predators = attackers = fusions = selective = damages = false;
    signal_slots = response_slots = 0;
    first_activity = words.of(behaviour::activity, 0);
    ChainSlots const chains(model);
    inputs.clear();
    for (Network const& network : model.pathways) {
        auto& of_types = inputs.emplace_back();
        for (int t = 0; t < words.types; ++t)
            for (double constant : network.input_default) of_types.push_back({{-1, constant}});
    }
    std::vector<TypeConstants> plain;
    for (CellType const& t : model.types) plain.push_back(constants(t));

    std::vector<std::set<std::uint16_t>> slots_of_type(words.types);
    for (int r = 0; r < rows; ++r) {
        int const type = r % words.types;
        bool const dead = r >= words.types;
        Real* const base_row = bases.data() + static_cast<std::size_t>(r) * behaviours;
        std::int16_t* const slot_row = slots.data() + static_cast<std::size_t>(r) * behaviours;
        for (int b = 0; b < behaviours; ++b) {
            bool const of_bodies = b == behaviour::repulsion || b == behaviour::adhesion || is_affinity(b) || b == behaviour::persistence;
            if (!dead || of_bodies) base_row[b] = model.types[type].base[b];
        }

        Row row;
        std::map<int, std::vector<Rule>> modulated;
        for (Rule const& rule : model.rules)
            if (rule.type == type && (!dead || rule.applies_to_dead)) modulated[rule.behaviour].push_back(rule);
        std::map<int, ResponseTime> response_times;
        for (ResponseTime const& response_time : model.types[type].response_times) {
            response_times[response_time.behaviour] = response_time;
            if (!dead) modulated[response_time.behaviour];  // one that no rule acts on approaches its base value
        }
        int next_slot = chains.count;
        for (auto& [b, rules] : modulated) {
            Response response;
            response.base = response.highest = response.lowest = response.initial = base_row[b];
            if (auto const response_time = response_times.find(b); response_time != response_times.end()) {
                response.slot = static_cast<std::int16_t>(chains.first.at(b));
                response.stages = static_cast<std::int16_t>(response_time->second.stages);
                response.stage_time = response_time->second.time / static_cast<Real>(response_time->second.stages);
                if (!dead) response.initial = response_time->second.initial, response.spread = response_time->second.spread;
                if (b >= first_activity) response.activity = static_cast<std::uint32_t>(b - first_activity);
            } else {
                response.slot = static_cast<std::int16_t>(next_slot++);
            }
            auto const first_down = std::stable_partition(rules.begin(), rules.end(), [](Rule const& rule) { return rule.increases; });
            response.up = static_cast<std::uint32_t>(all_terms.size());
            response.down = response.up + static_cast<std::uint32_t>(first_down - rules.begin());
            for (Rule const& rule : rules) {
                all_terms.push_back({row.place(words, rule.signal), rule.half, rule.hill});
                if (rule.increases)
                    response.highest = std::max(response.highest, rule.saturation);
                else
                    response.lowest = std::min(response.lowest, rule.saturation);
            }
            response.end = static_cast<std::uint32_t>(all_terms.size());
            slot_row[b] = response.slot;
            row.responses.push_back(response);
        }

        for (NetworkUse const& use : model.types[type].pathways) {
            if (dead) break;
            for (std::size_t n = 0; n < use.inputs.size(); ++n) {
                if (use.inputs[n].empty()) continue;
                auto& input = inputs[use.network][type * use.inputs.size() + n];
                input.clear();
                for (NetworkSignal const& from : use.inputs[n])
                    input.push_back({static_cast<std::int16_t>(row.place(words, from.signal)), from.scale});
            }
        }

        auto const possible = [&](int b) { return base_row[b] != 0 || slot_row[b] >= 0; };
        auto const list = [&](std::vector<TargetedBehaviour>& acts, TargetedBehaviour::Kind kind, int target, int b) {
            if (possible(b)) acts.push_back({kind, static_cast<std::uint8_t>(target), static_cast<std::int16_t>(b)});
        };
        for (int l = 0; l < words.ligands; ++l) {
            list(row_chemotaxis[r], TargetedBehaviour::Kind::chemotaxis, l, words.of(behaviour::chemotaxis, l));
            list(row_attraction[r], TargetedBehaviour::Kind::attraction, l, words.of(behaviour::attraction, l));
        }
        for (int t = 0; t < words.types; ++t) {
            int const affinity = words.of(behaviour::affinity, t);
            selective = selective || base_row[affinity] != 1 || slot_row[affinity] >= 0;
        }
        if (!dead) {
            list(type_fates[type], TargetedBehaviour::Kind::apoptosis, 0, behaviour::apoptosis);
            list(type_fates[type], TargetedBehaviour::Kind::necrosis, 0, behaviour::necrosis);
            for (int t = 0; t < words.types; ++t) {
                list(type_fates[type], TargetedBehaviour::Kind::differentiate, t, words.of(behaviour::differentiation, t));
                list(type_recruits[type], TargetedBehaviour::Kind::recruit, t, words.of(behaviour::recruitment, t));
                list(type_offspring[type], TargetedBehaviour::Kind::offspring, t, words.of(behaviour::offspring, t));
                attackers = attackers || possible(words.of(behaviour::attack, t));
                if (possible(words.of(behaviour::engulfing, t))) predators = plain[t].prey = plain[type].eats = true;
                if (possible(words.of(behaviour::fusion, t))) fusions = plain[t].prey = true;
            }
            list(type_fates[type], TargetedBehaviour::Kind::enter_cycle, 0, behaviour::cycle_entry);
            for (int b : {behaviour::phagocytosis, behaviour::apoptotic_phagocytosis, behaviour::necrotic_phagocytosis})
                if (possible(b)) phagocytes = plain[type].eats = true;
            damages = damages || possible(behaviour::damage) || possible(behaviour::repair);
        }

        bool touches = false;
        std::vector<std::int16_t> contacts(words.types + contact_entries + words.activities + words.variables, -1);
        for (std::size_t s = 0; s < row.signals.size(); ++s) {
            int const entry = contact_entry(row.signals[s], words);
            if (entry < 0) continue;
            contacts[entry] = static_cast<std::int16_t>(s);
            touches = true;
        }
        if (touches) row_contacts[r] = contacts;
        signal_slots = std::max(signal_slots, static_cast<int>(row.signals.size()));
        response_slots = std::max(response_slots, next_slot);
        for (Response const& response : row.responses)
            for (int s = 0; s < response.slots(); ++s) slots_of_type[type].insert(static_cast<std::uint16_t>(response.slot + s));
        row_signals[r] = std::move(row.signals);
        row_responses[r] = std::move(row.responses);
    }

    damages = damages || attackers;

    types.upload(plain);
    base.upload(bases);
    slot.upload(slots);
    terms.upload(all_terms);
    signals.upload(row_signals);
    contact_signals.upload(row_contacts);
    responses.upload(row_responses);
    std::vector<std::vector<std::uint16_t>> type_places;
    for (auto const& places : slots_of_type) type_places.emplace_back(places.begin(), places.end());
    response_places.upload(type_places);
    chemotaxis.upload(row_chemotaxis);
    attraction.upload(row_attraction);
    fates.upload(type_fates);
    recruits.upload(type_recruits);
    offspring.upload(type_offspring);
}

Real highest(Model const& model, int type, int behaviour) {
    auto const shares = [&](int other) {
        return other == type || (model.types[type].takes_time(behaviour) && model.types[other].takes_time(behaviour));
    };
    Real most = 0;
    for (int other = 0; other < static_cast<int>(model.types.size()); ++other)
        if (shares(other)) most = std::max(most, model.types[other].base[behaviour]);
    for (Rule const& rule : model.rules)
        if (shares(rule.type) && rule.behaviour == behaviour) most = std::max(most, rule.saturation);
    return most;
}

bool binds(Model const& model, int type, int ligand, bool on_membrane) {
    for (std::size_t r = 0; r < model.receptors.size(); ++r)
        for (Receptor::Binding const& b : model.receptors[r].bindings)
            if (b.on_membrane == on_membrane && b.ligand == ligand && model.expresses(type, static_cast<int>(r))) return true;
    return false;
}

std::vector<int> senders(Model const& model, int ligand) {
    std::vector<int> types;
    for (int t = 0; t < static_cast<int>(model.types.size()); ++t)
        if (highest(model, t, model.vocabulary().of(behaviour::secretion, ligand)) > 0 || model.types[t].keeps(ligand)) types.push_back(t);
    if (model.ligands[ligand].circulates >= 0) types.push_back(-1);
    return types;
}

}  // namespace CRINE_NS
}  // namespace crine
