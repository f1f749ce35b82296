#pragma once

#include "host/input.h"

/// The one table of keys. A visitor is called as
///     key(name, member, presence, description)        for every key of a map, in order
///     key.shorthand(name)                             a plain value in place of the map stands for this key
///     key.exactly_one({names}), key.at_most_one({names})
/// The reader, the JSON Schema and the resolved scenario are all made from it.

namespace crine {

struct Presence {
    bool required = false;
    bool here = false;                ///< required, and in this file: nothing is merged into lists and single values
    char const* otherwise = nullptr;  ///< the default, as it would be written in the file
};
inline constexpr Presence required{true, false, nullptr};
inline constexpr Presence required_here{true, true, nullptr};
inline constexpr Presence optional{};
constexpr Presence otherwise(char const* text) { return {false, false, text}; }

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
    key("condition", in.condition, optional, "nothing passes");
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
    key("diffusivity", in.diffusivity, required, "how fast it spreads; 0 um^2/s: not at all (matrix)");
    key("decay", in.decay, optional, "first-order loss; none if absent");
    key("half_life", in.half_life, optional, "decay in another form: ln 2 / half_life");
    key("scheme", in.scheme, optional, "time stepping; that of transport if absent");
    key("unit", in.unit, otherwise("nM"), "unit of outputs");
    key("initial", in.initial, otherwise("0 nM"), "concentration at time 0");
    key("boundaries", in.boundaries, otherwise("{}"), "conditions on the faces of the domain; zero-flux if absent");
    key("cleaved_by", in.cleaved_by, optional, "enzymes, by other ligands of the list, and their rate constants");
    key("hindered_by", in.hindered_by, optional, "matrix, by other ligands of the list: how it lowers the diffusivity");
}

template <class Visitor>
void keys(Visitor& key, ReactionInput& in) {
    key.exactly_one({"bind", "convert"});
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
    key("to", in.to, required_here, "the behaviour's value at infinite signal");
    key("half", in.half, required_here, "signal at half effect");
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
void keys(Visitor& key, ReceptorInput& in) {
    key("class", in.kind, optional, "entry of an included library that fills in what is not said here, such as GPCR");
    key("ligands", in.ligands, optional, "what it binds");
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
    key("number", in.number, required, "free receptors on the surface of a new cell");
    key("synthesis", in.synthesis, optional, "new receptors per time; what keeps that number if absent");
}

template <class Visitor>
void keys(Visitor& key, CellInput& in) {
    key("radius", in.radius, required, "at rest");
    key("repulsion", in.repulsion, otherwise("10 um/min"), "contact law: speed of separation at full overlap");
    key("adhesion", in.adhesion, otherwise("0.4 um/min"), "contact law: speed of approach");
    key("adhesion_reach", in.adhesion_reach, otherwise("1.25"), "distance of adhesion over the sum of radii");
    key("mechanics", in.mechanics, otherwise("true"), "false: neither pushes nor is pushed");
    key("moves", in.moves, otherwise("true"), "false: stays where it was put");
    key("velocity", in.velocity, otherwise("[0 um/s, 0 um/s, 0 um/s]"), "prescribed, added to all other motion");
    key("speed", in.speed, otherwise("0 um/min"), "of the persistent random walk");
    key("persistence", in.persistence, otherwise("5 min"), "mean time between new directions");
    key("chemotaxis", in.chemotaxis, optional, "by ligand: drift = sensitivity * gradient; negative: away");
    key("chemotaxis_speed", in.chemotaxis_speed, optional, "where the drift saturates; nowhere if absent");
    key("cycle", in.cycle, otherwise("{}"), "division");
    key("apoptosis", in.apoptosis, otherwise("{}"), "programmed death");
    key("necrosis", in.necrosis, otherwise("{}"), "accidental death");
    key("phagocytosis", in.phagocytosis, otherwise("0 /h"), "rate at which a touching dead cell is engulfed");
    key("secretion", in.secretion, optional, "by ligand");
    key("uptake", in.uptake, optional, "by ligand");
    key("receptors", in.receptors, optional, "by kind: how many");
    key("becomes", in.becomes, optional, "differentiation, by cell type: rate");
    key("recruits", in.recruits, optional, "by cell type: rate of letting one in through this cell's (vessel) wall");
    key("habitat", in.habitat, optional, "regions it may be in; everywhere if absent");
    key("rules", in.rules, optional, "signal increases or decreases behaviour");
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
    key.exactly_one({"at", "from", "mean_over", "count", "coverage"});
    key("name", in.name, required_here, "column of probes.csv, or its beginning");
    key("ligand", in.ligand, optional, "what is measured");
    key("at", in.point, optional, "at a point");
    key("from", in.from, optional, "along a line");
    key("to", in.to, optional, "end of the line");
    key("points", in.points, optional, "on the line, both ends included");
    key("mean_over", in.mean_over, optional, "mean over a region");
    key("count", in.count, optional, "number of live cells of this type");
    key("in", in.in, optional, "region where they are counted; the whole domain if absent");
    key("coverage", in.coverage, optional, "fraction of voxels that hold a live cell of this type");
    key("of", in.of, optional, "region whose voxels are looked at; the whole domain if absent");
}

template <class Visitor>
void keys(Visitor& key, OutputInput& in) {
    key("volumes", in.volumes, otherwise("0 s"), "interval of fields_*.vti and cells_*.vtp; 0 s: none");
    key("summary", in.summary, otherwise("1 h"), "interval of summary.csv and probes.csv");
    key("fields", in.fields, otherwise("all"), "ligands in fields_*.vti: all, none, or a list");
    key("cells", in.cells, otherwise("true"), "write cells_*.vtp");
}

template <class Visitor>
void keys(Visitor& key, ScenarioInput& in) {
    key("title", in.title, otherwise("''"), "for people");
    key("extends", in.extends, optional, "another scenario; what is written here is merged over it");
    key("include", in.include, optional, "libraries: listed ligands and cells inherit from the entries of the same name");
    key("seed", in.seed, otherwise("1"), "of all random numbers");
    key("time", in.time, required, "clocks");
    key("domain", in.domain, required, "the block of space");
    key("transport", in.transport, otherwise("{}"), "how ligand fields are solved");
    key("ligands", in.ligands, optional, "fields, in this order");
    key("receptors", in.receptors, optional, "kinds of receptors");
    key("reactions", in.reactions, optional, "between ligands, in every voxel");
    key("regions", in.regions, optional, "parts of the domain; where they overlap the later wins, property by property");
    key("cells", in.cells, optional, "cell types, in this order");
    key("placement", in.placement, optional, "cells at time 0");
    key("probes", in.probes, optional, "quantities written to probes.csv");
    key("output", in.output, otherwise("{}"), "what is written, and how often");
}

}  // namespace crine
