// Compares what each ledger misses with what rounding and the solver's tolerance explain.
#include "host/run/mass_balance.h"

#include "crine/contracts.h"
#include "host/text/format.h"
#include "host/writers/writer.h"

namespace crine {

namespace {
constexpr double kRoundOff = 1e-10;  ///< of numbers that are kept in 64 bits whatever the storage
}

double allowed_imbalance() { return sizeof(Real) == 8 ? 1e-10 : 1e-5; }

void check_balance(Model const& model, Totals const& totals, double time) {
    for (std::size_t l = 0; l < totals.ligands.size(); ++l) {
        Ledger const& ledger = totals.ligands[l];
        double const turnover = ledger.turnover(), allowed = allowed_imbalance() * turnover;
        auto const broken = [&](std::string const& how) {
            std::string entries;
            Ledger::for_each_entry([&](char const* name, Ledger::Side, double Ledger::*entry) {
                if (ledger.*entry != 0) entries += std::string(", ") + name + " " + rounded(ledger.*entry, 9);
            });
            throw RunError("the molecules of " + model.ligands[l].name + " do not add up at t = " + duration(time) + ": " + how +
                           " of a turnover of " + rounded(turnover, 9) + " (" + (entries.empty() ? "" : entries.substr(2)) +
                           ") — please report this");
        };
        if (!(std::fabs(ledger.missing()) <= allowed + ledger.rounding)) broken(rounded(ledger.missing()) + " missing");
        if (!(std::fabs(ledger.corrected) <= ledger.explained + allowed))
            broken("the field was changed by " + rounded(ledger.corrected) + ", where rounding and the solver's tolerance explain " +
                   rounded(ledger.explained));
    }
    for (std::size_t m = 0; m < totals.membrane_ligands.size(); ++m)
        if (double const imbalance = totals.membrane_ligands[m].imbalance(); !(std::fabs(imbalance) <= allowed_imbalance()))
            throw RunError("the molecules of " + model.membrane_ligands[m].name + " on membranes do not add up at t = " + duration(time) +
                           ": " + rounded(imbalance) + " of them are missing — please report this");
    for (std::size_t p = 0; p < totals.cell_pools.size(); ++p)
        if (double const imbalance = totals.cell_pools[p].imbalance(); !(std::fabs(imbalance) <= kRoundOff))
            throw RunError("the cells of " + name_of(model, model.cell_pools[p]) + " do not add up at t = " + duration(time) + ": " +
                           rounded(imbalance) + " of them are missing — please report this");
}

}  // namespace crine
