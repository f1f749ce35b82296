// Quantities that are given by mass, with the molar mass of their ligand.
#include "host/build/build.h"

namespace crine {
namespace {

double molar_mass(Entry<LigandInput> const& ligand, Place const& at, std::string const& written, Dimension dimension) {
    if (!ligand.value.molar_mass)
        fail(at, "\"" + written + "\" is " + name_of(dimension) + ", but \"" + ligand.name.value +
                     "\" has no \"molar_mass\", for example \"" + example_of(Dimension::molar_mass) + "\"");
    return *ligand.value.molar_mass;
}

}  // namespace

double in_molecules(LigandQuantity const& of, Entry<LigandInput> const& ligand) {
    return of.mass ? stored(of.value / molar_mass(ligand, of.at, of.text, *of.mass), "the amount", of.at) : of.value;
}

double value_of(Node const& node, Phrases::Phrase const& of, Range range, ScenarioInput const& in) {
    if (of.ligand < 0) return read_quantity(node, of.dimension, range);
    return in_molecules(read_ligand_quantity(node, of.dimension, range), in.ligands[static_cast<std::size_t>(of.ligand)]);
}

double concentration_unit(Text const& unit, Entry<LigandInput> const& ligand) {
    return at_place(unit.at, [&] {
        if (!measures("1 " + unit.value, Dimension::mass_concentration)) return unit_scale(unit.value, Dimension::concentration);
        return unit_scale(unit.value, Dimension::mass_concentration) /
               molar_mass(ligand, unit.at, unit.value, Dimension::mass_concentration);
    });
}

}  // namespace crine
