// Measurements as JSON, as lines of the printed table, and beside those of an earlier run.
#include "host/bench/measurement.h"

#include "crine/contracts.h"
#include "host/text/format.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <tuple>

namespace crine::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kMetrics{&metric::copy_bytes_per_s,
                              &metric::ligand_voxel_steps_per_s,
                              &metric::seconds_to_error,
                              &metric::relative_error,
                              &metric::ns_per_cell,
                              &metric::agent_steps_per_s,
                              &metric::cost_growth,
                              &metric::slowdown,
                              &metric::seconds_per_simulated_hour,
                              &metric::seconds,
                              &metric::bytes,
                              &metric::bytes_per_cell,
                              &metric::seconds_per_30_min,
                              &metric::bytes_per_ligand_voxel,
                              &metric::peak_bytes};

auto key(Measurement const& m) { return std::tie(m.name, m.setting, m.device, m.size, m.ligands, m.metric); }

/// Text in a column; a multi-byte character counts once.
std::string padded(std::string text, std::size_t width, bool right = false) {
    auto const glyphs = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    std::string const space(glyphs < width ? width - glyphs : 0, ' ');
    return right ? space + text : text + space;
}

std::string what(Measurement const& m) {
    return padded(m.name, 11) + padded(m.setting, 34) + padded(m.size > 0 ? count(m.size) : "", 12, true) +
           padded(m.ligands > 0 ? std::to_string(m.ligands) : "", 4, true) + "  " + padded(m.metric, 27);
}

std::string trimmed(std::string line) { return line.erase(line.find_last_not_of(' ') + 1) + '\n'; }

}  // namespace

Samples summarise(std::vector<double> values) {
    CRINE_EXPECTS(!values.empty());
    std::sort(values.begin(), values.end());
    std::size_t const n = values.size();
    return {(values[(n - 1) / 2] + values[n / 2]) / 2, values.front(), values.back()};
}

Metric const* find_metric(std::string const& name) {
    auto const found = std::find_if(kMetrics.begin(), kMetrics.end(), [&](Metric const* m) { return m->name == name; });
    return found == kMetrics.end() ? nullptr : *found;
}

std::string to_json(std::vector<Measurement> const& results, Circumstances const& circumstances) {
    std::string text;
    for (auto const& m : results) {
        Json line{{"case", m.name},     {"setting", m.setting},     {"device", m.device}, {"size", m.size},    {"ligands", m.ligands},
                  {"metric", m.metric}, {"median", m.value.median}, {"min", m.value.min}, {"max", m.value.max}};
        line["fraction_of_copy"] = m.fraction_of_copy ? Json(*m.fraction_of_copy) : Json(nullptr);
        line["note"] = m.note;
        line["date"] = circumstances.date, line["machine"] = circumstances.machine, line["commit"] = circumstances.commit;
        line["threads"] = circumstances.threads;
        text += (text.empty() ? "[\n" : ",\n") + line.dump();
    }
    return text.empty() ? "[]\n" : text + "\n]\n";
}

std::vector<Measurement> from_json(std::string const& text) {
    std::vector<Measurement> results;
    try {
        for (auto const& line : Json::parse(text)) {
            Measurement m;
            m.name = line.at("case"), m.setting = line.at("setting"), m.device = line.at("device"), m.size = line.at("size");
            m.ligands = line.at("ligands"), m.metric = line.at("metric");
            m.value = {line.at("median"), line.at("min"), line.at("max")};
            if (!line.at("fraction_of_copy").is_null()) m.fraction_of_copy = line.at("fraction_of_copy").get<double>();
            m.note = line.at("note");
            results.push_back(m);
        }
    } catch (nlohmann::json::exception const& problem) {
        throw InputError(std::string("not a result of crine bench --json (") + problem.what() + ")");
    }
    return results;
}

std::string heading() {
    return trimmed(padded("case", 11) + padded("setting", 34) + padded("size", 12, true) + padded("lig", 4, true) + "  " +
                   padded("metric", 27) + padded("median", 10, true) + padded("min", 10, true) + padded("max", 10, true) + " " +
                   padded("unit", 5) + padded("GB/s", 7, true) + padded("of copy", 9, true) + "  note");
}

std::string row(Measurement const& m, double copy_bandwidth) {
    Metric const* const known = find_metric(m.metric);
    double const scale = known != nullptr ? known->scale : 1;
    auto const shown = [&](double value) { return padded(rounded(value * scale, 3), 10, true); };
    std::string line =
        what(m) + shown(m.value.median) + shown(m.value.min) + shown(m.value.max) + " " + padded(known != nullptr ? known->unit : "", 5);
    line += padded(m.fraction_of_copy ? rounded(*m.fraction_of_copy * copy_bandwidth * 1e-9, 3) : "", 7, true);
    line += padded(m.fraction_of_copy ? rounded(*m.fraction_of_copy * 100, 2) + " %" : "", 9, true) + "  " + m.note;
    return trimmed(line);
}

std::string compare(std::vector<Measurement> const& before, std::vector<Measurement> const& now) {
    std::string table = trimmed(padded("case", 11) + padded("setting", 34) + padded("size", 12, true) + padded("lig", 4, true) + "  " +
                                padded("metric", 27) + padded("before", 10, true) + padded("now", 10, true) + " " + padded("unit", 5) +
                                padded("better by", 10, true));
    for (auto const& m : now) {
        auto const old = std::find_if(before.begin(), before.end(), [&](Measurement const& b) { return key(b) == key(m); });
        Metric const* const known = find_metric(m.metric);
        if (old == before.end() || known == nullptr) continue;
        double const growth = m.value.median / old->value.median;
        table += trimmed(what(m) + padded(rounded(old->value.median * known->scale, 3), 10, true) +
                         padded(rounded(m.value.median * known->scale, 3), 10, true) + " " + padded(known->unit, 5) +
                         padded(rounded(known->higher_is_better ? growth : 1 / growth, 3), 10, true));
    }
    return table;
}

}  // namespace crine::bench
