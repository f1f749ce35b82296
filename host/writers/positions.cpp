// Keeps numbers as text that reads back as the same number.
#include "host/writers/positions.h"

#include "crine/contracts.h"
#include "host/text/format.h"

#include <charconv>
#include <sstream>

namespace crine {

std::string& Positions::entry(std::string const& name) {
    if (!going_on_) return entries_[name];
    auto const found = entries_.find(name);
    if (found == entries_.end()) throw RunError("the checkpoint does not say where " + name + " was");
    return found->second;
}

void Positions::text(std::string const& name, std::string& value) { going_on_ ? value = entry(name) : entry(name) = value; }

void Positions::number(std::string const& name, std::int64_t& value) {
    std::string& text = entry(name);
    if (!going_on_)
        text = std::to_string(value);
    else if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
        throw RunError("the checkpoint says that " + name + " was at " + text);
}

void Positions::numbers(std::string const& name, std::vector<double>& values) {
    std::string& text = entry(name);
    if (!going_on_) {
        for (double const value : values) text += crine::number(value) + ' ';
        return;
    }
    values.clear();
    std::istringstream in(text);
    for (std::string word; in >> word;)
        if (std::from_chars(word.data(), word.data() + word.size(), values.emplace_back()).ec != std::errc())
            throw RunError("the checkpoint says that " + name + " were at " + word);
}

}  // namespace crine
