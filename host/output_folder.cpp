#include "host/output_folder.h"

#include "crine/contracts.h"
#include "host/writers/atomic_file.h"
#include "host/writers/writer.h"

#include <algorithm>
#include <regex>
#include <vector>

namespace crine {
namespace {

namespace fs = std::filesystem;

bool belongs_to_a_run(fs::path const& file) {
    static std::regex const kNames(R"((fields_\d{6,}\.vti|cells_\d{6,}\.vtp|run\.pvd|run\.json|summary\.csv|probes\.csv))");
    return std::regex_match((is_temporary(file) ? file.stem() : file.filename()).string(), kNames);
}

}  // namespace

void prepare_output_folder(fs::path const& folder, Existing existing) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error || !fs::is_directory(folder)) throw RunError("cannot make the folder " + folder.string() + " (" + error.message() + ")");
    std::vector<fs::path> old;
    for (auto const& entry : fs::directory_iterator(folder, error))
        if (entry.is_regular_file() && belongs_to_a_run(entry.path())) old.push_back(entry.path());
    if (error) throw RunError("cannot read the folder " + folder.string() + " (" + error.message() + ")");
    if (old.empty()) return;
    std::sort(old.begin(), old.end());
    CRINE_VALIDATE(existing == Existing::replace, folder.string() + " already holds a run (" + old.front().filename().string() +
                                                      ") — choose another folder with -o, or replace that run with --overwrite?");
    for (auto const& file : old)
        if (!fs::remove(file, error) && error) throw RunError("cannot remove " + file.string() + " (" + error.message() + ")");
}

}  // namespace crine
