// Checks cleft, vesicles, enzyme and channels, and pairs pre- with postsynaptic cells by distance or by the file's list.
#include "host/build/synapses.h"

#include "crine/units.h"
#include "host/text/format.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace crine {
namespace {

constexpr double kFastestFiring = 2000;          ///< no neuron does [1/s]
constexpr double kMostStochasticVesicles = 1e4;  ///< each is drawn by itself

void check_firing(Place const& at, double rate) {
    if (rate > kFastestFiring) fail(at, "a cell that fires more often than 2000 /s is implausible");
}

SynapseKinetics kinetics_of(SynapseInput const& in) {
    SynapseKinetics k;
    CleftInput const& cleft = in.cleft;
    if (cleft.breadth && cleft.geometry.value == Cleft::Shape::disc) fail(cleft.breadth->at, "\"breadth\" has a meaning only for a slit");
    if (cleft.nodes.value < 4 || cleft.nodes.value > Cleft::kMostNodes) fail(cleft.nodes.at, "expected 4 to 32 nodes");
    if (cleft.width > cleft.half_length) fail(cleft.width.at, "the cleft is wider than half its length: it is no gap");
    k.cleft = {cleft.geometry.value, cleft.width,
               cleft.half_length,    cleft.breadth ? cleft.breadth->value : 2 * cleft.half_length,
               cleft.diffusivity,    static_cast<int>(cleft.nodes.value)};

    VesiclesInput const& vesicles = in.vesicles;
    if (vesicles.released > vesicles.pool) fail(vesicles.released.at, "a spike cannot open more vesicles than the pool has");
    if (vesicles.stochastic.value && (vesicles.pool != std::round(vesicles.pool) || vesicles.pool > kMostStochasticVesicles))
        fail(vesicles.pool.at, "stochastic vesicles are counted: expected a whole number up to 10000");
    k.vesicles = {vesicles.content, vesicles.pool, vesicles.refill, vesicles.released, vesicles.stochastic.value};

    if (in.firing && in.firing->train) {
        TrainInput const& train = *in.firing->train;
        if (train.to <= train.from) fail(train.to.at, "the train ends before it begins");
        check_firing(train.rate.at, train.rate);
        k.train = {true, train.from, train.to, train.rate};
    }
    if (in.enzyme) {
        CleftEnzymeInput const& enzyme = *in.enzyme;
        if (enzyme.K_m && !enzyme.k_cat) fail(enzyme.K_m->at, "\"K_m\" has a meaning only with k_cat");
        if (enzyme.amount && !enzyme.k_cat) fail(enzyme.amount->at, "\"amount\" has a meaning only with k_cat");
        if (enzyme.k_cat && !enzyme.K_m) fail(enzyme.at, "\"K_m\" is missing (transmitter at half the highest rate)");
        if (enzyme.k_cat && !enzyme.amount) fail(enzyme.at, "\"amount\" is missing (enzymes in the cleft)");
        if (enzyme.rate) k.enzyme.rate = *enzyme.rate;
        if (enzyme.k_cat) k.enzyme = {0, *enzyme.k_cat, *enzyme.K_m, *enzyme.amount};
    }
    if (in.receptor) {
        ChannelsInput const& r = *in.receptor;
        if (r.close > 0 && r.open == 0) fail(r.close.at, "the channels close but never open");
        if (r.recovery > 0 && r.desensitisation == 0) fail(r.recovery.at, "the channels recover but never desensitise");
        k.channels = {r.number, r.k_on, r.k_off, r.open, r.close, r.desensitisation, r.recovery};
    }
    return k;
}

/// Cells of one type, and copies of them beyond periodic walls, sorted by x.
class Neighbourhood {
public:
    Neighbourhood(HostCells const& cells, int type, Grid const& grid) : cells_(cells), grid_(grid) {
        Real const length = grid.size().x;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (cells.type[i] != type) continue;
            for (int copy = -1; copy <= 1; ++copy)
                if (copy == 0 || grid.periodic[0]) places_.push_back({cells.x[i] + static_cast<Real>(copy) * length, i});
        }
        std::stable_sort(places_.begin(), places_.end(), [](auto const& a, auto const& b) { return a.x < b.x; });
    }
    bool empty() const { return places_.empty(); }

    /// Calls visit(cell, distance) for all that may be no further from cell i than bound(), which may shrink meanwhile.
    template <class Bound, class Visit>
    void around(std::size_t i, Bound const& bound, Visit const& visit) const {
        Real const x = cells_.x[i];
        auto const middle = std::lower_bound(places_.begin(), places_.end(), x, [](Place const& p, Real at) { return p.x < at; });
        auto const look = [&](Place const& p) {
            if (p.cell == i) return;
            double const dx = p.x - x, dy = apart(1, cells_.y[p.cell], cells_.y[i]), dz = apart(2, cells_.z[p.cell], cells_.z[i]);
            double const distance = std::sqrt(dx * dx + dy * dy + dz * dz);
            if (distance <= bound()) visit(p.cell, distance);
        };
        for (auto p = middle; p != places_.end() && p->x - x <= bound(); ++p) look(*p);
        for (auto p = middle; p != places_.begin() && x - std::prev(p)->x <= bound(); --p) look(*std::prev(p));
    }

private:
    struct Place {
        Real x;
        std::size_t cell;
    };
    double apart(int axis, double a, double b) const {
        double const size = grid_.voxels_on(axis) * static_cast<double>(grid_.spacing), d = std::fabs(a - b);
        return grid_.periodic[axis] ? std::min(d, size - d) : d;
    }
    HostCells const& cells_;
    Grid const& grid_;
    std::vector<Place> places_;
};

/// The pairs that the file lists.
void take_list(SynapseInput const& in, int type, Scenario const& scenario, std::vector<SynapsePair>& pairs) {
    SynapseType const& synapse = scenario.model.synapses[static_cast<std::size_t>(type)];
    HostCells const& cells = scenario.initial.cells;
    std::map<std::uint64_t, std::size_t> place;
    for (std::size_t i = 0; i < cells.size(); ++i) place[cells.id[i]] = i;
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
    auto const check = [&](Whole const& id, int wanted) {
        auto const found = place.find(id.value);
        if (found == place.end())
            fail(id.at, "there is no cell " + std::to_string(id.value) + "; cells are numbered in the order of placement, from 1 to " +
                            std::to_string(cells.size()));
        int const is = cells.type[found->second];
        auto const& types = scenario.model.types;
        if (is != wanted)
            fail(id.at, "cell " + std::to_string(id.value) + " is a " + types[static_cast<std::size_t>(is)].name + ", expected a " +
                            types[static_cast<std::size_t>(wanted)].name);
    };
    for (auto const& [from, to] : in.pairs->list) {
        check(from, synapse.from), check(to, synapse.to);
        if (from.value == to.value) fail(to.at, "a cell makes no synapse with itself");
        if (!seen.insert({from.value, to.value}).second) fail(from.at, "this pair is there twice");
        pairs.push_back({type, static_cast<std::uint32_t>(from.value), static_cast<std::uint32_t>(to.value)});
    }
}

}  // namespace

std::vector<SynapseType> make_synapses(ScenarioInput const& in, Names const& ligands, Names const& types, Model& model) {
    std::vector<SynapseType> synapses;
    std::map<int, double> firing;  // by presynaptic type
    if (in.synapses.size() > 255) fail(in.synapses[255].name.at, "more than 255 types of synapses");
    for (auto const& [name, input] : in.synapses) {
        SynapseType s;
        s.name = name.value;
        s.transmitter = input.ligand.value;
        auto const field = std::find(ligands.list.begin(), ligands.list.end(), input.ligand.value);
        if (field != ligands.list.end()) s.ligand = static_cast<int>(field - ligands.list.begin());
        if (s.ligand >= 0 && model.ligands[static_cast<std::size_t>(s.ligand)].scheme == Scheme::quasi_steady)
            fail(input.ligand.at, "the field of \"" + input.ligand.value +
                                      "\" is quasi-steady and cannot take up what escapes from a cleft in bursts; expected another scheme");
        s.from = types.find(input.from), s.to = types.find(input.to);
        s.kinetics = kinetics_of(input);
        s.traced =
            input.trace_senders ? input.trace_senders->value : s.ligand >= 0 && model.ligands[static_cast<std::size_t>(s.ligand)].traced;
        if (input.firing && input.firing->rate) {
            Rate const& rate = *input.firing->rate;
            check_firing(rate.at, rate);
            auto const [first, is_first] = firing.insert({s.from, rate});
            if (!is_first && first->second != rate)
                fail(rate.at,
                     "\"" + input.from.value + "\" fires at " + rounded(first->second, 6) + " /s in another synapse; a cell has one rate");
            model.types[static_cast<std::size_t>(s.from)].base[behaviour::firing] = static_cast<Real>(rate);
        }
        synapses.push_back(std::move(s));
    }
    for (std::size_t n = 0; n < synapses.size(); ++n) {
        auto const& input = in.synapses[n].value;
        bool const ruled = std::any_of(in.cells[static_cast<std::size_t>(synapses[n].from)].value.rules.begin(),
                                       in.cells[static_cast<std::size_t>(synapses[n].from)].value.rules.end(),
                                       [](RuleInput const& r) { return r.increases && r.increases->value == "firing"; });
        if (!input.firing && !ruled && !(firing.count(synapses[n].from) != 0))
            fail(input.at, "the synapse never fires: \"firing\" is missing, and no rule of \"" + input.from.value + "\" increases firing");
    }
    return synapses;
}

std::vector<Pairing> make_pairings(ScenarioInput const& in) {
    std::vector<Pairing> pairings;
    for (auto const& [name, input] : in.synapses)
        pairings.push_back(input.reach                 ? Pairing{Pairing::Kind::reach, *input.reach}
                           : input.pairs->list.empty() ? Pairing{Pairing::Kind::nearest, 0}
                                                       : Pairing{Pairing::Kind::list, 0});
    return pairings;
}

void pair_cells(Scenario const& scenario, std::size_t type, std::vector<SynapsePair>& pairs) {
    Pairing const& pairing = scenario.pairings[type];
    if (pairing.kind == Pairing::Kind::list) return;
    HostCells const& cells = scenario.initial.cells;
    SynapseType const& synapse = scenario.model.synapses[type];
    Neighbourhood const bouton(cells, synapse.from, scenario.model.grid);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells.type[i] != synapse.to) continue;
        std::vector<std::uint32_t> partners;
        if (pairing.kind == Pairing::Kind::reach) {
            bouton.around(
                i, [&] { return pairing.reach; }, [&](std::size_t j, double) { partners.push_back(cells.id[j]); });
            std::sort(partners.begin(), partners.end());
            partners.erase(std::unique(partners.begin(), partners.end()), partners.end());
        } else {
            double nearest = INFINITY;
            bouton.around(
                i, [&] { return nearest; },
                [&](std::size_t j, double distance) {
                    if (distance < nearest)
                        partners = {cells.id[j]};
                    else
                        partners[0] = std::min(partners[0], cells.id[j]);
                    nearest = distance;
                });
        }
        for (std::uint32_t const id : partners) pairs.push_back({static_cast<int>(type), id, cells.id[i]});
    }
}

std::vector<SynapsePair> make_pairs(ScenarioInput const& in, Scenario const& scenario) {
    std::vector<SynapsePair> pairs;
    for (std::size_t t = 0; t < in.synapses.size(); ++t) {
        SynapseInput const& input = in.synapses[t].value;
        std::size_t const before = pairs.size();
        pair_cells(scenario, t, pairs);
        if (scenario.pairings[t].kind == Pairing::Kind::list) take_list(input, static_cast<int>(t), scenario, pairs);
        if (pairs.size() != before) continue;
        if (input.reach) fail(input.reach->at, "no \"" + input.from.value + "\" is so near to a \"" + input.to.value + "\" at time 0");
        fail(input.pairs->at, "there is no pair of \"" + input.from.value + "\" and \"" + input.to.value + "\" at time 0");
    }
    return pairs;
}

void check_synaptic_rule(WrittenRule const& in, Rule const& rule, std::vector<SynapseType> const& synapses) {
    auto const any = [&](auto const& is) { return std::any_of(synapses.begin(), synapses.end(), is); };
    if (rule.behaviour == behaviour::firing) {
        if (!any([&](SynapseType const& s) { return s.from == rule.type && !s.kinetics.train.given; }))
            fail(in.behaviour.at, "the rule does nothing: this type is not presynaptic, or fires in trains whatever it senses");
        check_firing(in.to, rule.saturation);
    }
    if (rule.signal == signal::open_channels &&
        !any([&](SynapseType const& s) { return s.to == rule.type && s.kinetics.channels.open > 0; }))
        fail(in.signal.at, "the rule does nothing: no synapse has channels that open in a cell of this type");
}

double clearance_time(SynapseKinetics const& k) {
    constexpr double first_zero_of_J0 = 2.404825557695773;
    double const mode = k.cleft.shape == Cleft::Shape::disc ? first_zero_of_J0 : kPi / 2;
    double const enzyme = k.enzyme.rate + k.enzyme.k_cat * k.enzyme.amount / k.enzyme.K_m /
                                              (k.cleft.width * k.cleft.half_length *
                                               (k.cleft.shape == Cleft::Shape::disc ? kPi * k.cleft.half_length : 2 * k.cleft.breadth));
    return 1 / (k.cleft.diffusivity * mode * mode / (k.cleft.half_length * k.cleft.half_length) + enzyme);
}

}  // namespace crine
