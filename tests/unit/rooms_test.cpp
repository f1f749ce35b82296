#include "support/folders.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

/// ARCHITECTURE.md draws the rooms of host/ and kernels/ floor by floor. A file may include what is in its own room or drawn below it.

namespace crine::test {
namespace {

std::filesystem::path const root = source_folder();

/// Floor of each room, the top one 0, from the lines of the picture that begin with a room: `host/scenario   what lives there`. Rooms that
/// share a floor share a line: `host/build · host/writers   …`.
std::map<std::string, int> floors() {
    std::map<std::string, int> floors;
    std::ifstream in(root / "ARCHITECTURE.md");
    int floor = 0;
    for (std::string line; std::getline(in, line) && line.rfind("## One step", 0) != 0;) {
        if (line.rfind("host/", 0) != 0 && line.rfind("kernels/", 0) != 0) continue;
        std::istringstream words(line.substr(0, line.find("  ")));
        for (std::string word; words >> word;)
            if (word != "·") floors[word] = floor;
        ++floor;
    }
    return floors;
}

std::string room_of(std::filesystem::path const& file) {
    std::string const folder = file.parent_path().generic_string();
    return folder == "host" || folder == "kernels" ? folder + "/" : folder;
}

std::string first_line(std::filesystem::path const& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

std::vector<std::string> includes_of(std::filesystem::path const& file) {
    std::vector<std::string> found;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (line.rfind("#include \"", 0) == 0) found.push_back(line.substr(10, line.find('"', 10) - 10));
    return found;
}

std::vector<std::filesystem::path> sources() {
    std::vector<std::filesystem::path> files;
    for (char const* house : {"host", "kernels", "include"})
        for (auto const& entry : std::filesystem::recursive_directory_iterator(root / house)) {
            std::string const kind = entry.path().extension().string();
            if (kind == ".h" || kind == ".cpp" || kind == ".cu") files.push_back(std::filesystem::relative(entry.path(), root));
        }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

class Rooms : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(root / "host")) GTEST_SKIP() << "there are no sources here";
    }
};

TEST_F(Rooms, AreAllInThePicture) {
    auto const drawn = floors();
    std::set<std::string> there, named;
    for (auto const& file : sources())
        if (*file.begin() != "include") there.insert(room_of(file));
    for (auto const& [room, floor] : drawn) named.insert(room);
    EXPECT_EQ(there, named);
}

TEST_F(Rooms, HoldFilesThatSayFirstWhatLivesThere) {
    for (auto const& file : sources())
        if (*file.begin() != "include") {
            EXPECT_EQ(first_line(root / file).rfind("// ", 0), 0u) << file;
        }
}

TEST_F(Rooms, LeadOnlyDownwards) {
    auto const floor = floors();
    for (auto const& file : sources()) {
        std::string const room = room_of(file), house = file.begin()->string();
        for (std::string const& included : includes_of(root / file)) {
            std::filesystem::path const there(included);
            std::string const to = there.begin()->string();
            if (to != "host" && to != "kernels") continue;
            ASSERT_EQ(to, house) << file << " includes " << included << ": what host and kernels share is in include/";
            if (room_of(there) != room) {
                EXPECT_LT(floor.at(room), floor.at(room_of(there))) << file << " includes " << included;
            }
        }
    }
}

}  // namespace crine::test
