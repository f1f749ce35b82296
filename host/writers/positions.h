// Where writers are in their files, so that another run can go on from there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace crine {

/// Writers list what they have to know to go on, each number and text under a name of its own; in a checkpoint these are kept as text.
class Positions {
public:
    using Entries = std::map<std::string, std::string>;

    /// Of writers that are at work.
    Positions() = default;
    /// For writers that are to go on from there.
    explicit Positions(Entries entries) : going_on_(true), entries_(std::move(entries)) {}

    bool going_on() const { return going_on_; }
    Entries const& entries() const { return entries_; }

    /// Remembers the value, or, if the writer is to go on, sets it. Throws RunError if there is none of that name.
    void text(std::string const& name, std::string& value);
    void number(std::string const& name, std::int64_t& value);
    void numbers(std::string const& name, std::vector<double>& values);

private:
    std::string& entry(std::string const& name);

    bool going_on_ = false;
    Entries entries_;
};

}  // namespace crine
