// The options of all commands, what each command does with them, and errors as one line and an exit code.
#include "host/build/load.h"
#include "host/commands/cli.h"
#include "host/scenario/reference.h"
#include "host/scenario/schema.h"

#include "crine/threads.h"
#include "crine/units.h"
#include "host/commands/bench.h"
#include "host/commands/describe.h"
#include "host/commands/validate.h"
#include "host/run/build_info.h"
#include "host/run/checkpoint.h"
#include "host/run/estimate.h"
#include "host/run/interrupt.h"
#include "host/run/run.h"
#include "host/text/format.h"
#include "host/text/text_file.h"
#include "host/text/units.h"
#include "host/writers/writer.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>

#include <unistd.h>

namespace crine {
namespace {

/// What a signal has ended is 128 and the signal, as a shell has it.
enum ExitCode { done = 0, failed = 1, bad_input = 2, to_be_resumed = 85, by_signal = 128 };

constexpr char const* kAbout =
    "crine: simulates tissue as cells that talk by secreting ligands.\n"
    "One YAML file describes an experiment; `crine run` turns it into files that ParaView and any table reader open.";

constexpr char const* kExamples = R"(
Examples:
  crine check scenarios/wound_healing.yaml            what is in it, and what it will cost
  crine run scenarios/wound_healing.yaml              results in results/wound_healing/
  crine run wound.yaml -o out --until "3 d" --seed 7  another folder, a shorter run, another seed
  crine run wound.yaml --set domain.spacing="10 um"   change one value without editing the file
  paraview results/wound_healing/run.pvd              look at it

Exit codes: 0 done, 1 failed, 2 bad input, 85 to be resumed, 130 interrupted: README.md has them all.)";

std::string run_help() {
    std::string help = "\nWrites into the output folder, which is to be new, empty, or the folder of another run with --overwrite:\n";
    for (OutputFile const& file : output_files())
        help += "  " + std::string(file.name) + std::string(18 - std::string_view(file.name).size(), ' ') + file.holds + "\n";
    return help +
           "While it goes on, run.lock there keeps other runs out, and a file checkpoint_now there asks for a checkpoint. Ctrl-C, "
           "SIGTERM,\n"
           "SIGHUP, SIGXCPU and SIGUSR1 finish the step and write what there is and a checkpoint; a step that takes more than half a "
           "second\n"
           "longer after Ctrl-C, or ten after others, is given up; not after SIGUSR1. A second one ends the program at once. "
           "docs/batch.md.";
}

/// What is given on the command line.
struct Arguments {
    std::string scenario, folder, device = "auto", arm, until, seed;
    std::vector<std::string> settings, cases;
    std::string size, json, compare;  // of bench
    std::string markdown;             // of validate
    std::string checkpoint, checkpoint_every, walltime;
    std::vector<std::string> accepted;
    int threads = 0;
    bool overwrite = false, resume = false, quiet = false, quick = false, list = false;
    bool for_people = false;  // of schema
};

Device parse_device(Arguments const& arguments) {
    Device device;
    device.threads = arguments.threads;
    std::string const& text = arguments.device;
    auto const is_number = [](std::string const& s) {
        return !s.empty() && s.size() < 5 && s.find_first_not_of("0123456789") == std::string::npos;
    };
    if (text == "auto") {
        device.kind = Device::Kind::automatic;
    } else if (text == "cpu") {
        device.kind = Device::Kind::cpu;
    } else if (text == "cuda" || (text.rfind("cuda:", 0) == 0 && is_number(text.substr(5)))) {
        device.kind = Device::Kind::cuda;
        if (text.size() > 5) device.index = std::stoi(text.substr(5));
    } else {
        throw InputError("--device " + text + " (there is auto, cpu, cuda, and cuda:0, cuda:1, … for one card of several)");
    }
    return device;
}

/// --until and --seed are names for two values of the scenario; --set is for all of them, and an arm for several; what is said for this run
/// alone wins.
std::vector<Override> parse_overrides(Arguments const& arguments) {
    std::vector<Override> overrides;
    if (!arguments.arm.empty()) overrides = arm_of(arguments.scenario, arguments.arm);
    for (auto const& setting : arguments.settings) {
        auto const equals = setting.find('=');
        CRINE_VALIDATE(equals != std::string::npos && equals > 0,
                       "--set " + setting + " (expected key.path=value, such as time.end='3 d')");
        overrides.push_back({setting.substr(0, equals), setting.substr(equals + 1)});
    }
    if (!arguments.until.empty()) overrides.push_back({"time.end", arguments.until});
    if (!arguments.seed.empty()) overrides.push_back({"seed", arguments.seed});
    return overrides;
}

/// Warnings go where they do not disturb what reads the output.
void warn(Findings const& findings) {
    for (Finding const& finding : findings) std::cerr << "crine: warning: " << finding.text() << "\n";
}

/// Without this a tissue larger than the memory would take it from everything else on the machine before it fails.
void refuse_what_does_not_fit(std::string const& file, std::vector<Override> const& overrides, Device const& device) {
    std::size_t cells = 0;
    Scenario const scenario = load_scenario(file, overrides, true, &cells);
    if (is_small(scenario, cells)) return;
    Estimate const cost = estimate(scenario, cells, device);
    if (!cost.fits())
        throw RunError("this run needs " + bytes(cost.memory_of_device()) + " of memory, but " + cost.device.name + " has " +
                       bytes(static_cast<double>(cost.device.memory)) + " — a smaller domain.size, or a larger domain.spacing?");
}

/// Of the folder in results/: as the scenario's file, if it has a name of its own.
std::string name_of_results(std::filesystem::path const& scenario) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(scenario, ignored) ? scenario.stem().string() : "scenario";
}

/// Wall time as batch systems write it (HH:MM:SS, D-HH:MM:SS, MM:SS), or with a unit (30 min) [s].
double wall_seconds(std::string const& option, std::string const& text) {
    if (text.find(':') == std::string::npos) {
        double const seconds = quantity(text, Dimension::time);
        CRINE_VALIDATE(seconds > 0, option + " " + text + " (expected more than 0)");
        return seconds;
    }
    int days = 0, a = 0, b = 0, c = 0, read = 0;
    bool const long_form = text.find('-') != std::string::npos;
    char const* const rest = text.c_str() + (long_form ? text.find('-') + 1 : 0);
    bool good = !long_form || (std::sscanf(text.c_str(), "%d%n", &days, &read) == 1 && text[static_cast<std::size_t>(read)] == '-');
    int const fields = std::sscanf(rest, "%d:%d%n:%d%n", &a, &b, &read, &c, &read);
    good = good && fields >= 2 && rest[read] == '\0' && days >= 0 && a >= 0 && b >= 0 && b < 60 && c >= 0 && c < 60;
    CRINE_VALIDATE(good, option + " " + text + " (expected HH:MM:SS, D-HH:MM:SS, MM:SS, or a time with its unit such as '30 min')");
    double const seconds = days * kDay + (fields == 3 ? a * kHour + b * 60.0 + c : (long_form ? a * kHour + b * 60.0 : a * 60.0 + b));
    CRINE_VALIDATE(seconds > 0, option + " " + text + " (expected more than 0)");
    return seconds;
}

int run_command(Arguments const& arguments, std::vector<std::string> command_line) {
    catch_time_limit();
    RunOptions options;
    options.device = parse_device(arguments);
    std::string arm = arguments.arm.empty() ? "" : "-" + arguments.arm;
    std::replace(arm.begin(), arm.end(), '/', '-');  // one folder
    options.folder = arguments.folder.empty() ? std::filesystem::path("results") / (name_of_results(arguments.scenario) + arm)
                                              : std::filesystem::path(arguments.folder);
    options.overwrite = arguments.overwrite, options.resume = arguments.resume, options.accepted = arguments.accepted;
    if (!arguments.checkpoint_every.empty()) options.checkpoint_every = wall_seconds("--checkpoint-every", arguments.checkpoint_every);
    if (!arguments.walltime.empty()) options.walltime = wall_seconds("--walltime", arguments.walltime);
    options.tell = [](std::string const& text) { std::cerr << "crine: warning: " << printable(text) << "\n"; };
    options.progress = arguments.quiet ? Progress::Style::quiet : Progress::style_for_stderr();
    options.command_line = std::move(command_line);
    auto const overrides = parse_overrides(arguments);
    refuse_what_does_not_fit(arguments.scenario, overrides, options.device);
    Scenario scenario = load_scenario(arguments.scenario, overrides);
    if (!arguments.quiet) warn(scenario.findings);
    bool const volumes = scenario.output.volumes > 0;
    RunResult const result = run(std::move(scenario), options);
    using Ending = RunResult::Ending;
    if (!arguments.quiet && result.ending == Ending::was_complete) {
        std::cout << "complete already: " << duration(result.time) << " simulated, results in " << options.folder.string() << "\n";
    } else if (!arguments.quiet) {
        std::cout << (result.ending == Ending::complete ? "done: " : "interrupted at ") << duration(result.time) << " simulated in "
                  << wall_time(result.wall) << ", " << counted(result.cells, "cell") << ", results in " << options.folder.string() << "\n";
        if (result.ending != Ending::complete) std::cout << "go on: the same command with --resume\n";
        if (volumes) std::cout << "look at them: paraview " << (options.folder / "run.pvd").string() << "\n";
    }
    if (result.ending == Ending::walltime || (result.ending == Ending::signal && result.signal == SIGUSR1)) return to_be_resumed;
    return result.ending == Ending::signal ? by_signal + result.signal : done;
}

int check_command(Arguments const& arguments) {
    Device const device = parse_device(arguments);
    auto const overrides = parse_overrides(arguments);
    std::size_t cells = 0;
    Scenario scenario = load_scenario(arguments.scenario, overrides, true, &cells);
    if (is_small(scenario, cells)) scenario = load_scenario(arguments.scenario, overrides);
    warn(scenario.findings);
    std::cout << describe(scenario, cells) << std::flush;  // before the seconds that the estimate takes
    std::cout << describe(estimate(scenario, cells, device)) << std::flush;
    return done;
}

int info_command(Arguments const& arguments) {
    if (!arguments.checkpoint.empty()) {
        std::filesystem::path const path = arguments.checkpoint;
        auto const files = std::filesystem::is_directory(path) ? checkpoints_in(path) : std::vector<std::filesystem::path>{path};
        CRINE_VALIDATE(!files.empty(), "there is no checkpoint in " + path.string());
        int code = done;
        for (auto const& file : files) {
            try {
                std::cout << describe(read_checkpoint(file, Read::all), file);
            } catch (RunError const& problem) {
                std::cerr << "crine: error: " << printable(problem.what()) << "\n";
                code = failed;
            }
        }
        return code;
    }
    BuildInfo const& build = build_info();
    std::cout << "crine " << build.version << " (commit " << build.commit << ", " << build.compiler << ", " << build.storage
              << " storage)\n";
    for (auto const& device : available_devices())
        std::cout << "device " << device.engine << ": " << device.name << ", " << device.threads
                  << (device.engine == "cpu" ? " threads, " : " multiprocessors, ") << bytes(static_cast<double>(device.memory))
                  << (device.instruction_set.empty() ? "" : ", instruction set " + device.instruction_set) << "\n";
    std::cout << "processors " << processors() << " of " << sysconf(_SC_NPROCESSORS_ONLN) << " may be used\n";
    for (auto const& [library, version] : build.libraries) std::cout << library << " " << version << "\n";
    return done;
}

int bench_command(Arguments const& arguments) {
    benchmark({arguments.cases, parse_device(arguments), arguments.size, arguments.json, arguments.compare});
    return done;
}

int validate_command(Arguments const& arguments) {
    bool const as_expected = validate(
        {arguments.cases, arguments.folder, parse_device(arguments), arguments.json, arguments.markdown, arguments.quick, arguments.list});
    return as_expected ? done : failed;
}

void add_device_options(CLI::App& command, Arguments& arguments) {
    command.add_option("--device", arguments.device, "auto, cpu, cuda, or cuda:N")->capture_default_str();
    command
        .add_option("--threads", arguments.threads,
                    "Threads of the CPU engine (default: a thread for each processor that may be used, or fewer by OMP_NUM_THREADS); "
                    "results do not depend on it")
        ->check(CLI::Range(1, 4096));
}

void add_scenario_options(CLI::App& command, Arguments& arguments) {
    command.add_option("scenario", arguments.scenario, "Scenario file (YAML); - is the standard input")->required();
    add_device_options(command, arguments);
    command.add_option("--arm", arguments.arm, "Variant of the experiment that the scenario has under `arms`");
    command.add_option("--until", arguments.until, "Simulated time to stop at, with its unit: --until '3 d'");
    command.add_option("--seed", arguments.seed, "Seed of the random numbers");
    command.add_option("--set", arguments.settings, "Change a value of the scenario: --set key.path=value; may be repeated")
        ->expected(1)
        ->take_all()
        ->allow_extra_args(false);
}

}  // namespace

int command_line(int argc, char const* const* argv) {
    Arguments arguments;
    CLI::App app(kAbout, "crine");
    app.footer(kExamples);
    app.require_subcommand(1);
    app.set_version_flag("--version", "crine " + build_info().version);

    CLI::App* const run = app.add_subcommand("run", "Run a scenario and write its results");
    add_scenario_options(*run, arguments);
    run->add_option("-o,--output", arguments.folder, "Output folder (default: results/<name of the scenario>[-<arm>])");
    auto* const overwrite = run->add_flag("--overwrite", arguments.overwrite, "Replace the run that the output folder holds");
    run->add_flag("--resume", arguments.resume,
                  "Go on from the newest checkpoint in the output folder, with the bits of an undisturbed run; begin if there is none")
        ->excludes(overwrite);
    run->add_option("--accept-changes", arguments.accepted,
                    "Keys (or the keys above them) in which the scenario may differ from that of the checkpoint, between commas; all")
        ->delimiter(',');
    run->add_option("--checkpoint-every", arguments.checkpoint_every,
                    "Wall time between checkpoints, such as 30min or 00:30:00 (default: 30 min, and none are left of a complete run)");
    run->add_option("--walltime", arguments.walltime,
                    "Time limit of the job, HH:MM:SS from its start: the run writes a checkpoint and leaves before it, with exit code 85");
    run->add_flag("--quiet", arguments.quiet, "Say nothing but errors");
    run->footer(run_help());
    CLI::App* const check = app.add_subcommand("check", "Validate a scenario; print what was understood, and what running it costs");
    add_scenario_options(*check, arguments);
    CLI::App* const info = app.add_subcommand("info", "Version, engines, devices, libraries; or what is in a checkpoint");
    info->add_option("checkpoint", arguments.checkpoint, "checkpoint_*.h5, or the folder of a run");
    CLI::App* const schema =
        app.add_subcommand("schema", "JSON Schema of the scenario file, for editors: crine schema > crine.schema.json");
    schema->add_flag("--markdown", arguments.for_people, "The reference of every key, signal and behaviour instead, as a page for people");
    CLI::App* const bench = app.add_subcommand("bench", "Measure how fast this machine runs each part; docs/benchmarks.md explains");
    std::vector<std::string> cases;
    std::string about = "\nCases:\n";
    for (auto const& [name, what] : bench_cases()) {
        cases.push_back(name);
        about += "  " + name + std::string(12 - name.size(), ' ') + what + "\n";
    }
    bench->add_option("case", arguments.cases, "Cases to measure (default: all)")->check(CLI::IsMember(cases));
    add_device_options(*bench, arguments);
    bench->add_option("--size", arguments.size,
                      "small, medium (default on a CPU), large (on a GPU), or a number of cells or voxels on an edge");
    bench->add_option("--json", arguments.json, "Write the results to this file");
    bench->add_option("--compare", arguments.compare, "Print ratios to an earlier --json");
    bench->footer(about);

    CLI::App* const validation =
        app.add_subcommand("validate", "Run scenarios whose outcome is known, and compare; exit code 1 if a number is not as expected");
    validation->add_option("case", arguments.cases, "Cases, such as A1, or scenario files with a key `validation` (default: all)");
    add_device_options(*validation, arguments);
    validation->add_option("--folder", arguments.folder, "Folder of the cases (default: scenarios/validation and scenarios)");
    validation->add_flag("--quick", arguments.quick, "Only cases that take seconds");
    validation->add_flag("--list", arguments.list, "Say which cases there are");
    validation->add_option("--json", arguments.json, "Write the comparisons to this file");
    validation->add_option("--markdown", arguments.markdown, "Write them as a page for people to this file");

    auto const error = [](std::string const& message) { std::cerr << "crine: error: " << printable(message) << std::endl; };
    try {
        app.parse(argc, argv);
        int code = done;
        if (*run) code = run_command(arguments, {argv, argv + argc});
        if (*check) code = check_command(arguments);
        if (*info) code = info_command(arguments);
        if (*bench) code = bench_command(arguments);
        if (*validation) code = validate_command(arguments);
        if (*schema) std::cout << (arguments.for_people ? scenario_reference() : scenario_schema() + "\n");
        if (!std::cout.flush() && code <= bad_input) throw RunError("cannot write to the standard output");
        return code;
    } catch (CLI::ParseError const& problem) {
        if (problem.get_exit_code() == 0) return app.exit(problem);  // --help, --version
        error(std::string(problem.what()) + " — crine --help?");
        return bad_input;
    } catch (InputError const& problem) {
        error(problem.what());
        return bad_input;
    } catch (std::bad_alloc const&) {
        error("not enough memory — `crine check` says how much a scenario needs");
        return failed;
    } catch (std::exception const& problem) {
        error(problem.what());
        return failed;
    }
}

}  // namespace crine
