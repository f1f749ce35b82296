#include "kernels/engine.h"

namespace crine {
inline namespace CRINE_NS {

void Engine::behave(Moment) {}

}  // namespace CRINE_NS
}  // namespace crine
