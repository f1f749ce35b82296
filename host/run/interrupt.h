// Catching Ctrl-C and the like, so that a run ends in good order.
#pragma once

namespace crine {

/// From now on a SIGUSR1 (a batch system that says that time is nearly over) is only remembered: for a run that is being set up.
void catch_time_limit();
/// From now on the first Ctrl-C, SIGTERM, SIGHUP (a terminal that closes), SIGXCPU (a limit of time) or SIGUSR1 is only remembered, so that
/// the run can finish its step and write what it has; the second has its ordinary effect and kills. A step that takes too long then is
/// given up (crine/interrupt.h), except after SIGUSR1. Where nohup has it ignore SIGHUP, it does. A pipe that nobody reads any more, and a
/// limit on the size of files, are then errors of writing and not signals.
void catch_interrupts();
/// The signal that came; 0: none.
int interrupted();

}  // namespace crine
