#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
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

/// The fields of a line of a comma-separated table; none with commas.
inline std::vector<std::string> fields_of(std::string const& line) {
    std::vector<std::string> fields;
    std::string field;
    for (std::istringstream in(line); std::getline(in, field, ',');) fields.push_back(field);
    return fields;
}

/// A comma-separated table of numbers under one line of names.
struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<double>> rows;

    explicit Table(std::filesystem::path const& file) {
        std::istringstream in(contents(file));
        std::string line;
        std::getline(in, line);
        columns = fields_of(line);
        while (std::getline(in, line)) {
            rows.emplace_back();
            for (auto const& field : fields_of(line)) rows.back().push_back(std::stod(field));
        }
    }
    std::size_t column(std::string const& name) const {
        for (std::size_t c = 0; c < columns.size(); ++c)
            if (columns[c] == name) return c;
        throw std::runtime_error("no column " + name);
    }
    double at(std::size_t row, std::string const& name) const { return rows.at(row).at(column(name)); }
};

/// A line of a table that holds words too, by column.
using Row = std::map<std::string, std::string>;
inline std::vector<Row> rows_of(std::filesystem::path const& file) {
    std::istringstream in(contents(file));
    std::string line;
    std::getline(in, line);
    auto const columns = fields_of(line);
    std::vector<Row> rows;
    while (std::getline(in, line)) {
        auto const fields = fields_of(line);
        rows.emplace_back();
        for (std::size_t c = 0; c < columns.size(); ++c) rows.back()[columns[c]] = fields.at(c);
    }
    return rows;
}
inline double value(Row const& row, char const* column) { return std::stod(row.at(column)); }

}  // namespace crine::test
