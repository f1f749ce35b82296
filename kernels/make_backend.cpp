#include "crine/backend.h"
#include "crine/contracts.h"

namespace crine {

std::unique_ptr<Backend> make_cpu_backend(Device const& device);
#ifdef CRINE_WITH_CUDA
std::unique_ptr<Backend> make_cuda_backend(Device const& device);
std::vector<DeviceInfo> cuda_devices();
#else
namespace {
std::vector<DeviceInfo> cuda_devices() { return {}; }
}  // namespace
#endif

std::unique_ptr<Backend> make_backend(Device const& device) {
    auto const cards = device.kind == Device::Kind::cpu ? std::vector<DeviceInfo>{} : cuda_devices();
    bool const use_cuda = device.kind == Device::Kind::cuda || (device.kind == Device::Kind::automatic && !cards.empty());
    if (!use_cuda) return make_cpu_backend(device);
#ifdef CRINE_WITH_CUDA
    if (cards.empty()) throw RunError("no CUDA device (no driver, or no card that it can use) — run with --device cpu?");
    if (device.index < 0 || device.index >= static_cast<int>(cards.size()))
        throw RunError("no CUDA device " + std::to_string(device.index) + " (there are " + std::to_string(cards.size()) +
                       ") — `crine info` lists them");
    return make_cuda_backend(device);
#else
    throw RunError("this crine was built without CUDA (nvcc was not found) — run with --device cpu?");
#endif
}

std::vector<DeviceInfo> available_devices() {
    Device cpu;
    cpu.kind = Device::Kind::cpu;
    auto found = std::vector<DeviceInfo>{make_cpu_backend(cpu)->info()};
    for (auto const& card : cuda_devices()) found.push_back(card);
    return found;
}

}  // namespace crine
