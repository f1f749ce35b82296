// Flattens both scenarios to paths and values.
#include "host/scenario/changes.h"

#include "host/text/units.h"
#include "host/text/yaml.h"

#include <algorithm>

namespace crine {
namespace {

using Values = std::vector<std::pair<std::string, Node>>;

void flatten(Node const& node, std::string const& path, Values& to) {
    if (node.kind == Node::Kind::map && !node.members.empty())
        for (auto const& member : node.members) flatten(member.value, path_below(path, member.key), to);
    else
        to.emplace_back(path, node);
}

Values values_of(std::string const& yaml) {
    Values values;
    flatten(parse_yaml(yaml, {}), "", values);
    return values;
}

/// Quantities may be written otherwise.
bool same(Node const& a, Node const& b) {
    if (a.kind == Node::Kind::scalar && b.kind == Node::Kind::scalar) return a.text == b.text || same_quantity(a.text, b.text);
    return a.kind == b.kind && std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                                          [](auto const& m, auto const& n) { return m.key == n.key && same(m.value, n.value); });
}

std::string text_of(Node const& node) {
    std::string text = node.kind == Node::Kind::scalar ? node.text : write_yaml(node);
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

/// Of the keys that two maps have in common; also in the maps below them.
void compare_order(Node const& before, Node const& now, std::string const& path, std::vector<Change>& changes) {
    if (before.kind != Node::Kind::map || now.kind != Node::Kind::map) return;
    auto const common = [](Node const& of, Node const& with) {
        std::string keys;
        for (auto const& member : of.members)
            if (with.find(member.key) != nullptr) keys += (keys.empty() ? "" : ", ") + member.key;
        return keys;
    };
    std::string const old = common(before, now), fresh = common(now, before);
    if (old != fresh && !path.empty()) changes.push_back({path, old, fresh});
    for (auto const& member : before.members)
        if (Node const* const other = now.find(member.key)) compare_order(member.value, *other, path_below(path, member.key), changes);
}

Node const* find(Values const& values, std::string const& path) {
    auto const found = std::find_if(values.begin(), values.end(), [&](auto const& one) { return one.first == path; });
    return found == values.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<Change> changes_between(std::string const& before, std::string const& now) {
    std::vector<Change> changes;
    if (before == now) return changes;
    Values const old = values_of(before), fresh = values_of(now);
    for (auto const& [path, value] : old) {
        Node const* const found = find(fresh, path);
        if (found == nullptr || !same(value, *found)) changes.push_back({path, text_of(value), found == nullptr ? "" : text_of(*found)});
    }
    for (auto const& [path, value] : fresh)
        if (find(old, path) == nullptr) changes.push_back({path, "", text_of(value)});
    compare_order(parse_yaml(before, {}), parse_yaml(now, {}), "", changes);
    return changes;
}

bool is_among(std::string const& path, std::vector<std::string> const& paths) {
    return std::any_of(paths.begin(), paths.end(), [&](std::string const& one) {
        return one == "all" || path == one || (path.size() > one.size() && path.starts_with(one) && path[one.size()] == '.');
    });
}

}  // namespace crine
