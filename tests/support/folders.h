#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace crine::test {

/// Where the sources are, and the program: known to the build, or, where tests have moved, from the environment.
inline std::string source_folder() {
    char const* const moved = std::getenv("CRINE_SOURCE_DIR");
    return moved != nullptr ? moved : CRINE_SOURCE_DIR;
}
inline std::string program_folder() {
    char const* const moved = std::getenv("CRINE_BINARY_DIR");
    return moved != nullptr ? moved : CRINE_BINARY_DIR;
}

/// A folder of its own for one test, removed afterwards.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "crine-test-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;

    std::filesystem::path const& path() const { return path_; }
    std::filesystem::path operator/(std::string const& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

inline std::string contents(std::filesystem::path const& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_text(std::filesystem::path const& file, std::string const& text) { std::ofstream(file) << text; }

/// The names in a folder, sorted.
inline std::vector<std::string> names_in(std::filesystem::path const& folder) {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

/// A comma-separated table of numbers under one line of names; no names with commas.
struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<double>> rows;

    explicit Table(std::filesystem::path const& file) {
        std::istringstream in(contents(file));
        std::string line, field;
        std::getline(in, line);
        for (std::istringstream header(line); std::getline(header, field, ',');) columns.push_back(field);
        while (std::getline(in, line)) {
            rows.emplace_back();
            for (std::istringstream fields(line); std::getline(fields, field, ',');) rows.back().push_back(std::stod(field));
        }
    }
    std::size_t column(std::string const& name) const {
        for (std::size_t c = 0; c < columns.size(); ++c)
            if (columns[c] == name) return c;
        throw std::runtime_error("no column " + name);
    }
    double at(std::size_t row, std::string const& name) const { return rows.at(row).at(column(name)); }
};

}  // namespace crine::test
