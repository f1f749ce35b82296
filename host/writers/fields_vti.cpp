// Writes fields_*.vti: the concentration of every ligand in every voxel.
#include "host/writers/atomic_file.h"
#include "host/writers/vtk_file.h"
#include "host/writers/writer.h"

#include <vtkCellData.h>
#include <vtkFloatArray.h>
#include <vtkImageData.h>
#include <vtkXMLImageDataWriter.h>

namespace crine {
namespace {

/// fields_NNNNNN.vti: the mean concentration of every voxel, one cell array per ligand in the ligand's own unit.
class FieldsWriter final : public Writer {
public:
    FieldsWriter(Scenario const& scenario, std::filesystem::path folder) : scenario_(scenario), folder_(std::move(folder)) {}

    void write(Frame const& frame) override {
        if (!frame.volumes) return;
        Grid const& grid = scenario_.model.grid;
        auto const image = vtkSmartPointer<vtkImageData>::New();
        image->SetDimensions(grid.nx + 1, grid.ny + 1, grid.nz + 1);  // corners of the voxels
        image->SetSpacing(grid.spacing, grid.spacing, grid.spacing);
        for (std::size_t l = 0; l < scenario_.model.ligands.size(); ++l)
            if (scenario_.output.fields[l]) add(*image, scenario_.model.ligands[l], frame.snapshot.fields[l]);
        add_time(*image, frame.snapshot.time);
        auto const writer = vtkSmartPointer<vtkXMLImageDataWriter>::New();
        write_vtk(*writer, *image, folder_ / output_name::fields(next_++));
    }

    void list(Positions& at) override {
        at.number("fields_*.vti", next_);
        if (at.going_on()) remove_from([&](std::int64_t n) { return folder_ / output_name::fields(n); }, next_);
    }

private:
    static void add(vtkImageData& image, Ligand const& ligand, std::vector<Real> const& field) {
        auto const array = float_array(array_name(ligand), field.size());
        float* const to = array->GetPointer(0);
        for (std::size_t v = 0; v < field.size(); ++v) to[v] = static_cast<float>(field[v] / ligand.display_scale);
        image.GetCellData()->AddArray(array);
    }

    Scenario const& scenario_;
    std::filesystem::path folder_;
    std::int64_t next_ = 0;
};

}  // namespace

std::unique_ptr<Writer> make_fields_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<FieldsWriter>(scenario, folder);
}

}  // namespace crine
