// Quantities with units, such as `60 um^2/s`, in the base units of µm, s and molecules.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crine {

/// What a value of the scenario file measures. Molecules are an amount of substance, so that `10 nM` and
/// `6 molecule/um^3` are both concentrations; a cell is a plain one.
enum class Dimension {
    number,
    length,
    volume,
    time,
    rate,
    speed,
    density,  ///< cells in a volume
    concentration,
    gradient,  ///< of a concentration
    concentration_rate,
    diffusivity,
    flux,
    molecules,
    molecule_rate,
    clearance,
    bimolecular,  ///< second-order rate constant
    per_molecule,
    sensitivity,  ///< drift per gradient
    mass,
    mass_rate,
    mass_concentration,
    mass_concentration_rate,
    mass_gradient,
    mass_flux,
    molar_mass,
    molar_volume,
    cells,
    cell_rate,
};

/// What measures by mass what that dimension measures in molecules: ng/mL for nM.
std::optional<Dimension> by_mass(Dimension dimension);

/// For messages and the schema: `a length`, and `5 um`.
char const* name_of(Dimension dimension);
char const* example_of(Dimension dimension);

/// The value in base units (µm, s, molecules) of a text like `60 um^2/s`. Throws InputError without a place: what is wrong with it.
double quantity(std::string_view text, Dimension dimension);

/// Base units in one `unit`, a text without number.
double unit_scale(std::string_view unit, Dimension dimension);

/// Whether 32-bit storage tells a value from 0 and from infinity, with room for sums.
bool can_be_stored(double value);

/// Whether a text like `100 mg` is of that dimension.
bool measures(std::string_view text, Dimension dimension);

/// Whether two texts are the same quantity, however written: `1 h` and `60 min`.
bool same_quantity(std::string_view a, std::string_view b);

}  // namespace crine
