// Writes run.json: build, machine, timings, memory, ledgers and the whole scenario.
#include "host/run/run_record.h"

#include "crine/contracts.h"
#include "crine/threads.h"
#include "host/run/build_info.h"
#include "host/text/format.h"
#include "host/writers/atomic_file.h"
#include "host/writers/vtk_file.h"
#include "host/writers/writer.h"

#include <nlohmann/json.hpp>

#include <ctime>
#include <fstream>

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace crine {
namespace {

using Json = nlohmann::ordered_json;

char const* name(RunRecord::Status status) {
    switch (status) {
        case RunRecord::Status::running:
            return "running";
        case RunRecord::Status::completed:
            return "completed";
        case RunRecord::Status::interrupted:
            return "interrupted";
        case RunRecord::Status::failed:
            return "failed";
    }
    return "";
}

Json build() {
    Json libraries = Json::object();
    for (auto const& [library, version] : build_info().libraries) libraries[library] = version;
    return {{"version", build_info().version},
            {"commit", build_info().commit},
            {"compiler", build_info().compiler},
            {"storage", build_info().storage},
            {"libraries", libraries}};
}

Json machine() {
    utsname system{};
    uname(&system);
    auto const memory = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
    return {{"name", system.nodename},
            {"system", std::string(system.sysname) + " " + system.release},
            {"architecture", system.machine},
            {"cores", sysconf(_SC_NPROCESSORS_ONLN)},
            {"cores that may be used", processors()},
            {"memory [MiB]", memory / 1048576}};
}

double mebibytes(std::size_t bytes) { return static_cast<double>(bytes) / 1048576; }

/// Of those that have any.
Json memory_by_part(RunRecord const& record) {
    Json parts = Json::object();
    for (PartMemory const& of : record.memory)
        if (of.state + of.rest != 0) parts[of.part] = {{"state", mebibytes(of.state)}, {"tables and work space", mebibytes(of.rest)}};
    return parts;
}

double peak_memory_mebibytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;  // Linux counts KiB
}

Json ledgers(RunRecord const& record) {
    Json all = Json::object();
    for (std::size_t l = 0; l < record.ledgers.size(); ++l) {
        Ledger const& ledger = record.ledgers[l];
        Json& entries = all[record.ligands[l]];
        Ledger::for_each_entry([&](char const* name, Ledger::Side, double Ledger::*entry) { entries[name] = ledger.*entry; });
        entries["turnover"] = ledger.turnover();
        entries["imbalance"] = ledger.imbalance();
        entries["correction explained"] = ledger.explained;
    }
    return all;
}

Json circulating_cells(RunRecord const& record) {
    Json all = Json::object();
    for (std::size_t p = 0; p < record.circulating.size(); ++p) {
        CellPoolState const& pool = record.circulating[p];
        all[record.cell_pools[p]] = {{"present", pool.present}, {"initial", pool.initial},     {"produced", pool.produced},
                                     {"lost", pool.lost},       {"recruited", pool.recruited}, {"imbalance", pool.imbalance()}};
    }
    return all;
}

Json segments(RunRecord const& record) {
    Json all = Json::array();
    for (RunRecord::Segment const& s : record.segments)
        all.push_back({{"started", s.started},
                       {"computer", s.computer},
                       {"engine", s.engine},
                       {"threads", s.threads},
                       {"from [h]", output_hours(s.from)},
                       {"to [h]", output_hours(s.to)},
                       {"wall [s]", s.wall}});
    return all;
}

Json read_record(std::filesystem::path const& folder) {
    std::ifstream in(folder / output_name::record);
    return Json::parse(in, nullptr, false);
}

}  // namespace

std::string to_carry(RunRecord const& record) {
    return Json{{"started", record.started}, {"cells at start", record.cells_at_start}, {"segments", segments(record)}}.dump();
}

void carry_on(RunRecord& record, std::string const& json, std::filesystem::path const& file) {
    try {
        Json const before = Json::parse(json);
        std::vector<RunRecord::Segment> all;
        for (Json const& s : before.at("segments"))
            all.push_back({s.at("started"), s.at("computer"), s.at("engine"), s.at("threads"), s.at("from [h]").get<double>() * kHour,
                           s.at("to [h]").get<double>() * kHour, s.at("wall [s]")});
        all.insert(all.end(), record.segments.begin(), record.segments.end());
        auto const started = before.at("started").get<std::string>();
        record.cells_at_start = before.at("cells at start").get<std::size_t>();
        record.started = started, record.segments = std::move(all);
    } catch (Json::exception const&) {
        throw RunError(file.string() + " does not say how the run went so far");
    }
}

double time_reached(std::filesystem::path const& folder) {
    Json const json = read_record(folder);
    return json.is_object() && json.contains("time [h]") && json["time [h]"].is_number() ? json["time [h]"].get<double>() * kHour : 0;
}

std::string resolved_scenario(std::filesystem::path const& folder) {
    Json const json = read_record(folder);
    bool const there = json.is_object() && json.contains("scenario") && json["scenario"].contains("resolved");
    return there && json["scenario"]["resolved"].is_string() ? json["scenario"]["resolved"].get<std::string>() : "";
}

std::string computer() {
    utsname system{};
    uname(&system);
    return system.nodename;
}

std::string timestamp() {
    std::time_t const now = std::time(nullptr);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
    return text;
}

void write_record(RunRecord const& record, std::filesystem::path const& folder) {
    Json phases = Json::object();
    for (auto const& phase : record.phases) phases[phase.name] = phase.seconds;
    Json json{
        {"status", name(record.status)},
        {"crine", build()},
        {"title", record.title},
        {"command_line", record.command_line},
        {"process", ::getpid()},
        {"files", record.files},
        {"seed", record.seed},
        {"started", record.started},
        {"machine", machine()},
        {"device", {{"engine", record.device.engine}, {"name", record.device.name}, {"threads", record.device.threads}}},
        {"end [h]", output_hours(record.end)},
    };
    if (!record.device.instruction_set.empty()) json["device"]["instruction set"] = record.device.instruction_set;
    if (!record.error.empty()) json["error"] = record.error;
    if (record.status != RunRecord::Status::running) {
        json["finished"] = record.finished;
        json["time [h]"] = output_hours(record.time);
        json["steps"] = record.steps;
        json["cells"] = {{"at start", record.cells_at_start}, {"at end", record.cells}};
        json["wall [s]"] = record.wall;
        json["wall by phase [s]"] = phases;
        if (record.segments.size() > 1) json["segments"] = segments(record);
        if (!record.given_up) json["ledger [molecules]"] = ledgers(record);
        if (!record.circulating.empty()) json["circulating cells"] = circulating_cells(record);
        json["memory [MiB]"] = {{"peak of the process", peak_memory_mebibytes()},
                                {"device", mebibytes(record.device_memory)},
                                {"by part", memory_by_part(record)}};
    }
    bool const ended = record.status == RunRecord::Status::completed || record.status == RunRecord::Status::interrupted;
    if (ended && !record.given_up) json["state_hash"] = hexadecimal(record.state_hash);
    json["scenario"] = {{"file", record.scenario_file}, {"resolved", record.resolved}};
    // a command line may hold what is not UTF-8
    write_atomically(folder / output_name::record, json.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace crine
