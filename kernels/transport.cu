#include "kernels/engine.h"
#include "kernels/ligand_step.h"

namespace crine {
inline namespace CRINE_NS {

void Engine::transport(Moment now) {
    for (std::size_t l = 0; l < fields_.ligands.size(); ++l) {
        LigandField& field = fields_.ligands[l];
        field.present =
            field.present || (field.source.size() != 0 && max_rows(fields_.grid, fields_.partial, Magnitude{field.source.data()}) > 0);
        int const ligand = static_cast<int>(l);
        bool converged = true;
        if (endocrine_.concerns(ligand))
            converged = endocrine_.take_step(fields_, model_, ligand, now);
        else if (field.present)
            converged = take_step(fields_, model_, ligand, now.dt);
        if (field.bound) read_surfaces(ligand, field.present ? fields_.mean.data() : nullptr);
        if (!field.present) continue;
        bool const finite = std::isfinite(field.ledger.free);
        if (converged && finite) continue;
        ErrorCode const code = finite ? ErrorCode::solver_stalled : ErrorCode::not_finite_field;
        error_.upload({{static_cast<std::uint32_t>(code), static_cast<std::uint32_t>(l)}});
        return;
    }
}

}  // namespace CRINE_NS
}  // namespace crine
