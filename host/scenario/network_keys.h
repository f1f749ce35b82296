// The keys of reaction networks and of what cells make of them; part of the table in keys.h.
#pragma once

#include "host/scenario/network_input.h"

namespace crine {

template <class Visitor>
void keys(Visitor& key, FunctionInput& in) {
    key("of", in.of, required, "names of the arguments");
    key("is", in.is, required, "formula of these");
}
template <class Visitor>
void keys(Visitor& key, SpeciesInput& in) {
    key.shorthand("initial");
    key("initial", in.initial, otherwise("0"), "value at the beginning: a number, or a formula of parameters and other species");
    key("compartment", in.compartment, optional, "its value is a concentration there; reactions change amounts");
    key("fixed", in.fixed, otherwise("false"), "true: reactions do not change it");
    key("amount", in.amount, otherwise("false"), "true: its value is an amount, in a compartment too");
}
template <class Visitor>
void keys(Visitor& key, MichaelisMentenInput& in) {
    key("V_max", in.V_max, required, "highest rate");
    key("K_m", in.K_m, required, "substrate at half of it");
}
template <class Visitor>
void keys(Visitor& key, HillLawInput& in) {
    key("activator", in.activator, optional, "rate = V_max x / (1 + x), x = (activator / half)^power");
    key("inhibitor", in.inhibitor, optional, "rate = V_max / (1 + x), x = (inhibitor / half)^power");
    key("V_max", in.V_max, required, "highest rate");
    key("half", in.half, required, "what makes half of it");
    key("power", in.power, otherwise("1"), "Hill exponent");
}
template <class Visitor>
void keys(Visitor& key, NetworkReactionInput& in) {
    key.exactly_one({"rate", "k", "michaelis_menten", "hill"});
    key("name", in.name, optional, "for people");
    key("from", in.from, optional, "species that are used up: a name, a list, or a map to numbers");
    key("to", in.to, optional, "species that are made");
    key("rate", in.rate, optional, "formula, in amounts per time");
    key("k", in.k, optional, "mass action: rate constant");
    key("back", in.back, optional, "mass action: rate constant of the way back");
    key("michaelis_menten", in.michaelis_menten, optional, "of the one species in `from`");
    key("hill", in.hill, optional, "of an activator or inhibitor");
    key("delay", in.delay, optional, "mean time until what is made appears");
    key("stages", in.stages, optional, "of the delay: first-order steps one after the other; 4 if absent");
}
template <class Visitor>
void keys(Visitor& key, NetworkEventInput& in) {
    key("when", in.when, required, "condition; when it becomes true, species get new values");
    key("set", in.set, required, "by species: formula of the new value");
    key("delay", in.delay, optional, "time from the condition to the effect; if it becomes true again meanwhile, only the last one counts");
    key("values", in.values, otherwise("at condition"), "of a delayed event: those of the time of its condition, or of then");
}
template <class Visitor>
void keys(Visitor& key, NetworkInputs& in) {
    key("source", in.source, otherwise("''"), "where it is from");
    key("time", in.time, otherwise("s"), "unit of time of all numbers and formulas, and of `time`");
    key("tolerance", in.tolerance, otherwise("1e-4"), "error of a step, relative to each value");
    key("negligible", in.negligible, optional, "values far below this need not be exact; a millionth of the largest initial one if absent");
    key("compartments", in.compartments, optional, "sizes");
    key("parameters", in.parameters, optional, "numbers, which a cell type may change, or formulas of them");
    key("inputs", in.inputs, optional, "what signals feed; value where they feed nothing");
    key("functions", in.functions, optional, "for formulas");
    key("species", in.species, optional, "of a pathway: what changes, in this order: initial value, or a map");
    key("assignments", in.assignments, optional, "formulas that follow from species; may be rules' signals too");
    key("reactions", in.reactions, optional, "what makes and uses up species");
    key("rates", in.rates, optional, "by species that no reaction changes: formula of its rate of change");
    key("events", in.events, optional, "sudden changes");
}
template <class Visitor>
void keys(Visitor& key, PathwaySignalInput& in) {
    key.shorthand("signal");
    key("signal", in.signal, required_here, "of the cell, as in rules");
    key("per", in.per, optional, "the input is 1 at this signal, in its unit; needed where the signal has a dimension");
    key("times", in.times, otherwise("1"), "factor");
}
template <class Visitor>
void keys(Visitor& key, PathwayUseInput& in) {
    key("inputs", in.inputs, optional, "signals that feed inputs of the network: one, or a list of what adds up");
    key("parameters", in.parameters, optional, "other than those of the network");
    key("initial", in.initial, optional, "species of a new cell, other than those of the network");
}

}  // namespace crine
