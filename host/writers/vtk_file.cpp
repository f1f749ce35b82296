// Fills VTK arrays, and writes data sets compressed, each file whole or not at all.
#include "host/writers/vtk_file.h"

#include "crine/contracts.h"
#include "host/writers/atomic_file.h"

#include <vtkDataSet.h>
#include <vtkDoubleArray.h>
#include <vtkErrorCode.h>
#include <vtkFieldData.h>
#include <vtkFloatArray.h>
#include <vtkObject.h>
#include <vtkStringArray.h>
#include <vtkXMLWriter.h>

namespace crine {

vtkSmartPointer<vtkFloatArray> float_array(std::string const& name, std::size_t n, int components) {
    auto array = vtkSmartPointer<vtkFloatArray>::New();
    array->SetName(name.c_str());
    array->SetNumberOfComponents(components);
    array->SetNumberOfTuples(static_cast<vtkIdType>(n));
    return array;
}

void add_names(vtkDataObject& to, std::string const& array, std::vector<std::string> const& names) {
    auto const strings = vtkSmartPointer<vtkStringArray>::New();
    strings->SetName(array.c_str());
    for (auto const& name : names) strings->InsertNextValue(name);
    to.GetFieldData()->AddArray(strings);
}

void add_time(vtkDataObject& to, double seconds) {
    auto const time = vtkSmartPointer<vtkDoubleArray>::New();
    time->SetName("TimeValue");
    time->InsertNextValue(output_hours(seconds));
    to.GetFieldData()->AddArray(time);
}

void write_vtk(vtkXMLWriter& writer, vtkDataSet& data, std::filesystem::path const& file) {
    vtkObject::GlobalWarningDisplayOff();  // a failure becomes one exception, not VTK's own lines
    writer.SetInputData(&data);
    writer.SetDataModeToAppended();
    writer.EncodeAppendedDataOff();
    writer.SetHeaderTypeToUInt64();
    writer.SetCompressorTypeToZLib();
    writer.SetCompressionLevel(1);  // the writer shares the machine with the run: level 9 is 5 times slower for a tenth less
    auto const fill = [&](std::filesystem::path const& temporary) {
        writer.SetFileName(temporary.c_str());
        if (writer.Write() != 1 || writer.GetErrorCode() != vtkErrorCode::NoError)
            throw RunError("cannot write " + file.string() + " (" + vtkErrorCode::GetStringFromErrorCode(writer.GetErrorCode()) + ")");
    };
    write_atomically(file, fill, Durable::later);
}

}  // namespace crine
