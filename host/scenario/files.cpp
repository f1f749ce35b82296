// Looks for files beside the one that names them, then among the scenarios that come with crine.
#include "host/scenario/files.h"

#include "host/text/shipped.h"

namespace crine {
namespace {

using Path = std::filesystem::path;

bool is_below(Path const& relative) { return !relative.empty() && *relative.begin() != ".."; }

/// The file of such a folder that was probably meant: `; did you mean "library/ligands.yaml"?`, or nothing.
std::string likely_file(Path const& written, std::vector<Path> const& looked) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (Path const& file : looked)
        for (auto const& entry : std::filesystem::directory_iterator(file.parent_path().empty() ? "." : file.parent_path(), ignored))
            if (entry.path().extension() == written.extension()) names.push_back(entry.path().filename().string());
    auto const meant = likely_meant(written.filename().string(), names);
    return meant ? "; did you mean \"" + (written.parent_path() / *meant).string() + "\"?" : "";
}

}  // namespace

Path find_file(Node const& named) {
    if (named.kind != Node::Kind::scalar || named.text.empty()) fail(named.at, "found " + named.what() + ", expected a file name");
    Path const written = named.text;
    std::vector<Path> looked{(folder_of(named.at) / written).lexically_normal()};
    if (Path const scenarios = shipped("scenarios"); !scenarios.empty() && written.is_relative())
        looked.push_back((scenarios / written).lexically_normal());
    std::error_code ignored;
    for (Path const& file : looked)
        if (std::filesystem::exists(file, ignored)) return file;
    fail(named.at, "file " + looked[0].string() + " does not exist" +
                       (looked.size() > 1 ? ", nor does " + looked[1].string() + ", of the scenarios that come with crine" : "") +
                       likely_file(written, looked));
}

std::string name_from(Path const& folder, Path const& written, Path const& found) {
    if (written.is_absolute()) return written.string();
    auto const absolute = [](Path const& path) { return (std::filesystem::current_path() / path).lexically_normal(); };
    Path const here = absolute(found).lexically_relative(absolute(folder)),
               there = absolute(found).lexically_relative(shipped("scenarios").lexically_normal());
    return (is_below(here) || !is_below(there) ? here : there).string();
}

}  // namespace crine
