// Writes run.pvd: the list of all frames, by which ParaView opens a run as a series in time.
#include "host/text/format.h"
#include "host/writers/atomic_file.h"
#include "host/writers/vtk_file.h"
#include "host/writers/writer.h"

namespace crine {
namespace {

/// run.pvd: the series of frames with their physical time [h], fields as part 0 and cells as part 1. Written anew after each
/// frame, so that a run can be looked at while it goes on.
class CollectionWriter final : public Writer {
public:
    CollectionWriter(Scenario const& scenario, std::filesystem::path const& folder)
        : plan_(scenario.output), file_(folder / output_name::collection) {}

    void write(Frame const& frame) override {
        if (!frame.volumes) return;
        std::string const time = number(output_hours(frame.snapshot.time));
        auto const entry = [&](int part, char const* name, std::string const& file) {
            entries_ += "    <DataSet timestep=\"" + time + "\" part=\"" + std::to_string(part) + "\" name=\"" + name + "\" file=\"" +
                        file + "\"/>\n";
        };
        if (writes_fields(plan_)) entry(0, "fields", output_name::fields(next_));
        if (writes_cells(plan_)) entry(1, "cells", output_name::cells(next_));
        ++next_;
        write_series();
    }
    void list(Positions& at) override {
        at.number("frames of run.pvd", next_), at.text(output_name::collection, entries_);
        if (at.going_on()) write_series();
    }

private:
    void write_series() const {
        write_atomically(
            file_,
            "<?xml version=\"1.0\"?>\n<VTKFile type=\"Collection\" version=\"1.0\" byte_order=\"LittleEndian\">\n  <Collection>\n" +
                entries_ + "  </Collection>\n</VTKFile>",
            Durable::later);
    }

    OutputPlan plan_;
    std::filesystem::path file_;
    std::string entries_;
    std::int64_t next_ = 0;
};

}  // namespace

std::unique_ptr<Writer> make_collection_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<CollectionWriter>(scenario, folder);
}

}  // namespace crine
