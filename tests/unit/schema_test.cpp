#include "host/build/load.h"
#include "host/scenario/scenario.h"
#include "host/scenario/schema.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <regex>
#include <set>

namespace crine::test {
namespace {

using Json = nlohmann::json;

void collect_keys(Json const& schema, std::set<std::string>& keys) {
    if (schema.is_object() && schema.contains("properties"))
        for (auto const& [name, inner] : schema["properties"].items()) {
            keys.insert(name);
            EXPECT_FALSE(inner.value("description", "").empty()) << name;
        }
    for (auto const& inner : schema)
        if (inner.is_structured()) collect_keys(inner, keys);
}

/// Checks a value against the part of JSON Schema that is used here; returns what is wrong, empty if nothing.
std::string violation(Json const& value, Json const& schema, std::string const& path) {
    if (schema.contains("anyOf")) {
        std::string all;
        for (auto const& option : schema["anyOf"]) {
            std::string const problem = violation(value, option, path);
            if (problem.empty()) return "";
            all += problem + "; ";
        }
        return all;
    }
    if (schema.contains("const")) return value == schema["const"] ? "" : path + " is not " + schema["const"].dump();
    if (schema.contains("enum")) {
        for (auto const& word : schema["enum"])
            if (value == word) return "";
        return path + " is not one of " + schema["enum"].dump();
    }
    std::string const type = schema["type"].is_string() ? schema["type"].get<std::string>() : "any";
    if (type == "string" && !value.is_string()) return path + " is not a string";
    if (type == "number" && !value.is_number()) return path + " is not a number";
    if (type == "integer" && !value.is_number_integer()) return path + " is not an integer";
    if (schema.contains("minimum") && value < schema["minimum"]) return path + " is too small";
    if (schema.contains("exclusiveMinimum") && value <= schema["exclusiveMinimum"]) return path + " is too small";
    if (schema.contains("pattern") && !std::regex_search(value.get<std::string>(), std::regex(schema["pattern"].get<std::string>())))
        return path + " does not match";
    if (type == "boolean" && !value.is_boolean()) return path + " is not a boolean";
    if (type == "null" && !value.is_null()) return path + " is not null";
    if (type == "array") {
        if (!value.is_array()) return path + " is not an array";
        if (schema.contains("minItems") && value.size() != schema["minItems"]) return path + " has a wrong length";
        for (auto const& item : value)
            if (std::string problem = violation(item, schema["items"], path + "[]"); !problem.empty()) return problem;
    }
    if (type == "object") {
        if (!value.is_object()) return path + " is not an object";
        for (auto const& [name, inner] : value.items()) {
            std::string const below = std::string(path).append(".").append(name);
            bool const known = schema.contains("properties") && schema["properties"].contains(name);
            if (!known && schema["additionalProperties"] == false) return below + " is unknown";
            std::string problem = violation(inner, known ? schema["properties"][name] : schema["additionalProperties"], below);
            if (!problem.empty()) return problem;
        }
        for (auto const& name : schema.value("required", Json::array()))
            if (!value.contains(name)) return path + " lacks " + name.get<std::string>();
        if (schema.contains("oneOf")) {
            int met = 0;
            for (auto const& option : schema["oneOf"]) met += value.contains(option["required"][0]);
            if (met != 1) return path + " has not exactly one of its alternatives";
        }
    }
    return "";
}

Json schema() { return Json::parse(scenario_schema()); }

TEST(Schema, IsValidJsonOfTheDraftItNames) {
    Json const s = schema();
    EXPECT_EQ(s["$schema"], "https://json-schema.org/draft/2020-12/schema");
    EXPECT_EQ(s["type"], "object");
    EXPECT_EQ(s["additionalProperties"], false);
}

/// Every key of the format's description is in the schema, with a description of its own.
TEST(Schema, HasEveryKeyOfTheFormat) {
    std::set<std::string> keys;
    collect_keys(schema(), keys);
    for (char const* key : {"title",
                            "extends",
                            "include",
                            "seed",
                            "time",
                            "end",
                            "transport",
                            "mechanics",
                            "behaviour",
                            "domain",
                            "size",
                            "spacing",
                            "periodic",
                            "tolerance",
                            "scheme",
                            "ligands",
                            "diffusivity",
                            "decay",
                            "half_life",
                            "unit",
                            "initial",
                            "expression",
                            "file",
                            "array",
                            "boundaries",
                            "all",
                            "x-",
                            "x+",
                            "y-",
                            "y+",
                            "z-",
                            "z+",
                            "value",
                            "flux",
                            "cleaved_by",
                            "hindered_by",
                            "molar_volume",
                            "e_fold",
                            "reactions",
                            "bind",
                            "convert",
                            "by",
                            "k_off",
                            "K_d",
                            "k",
                            "k_cat",
                            "V_max",
                            "K_m",
                            "regions",
                            "layer",
                            "axis",
                            "from",
                            "to",
                            "cylinder",
                            "centre",
                            "radius",
                            "source",
                            "box",
                            "sphere",
                            "half_space",
                            "point",
                            "normal",
                            "mask",
                            "all_of",
                            "any_of",
                            "none_of",
                            "cells",
                            "repulsion",
                            "adhesion",
                            "adhesion_reach",
                            "moves",
                            "velocity",
                            "speed",
                            "persistence",
                            "chemotaxis",
                            "chemotaxis_speed",
                            "cycle",
                            "entry",
                            "duration",
                            "apoptosis",
                            "rate",
                            "necrosis",
                            "phagocytosis",
                            "secretion",
                            "saturation",
                            "uptake",
                            "receptors",
                            "k_on",
                            "clearance",
                            "becomes",
                            "recruits",
                            "habitat",
                            "stores",
                            "engulfs",
                            "attacks",
                            "attack",
                            "immunogenicity",
                            "damage",
                            "repair",
                            "divides_into",
                            "fuses_with",
                            "affinity",
                            "bias",
                            "attraction",
                            "amount",
                            "release",
                            "refill",
                            "activities",
                            "base",
                            "spread",
                            "response_time",
                            "response_times",
                            "delay",
                            "stages",
                            "rules",
                            "signal",
                            "increases",
                            "decreases",
                            "half",
                            "hill",
                            "applies_to_dead",
                            "placement",
                            "type",
                            "region",
                            "density",
                            "count",
                            "packing",
                            "lattice",
                            "at",
                            "length_unit",
                            "probes",
                            "name",
                            "ligand",
                            "points",
                            "mean_over",
                            "in",
                            "coverage",
                            "activity",
                            "of",
                            "output",
                            "volumes",
                            "summary",
                            "fields",
                            "synapses",
                            "pairs",
                            "reach",
                            "cleft",
                            "geometry",
                            "half_length",
                            "vesicles",
                            "released",
                            "stochastic",
                            "train",
                            "k_cat",
                            "desensitisation"})
        EXPECT_TRUE(keys.count(key)) << key;
}

/// A scenario in JSON is a scenario in YAML: what the reader accepts the schema accepts, and the other way round.
TEST(Schema, AgreesWithTheReader) {
    std::string const sound = R"({
        "time": {"end": "1 h"}, "domain": {"size": ["50 um", "50 um", "50 um"], "spacing": "10 um"},
        "ligands": {"A": {"diffusivity": "60 um^2/s", "boundaries": {"all": "zero-flux", "x-": {"value": "1 nM"}}, "initial": {"expression": "x", "unit": "nM"}}},
        "cells": {"T": {"radius": "5 um", "cycle": {"entry": "at once"}, "uptake": {"A": {"receptors": 1000, "k_on": "1e6 /M/s"}},
                  "rules": [{"signal": "A", "increases": "speed", "to": "1 um/min", "half": "1 nM", "hill": 2}]}},
        "synapses": {"S": {"ligand": "ACh", "from": "T", "to": "T", "pairs": "nearest", "cleft": {"width": "50 nm", "half_length": "2 um",
                  "diffusivity": "400 um^2/s"}, "vesicles": {"content": 1000, "pool": 10, "released": 1}, "firing": "10 Hz"}},
        "pathways": {"P": {"inputs": {"x": 0}, "species": {"S": 1}}},
        "placement": [{"type": "T", "count": 3}], "output": {"fields": "none", "cells": false}})";
    struct Change {
        char const *pointer, *value;
        bool accepted;
    };
    std::filesystem::path const file = std::filesystem::path(testing::TempDir()) / "scenario.json.yaml";
    for (auto const& change :
         std::vector<Change>{{"/seed", "3", true},
                             {"/seed", "-3", false},
                             {"/sead", "3", false},
                             {"/ligands/A/diffusivity", "60", false},
                             {"/ligands/A/diffusivity", "\"-60 um^2/s\"", false},
                             {"/ligands/A/scheme", "\"quasi\"", false},
                             {"/ligands/A/initial", "\"1 nM\"", true},
                             {"/ligands/A/initial", R"({"expression": "x", "value": "1 nM"})", false},
                             {"/ligands/A/boundaries/y-", R"({"flux": "-1 molecule/um^2/s"})", true},
                             {"/ligands/A/boundaries/y-", R"("open")", false},
                             {"/cells/T/moves", "false", true},
                             {"/cells/T/moves", "0", false},
                             {"/cells/T/uptake/A", "\"perfect\"", true},
                             {"/cells/T/uptake/A", "\"50 um^3/s\"", true},
                             {"/cells/T/velocity", R"(["1 um/s", "0 um/s"])", false},
                             {"/cells/T/rules/0/hill", "0", false},
                             {"/cells/T/rules/0/decreases", "\"speed\"", false},
                             {"/synapses/S/pairs", "[[1, 2]]", true},
                             {"/synapses/S/pairs", "[[1]]", false},
                             {"/synapses/S/pairs", "\"some\"", false},
                             {"/synapses/S/reach", "\"50 um\"", false},
                             {"/synapses/S/firing", R"({"train": {"from": "0 s", "to": "1 s", "rate": "5 Hz"}})", true},
                             {"/synapses/S/enzyme", "\"10 /ms\"", true},
                             {"/synapses/S/vesicles/released", "\"5 s\"", false},
                             {"/cells/T/response_times", R"({"speed": "1 h"})", true},
                             {"/cells/T/response_times", R"({"speed": {"delay": "1 h", "stages": 3}})", true},
                             {"/cells/T/response_times", R"({"speed": {"delay": "1 h", "time": "1 h"}})", false},
                             {"/cells/T/activities", R"({"Notch": 0.5, "Delta": {"response_time": "1 h", "initial": 2}})", true},
                             {"/cells/T/activities", R"({"Notch": {"response_time": "1 h", "initial": {"spread": 0.1}}})", false},
                             {"/cells/T/stores", R"({"A": {"amount": 1000, "release": "1 /h"}})", true},
                             {"/cells/T/stores", R"({"A": {"amount": 1000, "release": 1}})", false},
                             {"/cells/T/pathways", R"({"P": {"inputs": {"x": "pressure"}}})", true},
                             {"/cells/T/pathways", R"({"P": {"inputs": {"x": ["pressure", {"signal": "A", "per": "1 nM"}]}}})", true},
                             {"/cells/T/pathways", R"({"P": {"inputs": {"x": ["pressure", {"per": "1 nM"}]}}})", false},
                             {"/placement/0/density", "\"1 /mm^3\"", false},
                             {"/output/fields", R"(["A"])", true},
                             {"/output/fields", "\"some\"", false}}) {
        Json scenario = Json::parse(sound);
        scenario[Json::json_pointer(change.pointer)] = Json::parse(change.value);
        std::ofstream(file) << scenario.dump(1);
        std::string problem;
        try {
            load_scenario(file, {});
        } catch (InputError const& error) {
            problem = error.what();
        }
        EXPECT_EQ(problem.empty(), change.accepted) << "reader, " << change.pointer << ": " << problem;
        std::string const by_schema = violation(scenario, schema(), "");
        EXPECT_EQ(by_schema.empty(), change.accepted) << "schema, " << change.pointer << ": " << by_schema;
    }
    std::filesystem::remove(file);
}

}  // namespace
}  // namespace crine::test
