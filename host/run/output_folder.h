// The folder that a run writes into: who may use it, and what may be replaced there.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace crine {

/// What becomes of a run that a folder holds: it is left alone, removed, or gone on with.
enum class Existing { refuse, replace, go_on };

/// The folder of a run: its own from `open` on, until this ends.
class OutputFolder {
public:
    /// Looks whether a run may write these files there (`output_files`), and changes nothing. Throws InputError where another run lies,
    /// which is not to be replaced; where one is alive; and where a file of somebody else would be written over.
    OutputFolder(std::filesystem::path folder, Existing existing, std::vector<std::string> files);
    ~OutputFolder();
    OutputFolder(OutputFolder const&) = delete;
    OutputFolder& operator=(OutputFolder const&) = delete;

    /// Makes the folder, locks it, looks again, and removes the old run and nothing else, or leaves it to be gone on with.
    void open();
    void replace() { existing_ = Existing::replace; }
    /// How the run went that was found there: "completed", "interrupted", "failed" or "killed"; empty: there is none.
    std::string const& found() const { return found_; }
    /// Throws RunError if what lies under this name is no longer the folder that was opened.
    void check() const;
    /// Gives back what was kept of the disk for the last words of a run that has filled it.
    void make_room() const;
    /// Waits until all that was written is on the disk.
    void sync() const;

    std::filesystem::path const& path() const { return path_; }
    std::vector<std::string> const& files() const { return files_; }

private:
    struct Found;
    Found look() const;

    std::filesystem::path path_;
    Existing existing_;
    std::vector<std::string> files_;
    std::string found_;
    int folder_ = -1, lock_ = -1;  ///< file descriptors
};

}  // namespace crine
