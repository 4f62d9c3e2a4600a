#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "dataplane/api/socket.hpp"
#include "dataplane/base/error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr int backlog = 64;

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
    throw Error{ExitCode::device, fmt::format("api.socket {}: {}", path.string(), why)};
}

sockaddr_un address_of(const fs::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& text = path.native();
    if (text.size() >= sizeof address.sun_path)
        refuse(path, fmt::format("is longer than the {} bytes of a socket's path: choose a shorter "
                                 "one",
                                 sizeof address.sun_path - 1));
    std::memcpy(address.sun_path, text.data(), text.size());
    return address;
}

Descriptor make_socket(const fs::path& path) {
    Descriptor made{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (made.get() < 0) refuse(path, fmt::format("no socket to be had: {}", std::strerror(errno)));
    return made;
}

std::string read_all(int fd) {
    char text[256];
    const ssize_t size = pread(fd, text, sizeof text, 0);
    return {text, static_cast<std::size_t>(size > 0 ? size : 0)};
}

// The holder unlinks its lock when it ends: what we locked may be no file of that name any more.
bool still_there(int fd, const fs::path& path) {
    struct stat ours{};
    struct stat named{};
    return fstat(fd, &ours) == 0 && stat(path.c_str(), &named) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

std::string peer_of(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "another program";
    std::string name;
    std::getline(std::ifstream{fmt::format("/proc/{}/comm", peer.pid)}, name);
    return fmt::format("{} (pid {})", name.empty() ? "another program" : name, peer.pid);
}

}  // namespace

UnixListener::UnixListener(const fs::path& path, std::uint32_t mode, const std::string& node)
    : path_{path}, lock_path_{path.string() + ".lock"} {
    make_directory();
    try {
        take_lock(node);
        remove_stale();
        listen_on(mode);
    } catch (...) {
        std::error_code ignored;
        if (lock_.get() >= 0) fs::remove(lock_path_, ignored);
        if (made_directory_) fs::remove(path_.parent_path(), ignored);
        throw;
    }
}

UnixListener::~UnixListener() {
    std::error_code ignored;
    fs::remove(path_, ignored);
    fs::remove(lock_path_, ignored);
    if (made_directory_) fs::remove(path_.parent_path(), ignored);  // stays if others are in it
}

void UnixListener::make_directory() {
    std::error_code error;
    const fs::path directory = path_.parent_path();
    made_directory_ = fs::create_directories(directory, error);
    // One of that name under /run is nobody else's, also where a killed weir made it.
    made_directory_ |= directory == "/run/weir";
    if (error)
        refuse(path_,
               fmt::format("its directory cannot be made: {}: run weir as a user who may, or "
                           "choose a path under $XDG_RUNTIME_DIR",
                           error.message()));
}

void UnixListener::take_lock(const std::string& node) {
    for (;;) {
        // Nobody else may open it: a lock that any user can take keeps weir from starting.
        Descriptor fd{open(lock_path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
        if (fd.get() < 0)
            refuse(path_, fmt::format("its lock {} cannot be opened: {}: run weir as a user who "
                                      "may, or choose a path under $XDG_RUNTIME_DIR",
                                      lock_path_.string(), std::strerror(errno)));
        if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
            const std::string holder = read_all(fd.get());
            refuse(path_, fmt::format("is served by {}: stop that one, or give this node another "
                                      "socket",
                                      holder.empty() ? "another weir" : holder));
        }
        if (!still_there(fd.get(), lock_path_)) continue;
        const std::string who = fmt::format("weir {} (pid {})", node, getpid());
        if (ftruncate(fd.get(), 0) != 0 ||
            pwrite(fd.get(), who.data(), who.size(), 0) != static_cast<ssize_t>(who.size()))
            refuse(path_,
                   fmt::format("its lock {} cannot be written: {}: see \"df {}\"",
                               lock_path_.string(), std::strerror(errno), lock_path_.string()));
        lock_ = std::move(fd);
        return;
    }
}

void UnixListener::remove_stale() const {
    struct stat there{};
    if (lstat(path_.c_str(), &there) != 0) return;
    if (!S_ISSOCK(there.st_mode))
        refuse(path_, "is there already and is no socket: move it away, or choose another path");
    const Descriptor probe = make_socket(path_);
    const sockaddr_un address = address_of(path_);
    if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
        errno == EAGAIN)  // its backlog is full
        refuse(path_, fmt::format("is served by {}: stop that one, or give this node another "
                                  "socket",
                                  peer_of(probe.get())));
    if (unlink(path_.c_str()) != 0)
        refuse(path_, fmt::format("a dead process left it and it cannot be removed: {}: remove it",
                                  std::strerror(errno)));
}

void UnixListener::listen_on(std::uint32_t mode) {
    const sockaddr_un address = address_of(path_);
    Descriptor made = make_socket(path_);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    // Between bind and listen nobody can connect, so that no umask (which is the whole process's)
    // is needed for the mode to hold from the first connection on.
    if (bind(made.get(), generic, sizeof address) != 0)
        refuse(path_,
               fmt::format("cannot be made: {}: run weir as a user who may, or choose a path "
                           "under $XDG_RUNTIME_DIR",
                           std::strerror(errno)));
    if (chmod(path_.c_str(), mode) != 0 || listen(made.get(), backlog) != 0) {
        const int error = errno;
        unlink(path_.c_str());
        refuse(path_, fmt::format("cannot be opened to others: {}", std::strerror(error)));
    }
    socket_ = std::move(made);
}

}  // namespace weir
