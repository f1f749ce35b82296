#pragma once

#include <cassert>
#include <stdexcept>
#include <string>

/// What the caller owes and what the function gives back: programmer errors, checked in debug builds on host and device.
#define CRINE_EXPECTS(condition) assert(condition)
#define CRINE_ENSURES(condition) assert(condition)

/// User input: always checked, host only. The message says: problem (why) suggestion?
#define CRINE_VALIDATE(condition, message)                    \
    do {                                                      \
        if (!(condition)) throw ::crine::InputError(message); \
    } while (false)

namespace crine {

/// The input is wrong: the program ends with exit code 2.
struct InputError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The run failed (disk full, NaN in a field, no device): exit code 1.
struct RunError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace crine
