// Visits the table of keys and describes every kind of value in words; lists the words of rules.
#include "host/scenario/reference.h"

#include "host/scenario/keys.h"
#include "host/scenario/words.h"

#include <map>
#include <typeindex>

namespace crine {
namespace {

constexpr char const* kHead = R"(# Reference of the scenario file

Every key, signal and behaviour. This page is written by `crine schema --markdown > docs/reference.md` from the tables that the program
reads scenarios with; the [guide](guide/README.md) explains how to use them.

A path is written as `--set` has it: `NAME` stands for a name of your choice or, where other things of the scenario are listed, for theirs,
and `[N]` for an entry of a list, counted from 0. A quantity is a text of a number and a unit; each has an example of its dimension, in
which any unit of that dimension may stand. Numbers and quantities are 0 or more where nothing else is said. `as KEY`: the same keys as
there.

)";
constexpr char const* kSignals = R"(
## Signals of rules

What a cell senses, as rules, inputs of pathways and rules of PhysiCell name it. Words in capitals stand for names of the scenario.

)";
constexpr char const* kBehaviours = R"(
## Behaviours of rules

What rules change. The base value is that of the cell type, by the key named.

)";
constexpr char const* kPeerWords = R"(
## Words of PhysiCell

Names of PhysiCell that rules understand, too; `*` stands for a name. Of several that fit, the first counts. Where both have the same word,
as `pressure`, a scenario has the meaning above, and a rule file of PhysiCell that of PhysiCell.

)";

std::string code(std::string const& text) { return "`" + text + "`"; }

/// `a`, `b` or `c`
template <class List, class Name>
std::string one_of(List const& list, char const* last, Name&& name) {
    std::string text;
    std::size_t left = std::size(list);
    for (auto const& item : list) text += code(name(item)) + (--left > 1 ? ", " : (left == 1 ? std::string(" ") + last + " " : ""));
    return text;
}
std::string one_of(std::initializer_list<char const*> names, char const* last) {
    return one_of(names, last, [](char const* name) { return std::string(name); });
}

std::string row(std::initializer_list<std::string> cells) {
    std::string line = "|";
    for (std::string const& cell : cells) line += " " + cell + " |";
    return line + "\n";
}

/// `a length`, and what one looks like.
std::string measure(Dimension dimension) {
    std::string const name = name_of(dimension);
    return dimension == Dimension::number ? name : name + ": " + code(example_of(dimension));
}

/// One line for each key, by its path as --set would have it: NAME stands for any name, [N] for an entry of a list.
struct Key {
    std::string path, value, presence, meaning;
};

/// Walks the table of keys, and says of each value what it may be; the counterpart of `Read` in read.cpp.
class Reference {
public:
    std::vector<Key> keys_of_scenario() {
        value("", static_cast<ScenarioInput const*>(nullptr));
        return std::move(keys_);
    }

private:
    /// Visits the keys of one map.
    class MapKeys {
    public:
        MapKeys(Reference& reference, std::string const& path) : reference_(reference), prefix_(path.empty() ? "" : path + ".") {}

        template <class T>
        void operator()(char const* name, T&, Presence presence, char const* description) {
            std::string const path = prefix_ + name, otherwise = presence.otherwise ? code(presence.otherwise) : "";
            std::size_t const place = reference_.keys_.size();
            reference_.keys_.push_back({path, "", presence.required ? "**required**" : otherwise, description});
            std::string text = reference_.value(path, static_cast<T const*>(nullptr));  // adds the keys below
            reference_.keys_[place].value = std::move(text);
        }
        void shorthand(char const* name) { text_ += ", or its " + code(name) + " alone"; }
        void exactly_one(std::initializer_list<char const*> names) { text_ += "; one of " + one_of(names, "or"); }
        void at_most_one(std::initializer_list<char const*> names) { text_ += "; at most one of " + one_of(names, "and"); }
        std::string const& text() const { return text_; }

    private:
        Reference& reference_;
        std::string prefix_, text_ = "a map";
    };

    template <Dimension D, Range R>
    std::string value(std::string const&, Quantity<D, R> const*) {
        std::string text = measure(D);
        if (D == Dimension::molecules || D == Dimension::cells) text += ", or a plain number";
        if (R == Range::positive) text += "; above 0";
        if (R == Range::any) text += "; of any sign";
        return text;
    }
    template <Dimension D, Range R>
    std::string value(std::string const& path, OfLigand<D, R> const*) {
        return value(path, static_cast<Quantity<D, R> const*>(nullptr)) + "; also by mass: " + code(example_of(*by_mass(D)));
    }
    template <Dimension D, class Infinite>
    std::string value(std::string const& path, OrInfinite<D, Infinite> const*) {
        return value(path, static_cast<Quantity<D> const*>(nullptr)) + ", or " + code(Infinite::word);
    }
    std::string value(std::string const&, Text const*) { return "a text"; }
    std::string value(std::string const&, Formula const*) { return "a number or a formula"; }
    std::string value(std::string const&, AmountsInput const*) { return "a name, a list of names, or numbers by name"; }
    std::string value(std::string const&, Whole const*) { return "a whole number"; }
    std::string value(std::string const&, Flag const*) { return "`true` or `false`"; }
    std::string value(std::string const&, InputFile const*) { return "a file, relative to this one or to the scenarios of crine"; }
    std::string value(std::string const&, Later const*) { return "what fits its meaning"; }
    std::string value(std::string const&, FieldsInput const*) { return "`all`, `none`, or a list of ligands"; }
    std::string value(std::string const&, PairsInput const*) { return "`nearest`, or a list of pairs of whole numbers"; }
    template <class E>
    std::string value(std::string const&, Choice<E> const*) {
        return one_of(Words<E>::list, "or", [](auto const& word) { return std::string(word.first); });
    }
    template <class T>
    std::string value(std::string const& path, std::optional<T> const*) {
        return value(path, static_cast<T const*>(nullptr));
    }
    template <class T>
    std::string value(std::string const& path, std::vector<T> const*) {
        return "a list; each " + value(path + "[N]", static_cast<T const*>(nullptr));
    }
    template <class T, std::size_t N>
    std::string value(std::string const& path, std::array<T, N> const*) {
        return "a list of " + std::to_string(N) + "; each " + value(path + "[N]", static_cast<T const*>(nullptr));
    }
    template <class T>
    std::string value(std::string const& path, Named<T> const*) {
        return "by name; each " + value(path + ".NAME", static_cast<T const*>(nullptr)) +
               (kInherits<T> ? "; or nothing: all of it from a library" : "");
    }
    template <class T>
    std::string value(std::string const& path, OneOrMore<T> const*) {
        return value(path, static_cast<T const*>(nullptr)) + ", or a list of these";
    }
    /// A map with keys of its own; one of a kind that has been there before is not explained again.
    template <class T>
    std::string value(std::string const& path, T const*) {
        auto const [seen, first] = seen_.emplace(typeid(T), path);
        if (!first) return "as " + code(seen->second);
        T input{};
        MapKeys map(*this, path);
        keys(map, input);
        return map.text();
    }

    std::vector<Key> keys_;
    std::map<std::type_index, std::string> seen_;
};

std::string line(Key const& key) { return row({code(key.path), key.value, key.presence.empty() ? "–" : key.presence, key.meaning}); }

std::string of_keys() {
    std::string const head = row({"key", "value", "if absent", "meaning"}) + "|---|---|---|---|\n";
    std::string top = head, sections;
    bool in_section = false;
    for (Key const& key : Reference().keys_of_scenario()) {
        std::string const section = key.path.substr(0, key.path.find_first_of(".["));
        if (section == key.path) {
            top += line(key);
            in_section = false;
            continue;
        }
        if (!in_section) sections.append("\n## ").append(section).append("\n\n").append(head);
        in_section = true;
        sections += line(key);
    }
    return "## A scenario\n\n" + top + sections;
}

std::string of_phrases(Phrases const& phrases, char const* what) {
    std::string table = row({what, "is", "meaning"}) + "|---|---|---|\n";
    for (auto const& phrase : phrases.all()) {
        std::string text = measure(phrase.dimension);
        if (phrase.limits == Phrases::Limits::none) text += "; of any sign";
        if (phrase.limits == Phrases::Limits::fraction) text += " from 0 to 1";
        table += row({code(phrase.text), text, phrase.meaning});
    }
    return table;
}

std::string of_peer_words(std::span<PeerWord const> words) {
    std::string table = row({"PhysiCell", "here"}) + "|---|---|\n";
    for (PeerWord const& word : words)
        table += row({code(word.theirs), word.ours ? code(word.ours) : std::string("refused: ") + word.refused});
    return table;
}

}  // namespace

std::string scenario_reference() {
    Dictionary one_of_each{ScenarioInput{}};
    one_of_each.ligands.list = {"LIGAND"}, one_of_each.types.list = {"TYPE"}, one_of_each.receptors.list = {"RECEPTOR"};
    one_of_each.membrane_ligands.list = {"MEMBRANE LIGAND"}, one_of_each.activities.list = {"ACTIVITY"};
    one_of_each.pools.list = {"LIGAND in COMPARTMENT"}, one_of_each.pool_ligands = {0};
    one_of_each.variables.list = {"VARIABLE of PATHWAY"};
    one_of_each.synapses = true;
    return kHead + of_keys() + kSignals + of_phrases(Phrases::signals(one_of_each), "signal") + kBehaviours +
           of_phrases(Phrases::behaviours(one_of_each), "behaviour") + kPeerWords + "Signals:\n\n" + of_peer_words(peer_signals()) +
           "\nBehaviours:\n\n" + of_peer_words(peer_behaviours());
}

}  // namespace crine
