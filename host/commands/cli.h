// The command line of the program.
#pragma once

namespace crine {

/// The program: reads the command line, does what it says, returns the exit code
/// (0 done, 1 failed, 2 bad input, 130 interrupted). Every error is one line on stderr.
int command_line(int argc, char const* const* argv);

}  // namespace crine
