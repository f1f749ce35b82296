// Reaction networks on the device, integrated for many cells or voxels in batches that share registers.
#pragma once

#include "crine/model/network.h"
#include "kernels/device/device.h"

#include <algorithm>

namespace crine {
inline namespace CRINE_NS {

/// A network on the device.
struct DeviceNetwork {
    NetworkLayout layout;
    Buffer<Instruction> rates, system, solve, observe, conditions;
    Buffer<std::uint8_t> positive;
    Buffer<NetworkEvent> events;
    Buffer<int> targets;
    Buffer<double> constants;
    double time_unit = 1, tolerance = 0, negligible = 0;

    explicit DeviceNetwork(Network const& network)
        : layout(network.layout),
          rates(network.rates),
          system(network.system),
          solve(network.solve),
          observe(network.observe),
          conditions(network.conditions),
          positive(network.positive),
          events(network.events),
          targets(network.targets),
          constants(network.constants),
          time_unit(network.time_unit),
          tolerance(network.tolerance),
          negligible(network.negligible) {}
    /// As tables of a part: kernels/device/part.h.
    template <class Visit>
    void list(Visit&& visit) {
        for (auto* program : {&rates, &system, &solve, &observe, &conditions}) visit.table(*program);
        visit.table(positive), visit.table(events), visit.table(targets), visit.table(constants);
    }
    NetworkView view() const {
        return {layout,          rates.span(),  system.span(),  solve.span(), observe.span(), conditions.span(),
                positive.span(), events.span(), targets.span(), tolerance,    negligible};
    }
};

/// How many workers integrate so many items: on a GPU neighbours take neighbouring items.
inline std::size_t workers_for(std::size_t items) { return std::min((items + kSideBySide - 1) / kSideBySide, many_at_once()); }

/// Integrates one network for many items, several side by side in the registers of each worker.
struct NetworkBatches {
    NetworkView network;
    Span<double const> constants;
    Span<double> registers;
    std::size_t workers;

    static std::size_t registers_for(std::size_t workers, NetworkLayout const& layout) {
        return workers * static_cast<std::size_t>(layout.registers) * kSideBySide;
    }
    CRINE_HD Registers<kSideBySide> of(std::size_t worker) const {
        std::size_t const size = static_cast<std::size_t>(network.layout.registers) * kSideBySide;
        return kSideBySide > 1 ? Registers<kSideBySide>{registers.data + worker * size, kSideBySide}
                               : Registers<kSideBySide>{registers.data + worker, workers};
    }
    /// Calls integrate(registers, items, how many) for each batch of a worker; lanes that are left over repeat its first item.
    template <class Integrate>
    CRINE_HD void operator()(std::size_t worker, std::size_t items, Integrate&& integrate) const {
        Registers<kSideBySide> const r = of(worker);
        for (int c = 0; c < network.layout.constants; ++c)
            for (int l = 0; l < kSideBySide; ++l) r[network.layout.constant + c][l] = constants[static_cast<std::size_t>(c)];
        for (std::size_t first = worker * kSideBySide; first < items; first += workers * kSideBySide) {
            int const count = items - first < kSideBySide ? static_cast<int>(items - first) : kSideBySide;
            std::size_t batch[kSideBySide];
            for (int l = 0; l < kSideBySide; ++l) batch[l] = first + (l < count ? l : 0);
            integrate(r, batch, count);
        }
    }
};

}  // namespace CRINE_NS
}  // namespace crine
