// What benchmarks report: samples, metrics with their units, and the lines of results that they make.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace crine::bench {

/// Several measurements of the same thing.
struct Samples {
    double median = 0, min = 0, max = 0;

    /// All three by a monotonic function: seconds become a rate, and the shortest time the highest rate.
    template <class Convert>
    Samples as(Convert const& convert) const {
        double const a = convert(min), b = convert(max);
        return {convert(median), a < b ? a : b, a < b ? b : a};
    }
};

inline Samples one(double value) { return {value, value, value}; }
Samples summarise(std::vector<double> values);

/// What is measured. The JSON has base units; people read `unit`, of which there are `scale` in one base unit.
struct Metric {
    char const* name;
    char const* unit;
    double scale;
    bool higher_is_better;
};

namespace metric {
inline constexpr Metric copy_bytes_per_s{"copy_bytes_per_s", "GB/s", 1e-9, true};
inline constexpr Metric ligand_voxel_steps_per_s{"ligand_voxel_steps_per_s", "M/s", 1e-6, true};
inline constexpr Metric seconds_to_error{"seconds_to_error", "s", 1, false};
inline constexpr Metric relative_error{"relative_error", "", 1, false};
inline constexpr Metric ns_per_cell{"ns_per_cell", "ns", 1, false};
inline constexpr Metric agent_steps_per_s{"agent_steps_per_s", "M/s", 1e-6, true};
inline constexpr Metric cost_growth{"cost_growth", "x", 1, false};
inline constexpr Metric seconds_per_simulated_hour{"seconds_per_simulated_hour", "s", 1, false};
inline constexpr Metric seconds_per_30_min{"seconds_per_30_min", "s", 1, false};
inline constexpr Metric slowdown{"slowdown", "x", 1, false};
inline constexpr Metric seconds{"seconds", "s", 1, false};
inline constexpr Metric bytes{"bytes", "MB", 1e-6, false};
inline constexpr Metric bytes_per_cell{"bytes_per_cell", "B", 1, false};
inline constexpr Metric bytes_per_ligand_voxel{"bytes_per_ligand_voxel", "B", 1, false};
inline constexpr Metric peak_bytes{"peak_bytes", "MB", 1e-6, false};
}  // namespace metric

/// The metric of this name; nullptr if there is none.
Metric const* find_metric(std::string const& name);

/// One line of the result. What it was measured on, its `key`, is all but the numbers and the note.
struct Measurement {
    std::string name{};                        ///< of the case: "transport"
    std::string setting{};                     ///< variant of the case: "varying D"
    std::string device{};                      ///< "cpu" or "cuda"
    std::uint64_t size = 0;                    ///< voxels or cells
    int ligands = 0;                           ///< 0: has nothing to do with ligands
    std::string metric{};                      ///< name of one of `metric` above
    Samples value{};                           ///< in the metric's base unit
    std::optional<double> fraction_of_copy{};  ///< bytes that had to move, by the time, by the bandwidth of a copy
    std::string note{};                        ///< how it was reached, for people
};

/// Where and from what measurements were made; repeated in every line of the JSON, so that files can be put together.
struct Circumstances {
    std::string date, machine, commit;
    int threads = 0;
};

/// One flat list of objects, as docs/benchmarks.md describes it.
std::string to_json(std::vector<Measurement> const& results, Circumstances const& circumstances);
/// Throws InputError if the text is not such a list.
std::vector<Measurement> from_json(std::string const& text);

/// One line for people, under a heading.
std::string heading();
std::string row(Measurement const& measurement, double copy_bandwidth);

/// What has been measured both times, as a table of ratios: above 1 is better than it was.
std::string compare(std::vector<Measurement> const& before, std::vector<Measurement> const& now);

}  // namespace crine::bench
