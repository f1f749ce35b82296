#pragma once

#include "crine/portable.h"

#include <cstdint>
#include <string>
#include <vector>

/// A reaction network after compilation: everything that a step of it needs is a straight-line program over registers, which a device runs
/// for many cells at a time. Built by `host/network_compiler`.

namespace crine {

enum class Op : std::uint16_t {
    copy,
    negate,
    add,
    subtract,
    multiply,
    divide,
    subtract_product,  ///< a - b c
    power,
    exp,
    log,
    sqrt,
    sin,
    cos,
    tan,
    tanh,
    abs,
    floor,
    ceil,
    minimum,
    maximum,
    less,  ///< 1 or 0, as all that compare
    less_or_equal,
    equal,
    both,    ///< neither is 0
    either,  ///< not both are 0
    select,  ///< a ≠ 0 ? b : c
};

/// to ← op(a, b, c), of registers.
struct Instruction {
    Op op = Op::copy;
    std::uint16_t to = 0, a = 0, b = 0, c = 0;
};
using Instructions = std::vector<Instruction>;

/// Where things are among the registers. The variables of the equations are the first, in their order.
struct NetworkLayout {
    int species = 0;      ///< variables that are integrated
    int visible = 0;      ///< of these the first have names; the others are on their way through a delay
    int observables = 0;  ///< what assignments derive from them
    int inputs = 0, parameters = 0, constants = 0, events = 0, settings = 0;
    int watches = 0;  ///< comparisons in conditions of events
    // first register of each group
    int time = 0, shift = 0, input = 0, parameter = 0, constant = 0;
    int rate = 0;        ///< dy/dt, by species
    int drift = 0;       ///< ∂(dy/dt)/∂t, by species; only if `timed`
    int factor = 0;      ///< of the matrix shift - ∂(dy/dt)/∂y
    int right = 0;       ///< right-hand side, by species
    int solution = 0;    ///< by species
    int observable = 0;  ///< by observable
    int trigger = 0;     ///< by event: whether its condition holds
    int delay = 0;       ///< by event
    int setting = 0;     ///< by setting: the value that it gives
    int stages = 0;      ///< of the integrator: 4 by species
    int start = 0;       ///< by species: where a step began
    int watch = 0;       ///< by watch: a difference that a condition compares with 0
    int watched = 0;     ///< the same at several times in a step, by time and watch
    int first_rate = 0;  ///< by species: dy/dt where a step began; this and the next only if there are events
    int finish = 0;      ///< by species: where it ended
    int registers = 0;   ///< of all
    bool timed = false;  ///< rates depend on time itself

    // of the numbers that a cell keeps: species, observables, and behind them
    CRINE_HD int step() const { return species + observables; }        ///< the next step [time of the network]; 0: not known yet
    CRINE_HD int held(int event) const { return step() + 1 + event; }  ///< whether its condition held; below 0: nobody has looked yet
    CRINE_HD int due(int event) const { return step() + 1 + events + event; }  ///< when it will take effect; infinite: it is not waiting
    CRINE_HD int kept(int setting) const { return step() + 1 + 2 * events + setting; }  ///< value that it will give then
    CRINE_HD int of_events() const { return 2 * events + settings; }                    ///< of these last, how many
    CRINE_HD int columns() const { return step() + 1 + of_events(); }
    /// Of a variable with a name, species first.
    CRINE_HD int column(int variable) const { return variable < visible ? variable : species + variable - visible; }
};

/// Times in a step at which conditions of events are looked at, evenly spread from its beginning to its end.
inline constexpr int kLooks = 5;

/// Numbers that a network may keep for its events, beside species and observables: two for each, and one for each value that they set.
inline constexpr int kMostKept = 32;

/// When its condition becomes true, an event gives species new values; SBML's event with persistent trigger.
struct NetworkEvent {
    int first = 0, last = 0;   ///< its settings
    bool delayed = false;      ///< takes effect later than its condition
    bool values_then = false;  ///< its values are those of the time when it takes effect, not of the condition
};

struct Network {
    std::string name;
    double time_unit = 1;                ///< in which rates and `time` are [s]
    double tolerance = 1e-4;             ///< error of a step, relative to the value
    double negligible = 1e-9;            ///< values far below this need not be exact
    std::vector<std::string> variables;  ///< names: visible species, then observables
    std::vector<std::string> inputs, parameters;
    std::vector<double> input_default, parameter_default, constants;
    std::vector<std::uint8_t> positive;  ///< by column of variables: stays ≥ 0; a species, since its rate is not negative where it is 0
    std::vector<NetworkEvent> events;
    std::vector<int> targets;  ///< species of each setting
    NetworkLayout layout;
    Instructions initial;     ///< parameters → species
    Instructions rates;       ///< species, inputs, time → rates
    Instructions system;      ///< the same and shift → rates, drifts and the factors of the matrix
    Instructions solve;       ///< factors and right-hand side → solution
    Instructions observe;     ///< → observables
    Instructions conditions;  ///< → triggers, delays, settings, watches
};

/// A signal that feeds an input: times · signal / per.
struct NetworkSignal {
    int signal = 0;    ///< Vocabulary index
    double scale = 1;  ///< times / per
};

/// What cells of a type have of a network.
struct NetworkUse {
    int network = 0;
    std::vector<std::vector<NetworkSignal>> inputs;  ///< by input of the network: what adds up in it; none: the network's default
    std::vector<double> parameters;                  ///< by parameter
    std::vector<double> initial;                     ///< by column: of a new cell
};

}  // namespace crine
