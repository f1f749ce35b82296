#include "host/yaml.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <numeric>
#include <sstream>

#include <yaml-cpp/yaml.h>

namespace crine {
namespace {

constexpr int kDeepest = 32;  ///< levels of nesting; an alias inside its own anchor would have no end

Place place_of(YAML::Mark mark, Place const& base, std::string const& path) {
    if (!base.in_file()) return {base.source, 0, 0, path};
    return {base.source, mark.line + 1, mark.column + 1, path};
}

Node convert(YAML::Node const& from, Place const& base, std::string const& path, int depth) {
    Node to;
    to.at = place_of(from.Mark(), base, path);
    if (depth > kDeepest) fail(to.at, "nested too deeply (more than " + std::to_string(kDeepest) + " levels)");
    if (from.IsScalar()) {
        to.kind = Node::Kind::scalar;
        to.text = from.Scalar();
        to.quoted = from.Tag() == "!";
    } else if (from.IsSequence()) {
        to.kind = Node::Kind::list;
        for (std::size_t i = 0; i < from.size(); ++i)
            to.members.push_back({"", {}, convert(from[i], base, path_below(path, i), depth + 1)});
    } else if (from.IsMap()) {
        to.kind = Node::Kind::map;
        for (auto const& entry : from) {
            YAML::Node const& key = entry.first;
            Place const key_at = place_of(key.Mark(), base, path);
            if (!key.IsScalar()) fail(key_at, "a key must be a word");
            if (Node const* first = to.find(key.Scalar()))
                fail(key_at, "duplicate key \"" + key.Scalar() + "\" (first at line " + std::to_string(first->at.line) + ")");
            Node& value = to.add(key.Scalar(), key_at, convert(entry.second, base, path_below(path, key.Scalar()), depth + 1));
            if (value.kind == Node::Kind::empty) value.at = place_of(key.Mark(), base, value.at.path);  // nothing has no place
        }
    }
    return to;
}

Node parse(std::string const& text, Place const& base) {
    try {
        auto const documents = YAML::LoadAll(text);
        if (documents.size() > 1) fail(base, "holds more than one YAML document");
        return documents.empty() ? Node{Node::Kind::empty, "", base, {}} : convert(documents[0], base, base.path, 0);
    } catch (YAML::Exception const& error) {
        fail(place_of(error.mark, base, base.path), "not valid YAML: " + error.msg);
    }
}

void emit(YAML::Emitter& out, Node const& node) {
    switch (node.kind) {
        case Node::Kind::empty:
            out << YAML::Null;
            break;
        case Node::Kind::scalar:
            out << node.text;
            break;
        case Node::Kind::list: {
            bool const flat =
                std::none_of(node.members.begin(), node.members.end(), [](auto const& m) { return m.value.kind == Node::Kind::map; });
            out << (flat ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
            for (auto const& m : node.members) emit(out, m.value);
            out << YAML::EndSeq;
            break;
        }
        case Node::Kind::map:
            if (node.members.empty()) out << YAML::Flow;
            out << YAML::BeginMap;
            for (auto const& m : node.members) {
                out << YAML::Key << m.key << YAML::Value;
                emit(out, m.value);
            }
            out << YAML::EndMap;
            break;
    }
}

/// Damerau-Levenshtein distance (insertions, deletions, substitutions, swaps of neighbours), a change of letter case for a hundredth.
double distance(std::string_view a, std::string_view b) {
    auto const lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    auto const cost = [&](char x, char y) { return x == y ? 0.0 : (lower(x) == lower(y) ? 0.01 : 1.0); };
    std::vector<std::vector<double>> d(a.size() + 1, std::vector<double>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                d[i][j] = static_cast<double>(i + j);
                continue;
            }
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost(a[i - 1], b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

}  // namespace

std::string Place::text() const {
    std::string where = source;
    if (in_file()) where += ":" + std::to_string(line) + ":" + std::to_string(column);
    return path.empty() ? where : where + ": " + path;
}

void fail(Place const& at, std::string const& problem) { throw PlacedError(at.text() + ": " + problem); }

std::optional<std::string> likely_meant(std::string_view found, std::vector<std::string> const& known) {
    auto const nearer = [&](auto const& a, auto const& b) { return distance(found, a) < distance(found, b); };
    auto const best = std::min_element(known.begin(), known.end(), nearer);
    if (best == known.end()) return std::nullopt;
    double const length = static_cast<double>(std::max(found.size(), best->size()));
    double const apart = distance(found, *best);
    if (apart < 1 || apart <= std::max(std::min(1.0, length - 1), std::floor(length / 3))) return *best;
    return std::nullopt;
}

std::string suggestion(std::string_view found, std::vector<std::string> const& known) {
    if (known.empty()) return " (there are none)";
    if (auto const meant = likely_meant(found, known)) return "; did you mean \"" + *meant + "\"?";
    constexpr std::size_t most = 16;
    std::string list = "; known: ";
    for (std::size_t i = 0; i < known.size() && i < most; ++i) {
        if (i > 0) list += ", ";
        list += known[i];
    }
    return known.size() > most ? list + ", …" : list;
}

Node* Node::find(std::string_view key) {
    for (auto& m : members)
        if (m.key == key && kind == Kind::map) return &m.value;
    return nullptr;
}
Node const* Node::find(std::string_view key) const { return const_cast<Node*>(this)->find(key); }

Node& Node::add(std::string const& key, Place const& key_at, Node value) {
    kind = Kind::map;
    members.push_back({key, key_at, std::move(value)});
    return members.back().value;
}

void Node::remove(std::string_view key) {
    std::erase_if(members, [&](auto const& m) { return m.key == key; });
}

std::vector<std::string> Node::keys() const {
    std::vector<std::string> all;
    for (auto const& m : members) all.push_back(m.key);
    return all;
}

std::string Node::what() const {
    switch (kind) {
        case Kind::empty:
            return "nothing";
        case Kind::scalar:
            return "\"" + text + "\"";
        case Kind::list:
            return "a list";
        case Kind::map:
            return "a map";
    }
    return {};
}

Node read_yaml(std::filesystem::path const& file) {
    Place const base{file.string(), 1, 1, ""};
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    if (!in || std::filesystem::is_directory(file))
        throw InputError(file.string() + ": cannot be read (" + (errno ? std::strerror(errno) : "it is a directory") + ")");
    std::ostringstream text;
    text << in.rdbuf();
    return parse(text.str(), base);
}

Node parse_yaml(std::string const& text, Place const& at) { return parse(text, {at.source, 0, 0, at.path}); }

std::string write_yaml(Node const& root) {
    YAML::Emitter out;
    emit(out, root);
    return std::string(out.c_str()) + "\n";
}

std::string path_below(std::string const& path, std::string const& key) { return path.empty() ? key : path + "." + key; }
std::string path_below(std::string const& path, std::size_t index) { return path + "[" + std::to_string(index) + "]"; }

}  // namespace crine
