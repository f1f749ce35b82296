#pragma once

#include "crine/model/network.h"
#include "kernels/device.h"

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
    NetworkView view() const {
        return {layout,          rates.span(),  system.span(),  solve.span(), observe.span(), conditions.span(),
                positive.span(), events.span(), targets.span(), tolerance,    negligible};
    }
};

/// Items that lie together, of which a worker takes one piece after the other, so that all have alike to do; and the most workers at a
/// time: threads of a GPU, whose neighbours take neighbouring items.
inline constexpr std::size_t kPiece = kSideBySide > 1 ? 64 : 1, kMostWorkers = kSideBySide > 1 ? 256 : 65536;
inline std::size_t workers_for(std::size_t items) {
    std::size_t const pieces = (items + kPiece - 1) / kPiece;
    return pieces < kMostWorkers ? pieces : kMostWorkers;
}

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
    /// Calls integrate(registers, members, how many) for the members among the items of a worker, of which the lanes that are left over
    /// repeat the first.
    template <class IsMember, class Integrate>
    CRINE_HD void operator()(std::size_t worker, std::size_t items, IsMember&& is_member, Integrate&& integrate) const {
        Registers<kSideBySide> const r = of(worker);
        for (int c = 0; c < network.layout.constants; ++c)
            for (int l = 0; l < kSideBySide; ++l) r[network.layout.constant + c][l] = constants[static_cast<std::size_t>(c)];
        std::size_t members[kSideBySide] = {};
        int found = 0;
        auto const complete = [&] {
            for (int l = found; l < kSideBySide; ++l) members[l] = members[0];
            integrate(r, members, found);
            found = 0;
        };
        for (std::size_t piece = worker; piece * kPiece < items; piece += workers) {
            std::size_t const last = (piece + 1) * kPiece < items ? (piece + 1) * kPiece : items;
            for (std::size_t i = piece * kPiece; i < last; ++i) {
                if (!is_member(i)) continue;
                members[found++] = i;
                if (found == kSideBySide) complete();
            }
        }
        if (found > 0) complete();
    }
};

}  // namespace CRINE_NS
}  // namespace crine
