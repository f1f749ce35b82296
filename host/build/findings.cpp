// Compares rates of decay, response times, rates of encounters and contact speeds with the steps of their clocks.
#include "host/build/findings.h"

#include "host/build/build.h"
#include "host/scenario/input.h"
#include "host/text/format.h"

#include <cmath>

namespace crine {
namespace {

/// What one step of a scheme does to a field that decays many times in it, and the most decays that it resolves.
struct Promise {
    double most;
    char const* consequence;
};
Promise promise_of(Scheme scheme) {
    switch (scheme) {
        case Scheme::implicit_euler:
            return {1, "implicit-euler ends in the right steady state, but tells the way there only to order 1"};
        case Scheme::tr_bdf2:
            return {2.4, "tr-bdf2 then takes steps of order 1 until the field has settled"};
        case Scheme::adi:
            return {1, "adi takes more than there is, which ends the run, unless the field has settled"};
        case Scheme::quasi_steady:
        case Scheme::adaptive:
            break;
    }
    return {INFINITY, ""};
}

void find_fast_decay(Findings& findings, ScenarioInput const& in, Model const& model, double step) {
    auto const look = [&](std::size_t ligand, double rate, Place const& at) {
        Promise const promise = promise_of(model.ligands[ligand].scheme);
        find_long_step(findings, at, rate, "transport", step, promise.most, std::string(promise.consequence) + " (adaptive: at any step)");
    };
    for (std::size_t l = 0; l < in.ligands.size(); ++l) {
        LigandInput const& ligand = in.ligands[l].value;
        if (ligand.decay || ligand.half_life) look(l, decay_of(ligand), ligand.decay ? ligand.decay->at : ligand.half_life->at);
    }
    for (auto const& region : in.regions)
        for (auto const& e : region.value.decay)
            for (std::size_t l = 0; l < in.ligands.size(); ++l)
                if (in.ligands[l].name.value == e.name.value) look(l, e.value, e.value.at);
}

/// Responses that are faster than the steps in which their signals are read.
void find_fast_responses(Findings& findings, CellInput const& cell, double step) {
    auto const look = [&](ResponseTimeInput const& response) {
        if (response.time)
            find_long_step(findings, response.time->at, 1 / *response.time, "behaviour", step, 1,
                           "rules read their signals at the beginning of a step, and what feeds back comes late by up to a step");
    };
    for (auto const& activity : cell.activities)
        if (activity.value.response_time) look(*activity.value.response_time);
    for (auto const& response : cell.response_times) look(response.value);
}

/// What cells do to those that touch them, which is looked at once in a step: it matters to those that move on.
void find_fast_encounters(Findings& findings, CellInput const& cell, double step) {
    if (!cell.moves.value || !(cell.speed > 0 || !cell.chemotaxis.empty())) return;
    auto const look = [&](Rate const& rate) {
        find_long_step(findings, rate.at, rate, "behaviour", step, 1,
                       "who touches a cell is looked at once in a step, and it moves on meanwhile");
    };
    for (auto const* rates : {&cell.attacks, &cell.engulfs, &cell.fuses_with})
        for (auto const& rate : *rates) look(rate.value);
    for (Rate const* rate : {&cell.phagocytosis.rate, &cell.phagocytosis.apoptotic, &cell.phagocytosis.necrotic}) look(*rate);
}

/// Daughters whose centres are a radius apart part at half the speed of repulsion, and have a radius to go until they just touch.
void find_hard_contacts(Findings& findings, CellInput const& cell, double step) {
    if (!cell.mechanics.value || !cell.moves.value) return;
    constexpr double kRoundOff = 1e-6;
    find_long_step(findings, cell.repulsion.at.in_file() ? cell.repulsion.at : cell.at, cell.repulsion / (2 * cell.radius), "mechanics",
                   step, 1 + kRoundOff, "daughters of a division part by more than they overlap");
}

}  // namespace

void find_long_step(Findings& findings, Place const& at, double rate, std::string const& clock, double step, double most,
                    std::string const& consequence) {
    if (!(rate * step > most)) return;
    findings.push_back({at,
                        "a step of " + duration(step) + " is " + rounded(rate * step) + " of its time constants of " + duration(1 / rate) +
                            ": " + consequence + "; time." + clock + ": " + duration(most / rate) + " would do",
                        "time." + clock, most / rate});
}

void find_long_steps_of_fields(Findings& findings, ScenarioInput const& in, Model const& model, Schedule const& schedule) {
    find_fast_decay(findings, in, model, schedule.transport);
}

void find_long_steps_of_cells(Findings& findings, ScenarioInput const& in, Schedule const& schedule) {
    for (auto const& cell : in.cells) {
        find_fast_responses(findings, cell.value, schedule.behaviour);
        find_fast_encounters(findings, cell.value, schedule.behaviour);
        if (cell.value.cycle.entry > 0) find_hard_contacts(findings, cell.value, schedule.mechanics);
    }
}

}  // namespace crine
