"""Opens the run of run_small.yaml in ParaView as a user would: the series, its arrays, their ranges, a picture.

Usage: tools/paraview-batch paraview_check.py RUN_FOLDER PICTURE. Any failure ends it with an exit code that is not 0.
"""
import sys

from paraview import servermanager
from paraview.simple import *
from paraview.vtk.util.numpy_support import vtk_to_numpy

folder, picture = sys.argv[1:]


def check(what, got, expected):
    if got != expected:
        sys.exit(f"{what}: got {got}, expected {expected}")


def check_near(what, got, expected, tolerance):
    if not abs(got - expected) <= tolerance:
        sys.exit(f"{what}: got {got}, expected {expected} ± {tolerance}")


series = PVDReader(FileName=f"{folder}/run.pvd")
check("times", list(series.TimestepValues), [0.0, 1.0, 2.0, 3.0])

cells_seen = []
for time in series.TimestepValues:
    series.UpdatePipeline(time)
    both = servermanager.Fetch(series)
    check("blocks", [both.GetMetaData(i).Get(both.NAME()) for i in range(both.GetNumberOfBlocks())], ["fields", "cells"])
    fields, cells = (both.GetBlock(i).GetBlock(0) for i in range(2))
    check("kind of the fields", fields.GetClassName(), "vtkImageData")
    check("kind of the cells", cells.GetClassName(), "vtkPolyData")
    for data in (fields, cells):
        check("time stamp", data.GetFieldData().GetArray("TimeValue").GetValue(0), time)
    check("bounds", fields.GetBounds(), (0.0, 200.0, 0.0, 160.0, 0.0, 120.0))
    check("field arrays", [fields.GetCellData().GetArrayName(i) for i in range(fields.GetCellData().GetNumberOfArrays())], ["IL-10 [nM]", "oxygen [uM]"])
    arrays = {cells.GetPointData().GetArrayName(i) for i in range(cells.GetPointData().GetNumberOfArrays())}
    check("cell arrays", arrays >= {"type", "state", "id", "radius [um]", "velocity [um/min]", "age [h]", "pressure"}, True)
    low, high = fields.GetCellData().GetArray("oxygen [uM]").GetRange()
    check("oxygen is between nothing and what holds it", -1e-3 <= low and high <= 50 * 1.001, True)
    check("types", cells.GetPointData().GetArray("type").GetRange(), (0.0, 1.0))
    x, y, z = (cells.GetBounds()[i : i + 2] for i in (0, 2, 4))
    check("cells are in the domain", x[0] >= 0 and x[1] <= 200 and y[0] >= 0 and y[1] <= 160 and z[0] >= 0 and z[1] <= 120, True)
    names = cells.GetFieldData().GetAbstractArray("type names")
    check("type names", [names.GetValue(i) for i in range(2)], ["macrophage", "fibroblast"])
    cells_seen.append(cells.GetNumberOfPoints())
    if time == 0:
        low, high = fields.GetCellData().GetArray("IL-10 [nM]").GetRange()  # 1 + x/200 at the centres of voxels
        check_near("lowest IL-10 at the start", low, 1.05, 1e-5)
        check_near("highest IL-10 at the start", high, 1.95, 1e-5)
        check("cells at the start", cells.GetNumberOfPoints(), 120)
        check("age at the start", cells.GetPointData().GetArray("age [h]").GetRange(), (0.0, 0.0))
check("cells divide and die", len(set(cells_seen)) > 1, True)

view = CreateView("RenderView")
view.ViewSize = [400, 300]
view.UseColorPaletteForBackground = 0
view.Background = [1, 1, 1]
shown = Show(ExtractBlock(Input=series, Selectors=["/Root/fields"]), view)
shown.SetRepresentationType("Surface")
ColorBy(shown, ("CELLS", "IL-10 [nM]"))
Show(ExtractBlock(Input=series, Selectors=["/Root/cells"]), view)
view.ViewTime = 0
ResetCamera(view)
SaveScreenshot(picture, view)

image = PNGSeriesReader(FileNames=[picture])
image.UpdatePipeline()
pixels = vtk_to_numpy(servermanager.Fetch(image).GetPointData().GetScalars())[:, :3]
drawn = (pixels.min(axis=1) < 250).mean()
colours = len({tuple(p) for p in pixels})
check(f"the picture is not blank ({drawn:.0%} drawn in {colours} colours)", drawn > 0.1 and colours > 50, True)
print(f"{len(cells_seen)} frames, cells {cells_seen}, picture {drawn:.0%} drawn in {colours} colours")
