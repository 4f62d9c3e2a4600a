#include "dataplane/io/descriptors.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <charconv>
#include <filesystem>

namespace weir {

std::set<int> open_descriptors() {
    std::set<int> descriptors;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd", error}) {
        const std::string name = entry.path().filename();
        int fd = -1;
        std::from_chars(name.data(), name.data() + name.size(), fd);
        if (fd >= 0) descriptors.insert(fd);
    }
    return descriptors;
}

std::string descriptor_target(int fd) {
    std::error_code error;
    return std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd), error);
}

std::vector<int> sockets_since(const std::set<int>& before, int domain) {
    std::vector<int> sockets;
    for (const int fd : open_descriptors()) {
        int has = 0;
        socklen_t size = sizeof has;
        if (!before.contains(fd) && getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &has, &size) == 0 &&
            has == domain)
            sockets.push_back(fd);
    }
    return sockets;
}

}  // namespace weir
