#pragma once
// Where files of a running weir lie (locks, DPDK's sockets): /run for root, $XDG_RUNTIME_DIR else.
#include <filesystem>
#include <string>

namespace weir {

// Of weir: $RUNTIME_DIRECTORY (systemd), /run/weir as root, $XDG_RUNTIME_DIR/weir or /tmp/weir-UID.
std::filesystem::path runtime_directory();
// Of DPDK, without the file prefix (as lib/eal/unix/eal_filesystem.c chooses it).
std::filesystem::path dpdk_runtime_directory();
// Removes what dead processes left there: directories "weir-PID" whose PID lives no more.
void remove_stale_dpdk_files(const std::filesystem::path& directory);

}  // namespace weir
