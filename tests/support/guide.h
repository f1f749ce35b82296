#pragma once

#include "support/folders.h"

#include <string>
#include <vector>

/// The chapters of docs/guide, and the scenarios in them.

namespace crine::test {

/// What stands between two lines of three backquotes, of which the first says what it is: `yaml`, `csv NAME`, ….
struct Block {
    std::string chapter;   ///< file name
    std::string is, text;  ///< of `text`, which ends with a new line
    std::string expected;  ///< of a whole scenario: its key `validation`, from the comment behind it
};

inline std::vector<std::string> chapters() {
    std::vector<std::string> names;
    for (auto const& name : names_in(source_folder() + "/docs/guide"))
        if (name.ends_with(".md") && name != "README.md") names.push_back(name);
    return names;
}

inline std::vector<Block> blocks_of(std::string const& chapter, std::string const& folder = "docs/guide") {
    constexpr char const *fence = "\n```", *expects = "<!-- validation:\n", *ends = "-->";
    std::string const page = contents(std::filesystem::path(source_folder()) / folder / chapter);
    std::vector<Block> blocks;
    for (std::size_t at = page.find(fence); at != std::string::npos; at = page.find(fence, at + 4)) {
        std::size_t const line = page.find('\n', at + 1), end = page.find(fence, line - 1);
        blocks.push_back({chapter, page.substr(at + 4, line - at - 4), page.substr(line + 1, end - line), ""});
        std::size_t const behind = page.find('\n', end + 1) + 1;
        if (page.compare(behind, std::string(expects).size(), expects) == 0) {
            std::size_t const begin = behind + std::string(expects).size();
            blocks.back().expected = page.substr(begin, page.find(ends, begin) - begin);
        }
        at = end;
    }
    return blocks;
}

/// The whole scenarios of a chapter, written into a folder with what they read beside them.
inline std::vector<std::filesystem::path> write_examples(std::string const& chapter, TemporaryFolder const& folder) {
    std::vector<std::filesystem::path> files;
    for (Block const& block : blocks_of(chapter)) {
        if (block.is.starts_with("csv ")) write_text(folder / block.is.substr(4), block.text);
        if (block.is != "yaml") continue;
        files.push_back(folder / (chapter.substr(0, chapter.find('.')) + "-" + std::to_string(files.size() + 1) + ".yaml"));
        write_text(files.back(), block.text + block.expected);
    }
    return files;
}

}  // namespace crine::test
