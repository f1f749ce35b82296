// Runs each case, compares its numbers with what is expected, and writes them as a table, as JSON and as Markdown.
#include "host/build/load.h"
#include "host/commands/validate.h"

#include "crine/contracts.h"
#include "host/commands/course.h"
#include "host/run/build_info.h"
#include "host/run/run_record.h"
#include "host/text/format.h"
#include "host/text/shipped.h"
#include "host/text/yaml.h"
#include "host/writers/atomic_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <limits>
#include <sstream>

namespace crine {
namespace {

namespace fs = std::filesystem;
using Expectation = Validation::Expectation;

struct Check {
    std::string file;
    Expectation expected;
    double got = std::numeric_limits<double>::quiet_NaN();

    /// How far it is from the value.
    std::optional<double> error() const {
        if (!expected.value) return {};
        double const off = std::fabs(got - *expected.value);
        return expected.relative ? off / std::fabs(*expected.value) : off;
    }
    bool pass() const {  // never if it is not a number
        return expected.value ? *error() <= expected.allowed : got > expected.least && got < expected.most;
    }
};

std::string error_text(Expectation const& e, std::optional<double> error) {
    return !error ? "" : e.relative ? rounded(*error * 100, 2) + " %" : rounded(*error, 2);
}
std::string allowed_text(Expectation const& e) { return e.value ? error_text(e, e.allowed) : ""; }
std::string expected_text(Expectation const& e) {
    if (e.value) return rounded(*e.value, 7);
    if (std::isinf(e.least)) return "< " + rounded(e.most, 7);
    return std::isinf(e.most) ? "> " + rounded(e.least, 7) : rounded(e.least, 7) + " to " + rounded(e.most, 7);
}

std::string padded(std::string const& text, std::size_t width) {
    auto const characters = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    return text + std::string(characters < width ? width - characters : 0, ' ') + " ";
}

std::string row(std::string const& id, std::string const& what, std::string const& expected, std::string const& got,
                std::string const& error, std::string const& tolerance, std::string const& verdict) {
    return padded(id, 5) + padded(what, 66) + padded(expected, 24) + padded(got, 12) + padded(error, 9) + padded(tolerance, 9) + verdict +
           "\n";
}

std::string line(Check const& check) {
    Expectation const& e = check.expected;
    return row(e.id, e.what, expected_text(e) + (e.unit.empty() ? "" : " " + e.unit), rounded(check.got, 7), error_text(e, check.error()),
               allowed_text(e), check.pass() ? "pass" : "FAIL");
}

/// Closed forms and published numbers, and the library of scenarios with their findings.
std::vector<fs::path> folders_of(ValidateOptions const& options) {
    if (!options.folder.empty()) {
        CRINE_VALIDATE(fs::is_directory(options.folder), "--folder " + options.folder.string() + " is not a folder");
        return {options.folder};
    }
    fs::path const here = "scenarios/validation", cases = fs::is_directory(here) ? here : shipped(here);
    CRINE_VALIDATE(!cases.empty(), "there is no folder scenarios/validation here, and none came with the program — name it with --folder?");
    return {cases, cases.parent_path()};
}

/// A3 before A10, and A10 before B1.
bool earlier(fs::path const& a, fs::path const& b) {
    auto const key = [](fs::path const& file) {
        std::string const name = file.stem().string();
        return std::tuple(name.substr(0, 1), std::atoi(name.c_str() + 1), name);
    };
    return key(a) < key(b);
}

std::vector<fs::path> files_of(ValidateOptions const& options) {
    std::vector<fs::path> all, asked;
    for (auto const& one : options.cases)
        if (one.ends_with(".yaml")) asked.emplace_back(one);
    if (!options.cases.empty() && asked.size() == options.cases.size()) return asked;
    for (auto const& folder : folders_of(options)) {
        std::vector<fs::path> files;
        for (auto const& entry : fs::directory_iterator(folder))
            if (entry.path().extension() == ".yaml") files.push_back(entry.path());
        std::sort(files.begin(), files.end(), earlier);
        all.insert(all.end(), files.begin(), files.end());
    }
    if (options.cases.empty()) return all;
    std::vector<std::string> names;
    for (auto const& file : all) names.push_back(file.stem().string());
    for (auto const& one : options.cases) {
        if (one.ends_with(".yaml")) continue;
        auto const before = asked.size();
        std::copy_if(all.begin(), all.end(), std::back_inserter(asked), [&](fs::path const& file) {
            std::string const name = file.stem().string();
            return name == one || name.starts_with(one + "-");
        });
        CRINE_VALIDATE(asked.size() > before, "there is no case \"" + one + "\"" + suggestion(one, names));
    }
    return asked;
}

/// All runs of one file, and what came out of them.
std::vector<Check> checks_of(fs::path const& file, Scenario const& scenario, Device const& device) {
    std::map<std::string, Course> courses;
    std::map<std::string, std::string> failures;
    for (auto const& arm : scenario.arms.empty() ? std::vector<Arm>{{}} : scenario.arms) {
        try {
            courses[arm.name] = run_course(load_scenario(file, arm.overrides), device);
        } catch (RunError const& problem) {
            std::cerr << "crine: error: " << file.string() << (arm.name.empty() ? "" : ", arm \"" + arm.name + "\"") << ": "
                      << problem.what() << std::endl;
            failures[arm.name] = problem.what();
        }
    }
    std::vector<Check> checks;
    for (auto const& expected : scenario.validation.expectations) {
        Check check{file.filename().string(), expected};
        if (failures.empty()) {
            try {
                check.got = evaluate(expected.of, courses, expected.arm, expected.time);
            } catch (InputError const& problem) {
                throw InputError(expected.place + ": " + problem.what());
            }
        }
        checks.push_back(check);
    }
    return checks;
}

std::string to_json(std::vector<Check> const& checks) {
    auto list = nlohmann::ordered_json::array();
    for (auto const& check : checks) {
        Expectation const& e = check.expected;
        nlohmann::ordered_json one{{"id", e.id}, {"what", e.what}};
        if (e.value)
            one.update({{"expected", *e.value}, {"error", *check.error()}, {"tolerance", e.allowed}});
        else
            one.update({{"above", e.least}, {"below", e.most}});  // null where there is no bound
        one.update({{"got", check.got}, {"pass", check.pass()}});
        list.push_back(std::move(one));
    }
    return list.dump(1) + "\n";
}

std::string verdict(std::vector<Check> const& checks, double seconds) {
    auto const passed = static_cast<std::uint64_t>(std::count_if(checks.begin(), checks.end(), [](auto const& c) { return c.pass(); }));
    return counted(checks.size(), "number") + ": " + count(passed) + " as expected, " + count(checks.size() - passed) + " not, in " +
           wall_time(seconds);
}

std::string markdown(std::vector<Check> const& checks, DeviceInfo const& device, std::map<std::string, std::string> const& sources,
                     double seconds) {
    std::ostringstream out;
    out << "# Validation\n\n"
        << "What `crine validate` measured: every number that is known to come out of a scenario, against what came out. The cases are "
           "ordinary scenarios,\n`scenarios/validation/`; `crine run` runs them too. This file is written by `crine validate --markdown "
           "docs/validation.md`.\n\n"
        << "crine " << build_info().version << ", commit " << build_info().commit << ", " << build_info().storage << " storage, "
        << device.engine << " (" << device.name << ", " << device.threads << " threads), " << timestamp() << ".\n\n"
        << verdict(checks, seconds) << ".\n\n"
        << "Where an expected value is from: V read in the source, M from memory of the literature, D derived (a closed form), D+ derived "
           "and "
           "reproduced\nby an independent numerical solution. None is computed by the code under test.\n";
    std::string file;
    for (auto const& check : checks) {
        Expectation const& e = check.expected;
        if (check.file != file) {
            file = check.file;
            out << "\n## " << file << "\n\n"
                << sources.at(file) << "\n\n| id | what | expected | | got | error | allowed | |\n|---|---|---|---|---|---|---|---|\n";
        }
        out << "| " << e.id << " | " << e.what << " | " << expected_text(e) << " " << e.unit << " | " << e.mark << " | "
            << rounded(check.got, 7) << " | " << error_text(e, check.error()) << " | " << allowed_text(e) << " | "
            << (check.pass() ? "pass" : "**fail**") << " |\n";
    }
    return out.str();
}

}  // namespace

bool validate(ValidateOptions const& options) {
    auto const start = std::chrono::steady_clock::now();
    auto const elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
    std::vector<Check> checks;
    std::map<std::string, std::string> sources;
    if (!options.list) std::cout << row("id", "what", "expected", "got", "error", "allowed", "");
    for (auto const& file : files_of(options)) {
        Scenario const scenario = load_scenario(file, {}, true);
        Validation const& validation = scenario.validation;
        if (validation.expectations.empty()) {
            auto const asked = [&](std::string const& one) { return one == file.string() || one == file.stem().string(); };
            CRINE_VALIDATE(std::none_of(options.cases.begin(), options.cases.end(), asked),
                           file.string() + " says nothing of what is expected (key \"validation\")");
            continue;
        }
        if (options.quick && !validation.quick) continue;
        if (options.list) {
            std::cout << padded(file.stem().string(), 16) << scenario.title << " ("
                      << counted(std::max<std::size_t>(scenario.arms.size(), 1), "arm") << ", "
                      << counted(validation.expectations.size(), "number") << ")\n";
            continue;
        }
        sources[file.filename().string()] = scenario.title + ". " + validation.source;
        double const before = elapsed();
        auto const found = checks_of(file, scenario, options.device);
        for (auto const& check : found) std::cout << line(check);
        std::cout << "      " << file.stem().string() << ": " << wall_time(elapsed() - before) << std::endl;
        checks.insert(checks.end(), found.begin(), found.end());
    }
    if (options.list) return true;
    std::cout << verdict(checks, elapsed()) << std::endl;
    if (!options.json.empty()) write_atomically(options.json, to_json(checks));
    if (!options.markdown.empty())
        write_atomically(options.markdown, markdown(checks, make_backend(options.device)->info(), sources, elapsed()));
    return std::all_of(checks.begin(), checks.end(), [](auto const& check) { return check.pass(); });
}

}  // namespace crine
