// Finds the combinations of regions that occur, and makes one material of all that have the same properties and inhabitants.
#include "host/build/build.h"

#include <map>

namespace crine {
namespace {

constexpr std::size_t kMostMaterials = 255;
constexpr std::size_t kMostHabitats = 64;  ///< materials where types have a habitat: the bits of CellType::habitat
constexpr std::size_t kMostRelevant = 64;  ///< regions that divide the tissue: one bit each

struct Material {
    std::string name;
    std::vector<MaterialLigand> properties;  ///< by ligand
    std::vector<bool> types;                 ///< by cell type: it may be here

    bool same_as(Material const& other) const {
        auto const same = [](MaterialLigand const& a, MaterialLigand const& b) {
            return a.diffusivity == b.diffusivity && a.decay == b.decay && a.source == b.source && a.fixed == b.fixed &&
                   a.value == b.value && a.exchange == b.exchange;
        };
        return types == other.types && std::equal(properties.begin(), properties.end(), other.properties.begin(), same);
    }
};

/// Combinations of regions, one bit each, and the materials they are.
class Materials {
public:
    Materials(MaterialPlan const& plan, int regions) : plan_(plan) {
        for (int r = 0; r < regions; ++r) {
            auto const& in = region(r);
            bool const home = std::any_of(plan.habitats.begin(), plan.habitats.end(),
                                          [r](auto const& h) { return std::count(h.begin(), h.end(), r) > 0; });
            if (home || !in.diffusivity.empty() || !in.decay.empty() || !in.source.empty() || !in.value.empty() || !in.exchange.empty())
                relevant_.push_back(r);
            if (relevant_.size() > kMostRelevant) fail(in.at, "more than 64 regions have properties or inhabitants");
            if (home) most_ = kMostHabitats;
        }
        for (std::size_t b = 0; b < relevant_.size(); ++b) combine(std::uint64_t{1} << b);  // checks every reference, met or not
        of(0);                                                                              // the tissue outside all regions is the first
    }

    std::vector<int> const& relevant() const { return relevant_; }
    std::vector<Material> const& all() const { return all_; }

    /// The material of a combination; combinations that do the same are one.
    std::uint8_t of(std::uint64_t bits) {
        auto const [place, added] = known_.try_emplace(bits);
        if (added) {
            Material const m = combine(bits);
            auto const found = std::find_if(all_.begin(), all_.end(), [&](auto const& other) { return m.same_as(other); });
            place->second = static_cast<std::uint8_t>(found - all_.begin());
            if (found == all_.end()) {
                if (all_.size() == most_)
                    fail(region(relevant_.back()).at,
                         "the regions make more than " + std::to_string(most_) + " different combinations of properties" +
                             (most_ == kMostHabitats ? " and habitats (64 is the limit where cell types have a habitat)" : ""));
                all_.push_back(m);
            }
        }
        return place->second;
    }

private:
    RegionInput const& region(int r) const { return (*plan_.regions)[static_cast<std::size_t>(r)].value; }

    Material combine(std::uint64_t bits) const {
        Material m{"", plan_.tissue, {}};
        auto const property = [&](Text const& ligand) -> MaterialLigand& {
            return m.properties[static_cast<std::size_t>(plan_.ligands.find(ligand))];
        };
        auto const of = [&](auto const& e) {
            return static_cast<Real>(in_molecules(e.value, (*plan_.written)[static_cast<std::size_t>(plan_.ligands.find(e.name))]));
        };
        std::vector<int> inside;
        for (std::size_t b = 0; b < relevant_.size(); ++b) {
            if (!(bits >> b & 1)) continue;
            inside.push_back(relevant_[b]);
            m.name += (m.name.empty() ? "" : " + ") + (*plan_.regions)[static_cast<std::size_t>(relevant_[b])].name.value;
            auto const& in = region(relevant_[b]);
            for (auto const& e : in.diffusivity) property(e.name).diffusivity = static_cast<Real>(e.value.value);
            for (auto const& e : in.decay) property(e.name).decay = static_cast<Real>(e.value.value);
            for (auto const& e : in.source) property(e.name).source = of(e);
            for (auto const& e : in.exchange) property(e.name).exchange = static_cast<Real>(e.value.permeability_surface.value);
            for (auto const& e : in.value) property(e.name).fixed = true, property(e.name).value = of(e);
        }
        if (m.name.empty()) m.name = "tissue";
        for (auto const& home : plan_.habitats)
            m.types.push_back(home.empty() || std::find_first_of(home.begin(), home.end(), inside.begin(), inside.end()) != home.end());
        return m;
    }

    MaterialPlan const& plan_;
    std::vector<int> relevant_;
    std::size_t most_ = kMostMaterials;
    std::vector<Material> all_;
    std::map<std::uint64_t, std::uint8_t> known_;
};

}  // namespace

void make_materials(Model& model, Regions const& regions, MaterialPlan const& plan, bool sample) {
    Materials materials(plan, regions.count());
    if (!sample) model.material.resize(model.grid.voxels());
    std::uint64_t last = 0;
    std::uint8_t material = 0;
    regions.visit_voxels(sample, [&](Voxel v) {
        std::uint64_t bits = 0;
        for (std::size_t b = 0; b < materials.relevant().size(); ++b)
            bits |= std::uint64_t{regions.contains(materials.relevant()[b], v)} << b;
        if (bits != last) last = bits, material = materials.of(bits);
        if (!sample) model.material[model.grid.voxel(v.i, v.j, v.k)] = material;
    });

    for (auto const& m : materials.all()) {
        model.material_names.push_back(m.name);
        model.materials.insert(model.materials.end(), m.properties.begin(), m.properties.end());
    }
    for (std::size_t t = 0; t < plan.habitats.size(); ++t) {
        if (plan.habitats[t].empty()) continue;
        model.types[t].habitat = 0;
        for (std::size_t m = 0; m < materials.all().size(); ++m) model.types[t].habitat |= std::uint64_t{materials.all()[m].types[t]} << m;
    }
}

}  // namespace crine
