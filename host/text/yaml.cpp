// Builds trees from yaml-cpp's events within limits of size and depth, and finds the word that was likely meant.
#include "host/text/yaml.h"

#include "host/text/text_file.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace crine {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;  ///< of a file: the parser needs a hundred times as much
constexpr std::size_t kLongest = 65536;                   ///< characters of a value
constexpr int kDeepest = 32;                              ///< levels of nesting
constexpr std::size_t kMostEntries = 10000;               ///< of a map
constexpr std::size_t kMostNodes = 100000;                ///< of a document, with all that its aliases stand for
constexpr char const* kMerge = "<<";                      ///< the key of what is merged into a map (yaml.org/type/merge.html)

Place place_of(YAML::Mark mark, Place const& base, std::string const& path) {
    if (!base.in_file()) return {base.source, 0, 0, path};
    return {base.source, mark.line + 1, mark.column + 1, path};
}

/// Makes nodes of what the parser finds, one event after the other, within limits: the parser itself has none.
class Builder final : public YAML::EventHandler {
public:
    Builder(Place const& base, std::string const& text) : base_(base), text_(text), root_{Node::Kind::empty, "", base, {}} {}

    Node take() {
        if (bad_key_) fail(*bad_key_, "a key must be a word");
        return std::move(root_);
    }

    void OnDocumentStart(YAML::Mark const& mark) override {
        if (++documents_ == 1) return;
        auto const from = std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size());
        Place const at = place_of(mark, base_, base_.path);
        if (text_.compare(from, 3, "---") == 0) fail(at, "holds more than one YAML document");
        fail(at, "not valid YAML: the document ends before this (a comma or a bracket too many?)");
    }
    void OnDocumentEnd() override {}

    void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override {
        Node node = begin(mark, Node::Kind::empty);
        if (!open_.empty() && open_.back().node.kind == Node::Kind::map)
            node.at = {base_.source, open_.back().key_at.line, open_.back().key_at.column, node.at.path};  // nothing has no place
        end(std::move(node), anchor);
    }
    void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor, std::string const& value) override {
        if (value.size() > kLongest) fail(place(mark), "a value of more than " + std::to_string(kLongest) + " characters");
        if (auto const bad = find_bad_character(value)) fail(place(mark), bad->problem);  // in quotes it may be written as \x01
        bool const quoted = tag == "!";
        if (expects_key()) return take_key(mark, value, anchor, value == kMerge && !quoted);
        Node node = begin(mark, Node::Kind::scalar);
        node.text = value, node.quoted = quoted;
        end(std::move(node), anchor);
    }
    void OnAlias(YAML::Mark const& mark, YAML::anchor_t anchor) override {
        auto const known = anchors_.find(anchor);
        if (known == anchors_.end()) fail(place(mark), "an alias inside what it stands for would have no end");
        if (expects_key() && known->second.node.kind == Node::Kind::scalar) return take_key(mark, std::string(known->second.node.text), 0);
        charge(known->second.nodes, mark);
        Node node = known->second.node;
        move_to(node, place(mark).path, static_cast<int>(open_.size()));
        end(std::move(node), 0);
    }
    void OnSequenceStart(YAML::Mark const& mark, std::string const&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(mark, Node::Kind::list, anchor);
    }
    void OnMapStart(YAML::Mark const& mark, std::string const&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(mark, Node::Kind::map, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

private:
    /// A list or map that is not complete, and of a map the key whose value is awaited.
    struct Open {
        Node node;
        YAML::anchor_t anchor = 0;
        std::size_t nodes_before = 0;
        std::string key;
        Place key_at;
        bool has_key = false, merges = false;
    };
    struct Anchor {
        Node node;
        std::size_t nodes;
    };

    bool expects_key() const { return !open_.empty() && open_.back().node.kind == Node::Kind::map && !open_.back().has_key; }

    /// Of what begins now.
    Place place(YAML::Mark const& mark) const {
        if (open_.empty()) return place_of(mark, base_, base_.path);
        Open const& in = open_.back();
        std::string const& path = in.node.at.path;
        if (in.node.kind == Node::Kind::list) return place_of(mark, base_, path_below(path, in.node.members.size()));
        return place_of(mark, base_, in.has_key ? path_below(path, in.key) : path);
    }
    void take_key(YAML::Mark const& mark, std::string const& key, YAML::anchor_t anchor, bool merges = false) {
        Open& in = open_.back();
        Place const at = place(mark);
        if (Node const* first = in.node.find(key))
            fail(at, "duplicate key \"" + key + "\"" +
                         (first->at.in_file() ? " (first at line " + std::to_string(first->at.line) + ")" : "") +
                         (merges ? "; expected one with a list: \"<<: [*a, *b]\"" : ""));
        if (in.node.members.size() >= kMostEntries) fail(at, "more than " + std::to_string(kMostEntries) + " entries");
        in.key = key, in.key_at = at, in.has_key = true, in.merges = in.merges || merges;
        if (anchor != 0) anchors_[anchor] = {Node{Node::Kind::scalar, key, at, {}}, 1};
    }
    void charge(std::size_t nodes, YAML::Mark const& mark) {
        nodes_ += nodes;
        if (nodes_ > kMostNodes)
            fail(place(mark),
                 "more than " + std::to_string(kMostNodes) + " values, with what aliases stand for (cells in their thousands: a CSV file)");
    }
    Node begin(YAML::Mark const& mark, Node::Kind kind) {
        charge(1, mark);
        check_depth(place(mark), static_cast<int>(open_.size()));
        return Node{kind, "", place(mark), {}};
    }
    static void check_depth(Place const& at, int depth) {
        if (depth > kDeepest) fail(at, "nested too deeply (more than " + std::to_string(kDeepest) + " levels)");
    }
    void open(YAML::Mark const& mark, Node::Kind kind, YAML::anchor_t anchor) {
        std::size_t const before = nodes_;
        Node node = begin(mark, kind);
        open_.push_back({std::move(node), anchor, before, {}, {}});
    }
    void close() {
        Open done = std::move(open_.back());
        open_.pop_back();
        if (done.merges) merge(done.node);
        end(std::move(done.node), done.anchor, nodes_ - done.nodes_before);
    }
    /// Puts a complete node where it belongs.
    void end(Node node, YAML::anchor_t anchor, std::size_t nodes = 1) {
        if (anchor != 0) anchors_[anchor] = {node, nodes};
        if (expects_key()) {  // an unclosed bracket looks like one until the end, of which the parser then complains
            if (!bad_key_) bad_key_ = node.at;
            open_.back().key.clear(), open_.back().has_key = true;
        } else if (open_.empty()) {
            root_ = std::move(node);
        } else if (Open& in = open_.back(); in.node.kind == Node::Kind::list) {
            in.node.members.push_back({"", {}, std::move(node)});
        } else {
            in.node.add(in.key, in.key_at, std::move(node));
            in.has_key = false;
        }
    }
    /// Puts what is merged by the key `<<`, a map or a list of maps, in its place: keys of the map itself win, then the earlier of the
    /// list.
    static void merge(Node& map) {
        std::set<std::string> known;
        for (Node::Member const& m : map.members) known.insert(m.key);
        std::vector<Node::Member> all;
        auto const take = [&](Node& from) {
            if (from.kind != Node::Kind::map) fail(from.at, "found " + from.what() + ", expected a map, or a list of maps, to be merged");
            for (Node::Member& m : from.members) {
                if (!known.insert(m.key).second) continue;
                m.key_at.path = map.at.path;
                move_to(m.value, path_below(map.at.path, m.key), 0);
                all.push_back(std::move(m));
            }
        };
        for (Node::Member& m : map.members) {
            if (m.key != kMerge)
                all.push_back(std::move(m));
            else if (m.value.kind == Node::Kind::list)
                for (Node::Member& one : m.value.members) take(one.value);
            else
                take(m.value);
        }
        if (all.size() > kMostEntries) fail(map.at, "more than " + std::to_string(kMostEntries) + " entries");
        map.members = std::move(all);
    }
    /// Gives a copy the paths of its new place.
    static void move_to(Node& node, std::string const& path, int depth) {
        node.at.path = path;
        check_depth(node.at, depth);
        for (std::size_t i = 0; i < node.members.size(); ++i) {
            Node::Member& m = node.members[i];
            m.key_at.path = path;
            move_to(m.value, node.kind == Node::Kind::list ? path_below(path, i) : path_below(path, m.key), depth + 1);
        }
    }

    Place const& base_;
    std::string const& text_;
    Node root_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Anchor> anchors_;
    std::optional<Place> bad_key_;
    std::size_t nodes_ = 0;
    int documents_ = 0;
};

Node parse(std::string const& text, Place const& base) {
    check_text(text, base);
    Builder builder(base, text);
    try {
        std::istringstream in(text);
        YAML::Parser parser(in);
        // Not LoadAll: at a comma outside brackets the parser finds one empty document after the other, without end.
        if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
        return builder.take();
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

/// For messages, of one line.
std::string shortened(std::string const& text) {
    constexpr std::size_t most = 200;
    return text.size() <= most ? text : text.substr(0, most) + "…";
}

}  // namespace

std::string Place::text() const {
    std::string where = source;
    if (in_file()) where += ":" + std::to_string(line) + ":" + std::to_string(column);
    return path.empty() ? where : where + ": " + path;
}

void fail(Place const& at, std::string const& problem) { throw PlacedError(at.text() + ": " + problem); }

std::optional<std::string> likely_meant(std::string_view found, std::vector<std::string> const& known) {
    constexpr std::size_t longest = 200;  // of a word
    if (found.size() > longest) return std::nullopt;
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
            return "\"" + shortened(text) + "\"";
        case Kind::list:
            return "a list";
        case Kind::map:
            return "a map";
    }
    return {};
}

Node read_yaml(std::filesystem::path const& file) {
    Place const base{file.string(), 1, 1, ""};
    return parse(read_text(file, kMostBytes), base);
}

Node parse_yaml(std::string const& text, Place const& at) { return parse(text, {at.source, 0, 0, at.path}); }

std::string write_yaml(Node const& root) {
    YAML::Emitter out;
    emit(out, root);
    return std::string(out.c_str()) + "\n";
}

std::filesystem::path folder_of(Place const& at) {
    bool const pipe = at.source.starts_with("/dev/") || at.source.starts_with("/proc/");
    return at.in_file() && !pipe ? std::filesystem::path(at.source).parent_path() : std::filesystem::path();
}

std::string path_below(std::string const& path, std::string const& key) { return path.empty() ? key : path + "." + key; }
std::string path_below(std::string const& path, std::size_t index) { return path + "[" + std::to_string(index) + "]"; }

}  // namespace crine
