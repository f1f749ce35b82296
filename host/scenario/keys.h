// The table of keys of a scenario file: name, member of input.h, default and description of each.
#pragma once

#include "host/scenario/input.h"
#include "host/scenario/network_keys.h"

/// Reaction networks have their part of it in network_keys.h. A visitor is called as
///     key(name, member, presence, description)        for every key of a map, in order
///     key.shorthand(name)                             a plain value in place of the map stands for this key
///     key.exactly_one({names}), key.at_most_one({names})
/// The reader, the JSON Schema and the resolved scenario are all made from it.

namespace crine {

template <class Visitor>
void keys(Visitor& key, TimeInput& in) {
    key("end", in.end, required, "simulated time at which the run ends");
    key("transport", in.transport, otherwise("1 min"), "step of the ligand fields");
    key("mechanics", in.mechanics, otherwise("1 min"), "step of forces and movement");
    key("behaviour", in.behaviour, otherwise("6 min"), "step of decisions: cycle, death, differentiation, recruitment");
}

template <class Visitor>
void keys(Visitor& key, DomainInput& in) {
    key("size", in.size, required, "edge lengths along x, y, z: whole multiples of spacing; one voxel thick in z: a sheet");
    key("spacing", in.spacing, required, "edge of a voxel");
    key("periodic", in.periodic, otherwise("[]"), "axes on which the domain closes on itself");
    key("represents", in.represents, otherwise("1"), "such pieces of tissue that share the compartments");
}

template <class Visitor>
void keys(Visitor& key, TransportInput& in) {
    key("tolerance", in.tolerance, otherwise("1e-3"),
        "estimated error of a step (adaptive) or of its solve (the others), relative to the largest concentration");
    key("scheme", in.scheme, otherwise("adaptive"), "time stepping of ligands that name none");
}

template <class Visitor>
void keys(Visitor& key, InitialInput& in) {
    key.shorthand("value");
    key.exactly_one({"value", "expression", "file"});
    key("value", in.value, optional, "the same everywhere");
    key("expression", in.expression, optional, "formula of x, y, z in um");
    key("file", in.file, optional, "VTK image file (.vti) with one value for each voxel");
    key("array", in.array, optional, "name of the array in the file");
    key("unit", in.unit, optional, "unit of the expression or array; nM if absent");
}

template <class Visitor>
void keys(Visitor& key, FaceInput& in) {
    key.shorthand("condition");
    key.exactly_one({"condition", "value", "flux"});
    key("condition", in.condition, optional, "the word that says that nothing passes");
    key("value", in.value, optional, "concentration held at the face");
    key("flux", in.flux, optional, "flux into the domain");
}

template <class Visitor>
void keys(Visitor& key, BoundariesInput& in) {
    key("all", in.all, optional, "every face that is not named");
    constexpr char const* names[] = {"x-", "x+", "y-", "y+", "z-", "z+"};
    for (int side = x_low; side <= z_high; ++side) key(names[side], in.sides[static_cast<std::size_t>(side)], optional, "this face");
}

template <class Visitor>
void keys(Visitor& key, HindranceInput& in) {
    key.exactly_one({"molar_volume", "e_fold"});
    key("molar_volume", in.molar_volume, optional,
        "of the matrix, which fills phi = concentration * molar_volume: D falls by ((1-phi)/(1+phi))^2");
    key("e_fold", in.e_fold, optional, "concentration of the matrix at which D has fallen by a factor of e, exponentially");
}

template <class Visitor>
void keys(Visitor& key, LigandInput& in) {
    key.at_most_one({"decay", "half_life"});
    key("diffusivity", in.diffusivity, required, "diffusion coefficient D; 0 um^2/s: it does not move (matrix)");
    key("like", in.like, optional, "another ligand, of the scenario or of a library: what is not said here is as there");
    key("decay", in.decay, optional, "first-order loss; none if absent");
    key("half_life", in.half_life, optional, "decay in another form: ln 2 / half_life");
    key("scheme", in.scheme, optional, "time stepping; that of transport if absent");
    key("unit", in.unit, otherwise("nM"), "unit of outputs");
    key("initial", in.initial, otherwise("0 nM"), "concentration at time 0");
    key("boundaries", in.boundaries, otherwise("{}"), "conditions on the faces of the domain; zero-flux if absent");
    key("cleaved_by", in.cleaved_by, optional, "enzymes, by other ligands of the list, and their rate constants");
    key("molar_mass", in.molar_mass, optional, "needed where a quantity of the ligand is given by mass");
    key("hindered_by", in.hindered_by, optional, "matrix, by other ligands of the list: how it lowers the diffusivity");
    key("trace_senders", in.trace_senders, otherwise("false"), "routes.csv tells which type received it from which, and by which route");
}

template <class Visitor>
void keys(Visitor& key, ReactionInput& in) {
    key.exactly_one({"bind", "convert", "network"});
    key("bind", in.bind, optional, "two ligands that bind each other, reversibly and one to one");
    key("convert", in.convert, optional, "a ligand that becomes another, or is broken down");
    key("to", in.to, optional, "complex of what binds; what the converted ligand becomes: one, a list of two, or nothing (broken down)");
    key("by", in.by, optional, "enzyme that converts it and is not used up");
    key("k_on", in.k_on, optional, "bind: association rate constant");
    key("k_off", in.k_off, optional, "bind: dissociation rate constant");
    key("K_d", in.k_d, optional, "bind: dissociation constant, k_off = K_d * k_on");
    key("rate", in.rate, optional, "convert: rate of a first-order reaction");
    key("k", in.k, optional, "convert by an enzyme: rate = k * enzyme");
    key("k_cat", in.k_cat, optional, "convert by an enzyme, saturable: turnover number, with K_m");
    key("V_max", in.v_max, optional, "convert, saturable: highest rate, with K_m");
    key("K_m", in.k_m, optional, "convert, saturable: concentration at half the highest rate");
    key("network", in.network, optional, "any reactions by formulas of the ligands' concentrations");
    key("unit", in.unit, optional, "of concentrations in the network; nM if absent");
}

template <class Visitor>
void keys(Visitor& key, BoxInput& in) {
    key("from", in.from, required, "low corner");
    key("to", in.to, required, "high corner");
}
template <class Visitor>
void keys(Visitor& key, SphereInput& in) {
    key("centre", in.centre, required, "centre");
    key("radius", in.radius, required, "radius");
}
template <class Visitor>
void keys(Visitor& key, CylinderInput& in) {
    key("axis", in.axis, required, "direction");
    key("centre", in.centre, required, "on the other two axes, in the order x, y, z");
    key("radius", in.radius, required, "radius");
    key("from", in.from, optional, "where it begins on its axis");
    key("to", in.to, optional, "where it ends on its axis");
}
template <class Visitor>
void keys(Visitor& key, LayerInput& in) {
    key("axis", in.axis, required, "across the layer");
    key("from", in.from, required, "low side");
    key("to", in.to, required, "high side");
}
template <class Visitor>
void keys(Visitor& key, HalfSpaceInput& in) {
    key("point", in.point, required, "on the bounding plane");
    key("normal", in.normal, required, "points inside");
}
template <class Visitor>
void keys(Visitor& key, MaskInput& in) {
    key("file", in.file, required, "VTK image file (.vti) with one value for each voxel");
    key("array", in.array, required, "name of the array in the file");
    key("value", in.value, optional, "inside where the array equals it; where it is not 0 if absent");
}

template <class Visitor>
void keys(Visitor& key, CarrierInput& in) {
    key("total", in.total, required_here, "concentration of its binding sites");
    key("K_d", in.kd, required_here, "dissociation constant");
}
template <class Visitor>
void keys(Visitor& key, PoolInput& in) {
    key.at_most_one({"decay", "half_life", "clearance"});
    key("decay", in.decay, optional, "first-order loss of what is free; none if absent");
    key("half_life", in.half_life, optional, "decay in another form: ln 2 / half_life");
    key("clearance", in.clearance, optional, "decay in another form: volume cleared per time, over the volume");
    key("initial", in.initial, otherwise("0 nM"), "concentration at time 0, free and bound");
    key("unit", in.unit, optional, "unit of outputs; the ligand's if absent");
    key("carrier", in.carrier, optional, "protein that binds it: only what is free is lost, transferred, or crosses vessel walls");
}
template <class Visitor>
void keys(Visitor& key, CellPoolInput& in) {
    key.exactly_one({"number", "density"});
    key.at_most_one({"loss", "half_life"});
    key("number", in.number, optional, "at time 0; walls recruit at their rates when there are so many, and in proportion otherwise");
    key("density", in.density, optional, "number in another form: in the volume of the compartment");
    key("loss", in.loss, optional, "share that leaves for elsewhere per time; none if absent");
    key("half_life", in.half_life, optional, "loss in another form: ln 2 / half_life");
    key("production", in.production, optional, "new ones per time; what keeps the number as it is if absent");
    key("rules", in.rules, optional, "by which LIGAND in COMPARTMENT, or time, changes production");
    key("response_times", in.response_times, optional, "of production: what time it takes to become what rules ask for; none if absent");
}
template <class Visitor>
void keys(Visitor& key, CompartmentInput& in) {
    key("volume", in.volume, required, "in which ligands are evenly dissolved");
    key("ligands", in.ligands, optional, "that it holds");
    key("cells", in.cells, optional, "that circulate in it, by type: those who recruit that type take them from here");
}
template <class Visitor>
void keys(Visitor& key, TransferInput& in) {
    key("ligand", in.ligand, required_here, "what is transferred");
    key("from", in.from, required_here, "compartment");
    key("to", in.to, required_here, "compartment");
    key("rate", in.rate, required_here, "share of the free amount in `from` that moves per time");
}
template <class Visitor>
void keys(Visitor& key, DoseInput& in) {
    key.exactly_one({"bolus", "infusion"});
    key("ligand", in.ligand, required_here, "what is given");
    key("into", in.into, required_here, "compartment, or region of the tissue");
    key("bolus", in.bolus, optional,
        "amount given at once: molecules, moles, or a mass if the ligand has a molar_mass; in all or per body weight (5 mg/kg); 0: a "
        "placebo");
    key("at", in.time, optional, "when the bolus is given");
    key("infusion", in.infusion, optional, "amount given per time, likewise");
    key("from", in.from, optional, "when the infusion begins");
    key("to", in.to, optional, "when the infusion ends");
    key("every", in.every, optional, "given again after this time; once if absent");
    key("times", in.times, optional, "how often in all; until the end of the run if absent");
}
template <class Visitor>
void keys(Visitor& key, VesselInput& in) {
    key("with", in.with, required_here, "compartment beyond the vessel walls");
    key("permeability_surface", in.permeability_surface, required_here, "permeability times wall area, per volume of tissue");
}

template <class Visitor>
void keys(Visitor& key, RegionInput& in) {
    key("box", in.box, optional, "between two corners");
    key("sphere", in.sphere, optional, "a ball");
    key("cylinder", in.cylinder, optional, "along an axis");
    key("layer", in.layer, optional, "between two planes across an axis");
    key("half_space", in.half_space, optional, "one side of a plane");
    key("expression", in.expression, optional, "inside where the formula of x, y, z in um is not 0");
    key("mask", in.mask, optional, "from a file");
    key("all_of", in.all_of, optional, "inside all of these regions, listed above this one");
    key("any_of", in.any_of, optional, "inside any of these regions, listed above this one");
    key("none_of", in.none_of, optional, "outside these regions, listed above this one");
    key("diffusivity", in.diffusivity, optional, "by ligand");
    key("decay", in.decay, optional, "by ligand");
    key("source", in.source, optional, "by ligand: production in the volume");
    key("value", in.value, optional, "by ligand: the concentration is held here");
    key("initial", in.initial, optional, "by ligand: at time 0");
    key("exchange", in.exchange, optional, "by ligand: what crosses vessel walls here, to and from a compartment");
}

template <class Visitor>
void keys(Visitor& key, CycleInput& in) {
    key("entry", in.entry, otherwise("0 /h"), "rate of leaving rest, or `at once`");
    key("duration", in.duration, otherwise("24 h"), "from entry to division; the volume doubles meanwhile");
}
template <class Visitor>
void keys(Visitor& key, DeathInput& in) {
    key.shorthand("rate");
    key("rate", in.rate, otherwise("0 /h"), "rate of dying");
    key("duration", in.duration, otherwise("8 h"), "from death to removal");
}
template <class Visitor>
void keys(Visitor& key, PhagocytosisInput& in) {
    key.shorthand("rate");
    key("rate", in.rate, otherwise("0 /h"), "for every touching dead cell");
    key("apoptotic", in.apoptotic, otherwise("0 /h"), "added to it for an apoptotic one");
    key("necrotic", in.necrotic, otherwise("0 /h"), "added to it for a necrotic one");
}
template <class Visitor>
void keys(Visitor& key, AttackInput& in) {
    key("damage", in.damage, otherwise("1 /min"), "done to the attacked cell per time");
    key("duration", in.duration, otherwise("6 s"), "from its beginning to its end");
}
template <class Visitor>
void keys(Visitor& key, DamageInput& in) {
    key("rate", in.rate, otherwise("0 /h"), "that comes to the cell without attacks");
    key("repair", in.repair, otherwise("0 /h"), "part of its damage that it repairs per time");
}
template <class Visitor>
void keys(Visitor& key, SecretionInput& in) {
    key.shorthand("rate");
    key("rate", in.rate, required_here, "molecules from one cell");
    key("saturation", in.saturation, optional, "surrounding concentration at which it stops; never if absent");
}
template <class Visitor>
void keys(Visitor& key, UptakeInput& in) {
    key.shorthand("clearance");
    key.exactly_one({"clearance", "receptors"});
    key("clearance", in.clearance, optional, "volume cleared by the surface of one cell, or `perfect`");
    key("receptors", in.receptors, optional, "on one cell; with k_on: clearance = receptors * k_on");
    key("k_on", in.k_on, optional, "association rate constant of the receptor");
}
template <class Visitor>
void keys(Visitor& key, RuleInput& in) {
    key.exactly_one({"increases", "decreases"});
    key("signal", in.signal, required_here, "what the cell senses");
    key("increases", in.increases, optional, "behaviour that the signal raises");
    key("decreases", in.decreases, optional, "behaviour that the signal lowers");
    key("to", in.to, required_here, "the behaviour's value at infinite signal, in its unit");
    key("half", in.half, required_here, "signal at half effect, in its unit");
    key("hill", in.hill, otherwise("1"), "Hill exponent");
    key("applies_to_dead", in.applies_to_dead, otherwise("false"), "dead cells obey it too");
}

template <class Visitor>
void keys(Visitor& key, BindingInput& in) {
    key.exactly_one({"k_off", "K_d"});
    key("k_on", in.k_on, required, "how fast a receptor binds");
    key("k_off", in.k_off, optional, "how fast a complex lets go");
    key("K_d", in.K_d, optional, "concentration at which half are bound: k_off / k_on");
    key("internalisation", in.internalisation, optional, "rate at which active complexes go inside; that of the receptor if absent");
    key("desensitisation", in.desensitisation, optional, "rate at which active complexes become inactive; that of the receptor if absent");
    key("recovery", in.recovery, optional, "rate at which they become active again; that of the receptor if absent");
    key("efficacy", in.efficacy, otherwise("1"), "signal of an active complex; 0: the ligand is an antagonist");
}

template <class Visitor>
void keys(Visitor& key, ContactBindingInput& in) {
    key("k_on", in.k_on, required, "how fast a receptor binds each molecule on the cells that touch");
    key("internalisation", in.internalisation, optional, "rate at which active complexes go inside; that of the receptor if absent");
    key("desensitisation", in.desensitisation, optional, "rate at which active complexes become inactive; that of the receptor if absent");
    key("recovery", in.recovery, optional, "rate at which they become active again; that of the receptor if absent");
    key("efficacy", in.efficacy, otherwise("1"), "signal of an active complex; 0: the ligand is an antagonist");
}

template <class Visitor>
void keys(Visitor& key, MembraneLigandInput& in) {
    key("turnover", in.turnover, otherwise("0 /h"), "rate of loss from the surface");
    key("trace_senders", in.trace_senders, otherwise("false"), "routes.csv tells which type received it from which");
}

template <class Visitor>
void keys(Visitor& key, ReceptorInput& in) {
    key("class", in.kind, optional, "entry of an included library that fills in what is not said here, such as GPCR");
    key("like", in.like, optional, "another kind, of the scenario or of a library: what is not said here is as there");
    key("ligands", in.ligands, optional, "what it binds");
    key("membrane_ligands", in.membrane_ligands, optional, "what it binds on cells that touch");
    key("turnover", in.turnover, otherwise("0 /h"), "rate of loss of free receptors from the surface");
    key("internalisation", in.internalisation, otherwise("0 /h"), "rate at which active complexes go inside");
    key("recycling", in.recycling, otherwise("0 /h"), "rate at which receptors come back from inside, without ligand");
    key("degradation", in.degradation, otherwise("0 /h"), "rate at which they are broken down inside");
    key("desensitisation", in.desensitisation, otherwise("0 /h"), "rate at which active complexes become inactive");
    key("recovery", in.recovery, otherwise("0 /h"), "rate at which they become active again");
    key("shedding", in.shedding, otherwise("0 /h"), "rate at which receptors leave the surface, with the ligand they hold");
}

template <class Visitor>
void keys(Visitor& key, ExpressionInput& in) {
    key.shorthand("number");
    key("number", in.number, required, "on the surface of a new cell");
    key("synthesis", in.synthesis, optional, "new ones per time; what keeps that number if absent");
}

template <class Visitor>
void keys(Visitor& key, StoreInput& in) {
    key("amount", in.amount, required, "in a full store of one cell, such as that of a new one");
    key("release", in.release, otherwise("0 /h"), "part of what is there that is let out per time");
    key("refill", in.refill, otherwise("0 /h"), "rate constant of filling up to the amount");
}

template <class Visitor>
void keys(Visitor& key, ResponseTimeInput& in) {
    key.shorthand("time");
    key.exactly_one({"time", "delay"});
    key("time", in.time, optional, "time constant of the exponential approach to what rules ask for");
    key("delay", in.delay, optional, "mean delay; its standard deviation is delay / sqrt(stages)");
    key("stages", in.stages, optional, "of the delay: first-order steps one after the other; 4 if absent");
}
template <class Visitor>
void keys(Visitor& key, ActivityStartInput& in) {
    key.shorthand("value");
    key("value", in.value, required_here, "mean of all cells");
    key("spread", in.spread, otherwise("0"), "largest deviation of a cell, relative to the mean; uniform");
}
template <class Visitor>
void keys(Visitor& key, ActivityInput& in) {
    key.shorthand("base");
    key("base", in.base, otherwise("0"), "value without the signals of its rules");
    key("initial", in.initial, optional, "value with which a cell of this type begins; base if absent");
    key("response_time", in.response_time, optional, "how it follows its rules; at once if absent");
}

template <class Visitor>
void keys(Visitor& key, CellInput& in) {
    key("radius", in.radius, required, "at rest");
    key("like", in.like, optional, "another type, of the scenario or of a library: what is not said here is as there");
    key("repulsion", in.repulsion, otherwise("10 um/min"), "contact law: speed of separation at full overlap");
    key("adhesion", in.adhesion, otherwise("0.4 um/min"), "contact law: speed of approach");
    key("adhesion_reach", in.adhesion_reach, otherwise("1.25"), "distance of adhesion over the sum of radii");
    key("mechanics", in.mechanics, otherwise("true"), "false: neither pushes nor is pushed");
    key("moves", in.moves, otherwise("true"), "false: stays where it was put");
    key("velocity", in.velocity, otherwise("[0 um/s, 0 um/s, 0 um/s]"), "prescribed, added to all other motion");
    key("speed", in.speed, otherwise("0 um/min"), "of the persistent random walk");
    key("persistence", in.persistence, otherwise("5 min"), "mean time between new directions");
    key("bias", in.bias, otherwise("0"), "of the walk's new directions towards what attracts: 0: chance, 1: straight on");
    key("attraction", in.attraction, optional, "by ligand: weight of the direction of its gradient; negative: away");
    key("chemotaxis", in.chemotaxis, optional, "by ligand: drift = sensitivity * gradient; negative: away");
    key("chemotaxis_speed", in.chemotaxis_speed, optional, "where the drift saturates; nowhere if absent");
    key("cycle", in.cycle, otherwise("{}"), "division");
    key("apoptosis", in.apoptosis, otherwise("{}"), "programmed death");
    key("necrosis", in.necrosis, otherwise("{}"), "accidental death");
    key("phagocytosis", in.phagocytosis, otherwise("{}"), "rate at which a touching dead cell is engulfed");
    key("engulfs", in.engulfs, optional, "by cell type: rate at which a touching live cell is engulfed");
    key("attacks", in.attacks, optional, "by cell type: rate of beginning to attack a touching live cell");
    key("attack", in.attack, otherwise("{}"), "what an attack is");
    key("immunogenicity", in.immunogenicity, optional, "by cell type: factor on the rate at which it attacks this one; 1 if absent");
    key("damage", in.damage, otherwise("{}"), "what the cell suffers and repairs");
    key("fuses_with", in.fuses_with, optional, "by cell type: rate of absorbing a touching live cell");
    key("affinity", in.affinity, optional, "by cell type: factor on adhesion to it; 1 if absent");
    key("divides_into", in.divides_into, optional, "by cell type: probability that one of two daughters is of that type");
    key("secretion", in.secretion, optional, "by ligand");
    key("uptake", in.uptake, optional, "by ligand");
    key("receptors", in.receptors, optional, "by kind: how many");
    key("presents", in.presents, optional, "membrane ligands: how many");
    key("stores", in.stores, optional, "ligands that are kept ready, to be let out at once");
    key("becomes", in.becomes, optional, "differentiation, by cell type: rate");
    key("recruits", in.recruits, optional, "by cell type: rate of letting one in through this cell's (vessel) wall");
    key("habitat", in.habitat, optional, "regions it may be in; everywhere if absent");
    key("activities", in.activities, optional, "internal quantities, without dimension, which rules change and read");
    key("pathways", in.pathways, optional, "reaction networks that each cell has");
    key("rules", in.rules, optional, "signal increases or decreases behaviour");
    key("response_times", in.response_times, optional, "by behaviour: how it follows its rules; at once if absent");
}

template <class Visitor>
void keys(Visitor& key, CleftInput& in) {
    key("geometry", in.geometry, otherwise("slit"), "slit: open at both ends; disc: open all around");
    key("width", in.width, required, "between the two membranes");
    key("half_length", in.half_length, required, "from the middle, where vesicles open, to the exit, which absorbs; of a disc its radius");
    key("breadth", in.breadth, optional, "of a slit, across its width and length; twice half_length if absent");
    key("diffusivity", in.diffusivity, required, "of the transmitter in the cleft");
    key("nodes", in.nodes, otherwise("24"), "finite volumes from the middle to the exit, 4 to 32");
}
template <class Visitor>
void keys(Visitor& key, VesiclesInput& in) {
    key("content", in.content, required, "molecules in one vesicle");
    key("pool", in.pool, required, "vesicles that are ready when the bouton has rested");
    key("refill", in.refill, otherwise("0 /s"), "rate at which each empty place in the pool fills");
    key("released", in.released, required, "vesicles that one spike opens when the pool is full; from a smaller one the same fraction");
    key("stochastic", in.stochastic, otherwise("false"), "true: whole vesicles by chance; false: the mean");
}
template <class Visitor>
void keys(Visitor& key, TrainInput& in) {
    key("from", in.from, required, "time of the first spike");
    key("to", in.to, required, "there are no more spikes");
    key("rate", in.rate, required, "of spikes");
}
template <class Visitor>
void keys(Visitor& key, FiringInput& in) {
    key.shorthand("rate");
    key.exactly_one({"rate", "train"});
    key("rate", in.rate, optional, "of regular firing: the base value of the presynaptic type's behaviour `firing`");
    key("train", in.train, optional, "spikes at given times, whatever the cell's behaviour");
}
template <class Visitor>
void keys(Visitor& key, CleftEnzymeInput& in) {
    key.shorthand("rate");
    key.exactly_one({"rate", "k_cat"});
    key("rate", in.rate, optional, "first-order breakdown of the transmitter");
    key("k_cat", in.k_cat, optional, "turnover of one enzyme; with K_m and amount: Michaelis-Menten");
    key("K_m", in.K_m, optional, "transmitter at half the highest rate");
    key("amount", in.amount, optional, "enzymes in the cleft");
}
template <class Visitor>
void keys(Visitor& key, ChannelsInput& in) {
    key("number", in.number, required, "channels in the postsynaptic membrane, with one binding site each");
    key("k_on", in.k_on, required, "association rate constant");
    key("k_off", in.k_off, required, "dissociation rate constant of the closed channel");
    key("open", in.open, otherwise("0 /s"), "rate at which a bound channel opens");
    key("close", in.close, otherwise("0 /s"), "rate at which it closes");
    key("desensitisation", in.desensitisation, otherwise("0 /s"), "rate at which a bound, closed channel desensitises");
    key("recovery", in.recovery, otherwise("0 /s"), "rate at which a desensitised channel lets go and is vacant again");
}
template <class Visitor>
void keys(Visitor& key, SynapseInput& in) {
    key.exactly_one({"pairs", "reach"});
    key("ligand", in.ligand, required, "transmitter; if it is one of the ligands, its field receives what escapes the cleft");
    key("from", in.from, required, "presynaptic cell type");
    key("to", in.to, required, "postsynaptic cell type");
    key("trace_senders", in.trace_senders, optional, "routes.csv tells what its channels bound; as the ligand's if absent");
    key("pairs", in.pairs, optional, "nearest: every `to` cell with the nearest `from` cell; or a list of [from id, to id]");
    key("reach", in.reach, optional, "all pairs with centres no further apart");
    key("cleft", in.cleft, required, "the gap between the two cells");
    key("vesicles", in.vesicles, required, "of the presynaptic cell");
    key("firing", in.firing, optional, "spikes of the presynaptic cell; as its rules say if absent");
    key("enzyme", in.enzyme, optional, "breaks transmitter down in the cleft");
    key("receptor", in.receptor, optional, "ligand-gated channels of the postsynaptic cell");
}

template <class Visitor>
void keys(Visitor& key, PlacementInput& in) {
    key.exactly_one({"density", "count", "packing", "lattice", "at", "file"});
    key("type", in.type, optional, "cell type; a file names its own");
    key("region", in.region, optional, "only in voxels of this region; the whole domain if absent");
    key("density", in.density, optional, "at random: cells in a volume");
    key("count", in.count, optional, "at random: number of cells");
    key("packing", in.packing, optional, "at random: fraction of the volume filled by cells");
    key("lattice", in.lattice, optional, "square and hex make sheets in xy, the others fill the volume");
    key("spacing", in.spacing, optional, "distance of nearest neighbours on the lattice, and of sheets");
    key("at", in.positions, optional, "one by one");
    key("file", in.file, optional, "CSV with columns type,x,y,z and optionally radius");
    key("length_unit", in.length_unit, optional, "of the file; um if absent");
}

template <class Visitor>
void keys(Visitor& key, ProbeInput& in) {
    key.exactly_one({"at", "from", "mean_over", "count", "coverage", "activity", "receptor", "pathway", "mean_position", "variance",
                     "mean_squared_displacement"});
    key("name", in.name, required_here, "column of probes.csv, or its beginning");
    key("ligand", in.ligand, optional, "what is measured");
    key("at", in.point, optional, "at a point");
    key("from", in.from, optional, "along a line");
    key("to", in.to, optional, "end of the line");
    key("points", in.points, optional, "on the line, both ends included");
    key("mean_over", in.mean_over, optional, "mean over a region");
    key("count", in.count, optional, "number of live cells of this type");
    key("in", in.in, optional, "region where cells are counted or averaged; the whole domain if absent");
    key("coverage", in.coverage, optional, "fraction of voxels that hold a live cell of this type");
    key("activity", in.activity, optional, "this activity of live cells of a type");
    key("receptor", in.receptor, optional, "number of these receptors of live cells of a type");
    key("pathway", in.pathway, optional, "a variable of this pathway of live cells of a type");
    key("variable", in.variable, optional, "of the pathway: a species or an assignment");
    key("state", in.state, optional,
        "of the receptors: free, bound (of these active, by their ligands' efficacy, or desensitised), surface (free and bound), or "
        "inside; free if absent");
    key("statistic", in.statistic, optional, "of an activity, of receptors or of a pathway, over the cells; mean if absent");
    key("above", in.above, optional, "instead of a statistic: the fraction of the cells in which it is above this");
    key("below", in.below, optional, "the same, below this; with above: between the two");
    key("of", in.of, optional,
        "coverage: region whose voxels are looked at; the whole domain if absent. activity, receptor, pathway: the cell type");
    key("mean_position", in.mean_position, optional, "of the ligand, or of the live cells of a type, along this axis");
    key("variance", in.variance, optional, "of the positions along this axis, of the ligand or of the live cells of a type");
    key("cells", in.cells, optional, "type whose positions they are");
    key("mean_squared_displacement", in.mean_squared_displacement, optional, "of the live cells of this type that were there at time 0");
}

template <class Visitor>
void keys(Visitor& key, OutputInput& in) {
    key("volumes", in.volumes, otherwise("0 s"), "interval of `fields_*.vti` and `cells_*.vtp`; 0 s: none");
    key("summary", in.summary, otherwise("1 h"), "interval of `summary.csv`, `probes.csv` and the other tables");
    key("fields", in.fields, otherwise("all"), "which ligands `fields_*.vti` has");
    key("cells", in.cells, otherwise("true"), "whether to write `cells_*.vtp`");
    key("checkpoint", in.checkpoint, otherwise("0 s"),
        "interval of `checkpoint_*.h5`, from which `--resume` goes on; 0 s: by wall time alone");
}

template <class Visitor>
void keys(Visitor& key, ExpectInput& in) {
    key.at_most_one({"tolerance", "within"});
    key("id", in.id, required_here, "which number of which case this is");
    key("what", in.what, required_here, "what it is, in words");
    key("arm", in.arm, optional, "the arm that columns without an arm are of; the first one if absent");
    key("at", in.time, optional, "simulated time; the end if absent");
    key("of", in.of, required_here, "formula of columns of the tables of a run: '[ARM:]COLUMN[@TIME]'");
    key("unit", in.unit, otherwise("''"), "of the value, for people");
    key("value", in.value, optional, "what is expected, with an error allowed; or only");
    key("above", in.above, optional, "that it is more than this");
    key("below", in.below, optional, "that it is less than this; with both a window");
    key("tolerance", in.tolerance, optional, "error allowed, relative to the value: 1 %");
    key("within", in.within, optional, "error allowed, in the unit of the value");
    key("mark", in.mark, otherwise("D"), "where the value is from: V read in the source, M from memory, D derived, D+ derived and checked");
}

template <class Visitor>
void keys(Visitor& key, ValidationInput& in) {
    key("source", in.source, otherwise("''"), "of the expected values");
    key("quick", in.quick, otherwise("false"), "takes seconds: part of `crine validate --quick`");
    key("expect", in.expect, required, "numbers that come out");
}

template <class Visitor>
void keys(Visitor& key, ScenarioInput& in) {
    key("title", in.title, otherwise("''"), "for people");
    key("extends", in.extends, optional, "another scenario; what is written here is merged over it");
    key("include", in.include, optional, "libraries: what is listed here inherits from their entries of the same name");
    key("seed", in.seed, otherwise("1"), "of all random numbers: another seed, another run of the same experiment");
    key("time", in.time, required, "how long, and in what steps");
    key("domain", in.domain, required, "the block of tissue that is simulated");
    key("body_weight", in.body_weight, optional, "of the patient or animal, for doses such as 5 mg/kg");
    key("transport", in.transport, otherwise("{}"), "how ligand fields are solved");
    key("ligands", in.ligands, optional, "molecules that diffuse, in this order");
    key("membrane_ligands", in.membrane_ligands, optional, "ligands that stay on their cells and bind receptors of cells that touch");
    key("receptors", in.receptors, optional, "kinds of receptors");
    key("pathways", in.pathways, optional, "reaction networks inside cells");
    key("reactions", in.reactions, optional, "between ligands, in every voxel");
    key("regions", in.regions, optional, "parts of the domain; where they overlap the later wins, property by property");
    key("cells", in.cells, optional, "cell types, in this order");
    key("rules", in.rules, optional, "files with more rules, as PhysiCell writes them (CSV, version 3)");
    key("compartments", in.compartments, optional, "well-mixed spaces outside the tissue: blood, lymph node, the rest of the body");
    key("transfers", in.transfers, optional, "of ligands between compartments");
    key("doses", in.doses, optional, "of ligands, into compartments or regions");
    key("placement", in.placement, optional, "cells at time 0");
    key("synapses", in.synapses, optional, "clefts between named pairs of cells, by name");
    key("probes", in.probes, optional, "quantities written to probes.csv");
    key("output", in.output, otherwise("{}"), "what is written, and how often");
    key("arms", in.arms, optional, "variants of the experiment, by name: values to change, as for --set; `crine run --arm NAME`");
    key("validation", in.validation, optional, "numbers that are known to come out, for `crine validate`; a run does not look at them");
}

}  // namespace crine
