#pragma once

namespace crine {

/// From now on the first Ctrl-C or SIGTERM only raises a flag, so that the run can finish its step and write what it has;
/// the second has its ordinary effect and kills.
void catch_interrupts();
bool interrupted();

}  // namespace crine
