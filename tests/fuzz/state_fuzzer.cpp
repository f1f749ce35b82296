#include "fuzz/fuzzer.h"

#include "host/run/simulation.h"
#include "support/scenario_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

/// The state in a checkpoint, changed behind the back of its checksums: an engine that has every part restores it, and goes on.

namespace crine::test {
namespace {

constexpr std::uint64_t kSteps = 6;

constexpr char const* kEveryPart = R"(
time: {end: 1 h, transport: 10 s, mechanics: 10 s, behaviour: 10 s}
domain: {size: [40 um, 30 um, 20 um], spacing: 10 um, periodic: [x], represents: 1e6}
ligands:
  A: {diffusivity: 60 um^2/s, decay: 1e-3 /s, trace_senders: true}
  B: {diffusivity: 10 um^2/s, initial: 1 nM, boundaries: {y-: {value: 1 nM}}}
  C: {diffusivity: 0 um^2/s, initial: 2 nM}
  BC: {diffusivity: 1 um^2/s}
  transmitter: {diffusivity: 600 um^2/s, decay: 1 /s}
membrane_ligands: {Delta: {turnover: 1 /h, trace_senders: true}}
reactions: [{bind: [B, C], to: BC, k_on: 1e6 /M/s, k_off: 1e-3 /s}]
receptors:
  R: {ligands: {A: {k_on: 1e7 /M/s, K_d: 1 nM}}, turnover: 1 /h, internalisation: 2 /h, desensitisation: 1 /h}
  Notch: {membrane_ligands: {Delta: {k_on: 1e-6 /s/molecule}}, internalisation: 1 /h}
pathways:
  P: {inputs: {x: 0}, species: {S: 1, T: 0}, reactions: [{from: S, to: T, rate: x * S, delay: 10}, {from: T, to: S, k: 0.1}], events: [{when: T > 0.5, set: {T: 0}, delay: 5}]}
regions:
  wall: {layer: {axis: z, from: 0 um, to: 10 um}, exchange: {A: {with: blood, permeability_surface: 1e-3 /s}}}
compartments:
  blood: {volume: 1 mL, ligands: {A: {initial: 1 pM, half_life: 1 h, carrier: {total: 1 nM, K_d: 1 nM}}}, cells: {neutrophil: {number: 1e6 cell, half_life: 7 h, production: 1e5 cell/h, rules: [{signal: A in blood, increases: production, to: 2e5 cell/h, half: 5 pM}], response_times: {production: {delay: 1 h, stages: 2}}}}}
  lymph: {volume: 1 mL, ligands: {A: {}}}
transfers: [{ligand: A, from: blood, to: lymph, rate: 1 /h}]
doses:
  - {ligand: A, into: blood, bolus: 1e9 molecule, at: 30 s, every: 30 s, times: 9}
  - {ligand: B, into: wall, infusion: 1e3 molecule/s, from: 20 s, to: 200 s}
cells:
  wall cell:
    radius: 4 um
    speed: 1 um/min
    cycle: {entry: at once, duration: 10 min}
    secretion: {A: 10 molecule/s}
    receptors: {R: 1000, Notch: 1000}
    presents: {Delta: 1000}
    stores: {B: {amount: 1e4 molecule, release: 1e-3 /s, refill: 1 /h}}
    activities: {alarm: {base: 0.5, response_time: 5 min}}
    pathways: {P: {inputs: {x: {signal: A, per: 1 nM}}}}
    recruits: {neutrophil: 10 /h}
    rules: [{signal: occupancy of Notch, increases: speed, to: 2 um/min, half: 0.5}, {signal: A, increases: secretion of A, to: 20 molecule/s, half: 1 nM}]
    response_times: {secretion of A: {delay: 2 min, stages: 3}}
  neutrophil: {radius: 4 um, speed: 5 um/min, apoptosis: {rate: 10 /h, duration: 5 min}, attacks: {wall cell: 10 /h}, phagocytosis: 10 /h, becomes: {neuron: 1 /h}}
  neuron: {radius: 3 um, moves: false}
  muscle: {radius: 3 um, moves: false}
placement:
  - {type: wall cell, count: 6}
  - {type: neutrophil, count: 6}
  - {type: neuron, at: [[5 um, 5 um, 15 um], [35 um, 25 um, 15 um]]}
  - {type: muscle, at: [[15 um, 5 um, 15 um]]}
synapses:
  junction:
    ligand: transmitter
    from: neuron
    to: muscle
    pairs: nearest
    cleft: {width: 50 nm, half_length: 1.6 um, diffusivity: 400 um^2/s, nodes: 8}
    vesicles: {content: 1e4 molecule, pool: 200, refill: 0.1 /s, released: 5}
    firing: 0.5 Hz
    receptor: {number: 1e5, k_on: 3.3e7 /M/s, k_off: 1e4 /s, open: 2e4 /s, close: 1e3 /s}
)";

/// Eight bytes of an input each say what is changed: four of a place, one of a manner, one of a value.
std::vector<std::byte> changed(std::vector<std::byte> state, std::string_view by) {
    static std::array<double, 8> const doubles{0,
                                               -1,
                                               1e300,
                                               -1e300,
                                               1e-300,
                                               std::numeric_limits<double>::infinity(),
                                               -std::numeric_limits<double>::infinity(),
                                               std::numeric_limits<double>::quiet_NaN()};
    static std::array<float, 8> const floats{
        0, -1, 1e38f, -1e38f, 1e-38f, std::numeric_limits<float>::infinity(), 1e5f, std::numeric_limits<float>::quiet_NaN()};
    for (; by.size() >= 8 && state.size() > 8; by.remove_prefix(8)) {
        auto const byte = [&](std::size_t n) { return static_cast<unsigned char>(by[n]); };
        std::size_t const place = (byte(0) | byte(1) << 8 | byte(2) << 16) % (state.size() - 8);
        auto const at = state.begin() + static_cast<std::ptrdiff_t>(place);
        switch (byte(4) % 6) {
            case 0:
                *at = static_cast<std::byte>(by[5]);
                break;
            case 1:
                std::memcpy(&*at, &doubles[byte(5) % doubles.size()], sizeof(double));
                break;
            case 2:
                std::memcpy(&*at, &floats[byte(5) % floats.size()], sizeof(float));
                break;
            case 3:
                *at ^= static_cast<std::byte>(1 << byte(5) % 8);
                break;
            case 4:
                state.erase(at, at + std::min<std::ptrdiff_t>(byte(5), state.end() - at));
                break;
            case 5:
                state.insert(at, byte(5), std::byte{1});
                break;
        }
    }
    return state;
}

}  // namespace
}  // namespace crine::test

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace crine;
    static Scenario const scenario = test::load_text(test::kEveryPart);
    static Device const alone{.kind = Device::Kind::cpu, .threads = 1};
    static std::vector<std::byte> const sound = [] {
        Simulation simulation(scenario, make_backend(alone));
        for (std::uint64_t n = 0; n < test::kSteps; ++n) simulation.step();
        return simulation.backend().save();
    }();
    test::read_or_refuse([&] {
        Simulation simulation(scenario, make_backend(alone));
        simulation.resume(test::kSteps, test::changed(sound, test::text_of(data, size)));
        Backend& engine = simulation.backend();
        engine.state_hash(), engine.totals();
        Snapshot snapshot;
        engine.snapshot(snapshot, std::vector<bool>(scenario.model.ligands.size(), true), true);
        for (int n = 0; n < 2; ++n) simulation.step();
    });
    return 0;
}
