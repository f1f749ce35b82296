// Counts processors by CPU affinity, by the quotas of Linux control groups, and by what Slurm says of a job.
#include "kernels/device/processors.h"

#include "crine/threads.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif

namespace crine {
namespace {

int allowed() {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

/// What Slurm has given to each task of a job, which a cluster need not enforce: with --cpus-per-task, else on this node.
int given_to_job(int otherwise) {
    for (char const* const name : {"SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"}) {
        char const* const value = std::getenv(name);
        int const count = value == nullptr ? 0 : std::atoi(value);
        if (count > 0) return std::min(count, otherwise);
    }
    return otherwise;
}

/// Processors' worth of time that one control group is given, in the words of either version of them; 0: no limit.
double quota_of(std::string const& folder) {
    std::string quota, period;
    std::ifstream(folder + "/cpu.max") >> quota >> period;
    if (quota.empty()) {
        std::ifstream(folder + "/cpu.cfs_quota_us") >> quota;
        std::ifstream(folder + "/cpu.cfs_period_us") >> period;
    }
    double const time = std::atof(quota.c_str()), of = std::atof(period.c_str());
    return time > 0 && of > 0 ? time / of : 0;
}

}  // namespace

int processors_by(std::string const& root) {
    double given = given_to_job(allowed());
    std::ifstream groups(root + "/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {  // "4:cpu,cpuacct:/a/b", or "0::/a/b" of version 2
        std::istringstream parts(line);
        std::string number, controllers, path;
        std::getline(parts, number, ':'), std::getline(parts, controllers, ':'), std::getline(parts, path);
        if (!controllers.empty() && (',' + controllers + ',').find(",cpu,") == std::string::npos) continue;
        std::string const mount = root + "/sys/fs/cgroup" + (controllers.empty() ? "" : "/" + controllers);
        // A group has no more than those above it; in a container the path may be that of the host, and only the top be there.
        for (;; path.erase(path.find_last_of('/'))) {
            if (double const quota = quota_of(mount + path); quota > 0) given = std::min(given, quota);
            if (path.find('/') == std::string::npos) break;
        }
    }
    return static_cast<int>(std::ceil(given));
}

int processors() { return processors_by(""); }

}  // namespace crine
