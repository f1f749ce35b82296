"""Draws one moment of a run: cells as spheres coloured by type or by a quantity, one ligand as a cloud or on a section.

Run by tools/render, which gives it ParaView's Python.
"""
import argparse
import itertools
import math
import os
import re
import xml.etree.ElementTree as xml

from paraview import servermanager
from paraview.simple import *

# Okabe & Ito (2008) "Color Universal Design", then Tableau's: told apart by everybody, on white and on black.
PALETTE = ["#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#0072B2", "#F0E442", "#8C564B", "#9467BD", "#17BECF", "#BCBD22", "#7F7F7F"]
DEAD = "#4D4D4D"
HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1, "d": 24}


def rgb(text):
    return [int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def hours(text):
    match = re.fullmatch(r"\s*([0-9.eE+-]+)\s*(s|min|h|d)\s*", text)
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is not a time: write '3 d', '12 h', '30 min' or '10 s'")
    return float(match[1]) * HOURS[match[2]]


def readable(time):
    return f"day {time / 24:.3g}" if time >= 24 else f"{time:.3g} h" if time >= 1 else f"{time * 60:.3g} min"


def arguments():
    parse = argparse.ArgumentParser(prog="tools/render", description=__doc__)
    parse.add_argument("run", help="output folder of a run")
    parse.add_argument("-o", "--output", required=True, help="picture to write (.png)")
    parse.add_argument("--time", type=hours, help="the frame nearest to this: '3 d' (default: the last)")
    parse.add_argument("--ligand", help="ligand to show (default: none)")
    parse.add_argument("--slice", action="store_true", help="the ligand on a section through the middle, not as a cloud")
    parse.add_argument("--cut", action="store_true", help="take the front half away, to look into the tissue")
    parse.add_argument("--hide", action="append", default=[], metavar="TYPE", help="cell type not to draw; may be repeated")
    parse.add_argument("--cells", metavar="ARRAY", help="colour live cells by this array of cells_*.vtp, like 'activity of Delta', not by type")
    parse.add_argument("--size", default="1600x1000", help="in pixels (default: %(default)s)")
    parse.add_argument("--azimuth", type=float, default=-20, help="of the eye, degrees from the front (default: %(default)s)")
    parse.add_argument("--elevation", type=float, default=28, help="of the eye above the horizon, degrees (default: %(default)s)")
    parse.add_argument("--dark", action="store_true", help="black background")
    return parse.parse_args()


def frame_at(run, wanted):
    """Time and files of the frame nearest to a time, from run.pvd."""
    frames = {}
    for entry in xml.parse(os.path.join(run, "run.pvd")).iter("DataSet"):
        frames.setdefault(float(entry.get("timestep")), {})[entry.get("name")] = os.path.join(run, entry.get("file"))
    time = max(frames) if wanted is None else min(frames, key=lambda t: abs(t - wanted))
    return time, frames[time]


def corners(source):
    source.UpdatePipeline()
    bounds = source.GetDataInformation().GetBounds()
    return list(bounds[0::2]), list(bounds[1::2])


def where(source, array, low, high):
    return Threshold(Input=source, Scalars=["POINTS", array], LowerThreshold=low, UpperThreshold=high, ThresholdMethod="Between")


def spheres(source, view):
    """Every point as a sphere of its radius, instanced by the graphics library."""
    shown = Show(source, view, "UnstructuredGridRepresentation")
    shown.SetRepresentationType("3D Glyphs")
    shown.GlyphType = "Sphere"
    shown.GlyphType.ThetaResolution = shown.GlyphType.PhiResolution = 16
    shown.ScaleMode, shown.SelectScaleArray, shown.Scaling, shown.ScaleFactor = "Magnitude", "radius [um]", 1, 2
    shown.Specular, shown.SpecularPower, shown.Ambient = 0.15, 20, 0.15
    return shown


def one_colour(shown, colour):
    shown.ColorArrayName = [None, ""]
    shown.AmbientColor = shown.DiffuseColor = colour


def by_quantity(shown, points, view, ink, name):
    data = points.GetPointData()
    known = [data.GetArrayName(i) for i in range(data.GetNumberOfArrays())]
    if name not in known:
        raise SystemExit(f"tools/render: no array {name} of the cells (there is {', '.join(known)})")
    ColorBy(shown, ("POINTS", name))
    colours = GetColorTransferFunction(name)
    colours.ApplyPreset("Viridis (matplotlib)", True)
    colours.RescaleTransferFunction(*data.GetArray(name).GetRange())
    legend(colours, view, ink, name, "Lower Right Corner")
    shown.SetScalarBarVisibility(view, True)


def by_type(shown, points, view, ink, names, hidden):
    ColorBy(shown, ("POINTS", "type"))
    colours = GetColorTransferFunction("type")
    present = points.GetPointData().GetArray("type")
    present = sorted({int(present.GetTuple1(i)) for i in range(points.GetNumberOfPoints())})
    present = [index for index in present if names[index] not in hidden]
    colours.InterpretValuesAsCategories = 1
    colours.AnnotationsInitialized = 1
    colours.Annotations = [text for index in present for text in (str(index), names[index])]
    colours.IndexedColors = [part for index in present for part in rgb(PALETTE[index % len(PALETTE)])]
    colours.IndexedOpacities = [1.0] * len(present)
    legend(colours, view, ink, "", "Lower Right Corner")
    shown.SetScalarBarVisibility(view, True)


def show_cells(cells, view, ink, hidden, quantity):
    points = servermanager.Fetch(cells)
    names = points.GetFieldData().GetAbstractArray("type names")
    names = [names.GetValue(i) for i in range(names.GetNumberOfValues())]
    unknown = set(hidden) - set(names)
    if unknown:
        raise SystemExit(f"tools/render: no cell type {', '.join(unknown)} (there is {', '.join(names)})")
    if points.GetNumberOfPoints() == 0:
        return
    for index, name in enumerate(names):
        if name in hidden:
            cells = Calculator(Input=cells, ResultArrayName="type", Function=f"type + ({len(names)} * (type == {index}))")
    live = where(where(cells, "type", 0, len(names) - 1), "state", 0, 1)
    shown = spheres(live, view)
    if quantity:
        by_quantity(shown, points, view, ink, quantity)
    else:
        by_type(shown, points, view, ink, names, hidden)

    dead = spheres(where(where(cells, "type", 0, len(names) - 1), "state", 2, 3), view)
    one_colour(dead, rgb(DEAD))


def scale_bar(low, high, view, ink):
    """A rod of a round length along the lower front edge."""
    width = high[0] - low[0]
    length = max(n * 10**e for e in range(-1, 6) for n in (1, 2, 5) if n * 10**e <= width / 3)
    down = 0.03 * width
    ends = [low[0], low[1], low[2] - down], [low[0] + length, low[1], low[2] - down]
    rod = Show(Line(Point1=ends[0], Point2=ends[1]), view)
    rod.LineWidth = 4
    one_colour(rod, ink)
    label = Show(Text(Text=f"{length:g} µm"), view, "TextSourceRepresentation")
    label.TextPropMode = "Billboard 3D Text"
    label.BillboardPosition = [low[0] + length / 2, low[1], low[2] - 3.2 * down]
    label.Color, label.FontSize, label.Justification = ink, 18, "Center"


def legend(colours, view, ink, title, corner):
    bar = GetScalarBar(colours, view)
    bar.Title, bar.ComponentTitle = title, ""
    bar.TitleColor = bar.LabelColor = ink
    bar.TitleFontSize = bar.LabelFontSize = 16
    bar.WindowLocation = corner
    bar.AutomaticLabelFormat, bar.LabelFormat, bar.RangeLabelFormat = 0, "%.3g", "%.2g"
    bar.ScalarBarLength = 0.33
    return bar


def show_ligand(fields, view, ink, name, as_slice, middle, dark):
    array = next((a for a in fields.CellData.keys() if a == name or a.rsplit(" [", 1)[0] == name), None)
    if array is None:
        raise SystemExit(f"tools/render: no ligand {name} in this run (there is {', '.join(fields.CellData.keys())})")
    smooth = CellDatatoPointData(Input=fields)
    smooth.UpdatePipeline()
    low, high = smooth.PointData[array].GetRange(0)
    high = max(high, low + 1e-30)
    colours, opacity = GetColorTransferFunction(array), GetOpacityTransferFunction(array)
    colours.ApplyPreset("Inferno (matplotlib)", True)
    if not dark:
        colours.InvertTransferFunction()
    if as_slice:
        section = Slice(Input=smooth)
        section.SliceType.Origin, section.SliceType.Normal = middle, [0, 1, 0]
        shown = Show(section, view)
        shown.Ambient, shown.Diffuse = 1, 0
        colours.EnableOpacityMapping = 1
    else:
        shown = Show(smooth, view, "UniformGridRepresentation")
        shown.SetRepresentationType("Volume")
        near, far = corners(fields)
        shown.ScalarOpacityUnitDistance = (far[0] - near[0]) / 5
    ColorBy(shown, ("POINTS", array))
    colours.RescaleTransferFunction(low, high)
    most = 0.8 if as_slice else 0.5
    opacity.Points = [low, 0, 0.5, 0, low + 0.3 * (high - low), most / 10, 0.5, 0, high, most, 0.5, 0]
    shown.SetScalarBarVisibility(view, True)
    legend(colours, view, ink, array, "Upper Right Corner")


def look_at(view, low, high, azimuth, elevation):
    """From a direction, as near as lets all corners of the box, and the scale bar below, into the picture."""
    middle = [(a + b) / 2 for a, b in zip(low, high)]
    to_eye = math.sin(azimuth) * math.cos(elevation), -math.cos(azimuth) * math.cos(elevation), math.sin(elevation)
    right = math.cos(azimuth), math.sin(azimuth), 0
    up = -math.sin(azimuth) * math.sin(elevation), math.cos(azimuth) * math.sin(elevation), math.cos(elevation)
    half_height = 0.97 * math.tan(math.radians(view.CameraViewAngle / 2))
    half_width = 0.9 * half_height * view.ViewSize[0] / view.ViewSize[1]
    below = low[2] - 0.12 * (high[0] - low[0])
    distance = 0
    for corner in itertools.product(*zip([low[0], low[1], below], high)):
        along = lambda axis: sum((c - m) * a for c, m, a in zip(corner, middle, axis))
        distance = max(distance, along(to_eye) + max(abs(along(right)) / half_width, abs(along(up)) / half_height))
    view.CameraFocalPoint = middle
    view.CameraPosition = [m + distance * e for m, e in zip(middle, to_eye)]
    view.CameraViewUp = up


def main():
    options = arguments()
    time, files = frame_at(options.run, options.time)
    ink = [1, 1, 1] if options.dark else [0.1, 0.1, 0.1]
    view = CreateView("RenderView")
    view.ViewSize = [int(n) for n in options.size.split("x")]
    view.UseColorPaletteForBackground = 0
    view.Background = [0, 0, 0] if options.dark else [1, 1, 1]
    view.OrientationAxesVisibility = 0
    view.UseFXAA = 1

    fields = XMLImageDataReader(FileName=[files["fields"]]) if "fields" in files else None
    cells = XMLPolyDataReader(FileName=[files["cells"]]) if "cells" in files else None
    low, high = corners(fields or cells)
    if options.cut:
        half = [low[0], (low[1] + high[1]) / 2, low[2]]
        if cells:
            cells = Clip(Input=cells, ClipType="Plane", Invert=0)
            cells.ClipType.Origin, cells.ClipType.Normal = half, [0, 1, 0]
        low = half
    middle = [(a + b) / 2 for a, b in zip(low, high)]

    if fields:
        if options.ligand:  # not cut: a cloud reaches out of the section, towards the eye
            show_ligand(fields, view, ink, options.ligand, options.slice, low if options.cut else middle, options.dark)
    if cells:
        show_cells(cells, view, ink, options.hide, options.cells)
    box = Box(Center=middle, XLength=high[0] - low[0], YLength=high[1] - low[1], ZLength=high[2] - low[2])
    one_colour(Show(Outline(Input=box), view), [0.6, 0.6, 0.6])
    scale_bar(low, high, view, ink)

    stamp = Show(Text(Text=readable(time)), view)
    stamp.Color, stamp.FontSize, stamp.Bold, stamp.WindowLocation = ink, 28, 1, "Upper Left Corner"

    look_at(view, low, high, math.radians(options.azimuth), math.radians(options.elevation))
    SaveScreenshot(options.output, view, ImageResolution=view.ViewSize, OverrideColorPalette="")
    print(f"{options.output}: {os.path.basename(os.path.abspath(options.run))} at {readable(time)}")


main()
