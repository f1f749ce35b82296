// Reads the tree of a scenario file into the structs of input.h, by the table in keys.h, and fills in defaults.
#include "host/scenario/files.h"
#include "host/scenario/input.h"
#include "host/scenario/keys.h"
#include "host/text/text_file.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace crine {
namespace {

std::string one_of(std::vector<std::string> const& words) {
    std::string list;
    for (auto const& w : words) list += (list.empty() ? "" : " | ") + w;
    return list;
}

/// What can be known of a map before it is read: its keys, and the one that a plain value stands for.
struct Outline {
    std::vector<std::string> names;
    char const* short_for = nullptr;

    template <class T>
    void operator()(char const* name, T&, Presence, char const*) {
        names.push_back(name);
    }
    void shorthand(char const* name) { short_for = name; }
    void exactly_one(std::initializer_list<char const*>) {}
    void at_most_one(std::initializer_list<char const*>) {}
};

template <class T>
concept Keyed = requires(Outline& outline, T& input) {
    keys(outline, input);
};

/// Reads one kind of value each; every overload checks all that can be checked without knowing the rest of the file.
class Read {
public:
    /// `folder`: of the scenario.
    explicit Read(std::filesystem::path folder) : folder_(std::move(folder)) {}

    template <Dimension D, Range R>
    void value(Node& node, Quantity<D, R>& to) const {
        to.value = read_quantity(node, D, R);
        to.at = node.at;
    }

    template <Dimension D, Range R>
    void value(Node& node, OfLigand<D, R>& to) const {
        static_cast<LigandQuantity&>(to) = read_ligand_quantity(node, D, R);
    }

    template <Dimension D, class Infinite>
    void value(Node& node, OrInfinite<D, Infinite>& to) const {
        if (node.kind == Node::Kind::scalar && node.text == Infinite::word) {
            to.value = std::numeric_limits<double>::infinity();
            to.at = node.at;
        } else {
            value(node, static_cast<Quantity<D>&>(to));
        }
    }

    void value(Node& node, Text& to) const {
        if (node.kind != Node::Kind::scalar) expected(node, "a text");
        to = {node.text, node.at, node.quoted};
    }

    void value(Node& node, Whole& to) const {
        std::string const& text = scalar(node, "a whole number");
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), to.value);
        if (error != std::errc{} || end != text.data() + text.size()) expected(node, "a whole number, 0 or more");
        to.at = node.at;
    }

    void value(Node& node, Flag& to) const {
        std::string const& text = scalar(node, "true or false");
        if (text != "true" && text != "false") expected(node, "true or false");
        to = {text == "true", node.at};
    }

    void value(Node& node, InputFile& to) const {
        to = {std::filesystem::absolute(find_file(node)).lexically_normal(), node.at};
        if (!std::filesystem::is_regular_file(to.path)) fail(node.at, to.path.string() + " is not a file");
        node.text = name_from(folder_, node.text, to.path);
    }

    template <class E>
    void value(Node& node, Choice<E>& to) const {
        std::vector<std::string> words;
        for (auto const& [word, choice] : Words<E>::list) words.push_back(word);
        std::string const& text = scalar(node, one_of(words));
        for (auto const& [word, choice] : Words<E>::list)
            if (text == word) {
                to = {choice, node.at};
                return;
            }
        fail(node.at, "found \"" + text + "\", expected " + one_of(words) + suggestion(text, words));
    }

    void value(Node& node, Later& to) const {
        if (node.kind == Node::Kind::empty) expected(node, "a value");
        to.node = node;
    }

    template <class T>
    void value(Node& node, std::optional<T>& to) const {
        value(node, to.emplace());
    }

    template <class T>
    void value(Node& node, std::vector<T>& to) const {
        if (node.kind != Node::Kind::list) expected(node, "a list");
        for (auto& m : node.members) value(m.value, to.emplace_back());
    }

    template <class T, std::size_t N>
    void value(Node& node, std::array<T, N>& to) const {
        if (node.kind != Node::Kind::list || node.members.size() != N)
            fail(node.at, "found " + node.what() + (node.kind == Node::Kind::list ? " of " + std::to_string(node.members.size()) : "") +
                              ", expected a list of " + std::to_string(N) + " values");
        for (std::size_t i = 0; i < N; ++i) value(node.members[i].value, to[i]);
    }

    template <class T>
    void value(Node& node, Named<T>& to) const {
        if (node.kind == Node::Kind::list && !node.members.empty() && node.members[0].value.kind == Node::Kind::scalar)
            expected(node, "a map of names like {" + node.members[0].value.text + ": …}");
        if (node.kind != Node::Kind::map) expected(node, "a map of names");
        for (auto& m : node.members) {
            check_name(m.key, m.key_at);
            to.push_back({{m.key, m.key_at}, {}});
            value(m.value, to.back().value);
        }
    }

    template <class T>
    void value(Node& node, OneOrMore<T>& to) const {
        if (node.kind == Node::Kind::list)
            value(node, to.values);
        else
            value(node, to.values.emplace_back());
    }

    void value(Node& node, FieldsInput& to) const {
        to.at = node.at;
        if (node.kind == Node::Kind::list) {
            to.all = false;
            value(node, to.names);
        } else {
            std::string const& text = scalar(node, "all, none, or a list of ligands");
            if (text != "all" && text != "none") expected(node, "all, none, or a list of ligands");
            to.all = text == "all";
        }
    }

    void value(Node& node, PairsInput& to) const {
        to.at = node.at;
        if (node.kind == Node::Kind::list && !node.members.empty())
            value(node, to.list);
        else if (scalar(node, "nearest, or a list of pairs [from id, to id]") != "nearest")
            expected(node, "nearest, or a list of pairs [from id, to id]");
    }

    void value(Node& node, AmountsInput& to) const {
        if (node.kind == Node::Kind::map) {
            Named<Positive<Dimension::number>> numbers;
            value(node, numbers);
            for (auto& e : numbers) to.list.push_back({std::move(e.name), e.value});
            return;
        }
        OneOrMore<Text> names;
        value(node, names);
        for (auto& name : names.values) to.list.push_back({std::move(name), 1});
    }

    /// Everything else is a map with keys of its own.
    template <Keyed T>
    void value(Node& node, T& to) const;

private:
    /// Names stand in CSV columns, in rules, in --set and in XML.
    static void check_name(std::string const& name, Place const& at) {
        constexpr std::size_t longest = 200;
        if (name.size() > longest) fail(at, "a name of more than " + std::to_string(longest) + " characters");
        if (name.empty() || name.front() == ' ' || name.back() == ' ' || name.find_first_of(",.=[]\"&<\n\t\r") != std::string::npos)
            fail(at, "\"" + name + "\" cannot be a name (a name has no comma, dot, equals sign, bracket, quote, & or <)");
        if (auto const bad = find_bad_character(name)) fail(at, bad->problem);  // of --set
    }

    std::filesystem::path folder_;
};

/// Visits the keys of one map and reads the value of each.
class MapReader {
public:
    MapReader(Node& map, Read const& read) : map_(map), read_(read) {}

    template <class T>
    void operator()(char const* name, T& to, Presence presence, char const* description) {
        if (!map_.find(name)) {
            if (presence.required) fail(map_.at, std::string("\"") + name + "\" is missing (" + description + ")");
            if (!presence.otherwise) return;
            Place const at{"default", 0, 0, path_below(map_.at.path, name)};
            map_.add(name, at, parse_yaml(presence.otherwise, at));
        }
        read_.value(*map_.find(name), to);
    }

    void shorthand(char const*) {}
    void exactly_one(std::initializer_list<char const*> names) {
        if (count(names) != 1)
            fail(map_.at, "expected exactly one of " + list(names) + (count(names) ? ", found several" : ", found none"));
    }
    void at_most_one(std::initializer_list<char const*> names) {
        if (count(names) > 1) fail(map_.at, "expected only one of " + list(names));
    }

private:
    int count(std::initializer_list<char const*> names) const {
        int n = 0;
        for (auto const* name : names) n += map_.find(name) != nullptr;
        return n;
    }
    static std::string list(std::initializer_list<char const*> names) {
        std::string all;
        for (auto const* name : names) all += (all.empty() ? "" : ", ") + std::string(name);
        return all;
    }
    Node& map_;
    Read const& read_;
};

template <Keyed T>
void Read::value(Node& node, T& to) const {
    Outline known;
    keys(known, to);
    if (node.kind == Node::Kind::scalar && known.short_for) {
        Node map;
        map.at = node.at;
        map.add(known.short_for, node.at, node);
        node = std::move(map);
    }
    if (node.kind != Node::Kind::map) expected(node, "a map with keys like \"" + known.names.front() + "\"");
    for (auto const& m : node.members)
        if (std::find(known.names.begin(), known.names.end(), m.key) == known.names.end())
            fail(m.key_at, "unknown key \"" + m.key + "\"" + suggestion(m.key, known.names));
    if constexpr (requires { to.at; }) to.at = node.at;
    MapReader reader(node, *this);
    keys(reader, to);
}

}  // namespace

UptakeInput read_uptake(Node const& node) {
    Node copy = node;
    UptakeInput uptake;
    Read({}).value(copy, uptake);
    return uptake;
}

ScenarioInput read_input(Node& root) {
    ScenarioInput input;
    Read(folder_of(root.at)).value(root, input);
    return input;
}

}  // namespace crine
