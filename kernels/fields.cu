#include "kernels/engine.h"

namespace crine {
inline namespace CRINE_NS {

void Engine::start_fields(InitialState const&) {}
void Engine::field_totals(Totals&) {}
void Engine::snapshot_fields(Snapshot&, std::vector<bool> const&) {}
std::uint64_t Engine::field_hash() { return 0; }
std::vector<Real> Engine::sample(int, std::vector<Vec3> const& points) { return std::vector<Real>(points.size()); }

}  // namespace CRINE_NS
}  // namespace crine
