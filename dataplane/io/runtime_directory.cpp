#include "dataplane/io/runtime_directory.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <vector>

namespace weir {
namespace {

const char* environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr || *value == '\0' ? nullptr : value;
}

bool dead(pid_t pid) { return kill(pid, 0) < 0 && errno == ESRCH; }

}  // namespace

std::filesystem::path runtime_directory() {
    if (const char* systemd = environment("RUNTIME_DIRECTORY")) return systemd;
    if (getuid() == 0) return "/run/weir";
    if (const char* user = environment("XDG_RUNTIME_DIR"))
        return std::filesystem::path{user} / "weir";
    return "/tmp/weir-" + std::to_string(getuid());
}

std::filesystem::path dpdk_runtime_directory() {
    if (const char* systemd = environment("RUNTIME_DIRECTORY"))
        return std::filesystem::path{systemd} / "dpdk";
    if (getuid() == 0) return "/var/run/dpdk";
    const char* user = environment("XDG_RUNTIME_DIR");
    return std::filesystem::path{user != nullptr ? user : "/tmp"} / "dpdk";
}

void remove_stale_dpdk_files(const std::filesystem::path& directory) {
    const std::string prefix = "weir-";
    std::error_code error;
    std::vector<std::filesystem::path> stale;
    for (const auto& entry : std::filesystem::directory_iterator{directory, error}) {
        const std::string name = entry.path().filename();
        pid_t pid = 0;
        const char* end = name.data() + name.size();
        if (!name.starts_with(prefix)) continue;
        const auto [stop, bad] = std::from_chars(name.data() + prefix.size(), end, pid);
        if (bad == std::errc{} && stop == end && pid > 0 && dead(pid)) stale.push_back(entry);
    }
    for (const auto& path : stale) std::filesystem::remove_all(path, error);
}

}  // namespace weir
