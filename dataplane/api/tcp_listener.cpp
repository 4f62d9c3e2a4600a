#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "dataplane/api/socket.hpp"
#include "dataplane/base/error.hpp"

namespace weir {
namespace {

constexpr int backlog = 64;

[[noreturn]] void refuse(const std::string& where, std::string_view why) {
    throw Error{ExitCode::device,
                fmt::format("api.metrics {}: cannot listen there: {}: name another address of this "
                            "machine, or \"off\"",
                            where, why)};
}

// -1, and errno, where this address cannot be had.
int listen_at(const addrinfo& address) {
    const int fd =
        socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol);
    if (fd < 0) return -1;
    const int yes = 1;
    // A weir that starts again need not wait for connections of the one before.
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (address.ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    if (bind(fd, address.ai_addr, address.ai_addrlen) == 0 && listen(fd, backlog) == 0) return fd;
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

}  // namespace

Descriptor::~Descriptor() {
    if (fd_ >= 0) close(fd_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

Descriptor listen_tcp(const std::string& host_and_port) {
    const auto colon = host_and_port.rfind(':');
    if (colon == std::string::npos) refuse(host_and_port, "it is not HOST:PORT");
    std::string host = host_and_port.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error =
        getaddrinfo(host.c_str(), host_and_port.substr(colon + 1).c_str(), &hints, &found);
    if (error != 0) refuse(host_and_port, gai_strerror(error));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all{found, freeaddrinfo};
    for (const addrinfo* it = found; it != nullptr; it = it->ai_next)
        if (Descriptor fd{listen_at(*it)}; fd.get() >= 0) return fd;
    refuse(host_and_port, std::strerror(errno));
}

std::uint16_t port_of(const Descriptor& tcp) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getsockname(tcp.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace weir
