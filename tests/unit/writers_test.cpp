#include "crine/units.h"
#include "host/run/background.h"
#include "host/run/output_folder.h"
#include "host/writers/atomic_file.h"
#include "host/writers/writer.h"
#include "support/folders.h"
#include "support/models.h"

#include <gtest/gtest.h>

#include <vtkCellData.h>
#include <vtkDataArray.h>
#include <vtkFieldData.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkStringArray.h>
#include <vtkXMLImageDataReader.h>
#include <vtkXMLPolyDataReader.h>

#include <unistd.h>

namespace crine::test {
namespace {

/// 4 × 3 × 2 voxels of 10 µm, two ligands, two cell types, output of everything every hour.
Scenario small_scenario() {
    Scenario s;
    s.title = "small";
    s.model = box(4, 3, 2, 10);
    add_ligand(s.model, 60, 1e-4f);
    add_ligand(s.model, 30, 0);
    s.model.ligands[0].name = "IL-10";
    s.model.ligands[1].name = "oxygen";
    s.model.ligands[1].display_unit = "uM";
    s.model.ligands[1].display_scale = 602.214076;
    add_type(s.model, 5, 2);
    add_type(s.model, 8, 2);
    s.model.types[0].name = "neutrophil";
    s.model.types[1].name = "macrophage";
    s.schedule.end = 3 * 3600;
    s.output.volumes = 3600;
    s.output.fields = {true, true};
    return s;
}

Frame small_frame(Scenario const& s, double time) {
    Frame frame;
    frame.volumes = frame.tables = true;
    frame.snapshot.time = time;
    for (std::size_t l = 0; l < 2; ++l) {
        std::vector<Real> field(s.model.grid.voxels());
        for (std::size_t v = 0; v < field.size(); ++v) field[v] = static_cast<Real>((v + 1) * s.model.ligands[l].display_scale);
        frame.snapshot.fields.push_back(field);
    }
    HostCells& cells = frame.snapshot.cells;
    cells.add(0, {1, 2, 3}, 5);
    cells.add(1, {39, 29, 19}, 8);
    cells.state[1] = CellState::apoptotic;
    cells.vx[0] = Real(0.5), cells.born[1] = time - 7200, cells.since[1] = time - 1800;
    frame.totals.live = {1, 0}, frame.totals.dead = {0, 1}, frame.totals.recruited = {2, 0};
    frame.totals.ligands.resize(2);
    Ledger& ledger = frame.totals.ligands[0];
    ledger.initial = 100, ledger.secreted = 50, ledger.free = 120, ledger.decayed = 30;
    return frame;
}

double value(vtkDataSetAttributes* data, char const* array, vtkIdType i, int component = 0) {
    auto* const found = data->GetArray(array);
    if (found == nullptr) throw std::runtime_error(std::string("no array ") + array);
    return found->GetComponent(i, component);
}

TEST(FieldsWriter, WritesEveryVoxelInTheUnitOfTheLigand) {
    TemporaryFolder const folder;
    Scenario const scenario = small_scenario();
    make_fields_writer(scenario, folder.path())->write(small_frame(scenario, 7200));

    vtkNew<vtkXMLImageDataReader> reader;
    reader->SetFileName((folder / "fields_000000.vti").c_str());
    reader->Update();
    vtkImageData* const image = reader->GetOutput();
    ASSERT_EQ(image->GetNumberOfCells(), 24);
    EXPECT_EQ(image->GetCellData()->GetNumberOfArrays(), 2);
    double bounds[6];
    image->GetBounds(bounds);
    EXPECT_EQ(std::vector<double>(bounds, bounds + 6), (std::vector<double>{0, 40, 0, 30, 0, 20}));
    for (vtkIdType v : {0, 7, 23}) {
        EXPECT_FLOAT_EQ(value(image->GetCellData(), "IL-10 [nM]", v), v + 1.0);
        EXPECT_FLOAT_EQ(value(image->GetCellData(), "oxygen [uM]", v), v + 1.0);
    }
    EXPECT_EQ(image->GetFieldData()->GetArray("TimeValue")->GetTuple1(0), 2);  // hours
}

TEST(FieldsWriter, WritesOnlyWhatThePlanNames) {
    TemporaryFolder const folder;
    Scenario scenario = small_scenario();
    scenario.output.fields = {false, true};
    make_fields_writer(scenario, folder.path())->write(small_frame(scenario, 0));
    vtkNew<vtkXMLImageDataReader> reader;
    reader->SetFileName((folder / "fields_000000.vti").c_str());
    reader->Update();
    ASSERT_EQ(reader->GetOutput()->GetCellData()->GetNumberOfArrays(), 1);
    EXPECT_STREQ(reader->GetOutput()->GetCellData()->GetArrayName(0), "oxygen [uM]");
}

TEST(CellsWriter, WritesAPointForEveryCell) {
    TemporaryFolder const folder;
    Scenario const scenario = small_scenario();
    auto const writer = make_cells_writer(scenario, folder.path());
    writer->write(small_frame(scenario, 0));
    writer->write(small_frame(scenario, 10800));

    vtkNew<vtkXMLPolyDataReader> reader;
    reader->SetFileName((folder / "cells_000001.vtp").c_str());
    reader->Update();
    vtkPolyData* const cells = reader->GetOutput();
    ASSERT_EQ(cells->GetNumberOfPoints(), 2);
    EXPECT_EQ(cells->GetNumberOfVerts(), 2);
    EXPECT_EQ(cells->GetPoint(1)[0], 39);
    vtkPointData* const data = cells->GetPointData();
    EXPECT_EQ(value(data, "type", 1), 1);
    EXPECT_EQ(value(data, "state", 1), 2);
    EXPECT_EQ(value(data, "id", 1), 2);
    EXPECT_EQ(value(data, "radius [um]", 1), 8);
    EXPECT_EQ(value(data, "age [h]", 0), 3);
    EXPECT_EQ(value(data, "age [h]", 1), 2);
    EXPECT_EQ(value(data, "time in state [h]", 1), 0.5);
    EXPECT_EQ(value(data, "velocity [um/min]", 0), 30);
    EXPECT_EQ(value(data, "pressure", 0), 0);
    auto* const names = vtkStringArray::SafeDownCast(cells->GetFieldData()->GetAbstractArray("type names"));
    ASSERT_NE(names, nullptr);
    EXPECT_EQ(names->GetValue(1), "macrophage");
    EXPECT_EQ(cells->GetFieldData()->GetArray("TimeValue")->GetTuple1(0), 3);
}

TEST(CellsWriter, WritesWhatCellsKeep) {
    TemporaryFolder const folder;
    Scenario scenario = small_scenario();
    scenario.model.types[1].stores = {{1, 500, 0}};
    Frame frame = small_frame(scenario, 0);
    frame.snapshot.stores = {{}, {0, 250}};
    make_cells_writer(scenario, folder.path())->write(frame);
    vtkNew<vtkXMLPolyDataReader> reader;
    reader->SetFileName((folder / "cells_000000.vtp").c_str());
    reader->Update();
    vtkPointData* const data = reader->GetOutput()->GetPointData();
    EXPECT_EQ(value(data, "store of oxygen [molecules]", 0), 0);
    EXPECT_EQ(value(data, "store of oxygen [molecules]", 1), 250);
    EXPECT_EQ(data->GetArray("store of IL-10 [molecules]"), nullptr);
}

TEST(CellsWriter, WritesATissueWithoutCells) {
    TemporaryFolder const folder;
    Scenario const scenario = small_scenario();
    Frame frame = small_frame(scenario, 0);
    frame.snapshot.cells = {};
    make_cells_writer(scenario, folder.path())->write(frame);
    vtkNew<vtkXMLPolyDataReader> reader;
    reader->SetFileName((folder / "cells_000000.vtp").c_str());
    reader->Update();
    EXPECT_EQ(reader->GetOutput()->GetNumberOfPoints(), 0);
    EXPECT_EQ(reader->GetErrorCode(), 0u);
}

TEST(CollectionWriter, NamesEveryFrameWithItsTime) {
    TemporaryFolder const folder;
    Scenario const scenario = small_scenario();
    auto const writer = make_collection_writer(scenario, folder.path());
    writer->write(small_frame(scenario, 0));
    writer->write(small_frame(scenario, 5400));
    std::string const text = contents(folder / "run.pvd");
    EXPECT_NE(text.find(R"(timestep="0" part="0" name="fields" file="fields_000000.vti")"), std::string::npos) << text;
    EXPECT_NE(text.find(R"(timestep="1.5" part="1" name="cells" file="cells_000001.vtp")"), std::string::npos) << text;
}

TEST(SummaryWriter, WritesCountsAndLedgers) {
    TemporaryFolder const folder;
    Scenario const scenario = small_scenario();
    auto const writer = make_summary_writer(scenario, folder.path());
    writer->write(small_frame(scenario, 0));
    writer->write(small_frame(scenario, 3600));
    Table const table(folder / "summary.csv");
    ASSERT_EQ(table.rows.size(), 2u);
    EXPECT_EQ(table.at(1, "time [h]"), 1);
    EXPECT_EQ(table.at(1, "neutrophil"), 1);
    EXPECT_EQ(table.at(1, "dead macrophage"), 1);
    EXPECT_EQ(table.at(1, "recruited neutrophil"), 2);
    EXPECT_EQ(table.at(1, "IL-10 total [molecules]"), 120);
    EXPECT_DOUBLE_EQ(table.at(1, "IL-10 mean [nM]"), 120 / (24 * 1000.0) / 0.602214076);
    EXPECT_EQ(table.at(1, "IL-10 secreted [molecules]"), 50);
    EXPECT_EQ(table.at(1, "IL-10 imbalance"), 0);
    for (auto const& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
}

TEST(CompartmentsWriter, WritesPoolsInTheirUnits) {
    TemporaryFolder const folder;
    Scenario scenario = small_scenario();
    scenario.model.compartments = {{"blood", 2e15}};
    Pool pool;
    pool.ligand = 0, pool.display_unit = "pM", pool.display_scale = kNanomolar / 1000;
    scenario.model.pools = {pool};
    Frame frame = small_frame(scenario, 3600);
    PoolState state;
    state.initial = 4e12, state.dosed = 1e12, state.cleared = 3e12, state.present = 2e12, state.free = 6e-4, state.exposure = 7.2;
    frame.totals.pools = {state};
    make_compartments_writer(scenario, folder.path())->write(frame);
    Table const table(folder / "compartments.csv");
    EXPECT_DOUBLE_EQ(table.at(0, "IL-10 in blood total [pM]"), 1e-3 / 0.602214076e-3);
    EXPECT_DOUBLE_EQ(table.at(0, "IL-10 in blood free [pM]"), 6e-4 / 0.602214076e-3);
    EXPECT_DOUBLE_EQ(table.at(0, "IL-10 in blood free AUC [pM h]"), 7.2 / 0.602214076e-3 / 3600);
    EXPECT_EQ(table.at(0, "IL-10 in blood dosed [molecules]"), 1e12);
    EXPECT_EQ(table.at(0, "IL-10 in blood imbalance"), 0);
}

TEST(CompartmentsWriter, WritesWhatBecameOfCells) {
    TemporaryFolder const folder;
    Scenario scenario = small_scenario();
    scenario.model.compartments = {{"blood", 2e15}};
    CellPool pool;
    pool.initial = 1e9;
    scenario.model.cell_pools = {pool};
    Frame frame = small_frame(scenario, 3600);
    CellPoolState state;
    state.initial = 1e9, state.produced = 5e8, state.lost = 3e8, state.recruited = 1e8, state.present = 1.1e9, state.production = 2;
    frame.totals.cell_pools = {state};
    make_compartments_writer(scenario, folder.path())->write(frame);
    Table const table(folder / "compartments.csv");
    std::string const name = scenario.model.types[0].name + " in blood ";
    EXPECT_EQ(table.at(0, name + "present [cells]"), 1.1e9);
    EXPECT_EQ(table.at(0, name + "recruited [cells]"), 1e8);
    EXPECT_EQ(table.at(0, name + "production [cells/h]"), 7200);
    EXPECT_EQ(table.at(0, name + "imbalance"), 0);
    for (auto const& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
}

TEST(ProbesWriter, WritesOneColumnPerPoint) {
    TemporaryFolder const folder;
    Scenario scenario = small_scenario();
    Probe line;
    line.kind = Probe::Kind::line, line.name = "depth", line.ligand = 0, line.points = {{0, 0, 0}, {0, 0, 12.5}};
    Probe closure;
    closure.kind = Probe::Kind::coverage, closure.name = "closure", closure.type = 0;
    scenario.probes = {line, closure};
    Frame frame = small_frame(scenario, 3600);
    frame.probes = {1, 2, 0.5};
    make_probes_writer(scenario, folder.path())->write(frame);
    Table const table(folder / "probes.csv");
    EXPECT_EQ(table.at(0, "depth at 0 0 12.5 um [nM]"), 2);
    EXPECT_EQ(table.at(0, "closure"), 0.5);
}

TEST(AtomicFile, LeavesNothingBehindWhenItFails) {
    TemporaryFolder const folder;
    write_atomically(folder / "a.txt", "old");
    EXPECT_THROW(write_atomically(folder / "a.txt",
                                  [](auto const& temporary) {
                                      LineFile(temporary, "half of the new").begin();
                                      throw RunError("disk full");
                                  }),
                 RunError);
    EXPECT_EQ(contents(folder / "a.txt"), "old\n");
    EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a.txt"});
}

TEST(AtomicFile, SaysWhichFileAndWhy) {
    try {
        write_atomically("/no/such/folder/run.json", "text");
        FAIL();
    } catch (RunError const& error) {
        EXPECT_NE(std::string(error.what()).find("/no/such/folder/run.json"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("No such file"), std::string::npos) << error.what();
    }
}

std::string host_name() {
    char name[256] = {};
    gethostname(name, sizeof name - 1);
    return name;
}

/// As a run leaves it.
std::string const kRecord = R"({"status": "completed", "crine": {}, "files": ["fields_*.vti", "cells_*.vtp", "summary.csv", "run.json"]})";
std::vector<std::string> const kFiles{"fields_*.vti", "summary.csv", "routes.csv", "run.json"};

std::string refusal(std::filesystem::path const& folder, Existing existing, std::vector<std::string> const& files = kFiles) {
    try {
        OutputFolder(folder, existing, files).open();
    } catch (InputError const& error) {
        return error.what();
    }
    return "none";
}

TEST(OutputFolder, RefusesAnotherRunAndReplacesOnlyItsFiles) {
    TemporaryFolder const folder;
    write_text(folder / "run.json", kRecord);
    for (char const* name : {"fields_000003.vti", "cells_000003.vtp.part", "summary.csv", "notes.txt", "fields_mine.vti", "cells_12.vtp"})
        write_text(folder / name, "x");
    auto const before = names_in(folder.path());
    EXPECT_NE(refusal(folder.path(), Existing::refuse).find("already holds a run (completed)"), std::string::npos);
    EXPECT_EQ(names_in(folder.path()), before);
    {
        OutputFolder mine(folder.path(), Existing::replace, kFiles);
        EXPECT_EQ(names_in(folder.path()), before);  // it has only looked
        mine.open();
        EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"cells_12.vtp", "fields_mine.vti", "notes.txt", "run.lock"}));
    }
    EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"cells_12.vtp", "fields_mine.vti", "notes.txt"}));
    EXPECT_EQ(refusal(folder.path(), Existing::refuse), "none");  // what is left is not ours
}

// a file of a name that a run writes is somebody's, unless a record says that it is of a run; so is what a link points to
TEST(OutputFolder, NeverTouchesWhatIsNotOfARun) {
    for (std::string const name : {"summary.csv", "routes.csv", "run.json", "fields_000000.vti", "fields_1000000.vti",
                                   "fields_000000.vti.part", "routes.csv.part", "run.lock"})
        for (bool const beside_a_run : {false, true}) {
            if (beside_a_run && name != "routes.csv" && name != "run.lock") continue;
            for (char const* kind : {"file", "link", "broken link", "folder"}) {
                TemporaryFolder const folder, elsewhere;
                if (beside_a_run) write_text(folder / "run.json", kRecord);
                write_text(elsewhere / "precious", "x");
                if (kind == std::string("file")) write_text(folder / name, "x");
                if (kind == std::string("folder")) std::filesystem::create_directory(folder / name);
                if (kind == std::string("link")) std::filesystem::create_symlink(elsewhere / "precious", folder / name);
                if (kind == std::string("broken link")) std::filesystem::create_symlink(elsewhere / "new", folder / name);
                for (Existing const existing : {Existing::refuse, Existing::replace}) {
                    std::string const told = refusal(folder.path(), existing);
                    bool const as_a_run = beside_a_run && existing == Existing::refuse;
                    EXPECT_NE(told.find(as_a_run ? "already holds a run" : "not of a run"), std::string::npos) << name << ": " << told;
                    EXPECT_TRUE(std::filesystem::exists(std::filesystem::symlink_status(folder / name))) << name;
                }
                EXPECT_EQ(contents(elsewhere / "precious"), "x");
                EXPECT_FALSE(std::filesystem::exists(elsewhere / "new"));
            }
        }
}

TEST(OutputFolder, TakesFoldersThatHoldOtherThings) {
    TemporaryFolder const folder;
    for (char const* name : {"scenario.yaml", "compartments.csv", "fields_00000.vti", "fields_000000.vti.bak", "xrun.json"})
        write_text(folder / name, "mine");  // none of which this run writes
    EXPECT_EQ(refusal(folder.path(), Existing::refuse), "none");
    EXPECT_EQ(names_in(folder.path()).size(), 5u);
    EXPECT_EQ(contents(folder / "compartments.csv"), "mine");
}

TEST(OutputFolder, TellsALiveRunFromADeadOne) {
    TemporaryFolder const folder;
    write_text(folder / "run.json", kRecord);
    {
        OutputFolder alive(folder.path(), Existing::replace, kFiles);
        alive.open();
        for (Existing const existing : {Existing::refuse, Existing::replace})
            EXPECT_NE(refusal(folder.path(), existing)
                          .find("a run is writing to " + folder.path().string() + " now (process " + std::to_string(getpid())),
                      std::string::npos);
        EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"run.lock"});
    }
    // one that was killed leaves its lock file, but holds no lock
    std::string kernel = contents("/proc/sys/kernel/random/boot_id");
    kernel.pop_back();
    for (std::string const& left :
         {std::string(), "crine 1 " + kernel + " some-container\n", "crine 1 before-it-was-started-anew " + host_name()}) {
        write_text(folder / "run.lock", left);
        EXPECT_EQ(refusal(folder.path(), Existing::refuse), "none") << left;
        EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{}) << left;
    }
    // of a run on another computer its lock says nothing
    write_text(folder / "run.lock", "crine 1 another-kernel another-computer\n");
    std::string const told = refusal(folder.path(), Existing::replace);
    EXPECT_NE(told.find("on another-computer"), std::string::npos) << told;
    EXPECT_NE(told.find("remove " + (folder / "run.lock").string()), std::string::npos) << told;
}

TEST(OutputFolder, SeesThatItWasRemoved) {
    TemporaryFolder const folder;
    std::filesystem::path const path = folder / "out";
    {
        OutputFolder run(path, Existing::refuse, kFiles);
        run.open();
        run.check();
        std::filesystem::rename(path, folder / "moved");
        EXPECT_THROW(run.check(), RunError);
        std::filesystem::create_directory(path);  // and perhaps another run in it
        write_text(path / "run.lock", "crine 1 a b\n");
        EXPECT_THROW(run.check(), RunError);
    }
    EXPECT_TRUE(std::filesystem::exists(path / "run.lock"));
    EXPECT_FALSE(std::filesystem::exists(folder / "moved/run.lock"));
}

// every name in the list is that of a file, and every file of a run is in the list
TEST(OutputFiles, HaveOneList) {
    TemporaryFolder const folder;
    Scenario const scenario = small_scenario();
    for (auto const& writer : make_writers(scenario, folder.path())) writer->write(small_frame(scenario, 0));
    auto const names = files_of(scenario);
    for (auto const& file : names_in(folder.path()))
        EXPECT_EQ(std::count_if(names.begin(), names.end(), [&](auto const& name) { return is_named(file, name); }), 1) << file;
    EXPECT_EQ(names.size(), names_in(folder.path()).size() + 2);  // and run.json, and checkpoints
    EXPECT_TRUE(is_named("fields_1234567.vti", "fields_*.vti"));
    for (char const* other :
         {"fields_12345.vti", "fields_12345a.vti", "fields_.vti", "fields_123456.vti.part", "xfields_123456.vti", "fields_*.vti"})
        EXPECT_FALSE(is_named(other, "fields_*.vti")) << other;
}

TEST(LineFile, IsAlwaysANewFile) {
    TemporaryFolder const folder;
    write_text(folder / "mine", "x");
    std::filesystem::create_symlink(folder / "mine", folder / "link");
    for (char const* name : {"mine", "link"}) EXPECT_THROW(LineFile(folder / name, "time [h]").begin(), RunError);
    EXPECT_EQ(contents(folder / "mine"), "x");
}

TEST(LineFile, TellsWhenSomebodyHasRemovedIt) {
    TemporaryFolder const folder;
    LineFile file(folder / "summary.csv", "time [h]");
    file.add("0");
    std::filesystem::remove(folder / "summary.csv");
    EXPECT_THROW(file.add("1"), RunError);
}

class Recording final : public Writer {
public:
    Recording(std::vector<double>& times, double broken) : times_(times), broken_(broken) {}
    void write(Frame const& frame) override {
        if (frame.snapshot.time == broken_) throw RunError("disk full");
        times_.push_back(frame.snapshot.time);
    }
    void list(Positions&) override {}

private:
    std::vector<double>& times_;
    double broken_;
};

std::vector<std::unique_ptr<Writer>> recording(std::vector<double>& times, double broken = -1) {
    std::vector<std::unique_ptr<Writer>> writers;
    writers.push_back(std::make_unique<Recording>(times, broken));
    return writers;
}

Frame at(double time) {
    Frame frame;
    frame.snapshot.time = time;
    return frame;
}

TEST(BackgroundWriter, KeepsTheOrder) {
    std::vector<double> times, expected;
    {
        BackgroundWriter background(recording(times));
        for (int i = 0; i < 100; ++i) background.submit(at(i)), expected.push_back(i);
    }
    EXPECT_EQ(times, expected);
}

TEST(BackgroundWriter, RaisesWhatAWriterThrew) {
    std::vector<double> times;
    BackgroundWriter background(recording(times, 1));
    background.submit(at(0));
    EXPECT_THROW(
        {
            background.submit(at(1));
            background.finish();
        },
        RunError);
    EXPECT_THROW(background.submit(at(2)), RunError);
    EXPECT_EQ(times, std::vector<double>{0});
}

}  // namespace
}  // namespace crine::test
