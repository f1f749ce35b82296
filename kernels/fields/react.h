// Reactions between ligands: which ligands take part, in which order they are stepped, and their work space.
#pragma once

#include "crine/backend.h"
#include "crine/model.h"
#include "kernels/device/device.h"
#include "kernels/device/network.h"

namespace crine {
inline namespace CRINE_NS {

struct Fields;

/// What reactions between ligands need: made once for a model.
struct Reactions {
    std::vector<int> others;                ///< ligands that take part in none
    std::vector<int> order;                 ///< those that do; what is converted comes before what it becomes, where that can be
    std::vector<int> place;                 ///< by ligand: its place in `order`, or -1
    bool circular = false;                  ///< it cannot be everywhere
    bool one_step = false;                  ///< the transport of one of them has no estimate of its error
    bool estimated = false;                 ///< that of another one has, which the tolerance is of
    bool adaptive = false;                  ///< they are to be stepped as finely as the tolerance asks for
    double first_step = 0;                  ///< of the next interval [s]; 0: not known yet
    std::vector<double> largest;            ///< by place in `order`: concentration there has been so far
    std::vector<Buffer<Real>> start, once;  ///< by place in `order`: before a step, and after it in one go
    /// By place: what reactions have made of a concentration beyond the last bit of its storage, so that slow ones beside fast ones are not
    /// lost, now and before a step; empty where only conversions concern it.
    std::vector<Buffer<Real>> rest, rest_before;
    std::vector<Buffer<Real>> mean, mean_before;  ///< by place: over the interval so far, where receptors bind it; and before a step
    std::vector<Buffer<Real>> extent;             ///< by binding, of the half step before transport
    std::vector<DeviceNetwork> networks;          ///< of local reactions
    std::vector<Buffer<Real>> unreacted;          ///< by species of a network: before it reacts
    Buffer<double> registers;                     ///< of networks
    Buffer<ErrorReport> stalled;                  ///< one: a species that no step was short enough for

    void prepare(Fields& fields, Model const& model);

    template <class Visit>
    void list(Visit&& visit) {
        visit.value(first_step), visit.value(largest);
        for (auto& array : rest) visit.voxels(array);
        for (auto* arrays : {&start, &once, &rest_before, &mean, &mean_before, &extent, &unreacted})
            for (auto& array : *arrays) visit.work(array);
        for (DeviceNetwork& network : networks) network.list(visit);
        visit.work(registers), visit.work(stalled);
    }
};

class Endocrine;

/// Reacting ligands through an interval: transport between two halves of all bindings (Strang (1968) SIAM J Numer Anal 5:506), in as many
/// steps as the tolerance needs, whatever the schemes of their transport; of conversions alone, which are part of transport, in one, unless
/// they are saturable or lead round in a circle with a ligand that is `adaptive`. `who` receives the ligand that an error is about.
ErrorCode take_reacting_steps(Fields& fields, Model const& model, Endocrine& endocrine, Moment now, int& who);

}  // namespace CRINE_NS
}  // namespace crine
