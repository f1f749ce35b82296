// Builds the compartments: pools of ligands, exchange through vessel walls, transfers between compartments, and doses.
#include "host/build/build.h"
#include "host/text/format.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crine {
namespace {

/// An amount [molecules], or that per second; in all, or per kilogram of body weight.
double amount(Later const& written, Dimension dimension, ScenarioInput const& in, Entry<LigandInput> const& ligand) {
    Node node = written.node;
    constexpr std::string_view per_weight = "/kg";
    auto const at = node.text.find(per_weight), behind = at + per_weight.size();
    bool const by_weight = at != std::string::npos && (behind == node.text.size() || node.text[behind] == '/' || node.text[behind] == ' ');
    if (by_weight && !in.body_weight)
        fail(node.at, "\"" + node.text + "\" is per body weight, but the scenario has no \"body_weight\", for example \"70 kg\"");
    if (by_weight) node.text.erase(at, per_weight.size());
    return in_molecules(read_ligand_quantity(node, dimension, Range::non_negative), ligand) * (by_weight ? in.body_weight->value : 1);
}

double clearance_rate(PoolInput const& in, double volume) {
    if (in.decay) return *in.decay;
    if (in.half_life) return std::log(2.0) / *in.half_life;
    return in.clearance ? *in.clearance / volume : 0;
}

class Pools {
public:
    Pools(Model& model, ScenarioInput const& in, Names const& ligands)
        : model_(model), ligands_(ligands), names_(Names::of("compartment", in.compartments)) {
        for (std::size_t c = 0; c < in.compartments.size(); ++c) {
            CompartmentInput const& compartment = in.compartments[c].value;
            model.compartments.push_back({in.compartments[c].name.value, compartment.volume});
            for (auto const& e : compartment.ligands) {
                int const l = ligands.find(e.name);
                add(static_cast<int>(c), l, e.value, compartment.volume, in.ligands[static_cast<std::size_t>(l)]);
            }
        }
    }

    Names const& names() const { return names_; }
    int find(Text const& ligand, Text const& compartment) const {
        int const l = ligands_.find(ligand), c = names_.find(compartment);
        for (std::size_t p = 0; p < model_.pools.size(); ++p)
            if (model_.pools[p].ligand == l && model_.pools[p].compartment == c) return static_cast<int>(p);
        fail(compartment.at, "compartment \"" + compartment.value + "\" does not hold " + ligand.value + "; add it to compartments." +
                                 compartment.value + ".ligands, for example \"" + ligand.value + ": {}\"");
    }

private:
    void add(int compartment, int ligand, PoolInput const& in, double volume, Entry<LigandInput> const& of) {
        Pool pool;
        Ligand const& shown = model_.ligands[static_cast<std::size_t>(ligand)];
        pool.ligand = ligand, pool.compartment = compartment;
        pool.initial = in_molecules(in.initial, of), pool.clearance = clearance_rate(in, volume);
        if (in.carrier) pool.carrier = in.carrier->total, pool.carrier_kd = in_molecules(in.carrier->kd, of);
        pool.display_unit = in.unit ? in.unit->value : shown.display_unit;
        pool.display_scale = in.unit ? concentration_unit(*in.unit, of) : shown.display_scale;
        model_.pools.push_back(pool);
    }

    Model& model_;
    Names const& ligands_;
    Names names_;
};

/// Which pool each ligand crosses into.
void make_walls(Model& model, ScenarioInput const& in, Names const& ligands, Pools const& pools) {
    for (auto const& region : in.regions)
        for (auto const& e : region.value.exchange) {
            Ligand& ligand = model.ligands[static_cast<std::size_t>(ligands.find(e.name))];
            int const pool = pools.find(e.name, e.value.with);
            if (ligand.circulates >= 0 && ligand.circulates != pool)
                fail(e.value.with.at,
                     "another region exchanges " + ligand.name + " with another compartment; expected one for each ligand");
            ligand.circulates = pool;
        }
}

Dose make_dose(DoseInput const& in, ScenarioInput const& all, Names const& ligands, Pools const& pools, Names const& regions) {
    Dose dose;
    dose.ligand = ligands.find(in.ligand);
    Entry<LigandInput> const& ligand = all.ligands[static_cast<std::size_t>(dose.ligand)];
    auto const& spaces = pools.names().list;
    bool const compartment = std::find(spaces.begin(), spaces.end(), in.into.value) != spaces.end();
    if (compartment) {
        dose.pool = pools.find(in.ligand, in.into);
    } else if (std::find(regions.list.begin(), regions.list.end(), in.into.value) == regions.list.end()) {
        std::vector<std::string> known = spaces;
        known.insert(known.end(), regions.list.begin(), regions.list.end());
        fail(in.into.at,
             "\"" + in.into.value + "\" is neither a compartment nor a region of this scenario" + suggestion(in.into.value, known));
    }
    if (in.bolus) {
        if (in.from || in.to) fail(in.from ? in.from->at : in.to->at, "a bolus has no \"from\" or \"to\"; expected \"at\"");
        if (!in.time) fail(in.at, "\"at\" is missing (when is the bolus given?)");
        dose.bolus = amount(*in.bolus, Dimension::molecules, all, ligand);
        dose.from = dose.to = *in.time;
    } else {
        if (in.time) fail(in.time->at, "an infusion has no \"at\"; expected \"from\" and \"to\"");
        dose.rate = amount(*in.infusion, Dimension::molecule_rate, all, ligand);
        dose.from = in.from ? in.from->value : 0;
        dose.to = in.to ? in.to->value : std::numeric_limits<double>::infinity();
        if (!(dose.from < dose.to)) fail(in.to->at, "the infusion ends before it begins");
    }
    if (in.times && in.times->value == 0) fail(in.times->at, "a dose that is given no times; expected 1 or more");
    if (in.times && !in.every) fail(in.times->at, "\"times\" has a meaning only with \"every\"");
    if (in.every) {
        dose.every = *in.every;
        constexpr double kMost = 1000;  // each is a step of its own
        if (dose.every * kMost < all.time.transport)
            fail(in.every->at, "more than " + rounded(kMost, 4) + " doses in a step of time.transport (" + duration(all.time.transport) +
                                   "); expected an infusion, or an interval of " + duration(all.time.transport / kMost) + " or more");
        if (dose.rate > 0 && dose.every < dose.to - dose.from) fail(in.every->at, "the next infusion begins before the last one ends");
        double const until_end = all.time.end > dose.from ? std::floor((all.time.end - dose.from) / dose.every) + 1 : 1;
        dose.times = in.times ? in.times->value : static_cast<std::uint64_t>(until_end);
    }
    return dose;
}

}  // namespace

void make_compartments(Model& model, ScenarioInput const& in, Names const& ligands, Regions& regions, bool size_only) {
    for (auto const& e : in.compartments)
        for (auto const& region : in.regions)
            if (region.name.value == e.name.value) fail(e.name.at, "a region has the name \"" + e.name.value + "\"");
    model.represents = in.domain.represents;
    Pools const pools(model, in, ligands);
    make_walls(model, in, ligands, pools);
    for (auto const& t : in.transfers) {
        if (t.from.value == t.to.value) fail(t.to.at, "a transfer from a compartment to itself");
        int const from = pools.find(t.ligand, t.from), to = pools.find(t.ligand, t.to);
        for (auto const& other : model.transfers)
            if (other.from == from && other.to == to)
                fail(t.at, "this transfer is there already, and both would count; expected one of them");
        model.transfers.push_back({from, to, t.rate});
    }
    for (auto const& d : in.doses) {
        Dose dose = make_dose(d, in, ligands, pools, regions.names());
        if (dose.pool < 0 && dose.bolus > 0 && model.ligands[static_cast<std::size_t>(dose.ligand)].scheme == Scheme::quasi_steady)
            fail(d.into.at, "\"" + d.ligand.value + "\" is quasi-steady, always in equilibrium with its sources: a bolus has no effect");
        if (dose.pool < 0 && size_only) dose.voxels = {0};
        if (dose.pool < 0 && !size_only) {
            auto const& inside = regions.make_mask(regions.names().find(d.into)).inside;
            for (std::size_t v = 0; v < inside.size(); ++v)
                if (inside[v] && !model.property(model.material[v], dose.ligand).fixed)  // a held voxel takes nothing
                    dose.voxels.push_back(static_cast<std::uint32_t>(v));
            if (dose.voxels.empty())
                fail(d.into.at, "region \"" + d.into.value + "\" is held at a value of " + d.ligand.value + ": a dose has no effect");
        }
        model.doses.push_back(std::move(dose));
    }
}

}  // namespace crine
