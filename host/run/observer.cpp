// Copies the fields, cells and totals that are due from the device to a frame.
#include "host/run/observer.h"

namespace crine {

Frame Observer::look() {
    Frame frame;
    frame.volumes = volumes_due_, frame.tables = tables_due_;
    std::vector<bool> fields(scenario_.model.ligands.size(), false);
    if (volumes_due_) fields = scenario_.output.fields;
    if (tables_due_) {
        auto const probed = probed_fields(scenario_);
        for (std::size_t l = 0; l < fields.size(); ++l) fields[l] = fields[l] || probed[l];
    }
    bool const cells = (volumes_due_ && scenario_.output.cells) || (tables_due_ && probes_cells(scenario_));
    Backend& backend = simulation_.backend();
    backend.snapshot(frame.snapshot, fields, cells);
    frame.snapshot.time = simulation_.time();
    if (tables_due_) {
        frame.totals = backend.totals();
        frame.probes = probes_.read(backend, frame.snapshot);
    }
    return frame;
}

}  // namespace crine
