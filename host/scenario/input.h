// The scenario file as it is written: one struct for each map of the file, one member for each key.
#pragma once

#include "host/scenario/network_input.h"
#include "host/scenario/scenario.h"

/// `keys.h` says how the keys are called and what they mean; host/build/load.h makes a Scenario of what was read.

namespace crine {

struct TimeInput {
    Place at;
    Time end;
    Positive<Dimension::time> transport, mechanics, behaviour;
};

enum class Axis { x, y, z };

struct DomainInput {
    std::array<Positive<Dimension::length>, 3> size;
    Positive<Dimension::length> spacing;
    std::vector<Choice<Axis>> periodic;
    Positive<Dimension::number> represents;
};

struct TransportInput {
    Positive<Dimension::number> tolerance;
    Choice<Scheme> scheme;
};

/// A constant, an expression or a file.
struct InitialInput {
    Place at;
    std::optional<OfLigand<Dimension::concentration>> value;
    std::optional<Text> expression;
    std::optional<InputFile> file;
    std::optional<Text> array;
    std::optional<Text> unit;
};

enum class NoFlux { zero_flux };

struct FaceInput {
    Place at;
    std::optional<Choice<NoFlux>> condition;
    std::optional<OfLigand<Dimension::concentration>> value;
    std::optional<OfLigand<Dimension::flux, Range::any>> flux;
};

struct BoundariesInput {
    std::optional<FaceInput> all;
    std::array<std::optional<FaceInput>, 6> sides;  ///< by Side
};

struct HindranceInput {
    std::optional<Positive<Dimension::molar_volume>> molar_volume;
    std::optional<OfLigand<Dimension::concentration, Range::positive>> e_fold;
};

struct LigandInput {
    Place at;
    std::optional<Text> like;  ///< consumed by the merge; here for the schema
    Quantity<Dimension::diffusivity> diffusivity;
    std::optional<Rate> decay;
    std::optional<Positive<Dimension::time>> half_life;
    std::optional<Choice<Scheme>> scheme;
    Text unit;
    InitialInput initial;
    BoundariesInput boundaries;
    Named<Quantity<Dimension::bimolecular>> cleaved_by;
    std::optional<Positive<Dimension::molar_mass>> molar_mass;
    Named<HindranceInput> hindered_by;
    Flag trace_senders;
};

struct ReactionInput {
    Place at;
    std::vector<Text> bind;
    std::optional<Text> convert, by;
    OneOrMore<Text> to;
    std::optional<Positive<Dimension::bimolecular>> k_on, k;
    std::optional<Rate> k_off;
    std::optional<Quantity<Dimension::concentration>> k_d;
    std::optional<Positive<Dimension::rate>> rate, k_cat;
    std::optional<OfLigand<Dimension::concentration_rate, Range::positive>> v_max;
    std::optional<OfLigand<Dimension::concentration, Range::positive>> k_m;
    std::optional<NetworkInputs> network;
    std::optional<Text> unit;
};

struct BoxInput {
    Place at;
    Point from, to;
};
struct SphereInput {
    Point centre;
    Positive<Dimension::length> radius;
};
struct CylinderInput {
    Place at;
    Choice<Axis> axis;
    std::array<Coordinate, 2> centre;  ///< on the other two axes, in order
    Positive<Dimension::length> radius;
    std::optional<Coordinate> from, to;
};
struct LayerInput {
    Place at;
    Choice<Axis> axis;
    Coordinate from, to;
};
struct HalfSpaceInput {
    Place at;
    Point point;
    std::array<Signed<Dimension::number>, 3> normal;
};
struct MaskInput {
    InputFile file;
    Text array;
    std::optional<Signed<Dimension::number>> value;
};

struct CarrierInput {
    Positive<Dimension::concentration> total;
    OfLigand<Dimension::concentration, Range::positive> kd;
};
struct PoolInput {
    Place at;
    std::optional<Rate> decay;
    std::optional<Positive<Dimension::time>> half_life;
    std::optional<Quantity<Dimension::clearance>> clearance;
    OfLigand<Dimension::concentration> initial;
    std::optional<Text> unit;
    std::optional<CarrierInput> carrier;
};
struct TransferInput {
    Place at;
    Text ligand, from, to;
    Rate rate;
};
struct DoseInput {
    Place at;
    Text ligand, into;
    std::optional<Later> bolus, infusion;
    std::optional<Time> time, from, to;
    std::optional<Positive<Dimension::time>> every;
    std::optional<Whole> times;
};
/// Vessel walls in a region, for one ligand.
struct VesselInput {
    Text with;
    Rate permeability_surface;
};

struct RegionInput {
    Place at;
    std::optional<BoxInput> box;
    std::optional<SphereInput> sphere;
    std::optional<CylinderInput> cylinder;
    std::optional<LayerInput> layer;
    std::optional<HalfSpaceInput> half_space;
    std::optional<Text> expression;
    std::optional<MaskInput> mask;
    std::vector<Text> all_of, any_of, none_of;
    Named<Quantity<Dimension::diffusivity>> diffusivity;
    Named<Rate> decay;
    Named<OfLigand<Dimension::concentration_rate>> source;
    Named<OfLigand<Dimension::concentration>> value;
    Named<InitialInput> initial;
    Named<VesselInput> exchange;
};

struct CycleInput {
    OrInfinite<Dimension::rate, AtOnce> entry;
    Positive<Dimension::time> duration;
};
struct DeathInput {
    Rate rate;
    Time duration;
};
struct PhagocytosisInput {
    Rate rate, apoptotic, necrotic;
};
struct AttackInput {
    Rate damage;
    Time duration;
};
struct DamageInput {
    Rate rate, repair;
};
struct SecretionInput {
    OfLigand<Dimension::molecule_rate> rate;
    std::optional<OfLigand<Dimension::concentration, Range::positive>> saturation;
};
struct UptakeInput {
    Place at;
    std::optional<OrInfinite<Dimension::clearance, Perfect>> clearance;
    std::optional<Quantity<Dimension::molecules>> receptors;
    std::optional<Quantity<Dimension::bimolecular>> k_on;
};

struct BindingInput {
    Place at;
    Quantity<Dimension::bimolecular> k_on;
    std::optional<Rate> k_off;
    std::optional<OfLigand<Dimension::concentration, Range::positive>> K_d;
    std::optional<Rate> internalisation, desensitisation, recovery;
    Quantity<Dimension::number> efficacy;
};
struct ContactBindingInput {
    Quantity<Dimension::per_molecule> k_on;
    std::optional<Rate> internalisation, desensitisation, recovery;
    Quantity<Dimension::number> efficacy;
};
struct MembraneLigandInput {
    Rate turnover;
    Flag trace_senders;
};
struct ReceptorInput {
    Place at;
    std::optional<Text> like, kind;  ///< consumed by the merge; here for the schema
    std::optional<Named<BindingInput>> ligands;
    std::optional<Named<ContactBindingInput>> membrane_ligands;
    Rate turnover, internalisation, recycling, degradation, desensitisation, recovery, shedding;
};
struct ExpressionInput {
    Place at;
    Quantity<Dimension::molecules> number;
    std::optional<Quantity<Dimension::molecule_rate>> synthesis;
};

struct StoreInput {
    Place at;
    OfLigand<Dimension::molecules, Range::positive> amount;
    Rate release, refill;
};

/// An exponential approach, or a delay in stages.
struct ResponseTimeInput {
    Place at;
    std::optional<Positive<Dimension::time>> time, delay;
    std::optional<Whole> stages;
};
struct ActivityStartInput {
    Quantity<Dimension::number> value, spread;
};
struct ActivityInput {
    Place at;
    Quantity<Dimension::number> base;
    std::optional<ActivityStartInput> initial;
    std::optional<ResponseTimeInput> response_time;
};

/// What a rule names, and where: for what is wrong with it.
struct WrittenRule {
    Text signal, behaviour;
    Place to;
};

struct RuleInput {
    Place at;
    Text signal;
    std::optional<Text> increases, decreases;
    Later to, half;
    Positive<Dimension::number> hill;
    Flag applies_to_dead;
};

/// Cells that circulate in a compartment.
struct CellPoolInput {
    Place at;
    std::optional<Positive<Dimension::cells>> number;
    std::optional<Positive<Dimension::density>> density;
    std::optional<Rate> loss;
    std::optional<Positive<Dimension::time>> half_life;
    std::optional<Quantity<Dimension::cell_rate>> production;
    std::vector<RuleInput> rules;
    Named<ResponseTimeInput> response_times;
};
struct CompartmentInput {
    Positive<Dimension::volume> volume;
    Named<PoolInput> ligands;
    Named<CellPoolInput> cells;
};

struct CellInput {
    Place at;
    std::optional<Text> like;  ///< consumed by the merge; here for the schema
    Positive<Dimension::length> radius;
    Speed repulsion, adhesion;
    Positive<Dimension::number> adhesion_reach;
    Flag mechanics, moves;
    std::array<Signed<Dimension::speed>, 3> velocity;
    Speed speed;
    Positive<Dimension::time> persistence;
    Quantity<Dimension::number> bias;
    Named<Signed<Dimension::number>> attraction;
    Named<Signed<Dimension::sensitivity>> chemotaxis;
    std::optional<Positive<Dimension::speed>> chemotaxis_speed;
    CycleInput cycle;
    DeathInput apoptosis, necrosis;
    PhagocytosisInput phagocytosis;
    Named<Rate> engulfs, attacks, fuses_with;
    AttackInput attack;
    DamageInput damage;
    Named<Quantity<Dimension::number>> immunogenicity, divides_into, affinity;
    Named<SecretionInput> secretion;
    Named<UptakeInput> uptake;
    Named<ExpressionInput> receptors, presents;
    Named<StoreInput> stores;
    Named<Rate> becomes, recruits;
    std::vector<Text> habitat;
    Named<ActivityInput> activities;
    Named<PathwayUseInput> pathways;
    std::vector<RuleInput> rules;
    Named<ResponseTimeInput> response_times;
};

struct CleftInput {
    Choice<Cleft::Shape> geometry;
    Positive<Dimension::length> width, half_length;
    std::optional<Positive<Dimension::length>> breadth;
    Positive<Dimension::diffusivity> diffusivity;
    Whole nodes;
};
struct VesiclesInput {
    Positive<Dimension::molecules> content;
    Positive<Dimension::number> pool;
    Rate refill;
    Positive<Dimension::number> released;
    Flag stochastic;
};
struct TrainInput {
    Place at;
    Time from, to;
    Positive<Dimension::rate> rate;
};
struct FiringInput {
    std::optional<Rate> rate;
    std::optional<TrainInput> train;
};
struct CleftEnzymeInput {
    Place at;
    std::optional<Rate> rate;
    std::optional<Positive<Dimension::rate>> k_cat;
    std::optional<Positive<Dimension::concentration>> K_m;
    std::optional<Quantity<Dimension::molecules>> amount;
};
struct ChannelsInput {
    Positive<Dimension::molecules> number;
    Positive<Dimension::bimolecular> k_on;
    Rate k_off, open, close, desensitisation, recovery;
};

/// `nearest`, or a list of pairs of ids.
struct PairsInput {
    Place at;
    std::vector<std::array<Whole, 2>> list;  ///< empty: nearest
};

struct SynapseInput {
    Place at;
    Text ligand, from, to;
    std::optional<Flag> trace_senders;
    std::optional<PairsInput> pairs;
    std::optional<Positive<Dimension::length>> reach;
    CleftInput cleft;
    VesiclesInput vesicles;
    std::optional<FiringInput> firing;
    std::optional<CleftEnzymeInput> enzyme;
    std::optional<ChannelsInput> receptor;
};

enum class Lattice { square, hex, cubic, fcc, hcp };

struct PlacementInput {
    Place at;
    std::optional<Text> type, region;
    std::optional<Quantity<Dimension::density>> density;
    std::optional<Whole> count;
    std::optional<Quantity<Dimension::number>> packing;
    std::optional<Choice<Lattice>> lattice;
    std::optional<Positive<Dimension::length>> spacing;
    std::vector<Point> positions;
    std::optional<InputFile> file;
    std::optional<Text> length_unit;
};

struct ProbeInput {
    Place at;
    Text name;
    std::optional<Text> ligand;
    std::optional<Point> point, from, to;
    std::optional<Whole> points;
    std::optional<Text> mean_over, count, in, coverage, of, activity, receptor, pathway, variable;
    std::optional<Choice<Probe::State>> state;
    std::optional<Choice<Probe::Statistic>> statistic;
    std::optional<Signed<Dimension::number>> above, below;
    std::optional<Choice<Axis>> mean_position, variance;
    std::optional<Text> cells, mean_squared_displacement;
};

/// `all`, `none`, or a list of ligands.
struct FieldsInput {
    Place at;
    bool all = true;
    std::vector<Text> names;
};

struct OutputInput {
    Time volumes;
    Positive<Dimension::time> summary;
    FieldsInput fields;
    Flag cells;
    Time checkpoint;
};

struct ExpectInput {
    Place at;
    Text id, what;
    std::optional<Text> arm;
    std::optional<Time> time;
    Text of, unit;
    std::optional<Signed<Dimension::number>> value, above, below;
    std::optional<Text> tolerance;
    std::optional<Quantity<Dimension::number>> within;
    Text mark;
};

struct ValidationInput {
    Text source;
    Flag quick;
    std::vector<ExpectInput> expect;
};

struct ScenarioInput {
    Text title;
    std::optional<InputFile> extends;  ///< consumed by the merge, like `include`; here for the schema
    OneOrMore<InputFile> include;
    Whole seed;
    TimeInput time;
    DomainInput domain;
    std::optional<Positive<Dimension::mass>> body_weight;
    TransportInput transport;
    Named<LigandInput> ligands;
    Named<MembraneLigandInput> membrane_ligands;
    Named<ReceptorInput> receptors;
    Named<NetworkInputs> pathways;
    std::vector<ReactionInput> reactions;
    Named<RegionInput> regions;
    Named<CellInput> cells;
    OneOrMore<InputFile> rules;
    Named<CompartmentInput> compartments;
    std::vector<TransferInput> transfers;
    std::vector<DoseInput> doses;
    std::vector<PlacementInput> placement;
    Named<SynapseInput> synapses;
    std::vector<ProbeInput> probes;
    OutputInput output;
    Named<Later> arms;
    std::optional<ValidationInput> validation;
};

template <>
struct Words<Axis> {
    static constexpr std::pair<char const*, Axis> list[] = {{"x", Axis::x}, {"y", Axis::y}, {"z", Axis::z}};
};
template <>
struct Words<Probe::State> {
    static constexpr std::pair<char const*, Probe::State> list[] = {
        {"free", Probe::State::free},       {"bound", Probe::State::bound},
        {"active", Probe::State::active},   {"desensitised", Probe::State::desensitised},
        {"surface", Probe::State::surface}, {"inside", Probe::State::inside}};
};
template <>
struct Words<Probe::Statistic> {
    static constexpr std::pair<char const*, Probe::Statistic> list[] = {
        {"mean", Probe::Statistic::mean}, {"minimum", Probe::Statistic::minimum}, {"maximum", Probe::Statistic::maximum}};
};
template <>
struct Words<Scheme> {
    static constexpr std::pair<char const*, Scheme> list[] = {{"adaptive", Scheme::adaptive},
                                                              {"adi", Scheme::adi},
                                                              {"implicit-euler", Scheme::implicit_euler},
                                                              {"tr-bdf2", Scheme::tr_bdf2},
                                                              {"quasi-steady", Scheme::quasi_steady}};
};
template <>
struct Words<Cleft::Shape> {
    static constexpr std::pair<char const*, Cleft::Shape> list[] = {{"slit", Cleft::Shape::slit}, {"disc", Cleft::Shape::disc}};
};
template <>
struct Words<NoFlux> {
    static constexpr std::pair<char const*, NoFlux> list[] = {{"zero-flux", NoFlux::zero_flux}};
};
template <>
struct Words<Lattice> {
    static constexpr std::pair<char const*, Lattice> list[] = {
        {"square", Lattice::square}, {"hex", Lattice::hex}, {"cubic", Lattice::cubic}, {"fcc", Lattice::fcc}, {"hcp", Lattice::hcp}};
};

/// Entries that take what they do not say from the entry of the same name of an included library, so that their name alone may do.
template <class T>
inline constexpr bool kInherits =
    std::is_same_v<T, LigandInput> || std::is_same_v<T, CellInput> || std::is_same_v<T, ReceptorInput> || std::is_same_v<T, NetworkInputs>;

/// Reads the whole file; fills in defaults and tells files from where the scenario is, so that the tree afterwards is the resolved
/// scenario.
ScenarioInput read_input(Node& root);

/// Reads the form of an uptake.
UptakeInput read_uptake(Node const& node);

}  // namespace crine
