#include "host/build/load.h"
#include "host/scenario/scenario.h"

#include "support/folders.h"
#include "support/scenario_text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <sys/stat.h>

/// What a user sees who made a mistake: one line that says where, what was found, what was expected and, where there is a
/// likely one, what was meant. Each row breaks one thing in a sound scenario.

namespace crine::test {
namespace {

std::string const kSound = R"(title: sound
seed: 1
time: {end: 1 h, transport: 2 min, mechanics: 2 min, behaviour: 10 min}
domain:
  size: [100 um, 100 um, 100 um]
  spacing: 10 um
  periodic: [x]
ligands:
  A: {diffusivity: 60 um^2/s, decay: 1e-3 /s}
  E: {diffusivity: 0 um^2/s}
regions:
  low: {layer: {axis: z, from: 0 um, to: 50 um}}
  core: {cylinder: {axis: z, centre: [50 um, 50 um], radius: 20 um}, decay: {A: 1e-2 /s}}
cells:
  T:
    radius: 5 um
    speed: 1 um/min
    secretion: {A: 1 molecule/s}
    uptake: {A: {receptors: 1000, k_on: 1e6 /M/s}}
    rules:
      - {signal: A, increases: speed, to: 5 um/min, half: 1 nM}
  B: {radius: 4 um}
placement:
  - {type: T, region: low, count: 10}
probes:
  - {name: p, ligand: A, at: [50 um, 50 um, 5 um]}
output: {summary: 10 min}
pathways:
  P:
    inputs: {x: 0}
    parameters: {k: 1}
    functions: {f: {of: [a], is: 2 * a}}
    species: {S: 1, S2: 0}
    assignments: {both: S + S2}
    reactions:
      - {from: S, to: S2, rate: f(k) * S * x}
)";

struct Broken {
    char const* name;
    char const* find;     ///< in the sound scenario
    char const* put;      ///< in its place; the message must point at the `@`, which is taken out
    char const* message;  ///< begins after FILE:LINE:COLUMN; without an `@`, any part of the message
    char const* also_find = nullptr;
    char const* also_put = nullptr;
};

std::vector<Broken> const kTable{
    // clang-format off
    // --- YAML itself ---
    {"tab", "  spacing: 10 um", "\t@spacing: 10 um", ": not valid YAML: "},
    {"unclosed", "rate: f(k) * S * x}\n", "rate: f(k) * S * x\n@", ": not valid YAML: "},
    {"duplicate_key", "    speed: 1 um/min", "    speed: 1 um/min\n    @radius: 6 um", ": cells.T: duplicate key \"radius\" (first at line 16)"},
    {"merge_of_a_value", "    speed: 1 um/min", "    <<: @5 um\n    speed: 1 um/min", ": cells.T.<<: found \"5 um\", expected a map, or a list of maps, to be merged"},
    {"merge_of_a_list_of_values", "    speed: 1 um/min", "    <<: [{moves: true}, @5 um]\n    speed: 1 um/min", ": cells.T.<<[1]: found \"5 um\", expected a map, or a list of maps, to be merged"},
    {"merge_twice", "    speed: 1 um/min", "    <<: {moves: true}\n    @<<: {moves: true}\n    speed: 1 um/min", ": cells.T: duplicate key \"<<\" (first at line 17); expected one with a list: \"<<: [*a, *b]\""},
    {"merge_in_quotes", "    speed: 1 um/min", "    @\"<<\": {moves: true}\n    speed: 1 um/min", ": cells.T: unknown key \"<<\""},
    {"mistake_in_what_is_merged", "  B: {radius: 4 um}", "  B: {<<: {radius: @5 min}, moves: true}", ": cells.B.radius: \"5 min\" is a time; expected a length"},
    {"unknown_key_that_is_merged", "  E: {diffusivity: 0 um^2/s}", "  E: {diffusivity: 0 um^2/s, boundaries: {<<: [{y-: zero-flux}, {@zz: zero-flux}]}}", ": ligands.E.boundaries: unknown key \"zz\""},
    {"two_documents", "output:", "@---\noutput:", ": holds more than one YAML document"},
    // --- keys ---
    {"unknown_section", "placement:", "@placment:", ": unknown key \"placment\"; did you mean \"placement\"?"},
    {"unknown_key", "    speed: 1 um/min", "    @sped: 1 um/min", ": cells.T: unknown key \"sped\"; did you mean \"speed\"?"},
    {"letter_case", "    radius: 5 um", "    @Radius: 5 um", ": cells.T: unknown key \"Radius\"; did you mean \"radius\"?"},
    {"unknown_key_in_flow", "decay: 1e-3 /s}", "@decoy: 1e-3 /s}", ": ligands.A: unknown key \"decoy\"; did you mean \"decay\"?"},
    {"unknown_face", "decay: 1e-3 /s}", "decay: 1e-3 /s, boundaries: {@w+: zero-flux}}", ": ligands.A.boundaries: unknown key \"w+\"; did you mean \"x+\"?"},
    {"missing_section", "domain:\n  size: [100 um, 100 um, 100 um]\n  spacing: 10 um\n  periodic: [x]\n", "", ":1:1: \"domain\" is missing (the block of tissue that is simulated)"},
    {"missing_key", "    radius: 5 um\n    speed", "    @speed", ": cells.T: \"radius\" is missing (at rest)"},
    {"missing_value", "    speed: 1 um/min\n", "    @speed:\n", ": cells.T.speed: found nothing, expected a speed, for example \"10 um/min\""},
    {"missing_end", "end: 1 h, ", "", ":3:7: time: \"end\" is missing (simulated time at which the run ends)"},
    // --- YAML types ---
    {"list_for_value", "speed: 1 um/min", "speed: @[1 um/min]", ": cells.T.speed: found a list, expected a speed, for example \"10 um/min\""},
    {"map_for_value", "speed: 1 um/min", "speed: @{value: 1 um/min}", ": cells.T.speed: found a map, expected a speed"},
    {"value_for_map", "output: {summary: 10 min}", "output: @10 min", ": output: found \"10 min\", expected a map with keys like \"volumes\""},
    {"value_for_list", "periodic: [x]", "periodic: @x", ": domain.periodic: found \"x\", expected a list"},
    {"map_for_list", "  - {type: T, region: low, count: 10}", "  @first: {type: T, count: 10}", ": placement: found a map, expected a list"},
    {"short_list", "size: [100 um, 100 um, 100 um]", "size: @[100 um, 100 um]", ": domain.size: found a list of 2, expected a list of 3 values"},
    {"not_a_flag", "    speed: 1 um/min", "    moves: @maybe", ": cells.T.moves: found \"maybe\", expected true or false"},
    {"not_whole", "count: 10}", "count: @10.5}", ": placement[0].count: found \"10.5\", expected a whole number, 0 or more"},
    {"negative_count", "count: 10}", "count: @-1}", ": placement[0].count: found \"-1\", expected a whole number, 0 or more"},
    {"unknown_word", "decay: 1e-3 /s}", "decay: 1e-3 /s, scheme: @quasi-stedy}", ": ligands.A.scheme: found \"quasi-stedy\", expected adaptive | adi | implicit-euler | tr-bdf2 | quasi-steady; did you mean \"quasi-steady\"?"},
    {"unknown_axis", "periodic: [x]", "periodic: [x, @w]", ": domain.periodic[1]: found \"w\", expected x | y | z"},
    // --- units ---
    {"wrong_dimension", "radius: 5 um\n", "radius: @5 min\n", ": cells.T.radius: \"5 min\" is a time; expected a length, for example \"5 um\""},
    {"metre_for_molar", "half: 1 nM}", "half: @1 nm}", ": cells.T.rules[0].half: \"1 nm\" is a length; expected a concentration, for example \"10 nM\""},
    {"not_ours", "radius: 5 um\n", "radius: @5 K\n", ": cells.T.radius: \"5 K\" is in K; expected a length"},
    {"no_unit", "radius: 5 um\n", "radius: @5\n", ": cells.T.radius: \"5\" has no unit; expected a length, for example \"5 um\""},
    {"no_number", "radius: 5 um\n", "radius: @um\n", ": cells.T.radius: \"um\" does not begin with a number; expected a length, for example \"5 um\""},
    {"unknown_unit", "radius: 5 um\n", "radius: @5 furlongz\n", ": cells.T.radius: \"furlongz\" is not a unit; expected a length, for example \"5 um\""},
    {"unit_of_number", "half: 1 nM}", "half: 1 nM, hill: @2 um}", ": cells.T.rules[0].hill: \"2 um\" is a length; expected a number, for example \"0.5\""},
    {"secretion_without_molecules", "{A: 1 molecule/s}", "{A: @1 /s}", ": cells.T.secretion.A: \"1 /s\" is a rate; expected molecules per time, for example \"10 molecule/s\""},
    {"output_unit", "decay: 1e-3 /s}", "decay: 1e-3 /s, unit: @um}", ": ligands.A.unit: \"um\" is a length; expected a concentration, for example \"10 nM\""},
    {"gap_in_a_number", "radius: 5 um\n", "radius: @1 500 um\n", ": cells.T.radius: \"1 500 um\" has two numbers; expected a length, for example \"5 um\"; did you mean \"1500 um\"?"},
    {"two_numbers", "radius: 5 um\n", "radius: @5 2 um\n", ": cells.T.radius: \"5 2 um\" has two numbers; expected a length"},
    {"number_after_the_unit", "radius: 5 um\n", "radius: @5 um 2\n", ": cells.T.radius: \"5 um 2\" has a number after its unit; expected a length"},
    {"factor_in_the_unit", "end: 1 h", "end: @1 h.2", ": time.end: \"1 h.2\" has a number after its unit; expected a time"},
    {"apostrophe_in_a_number", "radius: 5 um\n", "radius: @1'000 um\n", ": cells.T.radius: \"1'000 um\" has a number after its unit; expected a length"},
    {"decimal_comma", "radius: 5 um\n", "radius: @5,5 um\n", ": cells.T.radius: \"5,5 um\" has a comma in its number; expected a decimal point: \"5.5 um\""},
    {"negative_unit", "decay: 1e-3 /s}", "decay: 1e-3 /s, unit: @-1 nM}", ": ligands.A.unit: \"-1 nM\" has a number; expected a unit of a concentration alone"},
    {"number_in_a_unit", "decay: 1e-3 /s}", "decay: 1e-3 /s, unit: @100 nM}", ": ligands.A.unit: \"100 nM\" has a number; expected a unit of a concentration alone"},
    // --- ranges ---
    {"too_small", "decay: 1e-3 /s}", "decay: @1e-40 /s}", ": ligands.A.decay: \"1e-40 /s\" is not a finite number that can be stored; expected a rate"},
    {"product_too_small", "{receptors: 1000, k_on: 1e6 /M/s}", "{receptors: 1e-20, k_on: @1e-20 /M/s}", ": cells.T.uptake.A.k_on: receptors * k_on is 1.66e-49 in um, s and molecules, which cannot be stored"},
    {"steep_rule", "half: 1 nM}", "half: 1 nM, hill: @1e40}", ": cells.T.rules[0].hill: \"1e40\" is not a finite number that can be stored"},
    {"flat_rule", "half: 1 nM}", "half: 1 nM, hill: @1e-40}", ": cells.T.rules[0].hill: \"1e-40\" is not a finite number that can be stored"},
    {"negative_rate", "decay: 1e-3 /s}", "decay: @-1e-3 /s}", ": ligands.A.decay: \"-1e-3 /s\" is negative; expected a rate, for example \"0.05/h\""},
    {"zero_step", "transport: 2 min", "transport: @0 min", ": time.transport: \"0 min\" is not greater than 0; expected a time"},
    {"not_finite", "diffusivity: 60 um^2/s", "diffusivity: @nan um^2/s", ": ligands.A.diffusivity: \"nan um^2/s\" is not a finite number that can be stored"},
    {"infinite", "speed: 1 um/min", "speed: @inf um/min", ": cells.T.speed: \"inf um/min\" is not a finite number that can be stored"},
    {"too_large", "diffusivity: 60 um^2/s", "diffusivity: @1e400 um^2/s", ": ligands.A.diffusivity: \"1e400 um^2/s\" is not a finite number that can be stored"},
    {"tight_tolerance", "domain:", "transport: {tolerance: @1e-15}\ndomain:", ": transport.tolerance: a tolerance of 1e-15 cannot be reached: concentrations are stored to "},
    {"loose_tolerance", "domain:", "transport: {tolerance: @0.5}\ndomain:", ": transport.tolerance: a tolerance above 0.1 is no solution; expected for example 1e-3"},
    {"huge_cell", "radius: 5 um\n", "radius: @5 m\n", ": cells.T.radius: a cell of this radius is implausible; expected 0.1 um to 1000 um"},
    {"wide_cell", "radius: 5 um\n", "radius: @60 um\n", ": cells.T.radius: the cell is wider than the domain"},
    {"short_reach", "speed: 1 um/min", "adhesion_reach: @0.5", ": cells.T.adhesion_reach: adhesion cannot end before the cells touch; expected 1 or more"},
    // --- time and space ---
    {"steps_do_not_divide", "behaviour: 10 min", "behaviour: @5 min", ": time.behaviour: the step of behaviour is not a whole multiple of the step of mechanics (each process acts on a tick of the shortest)"},
    {"size_not_a_multiple", "size: [100 um, 100 um,", "size: [100 um, @105 um,", ": domain.size[1]: the size is not a whole multiple of the spacing"},
    {"too_many_voxels", "spacing: 10 um", "spacing: @0.01 um", ": domain.spacing: more voxels than can be numbered (4e9)"},
    {"face_of_periodic_axis", "decay: 1e-3 /s}", "decay: 1e-3 /s, boundaries: {x-: @{value: 1 nM}}}", ": ligands.A.boundaries.x-: the domain is periodic on this axis and has no face here"},
    {"two_conditions", "decay: 1e-3 /s}", "decay: 1e-3 /s, boundaries: {y-: @{value: 1 nM, flux: 1 molecule/um^2/s}}}", ": ligands.A.boundaries.y-: expected exactly one of condition, value, flux, found several"},
    // --- ligands ---
    {"decay_twice", "A: {diff", "A: @{half_life: 1 h, diff", ": ligands.A: expected only one of decay, half_life"},
    {"no_steady_state", "A: {diffusivity: 60 um^2/s, decay: 1e-3 /s}\n  E: {diffusivity: 0 um^2/s}", "A: {diffusivity: 60 um^2/s}\n  E: {diffusivity: 1 um^2/s, scheme: @quasi-steady}", ": ligands.E.scheme: \"E\" is quasi-steady but has no way out (no decay, no uptake, no enzyme or other reaction, no vessels, no value on a face or region), so it has no steady state"},
    {"steady_matrix", "E: {diffusivity: 0 um^2/s}", "E: {diffusivity: 0 um^2/s, decay: 1 /h, scheme: @quasi-steady}", ": ligands.E.scheme: \"E\" does not diffuse, so it cannot be quasi-steady"},
    {"own_enzyme", "decay: 1e-3 /s}", "decay: 1e-3 /s, cleaved_by: {@A: 1 /M/s}}", ": ligands.A.cleaved_by: a ligand cannot be its own enzyme"},
    // --- reactions ---
    {"bind_one", "regions:\n", "reactions:\n  - {bind: [@A], to: E, k_on: 1 /M/s, k_off: 0 /s}\nregions:\n", ": reactions[0].bind[0]: expected two ligands that bind each other, found 1"},
    {"bind_unknown", "regions:\n", "reactions:\n  - {bind: [A, @EE], to: E, k_on: 1 /M/s, k_off: 0 /s}\nregions:\n", ": reactions[0].bind[1]: \"EE\" is not a ligand of this scenario; did you mean \"E\"?"},
    {"bind_itself", "regions:\n", "reactions:\n  - {bind: [A, @A], to: E, k_on: 1 /M/s, k_off: 0 /s}\nregions:\n", ": reactions[0].bind[1]: a ligand cannot bind itself; expected two different ones"},
    {"bind_to_partner", "regions:\n", "reactions:\n  - {bind: [A, E], to: @E, k_on: 1 /M/s, k_off: 0 /s}\nregions:\n", ": reactions[0].to: the complex is a ligand of its own; expected another one"},
    {"bind_to_nothing", "regions:\n", "reactions:\n  - @{bind: [A, E], k_on: 1 /M/s, k_off: 0 /s}\nregions:\n", ": reactions[0]: \"to\" is missing (the complex, a ligand too)"},
    {"bind_to_two", "regions:\n", "reactions:\n  - {bind: [A, E], to: [A, @E], k_on: 1 /M/s, k_off: 0 /s}\nregions:\n", ": reactions[0].to[1]: what binds makes one complex; expected one ligand"},
    {"bind_without_k_on", "regions:\n", "reactions:\n  - @{bind: [A, E], to: A, k_off: 0 /s}\nregions:\n", ": reactions[0]: \"k_on\" is missing (association rate constant)"},
    {"bind_without_k_off", "regions:\n", "reactions:\n  - @{bind: [A, E], to: A, k_on: 1 /M/s}\nregions:\n", ": reactions[0]: \"k_off\" is missing (dissociation rate constant; or K_d; 0 /s: for ever)"},
    {"bind_k_off_twice", "regions:\n", "reactions:\n  - {bind: [A, E], to: A, k_on: 1 /M/s, k_off: 0 /s, K_d: @1 nM}\nregions:\n", ": reactions[0].K_d: expected only one of k_off, K_d (k_off = K_d * k_on)"},
    {"bind_never", "regions:\n", "reactions:\n  - {bind: [A, E], to: A, k_on: @0 /M/s, k_off: 0 /s}\nregions:\n", ": reactions[0].k_on: \"0 /M/s\" is not greater than 0"},
    {"bind_with_rate", "regions:\n", "reactions:\n  - {bind: [A, E], to: A, k_on: 1 /M/s, k_off: 0 /s, rate: @1 /s}\nregions:\n", ": reactions[0].rate: \"rate\" has a meaning only with convert"},
    {"bind_twice", "regions:\n", "  C: {diffusivity: 0 um^2/s}\nreactions:\n  - {bind: [A, E], to: C, k_on: 1 /M/s, k_off: 0 /s}\n  - @{bind: [E, A], to: C, k_on: 2 /M/s, k_off: 0 /s}\nregions:\n", ": reactions[1]: this reaction is there already, and both would count"},
    {"convert_a_second_time", "regions:\n", "reactions:\n  - {convert: A, to: E, rate: 1 /s}\n  - @{convert: A, to: E, rate: 2 /s}\nregions:\n", ": reactions[1]: this reaction is there already, and both would count"},
    {"bind_and_convert", "regions:\n", "reactions:\n  - @{bind: [A, E], convert: A, to: E}\nregions:\n", ": reactions[0]: expected exactly one of bind, convert, network, found several"},
    {"convert_without_rate", "regions:\n", "reactions:\n  - @{convert: A, to: E}\nregions:\n", ": reactions[0]: expected exactly one of rate, k, k_cat, V_max, found none"},
    {"convert_twice", "regions:\n", "reactions:\n  - @{convert: A, rate: 1 /s, V_max: 1 nM/s, K_m: 1 nM}\nregions:\n", ": reactions[0]: expected exactly one of rate, k, k_cat, V_max, found several"},
    {"convert_to_itself", "regions:\n", "reactions:\n  - {convert: A, to: [E, @A], rate: 1 /s}\nregions:\n", ": reactions[0].to[1]: a ligand cannot become itself"},
    {"convert_to_three", "regions:\n", "reactions:\n  - {convert: A, to: [E, E, @E], rate: 1 /s}\nregions:\n", ": reactions[0].to[2]: a ligand can become two others at most"},
    {"convert_by_itself", "regions:\n", "reactions:\n  - {convert: A, by: @A, k: 1 /M/s}\nregions:\n", ": reactions[0].by: a ligand cannot be its own enzyme"},
    {"enzyme_missing", "regions:\n", "reactions:\n  - {convert: A, k: @1 /M/s}\nregions:\n", ": reactions[0].k: \"by\" is missing (the enzyme)"},
    {"enzyme_for_nothing", "regions:\n", "reactions:\n  - {convert: A, by: @E, rate: 1 /s}\nregions:\n", ": reactions[0].by: \"by\" has a meaning only with k or k_cat"},
    {"K_m_missing", "regions:\n", "reactions:\n  - @{convert: A, by: E, k_cat: 1 /s}\nregions:\n", ": reactions[0]: \"K_m\" is missing (concentration at half the highest rate)"},
    {"K_m_for_nothing", "regions:\n", "reactions:\n  - {convert: A, rate: 1 /s, K_m: @1 nM}\nregions:\n", ": reactions[0].K_m: \"K_m\" has a meaning only with k_cat or V_max"},
    {"convert_with_k_on", "regions:\n", "reactions:\n  - {convert: A, rate: 1 /s, k_on: @1 /M/s}\nregions:\n", ": reactions[0].k_on: \"k_on\" has a meaning only with bind"},
    {"convert_wrong_unit", "regions:\n", "reactions:\n  - {convert: A, rate: @1 nM/s}\nregions:\n", ": reactions[0].rate: "},
    {"steady_binding", "regions:\n", "  C: {diffusivity: 1 um^2/s, decay: 1 /h, scheme: quasi-steady}\nreactions:\n  - {bind: [A, E], to: @C, k_on: 1 /M/s, k_off: 0 /s}\nregions:\n", ": reactions[0].to: \"C\" is quasi-steady, so it cannot bind; expected scheme adaptive or implicit-euler"},
    {"hinders_itself", "decay: 1e-3 /s}", "decay: 1e-3 /s, hindered_by: {@A: {e_fold: 1 nM}}}", ": ligands.A.hindered_by: a ligand cannot hinder itself"},
    {"unknown_matrix", "decay: 1e-3 /s}", "decay: 1e-3 /s, hindered_by: {@F: {e_fold: 1 nM}}}", ": ligands.A.hindered_by: \"F\" is not a ligand of this scenario"},
    {"two_laws", "decay: 1e-3 /s}", "decay: 1e-3 /s, hindered_by: {E: @{e_fold: 1 nM, molar_volume: 1 L/mol}}}", ": ligands.A.hindered_by.E: expected exactly one of molar_volume, e_fold, found several"},
    {"hindered_matrix", "E: {diffusivity: 0 um^2/s}", "E: {diffusivity: 0 um^2/s, hindered_by: {@A: {e_fold: 1 nM}}}", ": ligands.E.hindered_by: \"E\" does not diffuse, so nothing can hinder it"},
    // --- names, initial values ---
    {"ligand_named_like_a_signal", "  E: {", "  @age: {", ": ligands: \"age\" is another signal in rules and cannot be a ligand"},
    {"name_with_comma", "  E: {", "  @\"E, active\": {", ": ligands: \"E, active\" cannot be a name"},
    {"name_with_ampersand", "  E: {", "  @PDGF-A&B: {", ": ligands: \"PDGF-A&B\" cannot be a name (a name has no comma, dot, equals sign, bracket, quote, & or <)"},
    {"name_with_a_bracket_of_xml", "  B: {radius", "  @a<b: {radius", ": cells: \"a<b\" cannot be a name"},
    {"initial_twice", "decay: 1e-3 /s}", "decay: 1e-3 /s, initial: @{value: 1 nM, expression: x}}", ": ligands.A.initial: expected exactly one of value, expression, file, found several"},
    {"bad_expression", "decay: 1e-3 /s}", "decay: 1e-3 /s, initial: {expression: \"10*exp(-x/100@\"}}", ": ligands.A.initial.expression: the formula ends, expected \")\""},
    {"unknown_variable", "decay: 1e-3 /s}", "decay: 1e-3 /s, initial: {expression: x + @w}}", ": ligands.A.initial.expression: \"w\" is none of x, y, z, the position in um"},
    {"negative_initial", "decay: 1e-3 /s}", "decay: 1e-3 /s, initial: {expression: @x - 50}}", ": ligands.A.initial.expression: the concentration is -45 nM at (5, 5, 5) um"},
    {"infinite_initial", "decay: 1e-3 /s}", "decay: 1e-3 /s, initial: {expression: @1/(x-5)}}", ": ligands.A.initial.expression: the concentration is inf nM at (5, "},
    {"missing_image", "decay: 1e-3 /s}", "decay: 1e-3 /s, initial: {file: @none.vti, array: c}}", ": ligands.A.initial.file: file "},
    {"not_an_image", "decay: 1e-3 /s}", "decay: 1e-3 /s, initial: {file: good.csv, array: @c}}", ": ligands.A.initial.array: "},
    // --- regions ---
    {"no_shape", "  low: {layer: {axis: z, from: 0 um, to: 50 um}}", "  low: @{decay: {A: 1 /h}}", ": regions.low: expected exactly one shape (box, sphere, cylinder, layer, half_space, expression, mask) or a combination (all_of, any_of, none_of), found none"},
    {"two_shapes", "low: {layer", "low: @{expression: \"1\", layer", ": regions.low: expected exactly one shape"},
    {"layer_upside_down", "{layer: {axis: z, from: 0 um, to: 50 um}}", "{layer: @{axis: z, from: 50 um, to: 0 um}}", ": regions.low.layer: \"from\" is not below \"to\": nothing is inside"},
    {"empty_region", "  low: {layer: {axis: z, from: 0 um, to: 50 um}}", "  @low: {layer: {axis: z, from: 6 um, to: 14 um}}", ": regions: region \"low\" holds no voxel (no voxel centre of the domain is inside)"},
    {"no_normal", "{layer: {axis: z, from: 0 um, to: 50 um}}", "{half_space: @{point: [0 um, 0 um, 0 um], normal: [0, 0, 0]}}", ": regions.low.half_space: the normal is zero and points nowhere"},
    {"region_below", "{layer: {axis: z, from: 0 um, to: 50 um}}", "{all_of: [@core]}", ": regions.low.all_of[0]: \"core\" is not a region listed above this one"},
    {"ligand_of_region", "decay: {A: 1e-2 /s}}", "decay: {@AA: 1e-2 /s}}", ": regions.core.decay: \"AA\" is not a ligand of this scenario; did you mean \"A\"?"},
    {"initial_of_region", "decay: {A: 1e-2 /s}}", "initial: {@C: 1 nM}}", ": regions.core.initial: \"C\" is not a ligand of this scenario"},
    {"bad_region_expression", "{layer: {axis: z, from: 0 um, to: 50 um}}", "{expression: \"x <@\"}", ": regions.low.expression: the formula ends, expected a number, a name"},
    {"decimal_comma_of_an_expression", "decay: 1e-3 /s}", "decay: 1e-3 /s, initial: {expression: \"1@,5*x\"}}", ": ligands.A.initial.expression: found \",\", expected an operator or the end (numbers have a decimal point, not a comma)"},
    {"decimal_comma_of_a_region", "{layer: {axis: z, from: 0 um, to: 50 um}}", "{expression: \"x < 50@,5\"}", ": regions.low.expression: found \",\", expected an operator or the end"},
    {"two_comparisons", "{layer: {axis: z, from: 0 um, to: 50 um}}", "{expression: 10 < x @< 50}", ": regions.low.expression: found \"<\", a second comparison; a < b < c is written a < b && b < c"},
    {"decimal_comma_of_a_rate", "f(k) * S * x", "\"1@,5 * S\"", ": pathways.P.reactions[0].rate: found \",\", expected an operator or the end"},
    {"two_comparisons_of_a_rate", "f(k) * S * x", "0 < S @== 1", ": pathways.P.reactions[0].rate: found \"==\", a second comparison"},
    {"number_that_overflows", "f(k) * S * x", "@1e400 * S", ": pathways.P.reactions[0].rate: \"1e400\" is not a finite number that can be stored"},
    // --- cells ---
    {"ligand_of_cell", "secretion: {A:", "secretion: {@a:", ": cells.T.secretion: \"a\" is not a ligand of this scenario; did you mean \"A\"?"},
    {"type_of_cell", "speed: 1 um/min", "becomes: {@C: 1 /h}", ": cells.T.becomes: \"C\" is not a cell type of this scenario"},
    {"becomes_itself", "speed: 1 um/min", "becomes: {@T: 1 /h}", ": cells.T.becomes: a type cannot become itself"},
    {"unknown_habitat", "speed: 1 um/min", "habitat: [@cor]", ": cells.T.habitat[0]: \"cor\" is not a region of this scenario; did you mean \"core\"?"},
    {"receptors_without_k_on", "{receptors: 1000, k_on: 1e6 /M/s}", "@{receptors: 1000}", ": cells.T.uptake.A: \"k_on\" is missing (clearance = receptors * k_on)"},
    {"type_named_dead_cells", "  B: {radius", "  @dead cells: {radius", ": cells: \"contact with dead cells\" is another signal in rules, so this cannot be a type"},
    // --- compartments ---
    {"compartment_without_volume", "probes:", "compartments: {blood: @{ligands: {A: {}}}}\nprobes:", ": compartments.blood: \"volume\" is missing"},
    {"compartment_of_wrong_volume", "probes:", "compartments: {blood: {volume: @3 um}}\nprobes:", ": compartments.blood.volume: \"3 um\" is a length; expected a volume"},
    {"compartment_of_unknown_ligand", "probes:", "compartments: {blood: {volume: 3 L, ligands: {@AA: {}}}}\nprobes:", ": compartments.blood.ligands: \"AA\" is not a ligand of this scenario; did you mean \"A\"?"},
    {"compartment_named_like_a_region", "probes:", "compartments: {@core: {volume: 3 L}}\nprobes:", ": compartments: a region has the name \"core\""},
    {"cleared_twice", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: @{half_life: 1 h, clearance: 1 L/h}}}}\nprobes:", ": compartments.blood.ligands.A: expected only one of decay, half_life, clearance"},
    {"carrier_without_K_d", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {carrier: @{total: 1 nM}}}}}\nprobes:", ": compartments.blood.ligands.A.carrier: \"K_d\" is missing (dissociation constant)"},
    {"vessels_to_nowhere", "decay: {A: 1e-2 /s}}", "exchange: {A: {with: @blod, permeability_surface: 1 /h}}}", ": regions.core.exchange.A.with: \"blod\" is not a compartment of this scenario; did you mean \"blood\"?", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}}}\nprobes:"},
    {"vessels_of_what_is_not_held", "decay: {A: 1e-2 /s}}", "exchange: {E: {with: @blood, permeability_surface: 1 /h}}}", ": regions.core.exchange.E.with: compartment \"blood\" does not hold E; add it to compartments.blood.ligands, for example \"E: {}\"", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}}}\nprobes:"},
    {"vessels_to_two_compartments", "decay: {A: 1e-2 /s}}", "exchange: {A: {with: blood, permeability_surface: 1 /h}}}\n  top: {layer: {axis: z, from: 50 um, to: 99 um}, exchange: {A: {with: @lymph, permeability_surface: 1 /h}}}", ": regions.top.exchange.A.with: another region exchanges A with another compartment; expected one for each ligand", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}}, lymph: {volume: 1 L, ligands: {A: {}}}}\nprobes:"},
    {"circulating_cells_of_no_type", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {@C: {number: 1e9}}}}\nprobes:", ": compartments.blood.cells: \"C\" is not a cell type of this scenario; known: T, B", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"circulating_cells_of_no_number", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {T: @{half_life: 7 h}}}}\nprobes:", ": compartments.blood.cells.T: expected exactly one of number, density, found none", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"circulating_cells_lost_twice", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {T: @{number: 1e9, half_life: 7 h, loss: 1 /h}}}}\nprobes:", ": compartments.blood.cells.T: expected only one of loss, half_life", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"circulating_cells_that_nobody_recruits", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {@T: {number: 1e9}}}}\nprobes:", ": compartments.blood.cells: no type recruits \"T\", so how many there are has no effect"},
    {"number_of_another_dimension", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {T: {number: @1e9 /mL}}}}\nprobes:", ": compartments.blood.cells.T.number: \"1e9 /mL\" is a number of cells in a volume; expected a number of cells, for example \"1e10 cell\"", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"production_without_time", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {T: {number: 1e9, production: @1e9 cell}}}}\nprobes:", ": compartments.blood.cells.T.production: \"1e9 cell\" is a number; expected a number of cells per time, for example \"1e9 cell/h\"", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"fewer_than_one_stands_for", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {T: {number: @0.5 cell}}}}\nprobes:", ": compartments.blood.cells.T.number: there are fewer cells than stand behind a single one of the tissue (domain.represents)", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"production_by_what_cells_sense", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {T: {number: 1e9, rules: [{signal: @A, increases: production, to: 1 /s, half: 1 nM}]}}}}\nprobes:", ": compartments.blood.cells.T.rules[0].signal: \"A\" is a signal of cells in the tissue; expected LIGAND in COMPARTMENT, or time", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"rule_of_what_circulating_cells_do_not_do", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {T: {number: 1e9, rules: [{signal: A in blood, increases: @prodction, to: 1 cell/s, half: 1 nM}]}}}}\nprobes:", ": compartments.blood.cells.T.rules[0].increases: \"prodction\" is nothing that cells in a compartment do; did you mean \"production\"?", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"production_raised_to_less", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {T: {number: 1e9, half_life: 1 h, rules: [{signal: A in blood, increases: production, to: @1 cell/h, half: 1 nM}]}}}}\nprobes:", ": compartments.blood.cells.T.rules[0].to: the rule does nothing: it increases \"production\" to a value that is below its base value", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"production_of_the_dead", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {T: {number: 1e9, rules: [{signal: time, increases: production, to: 1 cell/h, half: 1 h, applies_to_dead: @true}]}}}}\nprobes:", ": compartments.blood.cells.T.rules[0].applies_to_dead: no cell in a compartment is dead", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"response_of_no_production", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {T: {number: 1e9, response_times: {@speed: 1 h}}}}}\nprobes:", ": compartments.blood.cells.T.response_times: \"speed\" is nothing that cells in a compartment do", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"response_to_no_rule", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}, cells: {T: {number: 1e9, response_times: {@production: 1 h}}}}}\nprobes:", ": compartments.blood.cells.T.response_times: no rule changes \"production\", so it has nothing to respond to", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"circulating_in_two_compartments", "probes:", "compartments: {blood: {volume: 3 L, cells: {T: {number: 1e9}}}, lymph: {volume: 1 L, cells: {@T: {number: 1e9}}}}\nprobes:", ": compartments.lymph.cells: \"T\" circulates in \"blood\" already; expected one compartment for each type", "  B: {radius", "  B: {recruits: {T: 1 /h}, radius"},
    {"transfer_to_itself", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {}}}}\ntransfers: [{ligand: A, from: blood, to: @blood, rate: 1 /h}]\nprobes:", ": transfers[0].to: a transfer from a compartment to itself"},
    {"dose_into_nothing", "probes:", "doses: [{ligand: A, into: @cor, bolus: 1 umol, at: 1 h}]\nprobes:", ": doses[0].into: \"cor\" is neither a compartment nor a region of this scenario; did you mean \"core\"?"},
    {"dose_of_no_amount", "probes:", "doses: [@{ligand: A, into: core, at: 1 h}]\nprobes:", ": doses[0]: expected exactly one of bolus, infusion, found none"},
    {"mass_without_molar_mass", "probes:", "doses: [{ligand: A, into: core, bolus: @1 mg, at: 1 h}]\nprobes:", ": doses[0].bolus: \"1 mg\" is a mass, but \"A\" has no \"molar_mass\", for example \"17 kDa\""},
    {"concentration_without_molar_mass", "decay: 1e-3 /s}", "decay: 1e-3 /s, initial: @20 pg/mL}", ": ligands.A.initial: \"20 pg/mL\" is a mass per volume, but \"A\" has no \"molar_mass\""},
    {"unit_without_molar_mass", "decay: 1e-3 /s}", "decay: 1e-3 /s, unit: @pg/mL}", ": ligands.A.unit: \"pg/mL\" is a mass per volume, but \"A\" has no \"molar_mass\""},
    {"half_without_molar_mass", "half: 1 nM}", "half: @1 ng/mL}", ": cells.T.rules[0].half: \"1 ng/mL\" is a mass per volume, but \"A\" has no \"molar_mass\""},
    {"number_in_a_unit_by_mass", "decay: 1e-3 /s}", "decay: 1e-3 /s, molar_mass: 1 kDa, unit: @100 pg/mL}", ": ligands.A.unit: \"100 pg/mL\" has a number; expected a unit of a mass per volume alone"},
    {"molar_mass_as_a_mass", "decay: 1e-3 /s}", "decay: 1e-3 /s, molar_mass: @20 mg}", ": ligands.A.molar_mass: \"20 mg\" is a mass; expected a mass per amount of substance, for example \"17 kDa\""},
    {"mass_of_what_has_no_ligand", "probes:", "compartments: {blood: {volume: 3 L, ligands: {A: {carrier: {total: @1 g/L, K_d: 1 nM}}}}}\nprobes:", ": compartments.blood.ligands.A.carrier.total: \"1 g/L\" is a mass per volume; expected a concentration"},
    {"dose_per_weight_of_nobody", "probes:", "doses: [{ligand: A, into: core, bolus: @1 mg/kg, at: 1 h}]\nprobes:", ": doses[0].bolus: \"1 mg/kg\" is per body weight, but the scenario has no \"body_weight\", for example \"70 kg\""},
    {"negative_dose", "probes:", "doses: [{ligand: A, into: core, bolus: @-1 umol, at: 1 h}]\nprobes:", ": doses[0].bolus: \"-1 umol\" is negative; expected a number of molecules"},
    {"weightless", "seed: 1", "body_weight: @70 L", ": body_weight: \"70 L\" is a volume; expected a mass, for example \"100 mg\""},
    {"infusion_of_an_amount", "probes:", "doses: [{ligand: A, into: core, infusion: @1 umol, from: 1 h}]\nprobes:", ": doses[0].infusion: \"1 umol\" is a number of molecules; expected molecules per time"},
    {"bolus_without_time", "probes:", "doses: [@{ligand: A, into: core, bolus: 1 umol}]\nprobes:", ": doses[0]: \"at\" is missing (when is the bolus given?)"},
    {"bolus_with_an_end", "probes:", "doses: [{ligand: A, into: core, bolus: 1 umol, at: 1 h, to: @2 h}]\nprobes:", ": doses[0].to: a bolus has no \"from\" or \"to\"; expected \"at\""},
    {"infusion_backwards", "probes:", "doses: [{ligand: A, into: core, infusion: 1 umol/h, from: 2 h, to: @1 h}]\nprobes:", ": doses[0].to: the infusion ends before it begins"},
    {"doses_without_end", "probes:", "doses: [{ligand: A, into: core, bolus: 1 umol, at: 0 h, every: @1 us}]\nprobes:", ": doses[0].every: more than 1000 doses in a step of time.transport"},
    {"infusions_that_overlap", "probes:", "doses: [{ligand: A, into: core, infusion: 1 umol/h, from: 0 h, to: 2 h, every: @1 h}]\nprobes:", ": doses[0].every: the next infusion begins before the last one ends"},
    {"times_without_every", "probes:", "doses: [{ligand: A, into: core, bolus: 1 umol, at: 0 h, times: @2}]\nprobes:", ": doses[0].times: \"times\" has a meaning only with \"every\""},
    {"dose_of_what_has_no_memory", "decay: 1e-3 /s}", "decay: 1e-3 /s, scheme: quasi-steady}", ": doses[0].into: \"A\" is quasi-steady", "probes:", "doses: [{ligand: A, into: core, bolus: 1 umol, at: 1 h}]\nprobes:"},
    {"dose_of_what_is_held", "decay: {A: 1e-2 /s}}", "value: {A: 1 nM}}", ": doses[0].into: region \"core\" is held at a value of A: a dose has no effect", "probes:", "doses: [{ligand: A, into: core, bolus: 1 umol, at: 1 h}]\nprobes:"},
    // --- rules ---
    {"unknown_signal", "{signal: A,", "{signal: @presure,", ": cells.T.rules[0].signal: \"presure\" is not a signal; did you mean \"pressure\"?"},
    {"unknown_behaviour", "increases: speed", "increases: @aptosis", ": cells.T.rules[0].increases: \"aptosis\" is not a behaviour; did you mean \"apoptosis\"?"},
    {"behaviour_of_unknown_ligand", "increases: speed", "increases: @secretion of C", ": cells.T.rules[0].increases: \"secretion of C\" is not a behaviour; did you mean \"secretion of A\"?"},
    {"rule_without_direction", "increases: speed, ", "", ":21:9: cells.T.rules[0]: expected exactly one of increases, decreases, found none"},
    {"rule_of_wrong_dimension", "to: 5 um/min", "to: @5 /h", ": cells.T.rules[0].to: \"5 /h\" is a rate; expected a speed, for example \"10 um/min\""},
    {"rule_that_does_nothing", "to: 5 um/min", "to: @0.5 um/min", ": cells.T.rules[0].to: the rule does nothing: it increases \"speed\" to a value that is below its base value"},
    {"rule_on_infinite", "{receptors: 1000, k_on: 1e6 /M/s}}\n    rules:\n      - {signal: A, increases: speed, to: 5 um/min,", "perfect}\n    rules:\n      - {signal: A, increases: uptake of A, to: @5 um^3/s,", ": cells.T.rules[0].to: a rule cannot change an infinite value of \"uptake of A\""},
    {"activity_not_here", "increases: speed, to: 5 um/min, half: 1 nM}", "increases: @activity of Dleta, to: 5, half: 1 nM}\n    activities: {Notch: 0}", ": cells.T.rules[0].increases: \"activity of Dleta\" is not a behaviour; did you mean \"activity of Notch\"?"},
    {"activity_of_another_type", "{signal: A, increases: speed, to: 5 um/min, half: 1 nM}", "{signal: @activity of Notch, increases: speed, to: 5 um/min, half: 1}", ": cells.T.rules[0].signal: \"T\" has no activity \"Notch\" (\"activities\" of the type lists them)", "B: {radius: 4 um}", "B: {radius: 4 um, activities: {Notch: 1}}"},
    {"activity_with_a_unit", "B: {radius: 4 um}", "B: {radius: 4 um, activities: {Notch: @1 nM}}", ": cells.B.activities.Notch: \"1 nM\" is a concentration; expected a number, for example \"0.5\""},
    {"activity_named_like_a_signal", "B: {radius: 4 um}", "B: {radius: 4 um, activities: {@activity of Q: 1, Q on neighbours: 1}}", ": cells.B.activities: \"activity of Q on neighbours\" is another signal in rules, so this cannot be an activity"},
    {"initial_without_time", "B: {radius: 4 um}", "B: {radius: 4 um, activities: {Notch: @{initial: 1}}}", ": cells.B.activities.Notch: \"initial\" has a meaning only with response_time"},
    {"too_much_spread", "B: {radius: 4 um}", "B: {radius: 4 um, activities: {Notch: {response_time: 1 h, initial: {value: 1, spread: @1.5}}}}", ": cells.B.activities.Notch.initial.spread: a spread is at most 1: no value is below 0"},
    {"response_to_nothing", "    speed: 1 um/min\n", "    speed: 1 um/min\n    response_times: {@apoptosis: 1 h}\n", ": cells.T.response_times: no rule of this type changes \"apoptosis\", so it has nothing to respond to"},
    {"response_time_of_activity", "B: {radius: 4 um}", "B: {radius: 4 um, activities: {Notch: 1}, response_times: {@activity of Notch: 1 h}}", ": cells.B.response_times: the response time of an activity belongs to the activity, as its \"response_time\""},
    {"response_time_and_delay", "    speed: 1 um/min\n", "    speed: 1 um/min\n    response_times: {speed: @{time: 1 h, delay: 2 h}}\n", ": cells.T.response_times.speed: expected exactly one of time, delay, found several"},
    {"stages_without_delay", "    speed: 1 um/min\n", "    speed: 1 um/min\n    response_times: {speed: {time: 1 h, stages: @3}}\n", ": cells.T.response_times.speed.stages: \"stages\" has a meaning only with delay"},
    {"no_stages", "    speed: 1 um/min\n", "    speed: 1 um/min\n    response_times: {speed: {delay: 1 h, stages: @0}}\n", ": cells.T.response_times.speed.stages: expected 1 to 32 stages"},
    // --- stores ---
    {"store_of_unknown_ligand", "    speed: 1 um/min\n", "    speed: 1 um/min\n    stores: {@AA: {amount: 1e3 molecule}}\n", ": cells.T.stores: \"AA\" is not a ligand of this scenario; did you mean \"A\"?"},
    {"store_of_how_much", "    speed: 1 um/min\n", "    speed: 1 um/min\n    stores: {A: @{release: 1 /h}}\n", ": cells.T.stores.A: \"amount\" is missing (in a full store of one cell, such as that of a new one)"},
    {"store_of_nothing", "    speed: 1 um/min\n", "    speed: 1 um/min\n    stores: {A: {amount: @0 molecule}}\n", ": cells.T.stores.A.amount: \"0 molecule\" is not greater than 0"},
    {"refill_as_a_secretion", "    speed: 1 um/min\n", "    speed: 1 um/min\n    stores: {A: {amount: 1e3 molecule, refill: @1 molecule/s}}\n", ": cells.T.stores.A.refill: \"1 molecule/s\" is molecules per time; expected a rate, for example \"0.05/h\""},
    {"release_without_store", "increases: speed, to: 5 um/min", "increases: @release of A, to: 1 /s", ": cells.T.rules[0].increases: \"T\" has no store of \"A\" (\"stores\" of the type lists them)"},
    {"signal_without_store", "{signal: A, increases: speed, to: 5 um/min, half: 1 nM}", "{signal: @store of A, increases: speed, to: 5 um/min, half: 0.5}", ": cells.T.rules[0].signal: \"T\" has no store of \"A\" (\"stores\" of the type lists them)"},
    {"half_zero", "half: 1 nM}", "half: @0 nM}", ": cells.T.rules[0].half: \"0 nM\" is not greater than 0; expected a concentration"},
    // --- placement ---
    {"unknown_type", "{type: T,", "{type: @TT,", ": placement[0].type: \"TT\" is not a cell type of this scenario; did you mean \"T\"?"},
    {"unknown_region", "region: low, count", "region: @lo, count", ": placement[0].region: \"lo\" is not a region of this scenario; did you mean \"low\"?"},
    {"how_many", "{type: T, region: low, count: 10}", "@{type: T, region: low}", ": placement[0]: expected exactly one of density, count, packing, lattice, at, file, found none"},
    {"which_cells", "{type: T, region: low, count: 10}", "@{count: 10}", ": placement[0]: \"type\" is missing (which cells?)"},
    {"lattice_without_spacing", "count: 10}", "lattice: hex}", ":24:5: placement[0]: \"spacing\" is missing (distance of neighbours on the lattice)"},
    {"spacing_without_lattice", "- {type: T, region: low, count: 10}", "- @{type: T, region: low, count: 10, spacing: 5 um}", ": placement[0]: \"spacing\" has a meaning only with lattice"},
    {"overfull", "{type: T, region: low, count: 10}", "@{type: T, region: low, density: 0.006 /um^3}", ": placement[0]: these cells have 1.57 times the volume of the whole domain"},
    {"endless_lattice", "count: 10}", "lattice: fcc, spacing: @1e-9 um}", ": placement[0].spacing: more cells than can be numbered (4e9)"},
    {"periodic_twice", "periodic: [x]", "periodic: [x, @x]", ": domain.periodic[1]: this axis is named twice"},
    {"too_dense", "count: 10}", "packing: @0.8}", ": placement[0].packing: spheres fill at most 0.74 of a volume"},
    {"volume_lattice_in_a_sheet", "size: [100 um, 100 um, 100 um]\n  spacing: 10 um\n  periodic: [x]\n", "size: [100 um, 100 um, 10 um]\n  spacing: 10 um\n", "placement[0].lattice: the domain is a sheet (one voxel thick), where only hex and square fit",
     "region: low, count: 10}", "lattice: fcc, spacing: 8 um}"},
    {"outside", "region: low, count: 10}", "at: [[@101 um, 0 um, 0 um]]}", ": placement[0].at[0][0]: the position is outside the domain"},
    {"outside_habitat", "    speed: 1 um/min", "    habitat: [core]", ": placement[0].at[0][0]: the position is outside the habitat of T", "region: low, count: 10}", "at: [[5 um, 5 um, 5 um]]}"},
    {"no_room", "    speed: 1 um/min", "    habitat: [core]", ": placement[0]: there is no voxel for these cells (region and habitat have none in common)", "{cylinder: {axis: z, centre: [50 um, 50 um], radius: 20 um}, decay", "{none_of: [low], decay"},
    {"no_file", "{type: T, region: low, count: 10}", "{file: @none.csv}", ": placement[0].file: file "},
    // --- probes and output ---
    {"probe_outside", "at: [50 um, 50 um, 5 um]", "at: [50 um, 50 um, @500 um]", ": probes[0].at[2]: the position is outside the domain, which ends at 100 um on this axis"},
    {"probe_twice", "  - {name: p,", "  - {name: p, count: T}\n  - {name: @p,", ": probes[1].name: another probe has the name \"p\""},
    {"probe_of_unknown_activity", "ligand: A, at: [50 um, 50 um, 5 um]", "activity: @Notsh, of: B", ": probes[0].activity: \"Notsh\" is not an activity of this scenario; did you mean \"Notch\"?", "B: {radius: 4 um}", "B: {radius: 4 um, activities: {Notch: 1}}"},
    {"probe_of_nobodys_activity", "ligand: A, at: [50 um, 50 um, 5 um]", "activity: Notch, of: @T", ": probes[0].of: \"T\" has no activity \"Notch\"", "B: {radius: 4 um}", "B: {radius: 4 um, activities: {Notch: 1}}"},
    {"probe_of_nothing", "ligand: A, at", "at", ":26:5: probes[0]: \"ligand\" is missing (what is measured?)"},
    {"line_of_one_point", "at: [50 um, 50 um, 5 um]", "from: [0 um, 0 um, 0 um], to: [50 um, 0 um, 0 um], points: @1", ": probes[0].points: a line needs \"points\", 2 or more"},
    {"field_to_write", "output: {", "output: {fields: [@B], ", ": output.fields[0]: \"B\" is not a ligand of this scenario"},
    // --- pathways ---
    {"unknown_name_in_formula", "f(k) * S * x", "f(k) * @SS * x", ": pathways.P.reactions[0].rate: \"SS\" is not a name of this network; did you mean \"S\"?"},
    {"unknown_name_in_quoted_formula", "f(k) * S * x", "\"f(k) * @SS * x\"", ": pathways.P.reactions[0].rate: \"SS\" is not a name of this network; did you mean \"S\"?"},
    {"unknown_name_behind_another", "both: S + S2", "both: S + @T2", ": pathways.P.assignments.both: \"T2\" is not a name of this network; did you mean \"S2\"?", "f(k) * S * x", "f(k) * both"},
    {"unknown_name_in_function", "is: 2 * a", "is: 2 * @aa", ": pathways.P.functions.f.is: \"aa\" is not a name of this network"},
    {"unknown_name_in_event", "assignments:", "events: [{when: S < @q, set: {S: 1}}]\n    assignments:", ": pathways.P.events[0].when: \"q\" is not a name of this network"},
    {"unknown_function", "f(k)", "@sqr(k)", ": pathways.P.reactions[0].rate: \"sqr\" is not a function; did you mean \"sqrt\"?"},
    {"wrong_number_of_arguments", "f(k) * S * x", "\"2 * @f(k, S)\"", ": pathways.P.reactions[0].rate: \"f\" has 2 arguments, expected 1"},
    {"wrong_number_of_arguments_of_a_usual_function", "f(k) * S * x", "'2 * @exp(k, S)'", ": pathways.P.reactions[0].rate: \"exp\" has 2 arguments, expected 1"},
    {"function_of_itself", "is: 2 * a", "is: @2 * f(a)", ": pathways.P.functions.f.is: \"f\" calls itself"},
    {"bracket_not_closed", "f(k) * S * x", "(f(k) * S * x@", ": pathways.P.reactions[0].rate: the formula ends, expected \")\""},
    {"assignment_in_formula", "f(k) * S * x", "f(k) @= S", ": pathways.P.reactions[0].rate: found \"=\", which would assign; to compare write =="},
    {"two_of_a_name", "{k: 1}", "{k: 1, @S2: 3}", ": pathways.P.parameters: \"S2\" is the name of two things in this network"},
    {"name_of_a_function", "{k: 1}", "{k: 1, @exp: 3}", ": pathways.P.parameters: \"exp\" has a meaning of its own in formulas"},
    {"assignment_of_itself", "both: S + S2", "both: @S + both", ": pathways.P.assignments.both: \"both\" depends on itself"},
    {"initial_value_of_itself", "S2: 0", "S2: @S2 + 1", ": pathways.P.species.S2: \"S2\" depends on itself"},
    {"initial_value_without_bounds", "S2: 0", "S2: 1 / 0", ": pathways.P: \"S2\" does not begin with a finite number"},
    {"parameter_without_bounds", "{k: 1}", "{k: @inf}", ": pathways.P.parameters.k: \"inf\" is not a name of this network"},
    {"unknown_species", "from: S,", "from: @SS,", ": pathways.P.reactions[0].from: \"SS\" is not a species of this network; did you mean \"S\"?"},
    {"unknown_compartment", "S2: 0", "S2: {compartment: @nucleus}", ": pathways.P.species.S2.compartment: \"nucleus\" is not a compartment of this scenario"},
    {"no_species", "{S: 1, S2: 0}", "{}", ": pathways.P: a network needs \"species\""},
    {"no_stages_of_a_reaction", "S * x}", "S * x, delay: 1, stages: @0}", ": pathways.P.reactions[0].stages: expected 1 to 32 stages"},
    {"stages_of_no_delay", "S * x}", "S * x, stages: @3}", ": pathways.P.reactions[0].stages: \"stages\" has a meaning only with delay"},
    {"way_back_of_a_rate", "S * x}", "S * x, back: @3}", ": pathways.P.reactions[0].back: \"back\" has a meaning only with k"},
    {"rate_of_what_reacts", "assignments:", "rates: {@S: 1}\n    assignments:", ": pathways.P.rates: \"S\" already changes by reactions"},
    {"time_of_a_network", "    inputs: {x: 0}", "    time: @um\n    inputs: {x: 0}", ": pathways.P.time: "},
    {"too_many_set_by_events", "assignments:", "events:\n      - @{when: S > 1, set: {S: 1}}\n      - {when: S > 2, set: {S: 1}}\n      - {when: S > 3, set: {S: 1}}\n      - {when: S > 4, set: {S: 1}}\n"
     "      - {when: S > 5, set: {S: 1}}\n      - {when: S > 6, set: {S: 1}}\n      - {when: S > 7, set: {S: 1}}\n      - {when: S > 8, set: {S: 1}}\n      - {when: S > 9, set: {S: 1}}\n"
     "      - {when: S > 10, set: {S: 1}}\n      - {when: S > 11, set: {S: 1}}\n    assignments:", ": pathways.P.events[0]: the events of this network set too many values"},
    {"unknown_pathway", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {@PP: {}}}", ": cells.B.pathways: \"PP\" is not a pathway of this scenario; did you mean \"P\"?"},
    {"unknown_pathway_of_a_library", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {@NFkB: {}}}", ": cells.B.pathways: \"NFkB\" is not a pathway of this scenario; did you mean \"NF-kB\"?", "seed: 1", "include: good.yaml"},
    {"pathway_of_a_library_not_listed", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {@NF-kB: {}}}", ": cells.B.pathways: \"NF-kB\" is not a pathway of this scenario, only of an included library; list it under \"pathways\" of the scenario", "seed: 1", "include: good.yaml"},
    {"misspelt_pathway_of_a_library", "pathways:\n  P:", "pathways:\n  @NFkB: {parameters: {k: 2}}\n  P:", ": pathways: \"NFkB\" has no species, and no included library has it; did you mean \"NF-kB\"?", "seed: 1", "include: good.yaml"},
    {"misspelt_species_of_a_library", "pathways:\n  P:", "pathways:\n  NF-kB: {species: {@IKKK: {initial: 0, fixed: true}}}\n  P:", ": pathways.NF-kB.species: \"IKKK\" is not in the library's pathway \"NF-kB\", and nothing in it uses this name; did you mean \"IKK\"?", "seed: 1", "include: good.yaml"},
    {"misspelt_parameter_of_a_library", "pathways:\n  P:", "pathways:\n  NF-kB: {parameters: {@k: 2}}\n  P:", ": pathways.NF-kB.parameters: \"k\" is not in the library's pathway \"NF-kB\", and nothing in it uses this name", "seed: 1", "include: good.yaml"},
    {"rule_twice", "half: 1 nM}\n", "half: 1 nM}\n      - @{signal: A, increases: speed, to: 6 um/min, half: 2 nM}\n", ": cells.T.rules[1]: this rule is there already ("},
    {"rule_twice_by_a_synonym", "half: 1 nM}\n", "half: 1 nM}\n      - @{signal: A, increases: migration speed, to: 6 um/min, half: 2 nM}\n", ": cells.T.rules[1]: this rule is there already ("},
    {"rule_twice_by_a_file", "seed: 1", "rules: same.csv", "same.csv:2:1: this rule is there already ("},
    {"rules_twice", "seed: 1", "rules: [other.csv, other.csv]", "other.csv is listed twice; its rules would count twice"},
    {"misspelt_receptor_of_a_library", "pathways:\n  P:", "receptors: {@TNF-R1: {turnover: 1 /h}}\npathways:\n  P:", ": receptors: \"TNF-R1\" has no ligands, and no included library has it; did you mean \"TNFR1\"?", "seed: 1", "include: good.yaml"},
    {"receptor_that_binds_nothing", "pathways:\n  P:", "receptors: {@Q: {turnover: 1 /h}}\npathways:\n  P:", ": receptors: \"Q\" binds nothing (list what it binds under \"ligands\" or \"membrane_ligands\")"},
    {"receptor_of_a_class_that_binds_nothing", "seed: 1", "include: good.yaml\nreceptors: {@Q: {class: GPCR}}", ": receptors: \"Q\" binds nothing"},
    {"receptor_of_cells_that_binds_nothing", "pathways:\n  P:", "receptors: {@Q: {ligands: {}}}\npathways:\n  P:", ": receptors: \"Q\" binds nothing", "B: {radius: 4 um}", "B: {radius: 4 um, receptors: {Q: 100}}"},
    {"receptor_of_a_library_without_its_ligands", "seed: 1", "include: good.yaml\nreceptors: {@EGFR: }", ": receptors: \"EGFR\" of \"B\" binds nothing here (its ligands are EGF, HB-EGF); list one of them under \"ligands\" of the scenario?", "B: {radius: 4 um}", "B: {radius: 4 um, receptors: {EGFR: 100}}"},
    {"own_receptor_without_ligands_here", "seed: 1", "include: good.yaml\nreceptors: {@Q: {class: EGFR}}", ": receptors: \"Q\" of \"B\" binds nothing here (its ligands are EGF, HB-EGF)", "B: {radius: 4 um}", "B: {radius: 4 um, receptors: {Q: 100}}"},
    {"misspelt_key_of_an_own_receptor", "pathways:\n  P:", "receptors: {Q: {@ligandz: {A: {k_on: 1 /M/s, K_d: 1 nM}}}}\npathways:\n  P:", ": receptors.Q: unknown key \"ligandz\"; did you mean \"ligands\"?", "seed: 1", "include: good.yaml"},
    {"pathway_in_a_list", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: @[P]}", ": cells.B.pathways: found a list, expected a map of names like {P: …}"},
    {"network_by_name", "regions:\n", "reactions:\n  - network: @P\nregions:\n", ": reactions[0].network: found \"P\", expected a map with keys like "},
    {"network_of_nothing", "regions:\n", "reactions:\n  - network: @{}\nregions:\n", ": reactions[0].network: no ligand takes part in this network; expected \"reactions\" or \"rates\" that name some"},
    {"network_that_takes_from_nothing", "regions:\n", "reactions:\n  - network: @{reactions: [{from: E, rate: 0.3}]}\nregions:\n", ": reactions[0].network: takes E where there is none of it: its rate of change is then -0.3"},
    {"network_of_an_unknown_ligand", "regions:\n", "reactions:\n  - network: {reactions: [{from: @EE, rate: 1}]}\nregions:\n", ": reactions[0].network.reactions[0].from: \"EE\" is not a ligand of this scenario; did you mean \"E\"?"},
    {"unknown_input", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {inputs: {@y: pressure}}}}", ": cells.B.pathways.P.inputs: \"y\" is not an input of \"P\"; known: x"},
    {"unknown_parameter", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {parameters: {@kk: 1}}}}", ": cells.B.pathways.P.parameters: \"kk\" is not a parameter of \"P\"; did you mean \"k\"?"},
    {"unknown_initial_species", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {initial: {@both: 1}}}}", ": cells.B.pathways.P.initial: \"both\" is not a species of \"P\""},
    {"unknown_signal_of_input", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {inputs: {x: @AA}}}}", ": cells.B.pathways.P.inputs.x: \"AA\" is not a signal; did you mean \"A\"?"},
    {"input_without_per", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {inputs: {x: @A}}}}", ": cells.B.pathways.P.inputs.x: \"per\" is missing: A has a dimension"},
    {"unknown_signal_among_others", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {inputs: {x: [pressure, {signal: @AA, per: 1 nM}]}}}}", ": cells.B.pathways.P.inputs.x[1].signal: \"AA\" is not a signal; did you mean \"A\"?"},
    {"signal_without_per_among_others", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {inputs: {x: [pressure, @A]}}}}", ": cells.B.pathways.P.inputs.x[1]: \"per\" is missing: A has a dimension"},
    {"pathway_it_lacks_among_others", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {inputs: {x: [pressure, @C of Q]}}}}", ": cells.B.pathways.P.inputs.x[1]: \"B\" has no pathway \"Q\"", "pathways:\n  P:", "pathways:\n  Q: {species: {C: 1}}\n  P:"},
    {"input_of_no_signals", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {inputs: {@x: []}}}}", ": cells.B.pathways.P.inputs: \"x\" has no signal (leave it out for the network's own value?)"},
    {"per_of_another_dimension", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {inputs: {x: {signal: A, per: @1 min}}}}}", ": cells.B.pathways.P.inputs.x.per: \"1 min\" is a time; expected a concentration"},
    {"rule_of_a_pathway_it_lacks", "{signal: A, increases: speed, to: 5 um/min, half: 1 nM}", "{signal: @S of P, increases: speed, to: 5 um/min, half: 1}", ": cells.T.rules[0].signal: \"T\" has no pathway \"P\" (\"pathways\" of the type lists them)"},
    {"rule_of_an_unknown_variable", "{signal: A, increases: speed, to: 5 um/min, half: 1 nM}", "{signal: @SS of P, increases: speed, to: 5 um/min, half: 1}", ": cells.T.rules[0].signal: \"SS of P\" is not a signal; did you mean \"S of P\"?"},
    {"input_from_a_pathway_it_lacks", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {inputs: {x: @C of Q}}}}", ": cells.B.pathways.P.inputs.x: \"B\" has no pathway \"Q\"", "pathways:\n  P:", "pathways:\n  Q: {species: {C: 1}}\n  P:"},
    {"probe_of_a_pathway_it_lacks", "ligand: A, at: [50 um, 50 um, 5 um]", "pathway: P, variable: S, of: @T", ": probes[0].of: \"T\" has no pathway \"P\""},
    {"probe_of_an_unknown_pathway", "ligand: A, at: [50 um, 50 um, 5 um]", "pathway: @PP, variable: S, of: T", ": probes[0].pathway: \"PP\" is not a pathway of this scenario; did you mean \"P\"?"},
    {"probe_of_an_unknown_variable", "ligand: A, at: [50 um, 50 um, 5 um]", "pathway: P, variable: @SS, of: B", ": probes[0].variable: \"SS of P\" is not a variable of a pathway of this scenario; did you mean \"S of P\"?", "B: {radius: 4 um}", "B: {radius: 4 um, pathways: {P: {}}}"},
    {"two_pathways_of_a_name", "pathways:\n  P:", "pathways:\n  P: {species: {S: 1}}\n  @P:", ": pathways: duplicate key \"P\" (first at line 29)"},
    // --- files ---
    {"no_rules", "seed: 1", "rules: @none.csv", ": rules: file "},
    {"unknown_behaviour_in_rules", "seed: 1", "rules: wrong.csv", "wrong.csv:3:16: \"migraton speed\" is not a behaviour; did you mean \"migration speed\"?"},
    {"what_is_not_modelled", "{signal: A,", "{signal: @intracellular A,", ": cells.T.rules[0].signal: \"intracellular A\" is not modelled (cells have receptors and stores, and no pool of what they took up)"},
    {"too_many_daughters", "B: {radius: 4 um}", "B: {radius: 4 um, divides_into: {T: 0.6, B: @0.5}}", ": cells.B.divides_into.B: the probabilities of daughters of other types add up to more than 1"},
    {"probability_above_1", "increases: speed, to: 5 um/min", "increases: divides into B, to: @1.5", ": cells.T.rules[0].to: \"divides into B\" is a fraction; expected at most 1"},
    {"bias_without_attraction", "B: {radius: 4 um}", "B: @{radius: 4 um, bias: 0.5}", ": cells.B: \"bias\" has a meaning only with \"attraction\" to some ligand"},
    {"attraction_without_bias", "B: {radius: 4 um}", "B: @{radius: 4 um, attraction: {A: 1}}", ": cells.B: \"attraction\" has a meaning only with a \"bias\" of the walk"},
    {"attack_of_unknown_type", "B: {radius: 4 um}", "B: {radius: 4 um, attacks: {@TT: 1 /h}}", ": cells.B.attacks: \"TT\" is not a cell type of this scenario; did you mean \"T\"?"},
    {"like_nothing", "B: {radius: 4 um}", "B: {radius: 4 um, like: @TT}", ": cells.B.like: \"TT\" is not a cell type of this scenario or of an included library; did you mean \"T\"?"},
    {"like_no_ligand", "  E: {diffusivity: 0 um^2/s}", "  E: {like: @T}", ": ligands.E.like: \"T\" is not a ligand of this scenario or of an included library"},
    {"like_itself", "B: {radius: 4 um}", "B: {radius: 4 um, like: @B}", ": cells.B.like: \"B\" would be like itself (B → B)"},
    {"like_in_a_circle", "B: {radius: 4 um}", "B: {like: C}\n  C: {like: D}\n  D: {like: @C}", ": cells.D.like: \"C\" would be like itself (C → D → C)"},
    {"like_of_a_library_in_a_circle", "seed: 1", "include: circle.yaml", "circle.yaml:3:15: cells.Z.like: \"Y\" would be like itself (Y → Z → Y)"},
    {"like_several", "B: {radius: 4 um}", "B: {like: @[T, T]}", ": cells.B.like: found a list, expected the name of a cell type"},
    {"like_of_a_pathway", "pathways:\n  P:", "pathways:\n  Q: {@like: P, species: {S: 1}}\n  P:", ": pathways.Q: unknown key \"like\""},
    {"mistake_in_what_is_like_it", "B: {radius: 4 um}", "B: {like: Z}", "far.yaml:2:16: cells.Z.radius: \"5 min\" is a time; expected a length", "seed: 1", "include: far.yaml"},
    {"like_a_receptor_without_ligands_here", "seed: 1", "include: good.yaml\nreceptors: {@Q: {like: EGFR}}", ": receptors: \"Q\" of \"B\" binds nothing here (its ligands are EGF, HB-EGF)", "B: {radius: 4 um}", "B: {radius: 4 um, receptors: {Q: 100}}"},
    {"no_library", "seed: 1", "include: [@none.yaml]", ": include[0]: file "},
    {"library_of_everything", "seed: 1", "include: whole.yaml", "whole.yaml:1:1: \"title\" in an included library, which holds only ligands, receptors, pathways and cells"},
    {"library_in_a_cycle", "seed: 1", "include: cycle.yaml", "cycle.yaml includes itself (a cycle)"},
    {"mistake_in_library", "seed: 1\n", "include: wrong.yaml\n", "wrong.yaml:3:11: cells.B.speed: \"60 um\" is a length; expected a speed, for example \"10 um/min\""},
    {"unlisted_ligand_of_library", "seed: 1\n", "include: refers.yaml\n", "refers.yaml:2:19: cells.B.secretion: \"Z\" is not a ligand of this scenario"},
    {"name_without_values", "  E: {diffusivity: 0 um^2/s}", "  @E:", ": ligands: \"E\" has no values, and no included library has it"},
    // clang-format on
};

std::string message_of(std::filesystem::path const& file, std::vector<Override> const& overrides = {}) {
    try {
        load_scenario(file, overrides);
    } catch (InputError const& error) {
        return error.what();
    }
    return "no error";
}

void PrintTo(Broken const& row, std::ostream* out) { *out << row.name; }  // NOLINT(readability-identifier-naming)

class BadInput : public testing::TestWithParam<Broken> {};

TEST_P(BadInput, IsOneLineThatSaysWhereAndWhat) {
    Broken const& row = GetParam();
    TemporaryFolder const folder;
    write_text(folder / "whole.yaml", kSound);
    write_text(folder / "circle.yaml", "cells:\n  Y: {like: Z}\n  Z: {like:   Y}\n");
    write_text(folder / "far.yaml", "cells:\n  Z: {radius:  5 min}\n");
    write_text(folder / "cycle.yaml", "include: cycle.yaml\n");
    write_text(folder / "wrong.yaml", "cells:\n  B: {\n   speed: 60 um}\n");
    write_text(folder / "refers.yaml", "cells:\n  B: {secretion: {Z: 1 molecule/s}}\n");
    write_text(folder / "good.yaml",
               "pathways:\n  NF-kB: {species: {IKK: 0}}\nreceptors:\n  GPCR: {turnover: 1 /h}\n  TNFR1: {ligands: {A: {k_on: 1 /M/s, K_d: "
               "1 nM}}}\n"
               "  EGFR: {ligands: {EGF: {k_on: 1 /M/s, K_d: 1 nM}, HB-EGF: {k_on: 1 /M/s, K_d: 1 nM}}}\n");
    write_text(folder / "good.csv", "type,x,y,z\n");
    write_text(folder / "same.csv", "T,E,increases,migration speed,5,1,1,0\nT,A,increases,migration speed,5,1,1,0\n");
    write_text(folder / "other.csv", "T,E,increases,migration speed,5,1,1,0\n");
    write_text(folder / "wrong.csv", "// type, signal, …\n\nT,A,increases, migraton speed, 5, 1, 1, 0\n");

    std::string text = replaced(kSound, row.find, row.put);
    if (row.also_find) text = replaced(text, row.also_find, row.also_put);
    std::string expected = row.message;
    if (auto const mark = text.find('@'); mark != std::string::npos) {
        auto const line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(mark), '\n') + 1;
        auto const column = mark - (text.rfind('\n', mark) + 1) + 1;
        text.erase(mark, 1);
        expected = (folder / "broken.yaml").string() + ":" + std::to_string(line) + ":" + std::to_string(column) + expected;
    }
    write_text(folder / "broken.yaml", text);
    std::string const message = message_of(folder / "broken.yaml");
    EXPECT_NE(message.find(expected), std::string::npos) << "message:  " << message << "\nexpected: " << expected;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(Table, BadInput, testing::ValuesIn(kTable), [](auto const& info) { return std::string(info.param.name); });

TEST(BadInputTable, StartsFromASoundScenario) {
    TemporaryFolder const folder;
    write_text(folder / "sound.yaml", kSound);
    EXPECT_EQ(message_of(folder / "sound.yaml"), "no error");
}

TEST(BadInputTable, NamesAFileThatIsNotThere) {
    TemporaryFolder const folder;
    EXPECT_EQ(message_of(folder / "none.yaml"), (folder / "none.yaml").string() + ": cannot be read (No such file or directory)");
}

/// A value of the command line has no line: its option is named instead.
TEST(BadInputTable, NamesTheOptionOfAnOverride) {
    TemporaryFolder const folder;
    write_text(folder / "sound.yaml", kSound);
    auto const with = [&](char const* path, char const* value) { return message_of(folder / "sound.yaml", {{path, value}}); };
    EXPECT_EQ(with("cells.T.radius", "5 min"),
              "--set cells.T.radius=5 min: cells.T.radius: \"5 min\" is a time; expected a length, for example \"5 um\"");
    EXPECT_EQ(with("cells.T.sped", "5 um/min"), "--set cells.T.sped=5 um/min: cells.T.sped: unknown key \"sped\"; did you mean \"speed\"?");
    EXPECT_EQ(with("placement[3].count", "1"),
              "--set placement[3].count=1: placement[3]: it is not in the list, which has 1 (counted from 0)");
    EXPECT_EQ(with("title.a", "1"), "--set title.a=1: title.a: above it is a plain value (\"sound\"), which has no key \"a\"");
    EXPECT_EQ(with("cells..radius", "1 um"),
              "--set cells..radius=1 um: cells: \"cells..radius\" is not a path of keys like \"cells.fibroblast.speed\"");
    EXPECT_EQ(with("include", "other.yaml"), "--set include=other.yaml: the files that a scenario is made of are named in the scenario");
    EXPECT_EQ(with("cells.T.radius", "[1 um"),
              "--set cells.T.radius=[1 um: cells.T.radius: not valid YAML: end of sequence flow not found");
}

/// `columns` by `rows` of regions that decay two ligands differently: as many materials, and the tissue outside.
std::string chequered(int columns, int rows, char const* more) {
    std::string regions = "regions:\n";
    auto const layer = [&](char axis, int n, char const* ligand) {
        std::string const number = std::to_string(n);
        regions += std::string("  ") + axis + number + ": {layer: {axis: " + axis + ", from: " + number +
                   "0 um, to: " + std::to_string(n + 1) + "0 um}, decay: {" + ligand + ": " + std::to_string(n + 1) + " /h}}\n";
    };
    for (int n = 0; n < columns; ++n) layer('x', n, "A");
    for (int n = 0; n < rows; ++n) layer('y', n, "E");
    return replaced(replaced(replaced(kSound, "regions:\n", regions), "size: [100 um, 100 um, 100 um]", "size: [200 um, 200 um, 100 um]"),
                    "  B: {radius: 4 um}", std::string("  B: {radius: 4 um") + more + "}");
}

TEST(BadInputTable, CountsMaterials) {
    TemporaryFolder const folder;
    auto const with = [&](int columns, int rows, char const* more) {
        write_text(folder / "scenario.yaml", chequered(columns, rows, more));
        return message_of(folder / "scenario.yaml");
    };
    EXPECT_EQ(with(15, 12, ""), "no error");
    EXPECT_NE(with(19, 19, "").find(": regions.core: the regions make more than 255 different combinations of properties"),
              std::string::npos);
    EXPECT_EQ(with(5, 4, ", habitat: [x1, x2]"), "no error");
    EXPECT_NE(with(9, 9, ", habitat: [x1, x2]").find("more than 64 different combinations of properties and habitats"), std::string::npos);
}

/// What is no scenario is refused before it has cost time or memory.
TEST(BadInputTable, RefusesWhatIsNoScenario) {
    TemporaryFolder const folder;
    std::string const file = (folder / "scenario.yaml").string();
    auto const with = [&](std::string const& text) {
        write_text(file, text);
        std::string const message = message_of(file);
        return message.starts_with(file) ? message.substr(file.size()) : message;
    };
    auto const repeated = [](std::size_t n, std::string const& part) {
        std::string text;
        while (n-- > 0) text += part;
        return text;
    };
    EXPECT_EQ(with(",type,x\n0,c,1\n"), ":1:1: not valid YAML: the document ends before this (a comma or a bracket too many?)");
    EXPECT_EQ(with("[1, 2],"), ":1:7: not valid YAML: the document ends before this (a comma or a bracket too many?)");
    EXPECT_EQ(with("title: caf\xE9\n"), ":1:11: found the byte \\xE9, expected text in UTF-8 (save the file in this encoding?)");
    EXPECT_EQ(with("seed: 1\ntitle: a\x01z\n"), ":2:9: found the character \\x01, expected text without control characters");
    EXPECT_EQ(with("title: \"a\\x01z\"\n"), ":1:8: title: found the character \\x01, expected text without control characters");
    EXPECT_EQ(with("a: &a [1, *a]\n"), ":1:11: a[1]: an alias inside what it stands for would have no end");
    EXPECT_NE(with(repeated(10000, "- ")).find("nested too deeply (more than 32 levels)"), std::string::npos);
    EXPECT_NE(with("a: " + repeated(10000, "[")).find("nested too deeply (more than 32 levels)"), std::string::npos);
    EXPECT_EQ(with("a: " + repeated(70000, "x")), ":1:4: a: a value of more than 65536 characters");
    EXPECT_NE(with(repeated(150000, "- a\n")).find("more than 100000 values"), std::string::npos);
    EXPECT_NE(with(repeated(300000, "a: b\n")).find(": more than 1 MiB, which is no scenario"), std::string::npos);
    std::string bomb = "b0: &b0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int n = 1; n < 12; ++n) {
        std::string const alias = "*b" + std::to_string(n - 1);
        bomb += "b" + std::to_string(n) + ": &b" + std::to_string(n) + " [" + repeated(9, alias + ", ") + alias + "]\n";
    }
    EXPECT_NE(with(bomb).find("more than 100000 values, with what aliases stand for"), std::string::npos);
    EXPECT_EQ(message_of("/dev/zero"), "/dev/zero: cannot be read (it is a device; expected a file or a pipe)");
    EXPECT_EQ(message_of(folder.path()), folder.path().string() + ": cannot be read (it is a directory)");
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    EXPECT_NE(message_of(folder / "pipe").find("nothing comes out of this pipe"), std::string::npos);
}

TEST(BadInputTable, ReadsAnAnchorAsWhatItStandsFor) {
    TemporaryFolder const folder;
    write_text(folder / "scenario.yaml", replaced(replaced(kSound, "radius: 5 um", "radius: &r 5 um"), "radius: 4 um", "radius: *r"));
    EXPECT_EQ(load_scenario(folder / "scenario.yaml", {}).model.types[1].radius, 5);
    write_text(folder / "scenario.yaml", replaced(replaced(kSound, "radius: 5 um", "radius: &r 5 min"), "radius: 4 um", "radius: *r"));
    EXPECT_NE(message_of(folder / "scenario.yaml").find(": cells.T.radius: \"5 min\" is a time"), std::string::npos);
}

/// A mistake in a table of cells is reported with the line of the table.
TEST(BadInputTable, NamesTheLineOfACsvFile) {
    TemporaryFolder const folder;
    write_text(folder / "scenario.yaml", replaced(kSound, "{type: T, region: low, count: 10}", "{file: cells.csv}"));
    auto const with = [&](char const* table) {
        write_text(folder / "cells.csv", table);
        return message_of(folder / "scenario.yaml");
    };
    std::string const file = (folder / "cells.csv").string();
    EXPECT_EQ(with("type,x,y,z\nT,1,2,3\n"), "no error");
    EXPECT_EQ(with("type,x,y,w\n"), file + ":1:10: unknown column \"w\"; known: type, x, y, z, radius");
    EXPECT_EQ(with("type,x,y\n"), file + ":1:1: the column \"z\" is missing (the first line names the columns type,x,y,z)");
    EXPECT_EQ(with("type,x,y,z\nT,1,2,3\nT,1,2\n"), file + ":3:1: 3 values, expected 4 as in the first line");
    EXPECT_EQ(with("type,x,y,z\nT,1,two,3\n"), file + ":2:5: y: \"two\" is not a finite number");
    EXPECT_EQ(with("type,x,y,z\nT,1,nan,3\n"), file + ":2:5: y: \"nan\" is not a finite number");
    EXPECT_EQ(with("type,x,y,z\nC,1,2,3\n"), file + ":2:1: \"C\" is not a cell type of this scenario; known: T, B");
    EXPECT_EQ(with("type,x,y,z\nT,1,2,300\n"), file + ":2:1: the position is outside the domain");
    EXPECT_EQ(with("type,x,y,z,radius\nT,1,2,3,0\n"), file + ":2:9: a cell of this radius is implausible; expected 0.1 um to 1000 um");
    EXPECT_EQ(with("type,x,y,z,radius\nT,1,2,3,51\n"), file + ":2:9: the cell is wider than the domain");
    EXPECT_EQ(with("type,x,y,x,z\n"), file + ":1:10: the column \"x\" is there twice");
    EXPECT_EQ(with(""), file + ":1:1: the file is empty (the first line names the columns type,x,y,z)");
    EXPECT_EQ(with("\xEF\xBB\xBFtype,x,y,z\nT,1,2,3\n"), "no error");  // as spreadsheets write it
}

}  // namespace
}  // namespace crine::test
