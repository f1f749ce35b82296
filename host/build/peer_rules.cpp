// Reads rules from PhysiCell's CSV files and converts their units.
#include "host/build/build.h"

#include "crine/units.h"
#include "host/text/text_file.h"

#include <charconv>
#include <cmath>

namespace crine {
namespace {

double number(Text const& written, char const* what) {
    std::string const& text = written.value;
    double value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        fail(written.at, std::string("found \"") + text + "\", expected " + what + ", a number");
    return value;
}
double positive_number(Text const& written, char const* what) {
    double const value = number(written, what);
    if (!(value > 0)) fail(written.at, std::string("found \"") + written.value + "\", expected " + what + " greater than 0");
    return value;
}

bool flag(Text const& written) {
    for (char const* yes : {"1", "true", "True", "TRUE"})
        if (written.value == yes) return true;
    for (char const* no : {"0", "false", "False", "FALSE"})
        if (written.value == no) return false;
    fail(written.at, "found \"" + written.value + "\", expected 0 or 1 (applies to dead cells)");
}

bool increases(Text const& written) {
    if (written.value == "increases") return true;
    if (written.value == "decreases") return false;
    fail(written.at,
         "found \"" + written.value + "\", expected increases or decreases" + suggestion(written.value, {"increases", "decreases"}));
}

/// What PhysiCell's bare numbers mean: minutes and µm, concentrations in the unit of the ligand.
class PeerUnits {
public:
    explicit PeerUnits(Model const& model) : model_(model), words_(model.vocabulary()) {}

    /// Base units in 1 of a signal.
    double of_signal(Phrases::Phrase const& signal) const {
        for (int l = 0; l < words_.ligands; ++l)
            if (signal.index == words_.of(signal::concentration, l) || signal.index == words_.of(signal::gradient, l)) return unit(l);
        for (int p = 0; p < words_.pools; ++p)
            if (signal.index == words_.of(signal::circulating, p)) return model_.pools[static_cast<std::size_t>(p)].display_scale;
        return signal.dimension == Dimension::time ? kMinute : 1;
    }

    /// Base units in 1 of a behaviour of a type. Secretion and uptake are there rates of the cell's own volume V, which is here that at
    /// rest: dn/dt = S V (saturation - c) and U V c. Export is an amount, concentration times µm³, per time.
    double of_behaviour(Phrases::Phrase const& behaviour, Text const& written, CellType const& type) const {
        double const volume = 4.0 / 3 * kPi * std::pow(type.radius, 3);
        for (int l = 0; l < words_.ligands; ++l) {
            if (behaviour.index == words_.of(behaviour::secretion, l)) return secretion(l, volume, written, type) / kMinute;
            if (behaviour.index == words_.of(behaviour::uptake, l)) return volume / kMinute;
            if (behaviour.index == words_.of(behaviour::chemotaxis, l)) return 1 / unit(l) / kMinute;
        }
        switch (behaviour.dimension) {
            case Dimension::time:
                return kMinute;
            case Dimension::rate:
            case Dimension::speed:
            case Dimension::molecule_rate:
                return 1 / kMinute;
            default:
                return 1;
        }
    }

private:
    double unit(int ligand) const { return model_.ligands[static_cast<std::size_t>(ligand)].display_scale; }

    double secretion(int ligand, double volume, Text const& written, CellType const& type) const {
        double const saturation = type.saturation[static_cast<std::size_t>(ligand)];
        bool const exports = written.value.ends_with(" export"), stops = std::isfinite(saturation);
        std::string const whose = "the secretion of \"" + model_.ligands[static_cast<std::size_t>(ligand)].name + "\" by \"" + type.name;
        if (exports && stops) fail(written.at, whose + "\" has a saturation, at which export would not stop");
        if (!exports && !stops) fail(written.at, whose + "\" has no \"saturation\", which this rate is relative to (an export has none)");
        return exports ? unit(ligand) : volume * saturation;
    }

    Model const& model_;
    Vocabulary words_;
};

}  // namespace

std::vector<Rule> read_peer_rules(InputFile const& file, ScenarioInput const& in, Dictionary const& names, Phrases const& signals,
                                  Phrases const& behaviours, Model const& model, WrittenRules& written) {
    constexpr std::size_t columns = 8;
    PeerUnits const units(model);
    std::vector<Rule> rules;
    for (Lines lines(file.path, file.at); lines.next();) {
        std::string const& line = lines.text();
        std::size_t const first = line.find_first_not_of(" \t\r");
        if (first == std::string::npos || line.compare(first, 2, "//") == 0) continue;
        auto const value = lines.values();
        if (value.size() != columns)
            fail(lines.at(),
                 "found " + std::to_string(value.size()) +
                     " values, expected 8: cell type, signal, increases or decreases, behaviour, saturation, half-max, Hill power, "
                     "applies to dead (version 3 of the format)");
        Rule rule;
        rule.type = names.types.find(value[0]);
        rule.increases = increases(value[2]);
        auto const& signal = signals.find(value[1], Phrases::Spelling::peer);
        auto const& behaviour = behaviours.find(value[3], Phrases::Spelling::peer);
        rule.signal = signal.index, rule.behaviour = behaviour.index;
        double const saturation = number(value[4], "the value at infinite signal");
        if (saturation < 0 && behaviour.limits != Phrases::Limits::none)
            fail(value[4].at, "found \"" + value[4].value + "\", expected 0 or more");
        CellType const& type = model.types[static_cast<std::size_t>(rule.type)];
        rule.saturation = static_cast<Real>(
            stored(saturation * units.of_behaviour(behaviour, value[3], type), "the value at infinite signal", value[4].at));
        rule.half = static_cast<Real>(stored(positive_number(value[5], "the signal at half effect") * units.of_signal(signal),
                                             "the signal at half effect", value[5].at));
        rule.hill = static_cast<Real>(stored(positive_number(value[6], "the Hill power"), "the Hill power", value[6].at));
        rule.applies_to_dead = flag(value[7]);
        check_rule({value[1], value[3], value[4].at}, rule, in, behaviours, model);
        written.add(rule, value[0].at);
        rules.push_back(rule);
    }
    return rules;
}

}  // namespace crine
