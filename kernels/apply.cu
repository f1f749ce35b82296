#include "kernels/engine.h"

namespace crine {
inline namespace CRINE_NS {

void Engine::apply(Moment) {}

}  // namespace CRINE_NS
}  // namespace crine
