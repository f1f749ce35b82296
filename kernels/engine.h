#pragma once

#include "crine/backend.h"
#include "kernels/cells/cell_pools.h"
#include "kernels/cells/cell_rates.h"
#include "kernels/cells/cell_state.h"
#include "kernels/device/device.h"
#include "kernels/fields/endocrine.h"
#include "kernels/fields/field_state.h"
#include "kernels/signals/exchange_state.h"
#include "kernels/signals/synapse_state.h"
#include "kernels/signals/trace_state.h"

namespace crine {
inline namespace CRINE_NS {

/// The Backend of this engine. Each process is in the .cu file of its name.
class Engine final : public Backend {
public:
    explicit Engine(Device const& device);
    ~Engine() override;

    DeviceInfo info() const override;
    void start(Model const& model, InitialState const& state) override;

    void sort() override;
    void exchange(Moment now) override;
    void transport(Moment now) override;
    void bind(Moment now) override;
    void synapse(Moment now) override;
    void sense(Moment now) override;
    void transduce(Moment now) override;
    void behave(Moment now) override;
    void move(Moment now) override;
    void apply(Moment now) override;
    void check(Moment now) override;

    std::size_t cell_count() const override { return cells_.size(); }
    Totals totals() override;
    void snapshot(Snapshot& to, std::vector<bool> const& fields, bool cells) override;
    std::vector<Real> sample(int ligand, std::vector<Vec3> const& points) override;
    std::uint64_t state_hash() override;
    std::size_t memory_used() const override { return bytes_allocated(); }

    void synchronize() override { wait_for_device(); }
    double copy_bandwidth(std::size_t size) override;
    void circles(Circles const& model) override;

private:
    // The two halves of the state, each in its own files: fields.cu and cells.cu.
    void start_fields(InitialState const& state);
    void start_cells(InitialState const& state);
    void start_synapses(InitialState const& state);
    void field_totals(Totals& totals);
    void cell_totals(Totals& totals);
    void synapse_totals(Totals& totals);
    void snapshot_fields(Snapshot& to, std::vector<bool> const& which);
    void snapshot_cells(Snapshot& to);
    void start_receptors();
    void start_pathways();
    std::vector<std::vector<Real>> pathway_numbers();
    void hash_pathways(Span<std::uint64_t> hash);
    CellRates cell_rates();
    /// In exchange: how receptors will take ligands from the fields in this step and give them back.
    void try_receptors(CellRates const& rates, double dt);
    /// In exchange: what comes out of stores in this step, and what is left in them.
    void let_out_stores(CellRates const& rates, double dt);
    double comes_out(int ligand);  ///< of all stores, in this step [molecules/s]
    std::vector<std::vector<Real>> store_numbers();
    /// In transport: the concentration at the cells' surfaces, from the mean of a ligand over the step.
    void read_surfaces(int ligand, Real const* mean);
    std::vector<ReceptorNumbers> receptor_numbers();
    double held_by_receptors(int ligand);              ///< [molecules]
    double held_from_neighbours(int membrane_ligand);  ///< by receptors [molecules]
    double on_membranes(int membrane_ligand);          ///< of those who present it [molecules]
    void snapshot_synapses(Snapshot& to);
    void attack(Moment now);      ///< in behave: attack.cu
    void decide(Round round);     ///< in behave and apply: behave.cu
    bool carry_out(Round round);  ///< in apply
    void unite();                 ///< in decide: fuse.cu
    void measure_shells();        ///< in exchange: of cells that the grid resolves
    /// In exchange: adds the cells of a group's arrays, from `cells_.work`, to these.
    void add_cells(ExchangeGroup const& group);

    // Who told whom: trace.cu.
    void start_tracing();
    void give_parts(bool changed);           ///< in exchange: what every part of a traced ligand gets from cells
    void begin_tracing();                    ///< in transport
    ErrorCode trace(int ligand, double dt);  ///< what cells have taken of the whole and, by now, of its parts
    void finish_tracing(double dt);          ///< at the end of transport
    void remember_origins(double dt);        ///< in bind
    void trace_contacts();                   ///< in bind, once it is known what receptors have torn off
    void add_by_receiver(double const* amounts, double* sums);
    void route_totals(Totals& totals);
    std::uint64_t field_hash();
    std::uint64_t cell_hash();
    std::uint64_t synapse_hash();
    void spill();

    Device device_;
    Model model_;
    FieldState fields_;          ///< kernels/fields/field_state.h
    Endocrine endocrine_;        ///< kernels/fields/endocrine.h
    CellPools cell_pools_;       ///< kernels/cells/cell_pools.h
    Population cells_;           ///< kernels/cells/cell_state.h
    ExchangeState exchange_;     ///< kernels/signals/exchange_state.h
    SynapseState synapses_;      ///< kernels/signals/synapse_state.h
    TraceState traces_;          ///< kernels/signals/trace_state.h
    Buffer<ErrorReport> error_;  ///< one: what a kernel found wrong
};

}  // namespace CRINE_NS
}  // namespace crine
