#include "fuzz/fuzzer.h"

#include "host/build/load.h"

#include <map>
#include <sstream>

/// A scenario, with the files that it reads and changes of the command line: read and built as by `crine check`, but for the trial.

namespace crine::test {
namespace {

constexpr std::size_t kMostVoxels = 20000, kMostCells = 20000;  ///< that are built; of more only sizes

/// Lines `=== NAME` begin a file of that name, or `=== set` changes; what is before them is the scenario.
std::map<std::string, std::string> parts_of(std::string_view text) {
    std::map<std::string, std::string> parts{{"scenario.yaml", ""}, {"set", ""},       {"base.yaml", ""}, {"library.yaml", ""},
                                             {"rules.csv", ""},     {"cells.csv", ""}, {"field.vti", ""}};
    std::string* part = &parts["scenario.yaml"];
    while (!text.empty()) {
        std::string_view const line = text.substr(0, text.find('\n') + 1 == 0 ? text.size() : text.find('\n') + 1);
        text.remove_prefix(line.size());
        bool const begins = line.starts_with("=== ");
        auto const named = begins ? parts.find(std::string(line.substr(4, line.find('\n') - 4))) : parts.end();
        if (named != parts.end())
            part = &named->second;
        else
            *part += line;
    }
    return parts;
}

std::vector<Override> overrides_of(std::string const& lines) {
    std::vector<Override> overrides;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);)
        if (auto const equals = line.find('='); equals != std::string::npos && equals > 0)
            overrides.push_back({line.substr(0, equals), line.substr(equals + 1)});
    return overrides;
}

}  // namespace
}  // namespace crine::test

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace crine;
    static test::TemporaryFolder const folder;
    static bool const linked = [] {
        std::filesystem::create_directory_symlink(test::source_folder() + "/scenarios/library", folder / "library");
        return true;
    }();
    auto const parts = test::parts_of(test::text_of(data, size));
    for (auto const& [name, text] : parts) {
        if (name == "set") continue;
        std::error_code ignored;
        std::filesystem::remove(folder / name, ignored);
        if (linked && (!text.empty() || name == "scenario.yaml")) std::ofstream(folder / name, std::ios::binary) << text;
    }
    test::read_or_refuse([&] {
        auto const overrides = test::overrides_of(parts.at("set"));
        std::size_t cells = 0;
        Scenario const scenario = load_scenario(folder / "scenario.yaml", overrides, true, &cells);
        if (scenario.model.grid.voxels() <= test::kMostVoxels && cells <= test::kMostCells) load_scenario(scenario.file, overrides);
    });
    return 0;
}
