#include "kernels/engine.h"

namespace crine {
inline namespace CRINE_NS {

void Engine::start_cells(InitialState const&) {}
void Engine::cell_totals(Totals&) {}
void Engine::snapshot_cells(Snapshot&) {}
std::uint64_t Engine::cell_hash() { return 0; }

}  // namespace CRINE_NS
}  // namespace crine
