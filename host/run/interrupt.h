// Catching Ctrl-C and the like, so that a run ends in good order.
#pragma once

namespace crine {

/// From now on the first Ctrl-C, SIGTERM, SIGHUP (a terminal that closes) or SIGXCPU (a limit of time) only raises a flag, so that the run
/// can finish its step and write what it has, or give the step up (crine/interrupt.h); the second has its ordinary effect and kills.
/// Where nohup has it ignore SIGHUP, it does. A pipe that nobody reads any more, and a limit on the size of files, are then errors of
/// writing and not signals.
void catch_interrupts();
bool interrupted();

}  // namespace crine
