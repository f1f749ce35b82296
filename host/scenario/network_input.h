// Reaction networks as they are written, of pathways inside cells and of reactions between ligands; part of input.h.
#pragma once

#include "host/text/input_values.h"

namespace crine {

/// Names, each with how many of it: a name, a list of them, or a map to numbers.
struct AmountInput {
    Text name;
    double number = 1;
};
struct AmountsInput {
    std::vector<AmountInput> list;
};

struct FunctionInput {
    std::vector<Text> of;
    Formula is;
};
struct SpeciesInput {
    Formula initial;
    std::optional<Text> compartment;
    Flag fixed, amount;
};
struct MichaelisMentenInput {
    Formula V_max, K_m;
};
struct HillLawInput {
    Place at;
    std::optional<Formula> activator, inhibitor;
    Formula V_max, half, power;
};
struct NetworkReactionInput {
    Place at;
    std::optional<Text> name;
    AmountsInput from, to;
    std::optional<Formula> rate, k, back;
    std::optional<MichaelisMentenInput> michaelis_menten;
    std::optional<HillLawInput> hill;
    std::optional<Formula> delay;
    std::optional<Whole> stages;
};
enum class EventValues { at_condition, then };
struct NetworkEventInput {
    Place at;
    Formula when;
    Named<Formula> set;
    std::optional<Formula> delay;
    Choice<EventValues> values;
};
/// A reaction network; numbers and formulas are in units of its own.
struct NetworkInputs {
    Place at;
    Text source, time;
    Positive<Dimension::number> tolerance;
    std::optional<Positive<Dimension::number>> negligible;
    Named<Formula> compartments, parameters;
    Named<Signed<Dimension::number>> inputs;
    Named<FunctionInput> functions;
    Named<SpeciesInput> species;
    Named<Formula> assignments;
    std::vector<NetworkReactionInput> reactions;
    Named<Formula> rates;
    std::vector<NetworkEventInput> events;
};

/// What feeds an input of a pathway, alone or with others: times · signal / per.
struct PathwaySignalInput {
    Place at;
    Text signal;
    std::optional<Later> per;
    Signed<Dimension::number> times;
};
/// A pathway as cells of a type have it.
struct PathwayUseInput {
    Place at;
    Named<OneOrMore<PathwaySignalInput>> inputs;
    Named<Signed<Dimension::number>> parameters, initial;
};

template <>
struct Words<EventValues> {
    static constexpr std::pair<char const*, EventValues> list[] = {{"at condition", EventValues::at_condition},
                                                                   {"then", EventValues::then}};
};

}  // namespace crine
