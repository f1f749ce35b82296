#pragma once

#include "host/build/load.h"
#include "host/scenario/scenario.h"
#include "support/folders.h"

#include <fstream>
#include <stdexcept>
#include <string>

namespace crine::test {

/// A text with something in it replaced, which has to be there.
inline std::string replaced(std::string text, std::string const& find, std::string const& put) {
    auto const at = text.find(find);
    if (at == std::string::npos) throw std::logic_error("the text has no \"" + find + "\"");
    return text.replace(at, find.size(), put);
}

/// A scenario from text, with its files in a folder of its own.
inline Scenario load_text(std::string const& text, TemporaryFolder const& folder, bool size_only = false, std::size_t* cells = nullptr) {
    std::ofstream(folder / "scenario.yaml") << text;
    return load_scenario(folder / "scenario.yaml", {}, size_only, cells);
}

inline Scenario load_text(std::string const& text) { return load_text(text, TemporaryFolder()); }

/// How the reader refuses a text.
inline std::string message_of(std::string const& text) {
    try {
        load_text(text);
    } catch (InputError const& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace crine::test
