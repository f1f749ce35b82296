// The engine of a device: the owner of all parts, behind the interface `Backend`.
#pragma once

#include "kernels/behaviour/behaviour.h"
#include "kernels/cells/cell_pools.h"
#include "kernels/fields/endocrine.h"
#include "kernels/signals/exchange.h"
#include "kernels/signals/sense.h"
#include "kernels/signals/traces.h"

namespace crine {
inline namespace CRINE_NS {

/// The Backend of a device: its parts, and which of them each process of a step is about (engine.cu).
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
    std::vector<PartMemory> memory() override;
    std::vector<std::byte> save() override;
    void restore(std::span<std::byte const> state) override;

    void synchronize() override { wait_for_device(); }
    double copy_bandwidth(std::size_t size) override;
    void circles(Circles const& model) override { behaviour_.circles(cells_, model); }

private:
    /// Calls visit(name, part) for all that this engine keeps; what a part keeps it lists itself (kernels/device/part.h).
    template <class Visit>
    void for_each_part(Visit&& visit) {
        visit("fields", fields_), visit("compartments", endocrine_), visit("circulating cells", cell_pools_);
        visit("cells", cells_), visit("receptors and stores", receptors_), visit("pathways", pathways_), visit("carried", carried_);
        visit("exchange", exchange_), visit("synapses", synapses_), visit("senses", senses_), visit("traces", traces_);
        visit("behaviour", behaviour_);
    }
    /// What cells do to the ligands now.
    CellRates rates() { return exchange_.rates(model_, cells_, receptors_, fields_); }

    Device device_;
    Model model_;
    Fields fields_;
    Endocrine endocrine_;
    CellPools cell_pools_;
    Population cells_;
    Receptors receptors_;
    Pathways pathways_;
    Carried carried_{cells_, receptors_, pathways_};
    Exchange exchange_;
    Synapses synapses_;
    Senses senses_;
    Traces traces_;
    Behaviour behaviour_;
    Buffer<ErrorReport> error_;           ///< one: what a kernel found wrong
    std::vector<bool> present_at_start_;  ///< by ligand; a source that the model has is there whatever state is restored
};

}  // namespace CRINE_NS
}  // namespace crine
