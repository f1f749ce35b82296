// The command `crine validate`: scenarios whose outcome is known, and whether it comes out.
#pragma once

#include "crine/backend.h"

#include <filesystem>
#include <string>
#include <vector>

namespace crine {

struct ValidateOptions {
    std::vector<std::string> cases;  ///< ids, or scenario files; empty: all
    std::filesystem::path folder;    ///< of the cases; empty: scenarios/validation and scenarios, here or those that come with crine
    Device device;
    std::filesystem::path json, markdown;  ///< empty: none
    bool quick = false;                    ///< only cases that take seconds
    bool list = false;                     ///< say what there is, run nothing
};

/// Runs scenarios whose outcome is known and compares, printing one line for each number. True if all are as expected.
bool validate(ValidateOptions const& options);

}  // namespace crine
