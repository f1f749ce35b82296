// Converts units with UDUNITS-2, to which molar, molecule and cell are added, and checks what they measure.
#include "host/text/units.h"

#include "crine/contracts.h"
#include "crine/units.h"
#include "host/text/shipped.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>

#include <udunits2.h>

namespace crine {
namespace {

struct DimensionRow {
    Dimension dimension;
    char const* name;
    char const* base;  ///< its unit inside crine
    char const* example;
};

constexpr std::array<DimensionRow, 28> kDimensions{{
    {Dimension::number, "a number", "1", "0.5"},
    {Dimension::length, "a length", "um", "5 um"},
    {Dimension::volume, "a volume", "um^3", "2000 um^3"},
    {Dimension::time, "a time", "s", "3 min"},
    {Dimension::rate, "a rate", "1/s", "0.05/h"},
    {Dimension::speed, "a speed", "um/s", "10 um/min"},
    {Dimension::density, "a number of cells in a volume", "1/um^3", "3000 /mm^3"},
    {Dimension::concentration, "a concentration", "molecule/um^3", "10 nM"},
    {Dimension::gradient, "a gradient of concentration", "molecule/um^4", "0.1 nM/um"},
    {Dimension::concentration_rate, "a concentration per time", "molecule/um^3/s", "1 nM/h"},
    {Dimension::diffusivity, "a diffusivity", "um^2/s", "60 um^2/s"},
    {Dimension::flux, "a flux of molecules", "molecule/um^2/s", "1 molecule/um^2/s"},
    {Dimension::molecules, "a number of molecules", "molecule", "5000 molecule/cell"},
    {Dimension::molecule_rate, "molecules per time", "molecule/s", "10 molecule/s"},
    {Dimension::clearance, "a volume cleared per time", "um^3/s", "50 um^3/s"},
    {Dimension::bimolecular, "a rate per concentration", "um^3/s/molecule", "1e7 /M/s"},
    {Dimension::per_molecule, "a rate for each molecule", "1/s/molecule", "1e-6 /s/molecule"},
    {Dimension::sensitivity, "a drift per gradient of concentration", "um^5/s/molecule", "100 um^2/s/nM"},
    {Dimension::mass, "a mass", "kg", "100 mg"},
    {Dimension::mass_rate, "a mass per time", "kg/s", "1 mg/h"},
    {Dimension::mass_concentration, "a mass per volume", "kg/um^3", "100 pg/mL"},
    {Dimension::mass_concentration_rate, "a mass per volume and time", "kg/um^3/s", "1 ng/mL/h"},
    {Dimension::mass_gradient, "a gradient of mass per volume", "kg/um^4", "1 ng/mL/um"},
    {Dimension::mass_flux, "a flux of mass", "kg/um^2/s", "1 pg/cm^2/s"},
    {Dimension::molar_mass, "a mass per amount of substance", "kg/molecule", "17 kDa"},
    {Dimension::molar_volume, "a volume per amount", "um^3/molecule", "70 L/mol"},
    {Dimension::cells, "a number of cells", "1", "1e10 cell"},
    {Dimension::cell_rate, "a number of cells per time", "1/s", "1e9 cell/h"},
}};

DimensionRow const& row_of(Dimension d) {
    auto const& row = kDimensions[static_cast<std::size_t>(d)];
    CRINE_ENSURES(row.dimension == d);
    return row;
}

struct FreeUnit {
    void operator()(ut_unit* u) const { ut_free(u); }
};
using Unit = std::unique_ptr<ut_unit, FreeUnit>;

struct FreeSystem {
    void operator()(ut_system* s) const { ut_free_system(s); }
};

/// The units of UDUNITS-2, and those of biology.
class UnitSystem {
public:
    UnitSystem() {
        ut_set_error_message_handler(ut_ignore);
        auto const bundled = shipped("share/udunits/udunits2.xml");  // elsewhere the library knows where it was installed
        system_.reset(ut_read_xml(std::getenv("UDUNITS2_XML_PATH") == nullptr && !bundled.empty() ? bundled.c_str() : nullptr));
        if (!system_) throw RunError("the unit database of UDUNITS-2 cannot be read (is libudunits2-data installed?)");
        Unit const mol = parse("mol");
        define("molar", "M", parse("mol/L"));
        for (char const* name : {"molecule", "molecules"}) {
            ut_unmap_name_to_unit(system_.get(), name, UT_ASCII);  // the database has the Avogadro number of 2006
            define(name, nullptr, Unit(ut_scale(1 / kAvogadro, mol.get())));
        }
        define("dalton", "Da", parse("g/mol"));  // of a molecule: crine counts them in moles
        for (char const* name : {"cell", "cells"}) define(name, nullptr, Unit(ut_get_dimensionless_unit_one(system_.get())));
    }

    /// Null if it is not a unit.
    Unit parse(std::string const& text) const { return Unit(ut_parse(system_.get(), text.c_str(), UT_UTF8)); }

private:
    void define(char const* name, char const* symbol, Unit unit) {
        bool ok = unit && ut_map_name_to_unit(name, UT_UTF8, unit.get()) == UT_SUCCESS;
        if (symbol) ok = ok && ut_map_symbol_to_unit(symbol, UT_UTF8, unit.get()) == UT_SUCCESS;
        if (!ok) throw RunError("UDUNITS-2 does not accept the unit " + std::string(name));
    }
    std::unique_ptr<ut_system, FreeSystem> system_;
};

UnitSystem const& units() {
    static UnitSystem const system;
    return system;
}

std::string_view trim(std::string_view s) {
    while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
    while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
    return s;
}

/// Both micro signs of Unicode become `u`; `/h` becomes `1/h`.
std::string plain(std::string_view unit) {
    unit = trim(unit);
    std::string out(unit.empty() || unit.front() == '/' ? "1" : "");
    while (!unit.empty()) {
        bool const micro = unit.starts_with("\u00b5") || unit.starts_with("\u03bc");
        out += micro ? 'u' : unit.front();
        unit.remove_prefix(micro ? 2 : 1);
    }
    return out;
}

std::string expected(Dimension d) { return std::string("expected ") + row_of(d).name + ", for example \"" + row_of(d).example + "\""; }

struct FreeConverter {
    void operator()(cv_converter* c) const { cv_free(c); }
};

/// How many of `to` are one of `from`; 0 if they measure different things. UDUNITS-2 itself would turn a rate into a time
/// and a temperature in °C into one in K: only what is proportional counts here.
double factor(ut_unit const* from, ut_unit const* to) {
    std::unique_ptr<cv_converter, FreeConverter> const converter(ut_get_converter(const_cast<ut_unit*>(from), const_cast<ut_unit*>(to)));
    if (!converter) return 0;
    double const one = cv_convert_double(converter.get(), 1), two = cv_convert_double(converter.get(), 2);
    return std::fabs(two - 2 * one) <= 1e-9 * std::fabs(two) ? one : 0;
}

/// What a unit measures, in words if we have them.
std::string measures(ut_unit const* unit) {
    for (auto const& row : kDimensions)
        if (factor(unit, units().parse(row.base).get()) != 0) return row.name;
    char text[128] = "";
    ut_format(unit, text, sizeof text, UT_ASCII | UT_DEFINITION);
    return std::string("in ") + text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// UDUNITS-2 multiplies by numbers in a unit: 400 um 2 would be 800 um, and 1 500 um half a millimetre times a thousandth. Here only
/// exponents are numbers, and the 1 of 1/s.
std::size_t find_number(std::string_view unit) {
    for (std::size_t at = 0; at < unit.size(); ++at) {
        if (!is_digit(unit[at])) continue;
        std::size_t sign = at;  // or the digit, if there is none
        if (sign > 0 && (unit[sign - 1] == '-' || unit[sign - 1] == '+')) --sign;
        bool const exponent = sign > 0 && (is_letter(unit[sign - 1]) || unit[sign - 1] == '^' || unit.substr(0, sign).ends_with("**"));
        std::size_t end = at;
        while (end < unit.size() && is_digit(unit[end])) ++end;
        bool const over = unit.substr(at, end - at) == "1" && sign == at && unit.substr(end).starts_with('/');
        if (!exponent && !over) return sign;
        at = end;
        if (exponent && at < unit.size() && unit[at] == '.') return at;
    }
    return std::string_view::npos;
}

/// "1500 um" of "1 500 um"; nothing where the blanks do not stand between groups of three digits.
std::string without_gaps(std::string_view text) {
    std::string joined;
    for (std::size_t at = 0; at < text.size(); ++at) {
        bool const gap = text[at] == ' ' && at > 0 && is_digit(text[at - 1]) && at + 3 < text.size() && is_digit(text[at + 1]) &&
                         is_digit(text[at + 2]) && is_digit(text[at + 3]);
        if (!gap) joined += text[at];
    }
    return joined;
}

void check_no_number(std::string_view number, std::string_view unit, Dimension dimension) {
    std::size_t const at = find_number(trim(unit));
    std::string const whole(trim(std::string(number) + std::string(unit)));
    if (unit.starts_with(',') && unit.size() > 1 && is_digit(unit[1]))
        throw InputError("\"" + whole + "\" has a comma in its number; expected a decimal point: \"" + std::string(number) + "." +
                         std::string(unit.substr(1)) + "\"");
    if (at == std::string_view::npos) return;
    if (number.empty()) throw InputError("\"" + whole + "\" has a number; expected a unit of " + row_of(dimension).name + " alone");
    std::string const joined = without_gaps(whole);
    throw InputError("\"" + whole + "\" has " + (at == 0 ? "two numbers; " : "a number after its unit; ") + expected(dimension) +
                     (joined == whole ? "" : "; did you mean \"" + joined + "\"?"));
}

double convert(double value, std::string_view unit_text, Dimension dimension, std::string const& whole) {
    std::string const text = plain(unit_text);
    Unit const unit = units().parse(text);
    if (!unit) throw InputError("\"" + std::string(trim(unit_text)) + "\" is not a unit; " + expected(dimension));
    bool const counted = dimension == Dimension::molecules && text == "1";  // a number of molecules may be a plain number
    double const scale = counted ? 1 : factor(unit.get(), units().parse(row_of(dimension).base).get());
    if (scale == 0)
        throw InputError("\"" + whole + "\" " + (text == "1" ? "has no unit" : "is " + measures(unit.get())) + "; " + expected(dimension));
    return value * scale;
}

}  // namespace

std::optional<Dimension> by_mass(Dimension dimension) {
    switch (dimension) {
        case Dimension::concentration:
            return Dimension::mass_concentration;
        case Dimension::concentration_rate:
            return Dimension::mass_concentration_rate;
        case Dimension::gradient:
            return Dimension::mass_gradient;
        case Dimension::flux:
            return Dimension::mass_flux;
        case Dimension::molecules:
            return Dimension::mass;
        case Dimension::molecule_rate:
            return Dimension::mass_rate;
        default:
            return std::nullopt;
    }
}

char const* name_of(Dimension d) { return row_of(d).name; }
char const* example_of(Dimension d) { return row_of(d).example; }

double quantity(std::string_view text, Dimension dimension) {
    std::string_view const whole = trim(text);
    std::string_view number = whole;
    if (!number.empty() && number.front() == '+') number.remove_prefix(1);
    double value = 0;
    auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    std::string const shown(whole);
    if (error == std::errc::invalid_argument) throw InputError("\"" + shown + "\" does not begin with a number; " + expected(dimension));
    auto const digits = static_cast<std::size_t>(end - number.data());
    if (error == std::errc{}) check_no_number(number.substr(0, digits), number.substr(digits), dimension);
    double const base = error == std::errc::result_out_of_range || !std::isfinite(value)
                            ? HUGE_VAL
                            : convert(value, number.substr(digits), dimension, shown);
    if (!can_be_stored(base)) throw InputError("\"" + shown + "\" is not a finite number that can be stored; " + expected(dimension));
    return base;
}

bool measures(std::string_view text, Dimension dimension) {
    std::string_view number = trim(text);
    double value = 0;
    auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error == std::errc::invalid_argument) return false;
    Unit const unit = units().parse(plain(number.substr(static_cast<std::size_t>(end - number.data()))));
    return unit && factor(unit.get(), units().parse(row_of(dimension).base).get()) != 0;
}

bool same_quantity(std::string_view a, std::string_view b) {
    return std::any_of(kDimensions.begin(), kDimensions.end(), [&](DimensionRow const& row) {
        try {
            return quantity(a, row.dimension) == quantity(b, row.dimension);
        } catch (InputError const&) {
            return false;
        }
    });
}

double unit_scale(std::string_view unit, Dimension dimension) {
    check_no_number("", unit, dimension);
    return convert(1, unit, dimension, std::string(unit));
}

bool can_be_stored(double value) {
    constexpr double largest = 1e37, smallest = std::numeric_limits<float>::min();
    return value == 0 || (std::fabs(value) < largest && std::fabs(value) >= smallest);
}

}  // namespace crine
