// Benchmark `phenotype`: signals, rules and decisions of cells (sense, behave, apply), without rules and with six.
#include "host/bench/models.h"
#include "host/bench/session.h"

namespace crine::bench {
namespace {

constexpr double kHour = 3600;  // [s]

/// Six rules of the kind that tumour and tissue models have: one signal from a field, and crowding.
void add_rules(Model& model) {
    Vocabulary const words = model.vocabulary();
    int const oxygen = words.of(signal::concentration, 0), pressure = signal::pressure;
    auto const rule = [&](int signal, int behaviour, bool increases, Real saturation, Real half) {
        model.rules.push_back({0, signal, behaviour, increases, saturation, half, 4, false});
    };
    rule(oxygen, behaviour::cycle_entry, true, Real(1 / (24 * kHour)), 10);
    rule(pressure, behaviour::cycle_entry, false, 0, 1);
    rule(oxygen, behaviour::necrosis, false, 0, 5);
    rule(oxygen, behaviour::speed, false, Real(0.001), 5);
    rule(pressure, behaviour::speed, true, Real(0.01), 1);
    rule(oxygen, words.of(behaviour::secretion, 0), false, 0, 10);
}

/// Reads a cell's type, state, id and time in its state and, with rules, its place, pressure and concentration; writes an intent, and
/// one value for each behaviour that a rule modulates.
double bytes(int rules) { return 1 + 1 + 4 + 8 + 8 + (rules > 0 ? 5 * sizeof(Real) + 4 * sizeof(Real) : 0); }

void measure(Session& session, std::size_t n, int rules) {
    Tissue tissue = bench::tissue(n, 1);
    CellType& type = tissue.type();
    type.base[behaviour::cycle_entry] = Real(1 / (48 * kHour));
    type.base[behaviour::apoptosis] = Real(1 / (1000 * kHour));
    type.base[behaviour::necrosis] = Real(1 / (1000 * kHour));
    type.base[behaviour::speed] = Real(0.002);
    type.base[behaviour::persistence] = 600;
    type.base[static_cast<std::size_t>(tissue.model.vocabulary().of(behaviour::secretion, 0))] = 1;
    type.cycle_duration = Real(18 * kHour), type.apoptosis_duration = Real(9 * kHour), type.necrosis_duration = Real(60 * kHour);
    for (auto& value : tissue.state.fields[0]) value = 20;
    if (rules > 0) add_rules(tissue.model);
    auto engine = session.engine(tissue.model, tissue.state);
    engine->move({0, peer::mechanics_step, 0});  // so that there is pressure

    std::uint64_t step = 0;
    auto const behave = [&] {
        Moment const now{static_cast<double>(step) * peer::behaviour_step, peer::behaviour_step, step};
        ++step;
        engine->sort();
        auto const cells = static_cast<double>(engine->cell_count());
        return timed(*engine,
                     [&] {
                         engine->sense(now);
                         engine->behave(now);
                         engine->apply(now);
                     }) /
               cells * 1e9;
    };
    Samples const ns = session.repeat(behave);
    std::string const setting = rules > 0 ? "6 rules" : "no rules";
    session.report({.name = "phenotype",
                    .setting = setting,
                    .size = n,
                    .ligands = 1,
                    .metric = metric::ns_per_cell.name,
                    .value = ns,
                    .note = "sense, behave, apply"},
                   bytes(rules) / ns.median * 1e9);
    session.report({.name = "phenotype",
                    .setting = setting,
                    .size = n,
                    .ligands = 1,
                    .metric = metric::bytes_per_cell.name,
                    .value = one(session.bytes_per_cell(std::move(engine), tissue.model))});
}

}  // namespace

void measure_phenotype(Session& session) {
    for (int rules : {0, 6}) measure(session, session.size().cells, rules);
}

}  // namespace crine::bench
