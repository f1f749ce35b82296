#include "kernels/engine.h"

namespace crine {
inline namespace CRINE_NS {

void Engine::transport(Moment) {}

}  // namespace CRINE_NS
}  // namespace crine
