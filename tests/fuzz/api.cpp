// Any bytes on the API's socket, through the HTTP library, by both doors: one well-formed answer, a
// node that nobody reloads from outside, and a server that takes the next request.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "dataplane/api/http.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/unit/api/fake_node.hpp"

namespace weir::fuzz {
namespace {

struct World {
    FakeNode node;
    Api api{node.source()};
    std::array<int, 2> stop{-1, -1};
    World() { require(socketpair(AF_UNIX, SOCK_STREAM, 0, stop.data()) == 0, "no socketpair"); }
};

World& world() {
    static World instance;
    return instance;
}

std::string exchange(Door door, std::string_view request) {
    std::array<int, 2> ends{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0, "no socketpair");
    int room = 1 << 20;
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    if (write(ends[1], request.data(), request.size()) < 0)
        require(request.empty(), "the socket took nothing");
    shutdown(ends[1], SHUT_WR);
    HttpLimits limits;
    limits.request_time = limits.goodbye = std::chrono::milliseconds{5};
    require(serve_connection(ends[0], world().stop[0], door, world().api, limits),
            "a request broke its answer off");
    close(ends[0]);
    std::string answer;
    std::array<char, 65536> buffer;
    for (ssize_t n = 0; (n = read(ends[1], buffer.data(), buffer.size())) > 0;)
        answer.append(buffer.data(), static_cast<std::size_t>(n));
    close(ends[1]);
    return answer;
}

Input input_of(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

// First byte: bit 0 the door; then the request as it lies on the socket.
std::vector<Input> seeds() {
    std::vector<Input> all;
    for (const char* path :
         {"/v1", "/v1/ports", "/v1/workers", "/v1/sids", "/v1/policies", "/v1/routes",
          "/v1/neighbors", "/v1/drops", "/v1/audit", "/v1/config", "/v1/counters", "/v1/runtime",
          "/v1/version", "/metrics", "/healthz", "/readyz", "/", "/none"})
        for (const char door : {'0', '1'})
            all.push_back(
                input_of(door + std::string{"GET "} + path + " HTTP/1.1\r\nHost: weir\r\n\r\n"));
    all.push_back(input_of("0POST /v1/reload HTTP/1.1\r\nHost: weir\r\nContent-Length: 0\r\n\r\n"));
    all.push_back(input_of("1POST /v1/reload HTTP/1.1\r\nHost: weir\r\n\r\n"));
    all.push_back(input_of("0HEAD /metrics HTTP/1.0\r\n\r\n"));
    all.push_back(input_of(
        "0PUT /v1/ports HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
    all.push_back(input_of("0GET /v1/%70orts?x=%zz HTTP/1.1\r\nA: b\r\n\r\n"));
    return all;
}

}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir;
    if (size < 1 || size > 20'000) return 0;
    const Door door = (data[0] & 1) != 0 ? Door::open : Door::local;
    FakeNode& node = fuzz::world().node;
    const unsigned reloads = node.reloads;
    const std::string answer =
        fuzz::exchange(door, {reinterpret_cast<const char*>(data + 1), size - 1});
    fuzz::require(answer.empty() || answer.starts_with("HTTP/1."), "an answer that is not HTTP");
    if (door == Door::open) fuzz::require(node.reloads == reloads, "reloaded from outside");
    return 0;
}
