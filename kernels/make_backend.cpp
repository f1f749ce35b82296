// Chooses the engine: CUDA, or the CPU engine compiled for the newest instruction set that the processor has.
#include "crine/backend.h"
#include "crine/contracts.h"
#include "crine/threads.h"

#include <algorithm>
#include <cstdlib>

namespace crine {

// One engine for each way in which the .cu files of kernels/ are compiled (kernels/CMakeLists.txt).
inline namespace cpu {
std::unique_ptr<Backend> make_engine(Device const& device);
}
#ifdef CRINE_DISPATCH
namespace cpu_v3 {
std::unique_ptr<Backend> make_engine(Device const& device);
}
namespace cpu_v4 {
std::unique_ptr<Backend> make_engine(Device const& device);
}
#endif
#ifdef CRINE_WITH_CUDA
namespace cuda {
std::unique_ptr<Backend> make_engine(Device const& device);
}
std::vector<DeviceInfo> cuda_devices();
#else
namespace {
std::vector<DeviceInfo> cuda_devices() { return {}; }
}  // namespace
#endif

namespace {

/// As many as there are processors for, or fewer by the variable that batch systems and users of parallel programs set.
int default_threads() {
    char const* const asked = std::getenv("OMP_NUM_THREADS");
    int const n = asked == nullptr ? 0 : std::atoi(asked), given = processors();
    return n > 0 ? std::min(n, given) : given;
}

std::unique_ptr<Backend> make_cpu_engine(Device device) {
    if (device.threads <= 0) device.threads = default_threads();
    auto const known = cpu_instruction_sets();
    if (device.instruction_set.empty())
        if (char const* const asked = std::getenv("CRINE_ISA")) device.instruction_set = asked;
    if (device.instruction_set.empty()) device.instruction_set = known.back();
    if (std::find(known.begin(), known.end(), device.instruction_set) == known.end()) {
        std::string there;
        for (auto const& name : known) there += (there.empty() ? "" : ", ") + name;
        throw InputError("CRINE_ISA=" + device.instruction_set + " (this program on this processor can use " + there + ")");
    }
#ifdef CRINE_DISPATCH
    if (device.instruction_set == "v4") return cpu_v4::make_engine(device);
    if (device.instruction_set == "v3") return cpu_v3::make_engine(device);
#endif
    return cpu::make_engine(device);
}

}  // namespace

std::vector<std::string> cpu_instruction_sets() {
    std::vector<std::string> found{"baseline"};
#ifdef CRINE_DISPATCH
    if (__builtin_cpu_supports("x86-64-v3")) found.push_back("v3");
    if (__builtin_cpu_supports("x86-64-v4")) found.push_back("v4");
#endif
    return found;
}

std::unique_ptr<Backend> make_backend(Device const& device) {
    auto const cards = device.kind == Device::Kind::cpu ? std::vector<DeviceInfo>{} : cuda_devices();
    bool const use_cuda = device.kind == Device::Kind::cuda || (device.kind == Device::Kind::automatic && !cards.empty());
    if (!use_cuda) return make_cpu_engine(device);
#ifdef CRINE_WITH_CUDA
    if (cards.empty()) throw RunError("no CUDA device (no driver, or no card that it can use) — run with --device cpu?");
    if (device.index < 0 || device.index >= static_cast<int>(cards.size()))
        throw RunError("no CUDA device " + std::to_string(device.index) + " (there are " + std::to_string(cards.size()) +
                       ") — `crine info` lists them");
    return cuda::make_engine(device);
#else
    throw RunError("this crine was built without CUDA (nvcc was not found) — run with --device cpu?");
#endif
}

std::vector<DeviceInfo> available_devices() {
    auto found = std::vector<DeviceInfo>{make_cpu_engine({})->info()};
    for (auto const& card : cuda_devices()) found.push_back(card);
    return found;
}

}  // namespace crine
