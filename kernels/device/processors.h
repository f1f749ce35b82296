// The number of processors that this process was given, with a root folder that tests can choose.
#pragma once

#include <string>

namespace crine {

/// What `processors()` of crine/threads.h tells, with /proc and /sys below `root`.
int processors_by(std::string const& root);

}  // namespace crine
