#include "dataplane/api/server.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "dataplane/api/http.hpp"
#include "dataplane/base/error.hpp"

namespace weir {

ApiServer::ApiServer(const ApiConfig& config, const std::string& node, StatusSource source)
    : api_{std::move(source)},
      unix_{config.socket, config.mode, node},
      tcp_{config.metrics == "off" ? std::nullopt : std::optional{listen_tcp(config.metrics)}},
      stop_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (stop_.get() < 0)
        throw Error{
            ExitCode::device,
            fmt::format("the API can not be served: {}: see \"ulimit -n\"", std::strerror(errno))};
    try {
        start("weir-api", unix_.get(), Door::local);
        if (tcp_) start("weir-metrics", tcp_->get(), Door::open);
    } catch (...) {
        stop();  // no second thread to be had: the first must not outlive this object
        throw;
    }
}

ApiServer::~ApiServer() { stop(); }

void ApiServer::start(const char* name, int listener, Door door) {
    threads_.emplace_back([=, this] {
        pthread_setname_np(pthread_self(), name);
        serve(listener, door);
    });
}

void ApiServer::stop() {
    eventfd_write(stop_.get(), 1);
    for (std::thread& thread : threads_) thread.join();
}

void ApiServer::serve(int listener, Door door) const noexcept {
    constexpr int pause_ms = 50;
    for (;;) {
        std::array<pollfd, 2> both{{{stop_.get(), POLLIN, 0}, {listener, POLLIN, 0}}};
        poll(both.data(), both.size(), -1);
        if (both[0].revents != 0) return;
        const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (connection < 0) {
            // Out of descriptors, or the peer was quicker: not a reason to spin, nor to end.
            poll(both.data(), 1, pause_ms);
            continue;
        }
        const bool served = serve_connection(connection, stop_.get(), door, api_);
        close(connection);
        if (!served) poll(both.data(), 1, pause_ms);  // what ran out may be back by then
    }
}

}  // namespace weir
