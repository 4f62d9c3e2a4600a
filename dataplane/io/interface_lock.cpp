#include "dataplane/io/interface_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "dataplane/base/error.hpp"
#include "dataplane/io/kernel_interface.hpp"

namespace weir {
namespace {

std::string read_all(int fd) {
    char text[256];
    const ssize_t size = pread(fd, text, sizeof text, 0);
    return {text, static_cast<std::size_t>(size > 0 ? size : 0)};
}

// The holder unlinks its file when it ends: what we locked may be no file of that name any more.
bool still_there(int fd, const std::filesystem::path& path) {
    struct stat ours{};
    struct stat named{};
    return fstat(fd, &ours) == 0 && stat(path.c_str(), &named) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

int open_in(const std::filesystem::path& path, const std::string& port) {
    // Again where a weir that ends removed the directory between the two calls.
    for (int attempt = 0; attempt < 100; ++attempt) {
        std::error_code error;
        std::filesystem::create_directories(path.parent_path(), error);
        const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (fd >= 0) return fd;
        if (errno != ENOENT) break;
    }
    throw Error{ExitCode::device,
                fmt::format("port {}: its lock {} cannot be made: {}: run weir as a user who may "
                            "write there, or set XDG_RUNTIME_DIR",
                            port, path.string(), std::strerror(errno))};
}

}  // namespace

InterfaceLock::InterfaceLock(const std::filesystem::path& directory, const std::string& key,
                             const std::string& port, const std::string& node)
    : path_{directory / "lock" / key} {
    while (true) {
        fd_ = open_in(path_, port);
        if (flock(fd_, LOCK_EX | LOCK_NB) < 0) {
            const std::string holder = read_all(fd_);
            close(fd_);
            throw Error{ExitCode::device,
                        fmt::format("port {}: its interface is held by {}: stop that one, or give "
                                    "this port another device",
                                    port, holder.empty() ? "another weir" : holder)};
        }
        if (still_there(fd_, path_)) break;
        close(fd_);
    }
    const std::string who = fmt::format("weir {} (pid {}, port {})", node, getpid(), port);
    if (ftruncate(fd_, 0) < 0 ||
        pwrite(fd_, who.data(), who.size(), 0) != static_cast<ssize_t>(who.size())) {
        const int error = errno;
        close(fd_);
        throw Error{ExitCode::device,
                    fmt::format("port {}: its lock {} cannot be written: {}: \"df {}\"", port,
                                path_.string(), std::strerror(error), path_.string())};
    }
}

InterfaceLock::~InterfaceLock() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    close(fd_);
    std::filesystem::remove(path_.parent_path(), ignored);
    std::filesystem::remove(path_.parent_path().parent_path(), ignored);
}

std::string lock_key(const DeviceString& device) {
    std::string interface;
    if (const auto* pci = std::get_if<PciDevice>(&device)) return "pci-" + pci->address;
    if (const auto* xdp = std::get_if<AfXdpDevice>(&device)) interface = xdp->interface;
    if (const auto* packet = std::get_if<AfPacketDevice>(&device)) interface = packet->interface;
    const auto found = KernelInterface::find(interface);
    return found ? fmt::format("net-{}-{}", network_namespace(), found->index()) : "";
}

}  // namespace weir
