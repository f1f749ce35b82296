// What the writers of VTK files share: arrays, names, time stamps, and writing a data set.
#pragma once

#include "crine/units.h"

#include <vtkSmartPointer.h>

#include <filesystem>
#include <string>
#include <vector>

class vtkDataObject;
class vtkDataSet;
class vtkFloatArray;
class vtkXMLWriter;

namespace crine {

/// Time in output files: hours, in `run.pvd`, in the data sets (`TimeValue`) and in the tables.
inline double output_hours(double seconds) { return seconds / kHour; }

/// A single-precision array of `n` tuples; whoever calls fills it.
vtkSmartPointer<vtkFloatArray> float_array(std::string const& name, std::size_t n, int components = 1);

/// Adds names as field data, so that a reader can tell what the numbers of an array mean.
void add_names(vtkDataObject& to, std::string const& array, std::vector<std::string> const& names);

/// Adds the time stamp that ParaView reads.
void add_time(vtkDataObject& to, double seconds);

/// Writes a data set with a writer of its kind: appended, compressed, whole or not at all.
void write_vtk(vtkXMLWriter& writer, vtkDataSet& data, std::filesystem::path const& file);

}  // namespace crine
