#include "host/text/units.h"

#include "crine/contracts.h"
#include "crine/units.h"
#include "support/engines.h"

#include <gtest/gtest.h>

namespace crine::test {
namespace {

TEST(Units, ConvertsToMicrometresSecondsAndMolecules) {
    struct Row {
        char const* text;
        Dimension dimension;
        double expected;
    };
    for (auto const& row : std::vector<Row>{
             {"60 um^2/s", Dimension::diffusivity, 60},
             {"60 um2/s", Dimension::diffusivity, 60},
             {"60 µm²/s", Dimension::diffusivity, 60},   // U+00B5, the micro sign
             {"60 μm^2/s", Dimension::diffusivity, 60},  // U+03BC, the Greek letter
             {"6e-7 cm^2/s", Dimension::diffusivity, 60},
             {"10 nM", Dimension::concentration, 10 * kNanomolar},
             {"10nM", Dimension::concentration, 10 * kNanomolar},
             {"1 nmol/L", Dimension::concentration, kNanomolar},
             {"1000 pM", Dimension::concentration, kNanomolar},
             {"1e-3 uM", Dimension::concentration, kNanomolar},
             {"1e-3 µM", Dimension::concentration, kNanomolar},
             {"1 M", Dimension::concentration, kMolar},
             {"6 molecule/um^3", Dimension::concentration, 6},
             {"6 molecules/um^3", Dimension::concentration, 6},
             {"-3 um", Dimension::length, -3},
             {"+3 um", Dimension::length, 3},
             {"0.3 mm", Dimension::length, 300},
             {"3 min", Dimension::time, 180},
             {"14 d", Dimension::time, 14 * 86400},
             {"12 h", Dimension::time, 12 * 3600},
             {"1e-3 /s", Dimension::rate, 1e-3},
             {"30/min", Dimension::rate, 0.5},
             {"0.05/h", Dimension::rate, 0.05 / 3600},
             {"0.05 1/h", Dimension::rate, 0.05 / 3600},
             {"2 d^-1", Dimension::rate, 2.0 / 86400},
             {"3000 /mm^3", Dimension::density, 3e-6},
             {"3000 cells/mm^3", Dimension::density, 3e-6},
             {"5000 molecule/cell", Dimension::molecules, 5000},
             {"5000", Dimension::molecules, 5000},
             {"10 molecule/s", Dimension::molecule_rate, 10},
             {"600 molecule/cell/min", Dimension::molecule_rate, 10},
             {"1e7 /M/s", Dimension::bimolecular, 1e7 * kPerMolarSecond},
             {"1e7 M^-1 s^-1", Dimension::bimolecular, 1e7 * kPerMolarSecond},
             {"100 um^2/s/nM", Dimension::sensitivity, 100 / kNanomolar},
             {"1 molecule/um^2/s", Dimension::flux, 1},
             {"1 nM/um", Dimension::gradient, kNanomolar},
             {"3.6 nM/h", Dimension::concentration_rate, 1e-3 * kNanomolar},
             {"50 um^3/s", Dimension::clearance, 50},
             {"2 pL", Dimension::volume, 2000},
             {"0.25", Dimension::number, 0.25},
             {"25 %", Dimension::number, 0.25},
             {"17 kDa", Dimension::molar_mass, 17 / 6.02214076e23},
             {"17 kg/mol", Dimension::molar_mass, 17 / 6.02214076e23},
             {"111 g/mol", Dimension::molar_mass, 0.111 / 6.02214076e23},
             {"1 pg/mL", Dimension::mass_concentration, 1e-27},
             {"1 ng/ml", Dimension::mass_concentration, 1e-24},
             {"1 ug/L", Dimension::mass_concentration, 1e-24},
             {"1 mg/dL", Dimension::mass_concentration, 1e-20},
             {"1 g/l", Dimension::mass_concentration, 1e-18},
         })
        EXPECT_TRUE(close(quantity(row.text, row.dimension), row.expected, 1e-12)) << row.text;
    EXPECT_TRUE(close(unit_scale("nM", Dimension::concentration), kNanomolar, 1e-12));
}

TEST(Units, RefusesAnotherDimensionEvenWhereTheUnitsAreReciprocal) {
    for (auto const& [text, dimension] : std::vector<std::pair<char const*, Dimension>>{{"5 min", Dimension::rate},
                                                                                        {"5 /min", Dimension::time},
                                                                                        {"1 /s", Dimension::molecule_rate},
                                                                                        {"1 molecule", Dimension::number},
                                                                                        {"1 /um^3", Dimension::concentration},
                                                                                        {"1 molecule/um^3", Dimension::density},
                                                                                        {"20 celsius", Dimension::length},
                                                                                        {"5", Dimension::length},
                                                                                        {"5 um", Dimension::number}})
        EXPECT_THROW(quantity(text, dimension), InputError) << text;
}

TEST(Units, RefusesWhatIsNoFiniteNumberWithAUnit) {
    for (char const* text : {"", "um", "nan um", "inf um", "-inf um", "1e400 um", "1e36 mm", "5 umm", "5 um,", "5 5 um um s", "0x10 um"})
        EXPECT_THROW(quantity(text, Dimension::length), InputError) << text;
}

/// What a message recommends must itself be accepted.
TEST(Units, EveryExampleIsOfItsDimension) {
    for (int d = 0; d <= static_cast<int>(Dimension::cell_rate); ++d)
        EXPECT_GT(quantity(example_of(static_cast<Dimension>(d)), static_cast<Dimension>(d)), 0) << name_of(static_cast<Dimension>(d));
}

}  // namespace
}  // namespace crine::test
