#include "tools/weirctl/client.hpp"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "dataplane/base/error.hpp"

namespace weir {
namespace {

// httplib says only that it could not connect: asks the kernel why.
std::string why_not(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int refused =
        connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
    close(fd);
    switch (refused) {
        case 0:
            return "it took the connection but did not answer; is the program behind it weir, and "
                   "not stopped?";
        case ENOENT:
            return "there is no such socket; start weir, or name its api.socket with --socket";
        case ECONNREFUSED:
            return "nobody listens; weir has ended without cleaning up, start it again";
        case EACCES:
            return "permission denied; become a user who may, as api.mode of the configuration "
                   "says";
        default:
            return fmt::format("{}; name the api.socket of weir with --socket",
                               std::strerror(refused));
    }
}

}  // namespace

Ask ask_over(std::string socket) {
    if (socket.empty() || socket.size() >= sizeof(sockaddr_un{}.sun_path))
        throw Error{ExitCode::usage, fmt::format("--socket {}: no path of a socket: 1 to {} bytes",
                                                 socket, sizeof(sockaddr_un{}.sun_path) - 1)};
    return [socket = std::move(socket)](const std::string& method, const std::string& path) {
        constexpr time_t patience_s = 120;  // a reload of a large configuration takes its time
        httplib::Client client{socket, 80};
        client.set_address_family(AF_UNIX);
        client.set_read_timeout(patience_s);
        const httplib::Headers headers{{"Host", "localhost"}};
        const auto result = method == "POST"
                                ? client.Post(path, headers, std::string{}, "application/json")
                                : client.Get(path, headers);
        if (!result)
            throw Error{ExitCode::unreachable,
                        fmt::format("weir can not be reached at {}: {}", socket, why_not(socket))};
        return Answer{result->status, result->body};
    };
}

}  // namespace weir
