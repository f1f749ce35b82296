// Tracing who receives a ligand from whom: autocrine, paracrine and endocrine by fields, juxtacrine by contact.
#pragma once

#include "kernels/fields/fields.h"
#include "kernels/signals/exchange.h"

#include <vector>

namespace crine {
inline namespace CRINE_NS {

/// Transport is linear in the concentration while cells keep their clearances, so the field of a traced ligand is the sum of parts, one for
/// each sender, that each take the steps the whole takes, with its losses and their own sources. What is left is from elsewhere: what was
/// there at the start, region sources, walls, doses into the tissue, synapses.

/// Of a ligand's field: what some sender has sent.
struct SenderField {
    int type = -1;  ///< of the cells that secrete it; -1: what came through vessel walls
    LigandField field;
};

struct TracedLigand {
    int ligand = 0;
    std::vector<SenderField> parts;
    std::uint64_t given = 0;            ///< exchange_version of the whole for which parts have their sources
    Buffer<std::int16_t> part_of_type;  ///< -1: cells of the type do not secrete it
    Buffer<double> taken;               ///< in this step [part * cells + cell], and last from all parts and elsewhere [molecules]
    Buffer<double> own;                 ///< by cell: what of it was to be autocrine
    std::vector<double> owed;           ///< by type: what was to be, and has not yet come: the field around the cells still builds up
    std::vector<double>
        sums;  ///< since the start [row * types + receiver]; rows are those of `taken`, without the autocrine ones, and these
};

struct TracedMembraneLigand {
    int ligand = 0;
    std::vector<int> presenters;
    std::vector<double> sums;  ///< [presenter * types + receiver]
};

struct Traces {
    std::vector<TracedLigand> ligands;
    std::vector<TracedMembraneLigand> membrane_ligands;
    Buffer<Real> mean;  ///< of the part that has just been stepped
    Buffer<double> amounts, partial;

    void start(Model const& model, Fields& fields);
    /// In exchange: what every part of a traced ligand gets from cells.
    void give_parts(CellRates const& rates, Exchange& exchange, Population& cells, Fields& fields);

    // --- in transport ---
    void begin(Population const& cells);
    /// The parts through what the whole has just been stepped; what cells have taken of it and of them.
    ErrorCode follow(Model const& model, CellRates const& rates, Fields& fields, int ligand, double duration);
    void finish(CellRates const& rates, Fields const& fields, double dt);

    // --- in bind ---
    void remember_origins(CellRates const& rates, Fields const& fields, double dt);
    /// Once it is known what receptors have torn off.
    void follow_contacts(CellRates const& rates, Population& cells);

    void report(Totals& totals, Model const& model);

    template <class Visit>
    void list(Visit&& visit) {
        for (TracedLigand& traced : ligands) {
            for (SenderField& part : traced.parts) part.field.list(visit);
            visit.value(traced.owed), visit.value(traced.sums);
            visit.table(traced.part_of_type);
            visit.work(traced.taken), visit.work(traced.own);
        }
        for (TracedMembraneLigand& traced : membrane_ligands) visit.value(traced.sums);
        visit.work(mean), visit.work(amounts), visit.work(partial);
    }

private:
    TracedLigand& of(int ligand);
    void add_by_receiver(CellView const& cells, double const* amounts, std::vector<double>& sums, std::size_t first);

    int types_ = 0;
};

}  // namespace CRINE_NS
}  // namespace crine
