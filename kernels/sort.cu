#include "kernels/engine.h"

namespace crine {
inline namespace CRINE_NS {

void Engine::sort() {}

}  // namespace CRINE_NS
}  // namespace crine
