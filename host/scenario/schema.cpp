// Visits the table of keys and describes every kind of value as JSON Schema.
#include "host/scenario/schema.h"

#include "host/scenario/keys.h"

#include <nlohmann/json.hpp>

namespace crine {
namespace {

using Json = nlohmann::ordered_json;

/// The JSON Schema of each kind of value; the counterpart of `Read` in read.cpp.
struct SchemaOf {
    template <Dimension D, Range R>
    static Json value(Quantity<D, R> const*) {
        if constexpr (D == Dimension::number) {
            Json number{{"type", "number"}};
            if (R == Range::non_negative) number["minimum"] = 0;
            if (R == Range::positive) number["exclusiveMinimum"] = 0;
            return number;
        }
        Json text{{"type", "string"}, {"pattern", R == Range::any ? "^ *[-+]?[0-9.]" : "^ *[+]?[0-9.]"}, {"examples", {example_of(D)}}};
        if constexpr (D == Dimension::molecules || D == Dimension::cells) return {{"anyOf", {text, {{"type", "number"}, {"minimum", 0}}}}};
        return text;
    }
    template <Dimension D, Range R>
    static Json value(OfLigand<D, R> const*) {
        return value(static_cast<Quantity<D, R> const*>(nullptr));
    }
    template <Dimension D, class Infinite>
    static Json value(OrInfinite<D, Infinite> const*) {
        return {{"anyOf", {{{"const", Infinite::word}}, value(static_cast<Quantity<D> const*>(nullptr))}}};
    }
    static Json value(Text const*) { return {{"type", "string"}}; }
    static Json value(Formula const*) { return {{"type", {"string", "number"}}}; }
    static Json value(AmountsInput const*) {
        Json const names = value(static_cast<OneOrMore<Text> const*>(nullptr)),
                   numbers = value(static_cast<Named<Quantity<Dimension::number>> const*>(nullptr));
        return {{"anyOf", {names, numbers}}};
    }
    static Json value(Whole const*) { return {{"type", "integer"}, {"minimum", 0}}; }
    static Json value(Flag const*) { return {{"type", "boolean"}}; }
    static Json value(InputFile const*) { return {{"type", "string"}}; }
    static Json value(Later const*) { return {{"type", {"string", "number", "object"}}}; }
    static Json value(FieldsInput const*) {
        return {{"anyOf", {{{"enum", {"all", "none"}}}, value(static_cast<std::vector<Text> const*>(nullptr))}}};
    }
    static Json value(PairsInput const*) {
        return {{"anyOf", {{{"const", "nearest"}}, value(static_cast<std::vector<std::array<Whole, 2>> const*>(nullptr))}}};
    }
    template <class E>
    static Json value(Choice<E> const*) {
        Json words = Json::array();
        for (auto const& [word, choice] : Words<E>::list) words.push_back(word);
        return {{"enum", words}};
    }
    template <class T>
    static Json value(std::optional<T> const*) {
        return value(static_cast<T const*>(nullptr));
    }
    template <class T>
    static Json value(std::vector<T> const*) {
        return {{"type", "array"}, {"items", value(static_cast<T const*>(nullptr))}};
    }
    template <class T, std::size_t N>
    static Json value(std::array<T, N> const*) {
        return {{"type", "array"}, {"items", value(static_cast<T const*>(nullptr))}, {"minItems", N}, {"maxItems", N}};
    }
    template <class T>
    static Json value(Named<T> const*) {
        Json entry = value(static_cast<T const*>(nullptr));
        if (kInherits<T>) entry = {{"anyOf", {entry, {{"type", "null"}}}}};
        return {{"type", "object"}, {"additionalProperties", entry}};
    }
    template <class T>
    static Json value(OneOrMore<T> const*) {
        return {{"anyOf", {value(static_cast<T const*>(nullptr)), value(static_cast<std::vector<T> const*>(nullptr))}}};
    }
    template <class T>
    static Json value(T const*);  // a map with keys of its own
};

/// Visits the keys of one map and collects its schema.
class MapSchema {
public:
    template <class T>
    void operator()(char const* name, T&, Presence presence, char const* description) {
        Json schema = SchemaOf::value(static_cast<T const*>(nullptr));
        schema["description"] = description;
        if (presence.otherwise) schema["description"] = std::string(description) + " (default: " + presence.otherwise + ")";
        properties_[name] = std::move(schema);
        if (presence.here) required_.push_back(name);
    }
    void shorthand(char const* name) { shorthand_ = name; }
    void exactly_one(std::initializer_list<char const*> names) { choices_["oneOf"] = alternatives(names); }
    void at_most_one(std::initializer_list<char const*> names) {
        Json pairs = Json::array();
        for (auto const* a = names.begin(); a != names.end(); ++a)
            for (auto const* b = a + 1; b != names.end(); ++b) pairs.push_back({{"required", {*a, *b}}});
        choices_["not"] = pairs.size() == 1 ? pairs[0] : Json{{"anyOf", pairs}};
    }

    Json take() {
        Json object{{"type", "object"}, {"properties", properties_}, {"additionalProperties", false}};
        if (!required_.empty()) object["required"] = required_;
        object.update(choices_);
        return shorthand_ ? Json{{"anyOf", {properties_[shorthand_], object}}} : object;
    }

private:
    static Json alternatives(std::initializer_list<char const*> names) {
        Json list = Json::array();
        for (auto const* name : names) list.push_back({{"required", {name}}});
        return list;
    }
    Json properties_ = Json::object(), required_ = Json::array(), choices_ = Json::object();
    char const* shorthand_ = nullptr;
};

template <class T>
Json SchemaOf::value(T const*) {
    T input{};
    MapSchema schema;
    keys(schema, input);
    return schema.take();
}

}  // namespace

std::string scenario_schema() {
    Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "crine scenario"}};
    schema.update(SchemaOf::value(static_cast<ScenarioInput const*>(nullptr)));
    return schema.dump(2) + "\n";
}

}  // namespace crine
