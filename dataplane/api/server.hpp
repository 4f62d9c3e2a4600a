#pragma once
// Serves the API: one thread for the UNIX socket, one for the TCP port (api.metrics), each one
// connection at a time. What one client costs the next is bounded by HttpLimits.
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dataplane/api/api.hpp"
#include "dataplane/api/socket.hpp"
#include "dataplane/config/config.hpp"

namespace weir {

class ApiServer {
public:
    // Listens when it returns; throws Error{ExitCode::device} where it can not.
    ApiServer(const ApiConfig& config, Node& node, Reloader& reloader);
    ApiServer(const ApiConfig& config, const std::string& node, StatusSource source);
    ~ApiServer();  // ends connections at once, and leaves no file
    ApiServer(const ApiServer&) = delete;
    ApiServer& operator=(const ApiServer&) = delete;

    // Of the TCP port; 0 where it is "off".
    std::uint16_t metrics_port() const { return tcp_ ? port_of(*tcp_) : std::uint16_t{0}; }

private:
    void start(const char* name, int listener, Door door);
    void stop();
    void serve(int listener, Door door) const noexcept;

    Api api_;
    UnixListener unix_;
    std::optional<Descriptor> tcp_;
    Descriptor stop_;  // readable from the moment the threads are to end
    std::vector<std::thread> threads_;
};

}  // namespace weir
