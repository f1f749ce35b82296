// The entry point of the program `crine`.
#include "host/commands/cli.h"

int main(int argc, char** argv) { return crine::command_line(argc, argv); }
