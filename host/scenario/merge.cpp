// Merges extended scenarios, overrides and included libraries into one tree, key by key.
#include "host/scenario/merge.h"

#include "host/formulas/formula.h"
#include "host/scenario/files.h"
#include "host/scenario/peer_words.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace crine {
namespace {

using Path = std::filesystem::path;

/// Keys that say the same thing in different ways: one of them in the nearer file replaces any of them further away.
std::vector<std::vector<std::string_view>> const kAlternatives{
    {"decay", "half_life", "clearance", "loss"},
    {"number", "density"},
    {"k_off", "K_d"},
    {"pairs", "reach"},
    {"rate", "train", "k_cat"},
    {"box", "sphere", "cylinder", "layer", "half_space", "expression", "mask", "all_of", "any_of", "none_of"},
};

std::vector<std::string_view> alternatives(std::string const& key) {
    for (auto const& group : kAlternatives)
        if (std::find(group.begin(), group.end(), key) != group.end()) return group;
    return {};
}

bool replaced(Node const& mine, std::string const& key) {
    auto const group = alternatives(key);
    return std::any_of(group.begin(), group.end(), [&](auto const& other) { return mine.find(other) != nullptr; });
}

/// Levels of a scenario: section, entry, key, name; what is below is one value.
enum Level { section, entry, key, name, value };

/// Fills what `mine` does not say from `theirs`, whose order stays: in it later regions win, and ligands and types are numbered.
void inherit(Node& mine, Node const& theirs, int level) {
    if (mine.kind == Node::Kind::empty) {
        mine = theirs;
        return;
    }
    if (mine.kind != Node::Kind::map || theirs.kind != Node::Kind::map || level > name) return;
    std::vector<Node::Member> merged;
    for (auto const& m : theirs.members) {
        Node* const own = mine.find(m.key);
        if (own) {
            if (m.key != "initial") inherit(*own, m.value, level + 1);  // that is one value, in one of several forms
            auto const place =
                std::find_if(mine.members.begin(), mine.members.end(), [&](auto const& other) { return other.key == m.key; });
            merged.push_back(std::move(*place));
            mine.members.erase(place);
        } else if (!replaced(mine, m.key)) {
            merged.push_back(m);
        }
    }
    merged.insert(merged.end(), mine.members.begin(), mine.members.end());
    mine.members = std::move(merged);
}

/// The files named by a key, which is taken out.
std::vector<std::pair<Path, Place>> take_files(Node& root, char const* key) {
    std::vector<std::pair<Path, Place>> files;
    Node const* const found = root.find(key);
    if (!found) return files;
    auto const take = [&](Node const& node) { files.emplace_back(find_file(node), node.at); };
    if (found->kind == Node::Kind::list)
        for (auto const& m : found->members) take(m.value);
    else
        take(*found);
    root.remove(key);
    return files;
}

/// The files being read, from the scenario to the innermost.
using Stack = std::vector<Path>;

void enter(Stack& stack, Path const& file, Place const& at) {
    constexpr std::size_t deepest = 32;
    std::error_code nameless;  // pipes have no path
    Path canonical = std::filesystem::weakly_canonical(file, nameless);
    if (nameless) canonical = file;
    if (std::find(stack.begin(), stack.end(), canonical) != stack.end()) fail(at, file.string() + " includes itself (a cycle)");
    if (stack.size() > deepest) fail(at, "files include each other more than " + std::to_string(deepest) + " deep");
    stack.push_back(canonical);
}

Node read_included(Path const& file, Place const& at) {
    Node root = at_place(at, [&] { return read_yaml(file); });
    if (root.kind == Node::Kind::map) return root;
    fail(root.kind == Node::Kind::empty ? Place{file.string(), 0, 0, ""} : root.at,
         "found " + root.what() + ", expected a map with keys like \"ligands\"");
}

/// What libraries hold: maps of entries, of which each needs one of some keys, be it from a library.
struct Part {
    char const* name;
    char const* what;  ///< an entry is
    std::vector<char const*> needs;
    bool has_likes = true;  ///< an entry may be `like` another
};
std::vector<Part> const kParts{{"ligands", "ligand", {"diffusivity"}},
                               {"receptors", "receptor", {"ligands", "membrane_ligands"}},
                               {"pathways", "pathway", {"species"}, false},
                               {"cells", "cell type", {"radius"}}};

/// Libraries by file, each with all that it includes: one that many include is read once.
using Read = std::map<Path, Node>;

/// All entries of a library and of the libraries it includes.
Node const& read_library(Path const& file, Place const& at, Stack stack, Read& read) {
    enter(stack, file, at);
    if (auto const known = read.find(stack.back()); known != read.end()) return known->second;
    constexpr std::size_t most = 256;
    if (read.size() >= most) fail(at, "more than " + std::to_string(most) + " files are included");
    Node root = read_included(file, at);
    for (auto const& m : root.members)
        if (m.key != "include" && std::none_of(kParts.begin(), kParts.end(), [&](Part const& part) { return m.key == part.name; }))
            fail(m.key_at,
                 "\"" + m.key +
                     "\" in an included library, which holds only ligands, receptors, pathways and cells (to build on a whole scenario use "
                     "extends)");
    for (auto const& [inner, where] : take_files(root, "include")) inherit(root, read_library(inner, where, stack, read), section);
    return read[stack.back()] = std::move(root);
}

/// `a.b[2].c` or `a.b.2.c` → a, b, 2, c.
std::vector<std::string> split(std::string const& path) {
    std::vector<std::string> parts(1);
    for (char const c : path)
        if (c == '.' || c == '[')
            parts.emplace_back();
        else if (c != ']')
            parts.back() += c;
    return parts;
}

/// The node at a key or index of another; a key that is missing is added.
Node& below(Node& node, std::string const& part, Place const& at) {
    switch (node.kind) {
        case Node::Kind::scalar:
            fail(at, "above it is a plain value (\"" + node.text + "\"), which has no key \"" + part + "\"");
        case Node::Kind::list: {
            std::size_t index = 0;
            auto const [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
            if (error != std::errc{} || end != part.data() + part.size() || index >= node.members.size())
                fail(at, "it is not in the list, which has " + std::to_string(node.members.size()) + " (counted from 0)");
            return node.members[index].value;
        }
        default:
            if (!node.find(part)) {
                for (auto const& other : alternatives(part)) node.remove(other);
                node.add(part, at, Node{Node::Kind::empty, "", at, {}});
            }
            return *node.find(part);
    }
}

void apply(Node& root, Override const& change) {
    Place at{"--set " + change.path + "=" + change.value, 0, 0, ""};
    Node* node = &root;
    for (auto const& part : split(change.path)) {
        if (part.empty()) fail(at, "\"" + change.path + "\" is not a path of keys like \"cells.fibroblast.speed\"");
        if (at.path.empty() && (part == "extends" || part == "include"))
            fail(at, "the files that a scenario is made of are named in the scenario");
        at.path = node->kind == Node::Kind::list ? at.path + "[" + part + "]" : path_below(at.path, part);
        node = &below(*node, part, at);
    }
    *node = parse_yaml(change.value, at);
}

struct Library {
    Path file;
    Place at;
    Stack stack;
};

/// Takes in the scenarios that this one extends; their libraries serve it too, before its own.
void extend(Node& root, Stack const& stack, std::vector<Library>& libraries) {
    if (root.kind != Node::Kind::map) fail(root.at, "found " + root.what() + ", expected a scenario: a map with keys like \"domain\"");
    auto const bases = take_files(root, "extends");
    if (bases.size() > 1) fail(bases[1].second, "a scenario extends only one other");
    for (auto const& [file, at] : bases) {
        Stack inner = stack;
        enter(inner, file, at);
        Node base = read_included(file, at);
        extend(base, inner, libraries);
        inherit(root, base, section);
    }
    for (auto const& [file, at] : take_files(root, "include")) libraries.push_back({file, at, stack});
}

/// Ligands that libraries' receptors bind and the scenario does not have, by receptor: a list for messages.
using Absent = std::map<std::string, std::string>;

/// Takes these out of the libraries.
Absent leave_out_absent_ligands(Node& libraries, Node const& root) {
    Absent absent;
    Node* const receptors = libraries.find("receptors");
    Node const* const ligands = root.find("ligands");
    if (!receptors) return absent;
    for (auto& receptor : receptors->members) {
        Node* const binds = receptor.value.find("ligands");
        if (!binds) continue;
        std::string& names = absent[receptor.key];
        std::erase_if(binds->members, [&](auto const& m) {
            bool const here = ligands && ligands->find(m.key);
            if (!here) names += (names.empty() ? "" : ", ") + m.key;
            return !here;
        });
    }
    return absent;
}

/// Refuses a receptor that cells have and that, without the absent ligands, binds nothing.
void check_binds(Node::Member const& receptor, std::string const& absent, Node const& root) {
    auto const binds = [&](char const* key) {
        Node const* const found = receptor.value.find(key);
        return found && (found->kind != Node::Kind::map || !found->members.empty());
    };
    Node const* const cells = root.find("cells");
    if (absent.empty() || !cells || binds("ligands") || binds("membrane_ligands")) return;
    for (auto const& type : cells->members) {
        Node const* const has = type.value.find("receptors");
        if (has && has->find(receptor.key))
            fail(receptor.key_at, "\"" + receptor.key + "\" of \"" + type.key + "\" binds nothing here (its ligands are " + absent +
                                      "); list one of them under \"ligands\" of the scenario?");
    }
}

/// What the receptor does not say itself, from the one that it names as its class.
void inherit_from_class(Node::Member& receptor, Node const* known, Absent& absent) {
    Node const* const named = receptor.value.find("class");
    if (!named) return;
    Node const* const theirs = known ? known->find(named->text) : nullptr;
    if (!theirs)
        fail(named->at, "\"" + named->text + "\" is not in an included library" +
                            suggestion(named->text, known ? known->keys() : std::vector<std::string>{}));
    std::string& names = absent[receptor.key];
    if (std::string const& more = absent[named->text]; !more.empty()) names += (names.empty() ? "" : ", ") + more;
    receptor.value.remove("class");
    inherit(receptor.value, *theirs, key);
    receptor.value.remove("class");
}

/// What entries do not say themselves, from those that they name with `like`: of the same list, else of libraries.
class Likes {
public:
    Likes(Part const& part, Node& entries, Node const* libraries, Absent& absent)
        : part_(part), entries_(entries), libraries_(libraries), absent_(absent) {
        for (auto& entry : entries.members) take_in(entry);
    }

private:
    void take_in(Node::Member& entry) {
        Node const* const named = entry.value.find("like");
        if (!named) return;
        Place const at = named->at;
        if (named->kind != Node::Kind::scalar) fail(at, "found " + named->what() + ", expected the name of a " + part_.what);
        std::string const name = named->text;
        chain_.push_back(entry.key);
        if (auto const first = std::find(chain_.begin(), chain_.end(), name); first != chain_.end()) {
            std::string circle;
            for (auto link = first; link != chain_.end(); ++link) circle += *link + " → ";
            fail(at, "\"" + name + "\" would be like itself (" + circle + name + ")");
        }
        Node theirs = model(name, at);
        chain_.pop_back();
        leave_out(entry.key, theirs);
        absent_[entry.key] = absent_[name];
        entry.value.remove("like");
        inherit(entry.value, theirs, key);
    }
    /// With all that it takes in itself.
    Node const& model(std::string const& name, Place const& at) {
        for (auto& entry : entries_.members)
            if (entry.key == name) {
                take_in(entry);
                return entry.value;
            }
        if (Node const* const found = libraries_ ? libraries_->find(name) : nullptr) return *found;
        std::vector<std::string> known = entries_.keys();
        std::erase(known, chain_.back());
        if (libraries_)
            for (auto const& other : libraries_->keys()) known.push_back(other);
        fail(at, "\"" + name + "\" is not a " + part_.what + " of this scenario or of an included library" + suggestion(name, known));
    }
    /// A type that is like another which becomes it does not become itself.
    static void leave_out(std::string const& itself, Node& of) {
        if (Node* const becomes = of.find("becomes")) becomes->remove(itself);
        Node* const rules = of.find("rules");
        if (!rules) return;
        std::erase_if(rules->members, [&](auto const& rule) {
            Node const* changed = rule.value.find("increases");
            if (!changed) changed = rule.value.find("decreases");
            return changed && translate(peer_behaviours(), changed->text).text == "becomes " + itself;
        });
    }

    Part const& part_;
    Node& entries_;
    Node const* libraries_;
    Absent& absent_;
    std::vector<std::string> chain_;  ///< of entries that are like each other, down to the one that is looked at
};

/// What no library has must say all itself. If it does not, its name may be that of a library's entry, misspelt; else the reader says
/// what is missing.
void check_complete(Node::Member const& entry, std::vector<char const*> const& needs, std::vector<std::string> const& known) {
    Node const& own = entry.value;
    auto const says = [&](char const* key) { return own.find(key) != nullptr; };
    bool const empty = own.kind == Node::Kind::empty;
    bool const lacks = own.kind == Node::Kind::map && std::none_of(needs.begin(), needs.end(), says);
    if (empty || (lacks && likely_meant(entry.key, known)))
        fail(entry.key_at, "\"" + entry.key + "\" has no " + (empty ? "values" : needs.front()) + ", and no included library has it" +
                               suggestion(entry.key, known));
}

/// Cell types may name only what the scenario lists. That is refused here, where it is known what libraries have that could be listed.
void check_listed(Node const& root, Node const& all, std::string const& part, char const* what) {
    Node const *const cells = root.find("cells"), *const listed = root.find(part), *const known = all.find(part);
    if (!cells || !known) return;
    std::vector<std::string> names = listed ? listed->keys() : std::vector<std::string>{};
    for (auto const& name : known->keys()) names.push_back(name);
    for (auto const& type : cells->members) {
        Node const* const used = type.value.find(part);
        if (!used || used->kind != Node::Kind::map) continue;
        for (auto const& m : used->members)
            if (!listed || !listed->find(m.key))
                fail(m.key_at, "\"" + m.key + "\" is not a " + what + " of this scenario" +
                                   (known->find(m.key) ? ", only of an included library; list it under \"" + part + "\" of the scenario"
                                                       : suggestion(m.key, names)));
    }
}

/// Where a network gives names to things.
constexpr char const* kNaming[] = {"species", "parameters", "inputs", "assignments", "functions", "compartments"};

void add_words(Node const& node, bool naming, std::set<std::string>& words) {
    if (node.kind == Node::Kind::scalar) {
        words.insert(node.text);
        for (auto const& name : names_in(node.text)) words.insert(name);
    }
    for (auto const& m : node.members) {
        if (!naming) words.insert(m.key);
        add_words(m.value, false, words);
    }
}

/// What a pathway has beside what a library gives it is misspelt, unless something in the network uses its name. `own` is the entry as it
/// was before it inherited.
void check_added(Node::Member const& pathway, Node const& own, Node const& theirs) {
    std::set<std::string> words;
    std::vector<std::string> known;
    for (auto const& m : pathway.value.members) {
        bool const naming = std::find(std::begin(kNaming), std::end(kNaming), m.key) != std::end(kNaming);
        add_words(m.value, naming, words);
    }
    for (auto const* section : kNaming)
        if (auto const* named = theirs.find(section))
            for (auto const& key : named->keys()) known.push_back(key);
    for (auto const* section : kNaming) {
        Node const *const mine = own.find(section), *const named = theirs.find(section);
        if (!mine) continue;
        for (auto const& m : mine->members)
            if (!(named && named->find(m.key)) && !words.contains(m.key))
                fail(m.key_at, "\"" + m.key + "\" is not in the library's pathway \"" + pathway.key +
                                   "\", and nothing in it uses this name" + suggestion(m.key, known));
    }
}

/// All entries of libraries, of which the later wins.
Node all_entries(std::vector<Library> const& libraries) {
    Node all;
    Read read;
    for (auto const& [file, at, stack] : libraries) {
        Node nearer = read_library(file, at, stack, read);
        inherit(nearer, all, section);
        all = std::move(nearer);
    }
    Absent none;
    for (Part const& part : kParts)
        if (Node* const entries = all.find(part.name); entries && part.has_likes) Likes(part, *entries, nullptr, none);
    return all;
}

/// What ligands, receptors, pathways and cell types do not say themselves: from those that they are like, else from the libraries' of the
/// same name.
void inherit_from_others(Node& root, std::vector<Library> const& libraries) {
    Node all = all_entries(libraries);
    Absent none, absent = leave_out_absent_ligands(all, root);
    for (Part const& part : kParts) {
        Node* const listed = root.find(part.name);
        Node const* const known = all.find(part.name);
        if (!listed) continue;
        std::vector<std::string> const names = known ? known->keys() : std::vector<std::string>{};
        for (auto& m : listed->members) {
            Node const* const theirs = known ? known->find(m.key) : nullptr;
            if (!theirs || (part.has_likes && m.value.find("like"))) continue;
            Node const own = m.value;
            inherit(m.value, *theirs, key);
            if (part.name == std::string_view("pathways")) check_added(m, own, *theirs);
        }
        bool const receptors = part.name == std::string_view("receptors");
        if (part.has_likes) Likes(part, *listed, known, receptors ? absent : none);
        for (auto& m : listed->members) {
            if (receptors) inherit_from_class(m, known, absent);
            if (receptors) check_binds(m, absent[m.key], root);
            if (!known || !known->find(m.key)) check_complete(m, part.needs, names);
        }
    }
    check_listed(root, all, "receptors", "receptor"), check_listed(root, all, "pathways", "pathway");
}

}  // namespace

Node read_merged(Path const& file, std::vector<Override> const& overrides) {
    Node root = read_yaml(file);
    Stack stack;
    enter(stack, file, root.at);
    std::vector<Library> libraries;
    extend(root, stack, libraries);
    for (auto const& change : overrides) apply(root, change);
    inherit_from_others(root, libraries);
    return root;
}

}  // namespace crine
