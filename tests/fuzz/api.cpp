// Any bytes on the API's socket, through the HTTP library, by both doors: one well-formed answer, a
// node that nobody reloads from outside, and a server that takes the next request.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "dataplane/api/http.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/unit/api/fake_node.hpp"

namespace weir::fuzz {
namespace {

// What comes of a reload, by what is in the file and what the node says to it.
enum class Reload : std::uint8_t { adopted, refused, thrown, errors };

// A configuration file that is nowhere but in memory.
std::string file_of(std::string_view text) {
    const int file = memfd_create("weir.toml", MFD_CLOEXEC);
    require(file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()),
            "no file in memory");
    return "/proc/self/fd/" + std::to_string(file);
}

ReloadResult adopt(Reload what) {
    switch (what) {
        case Reload::adopted:
            return {true, 8, {}, {"lossless is not in this version"}};
        case Reload::refused:
        case Reload::errors:  // does not come this far
            return {false, 7, {"port wan0: mtu 1500 -> 9000"}, {}};
        case Reload::thrown:
            break;
    }
    throw std::runtime_error{"no memory for a new snapshot"};
}

class Host {
public:
    explicit Host(std::string_view toml) : node_{toml} {}
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    // As a node that has been running for a while.
    void grow_old() {
        for (std::size_t i = 0; i < node_.config().ports.size(); ++i) {
            PortReading& port = node_.ports[static_cast<PortId>(i)];
            port.link_up = i != 0;
            port.speed = BitsPerSecond{25'000'000'000};
            port.missed = {{"ring_full", 3}, {"a \"cause\"\n with <&>", 1}};
            node_.control().ports[static_cast<PortId>(i)].drops[3].add(5);
        }
        for (std::size_t i = 0; i < node_.config().workers.cores.size(); ++i) {
            node_.worker(i).adoptions.add();
            node_.worker(i).total_cycles.add(1000);
            node_.worker(i).busy_cycles.add(10);
        }
        const Ipv6Addr v4 = mapped(parse_ipv4("10.1.0.2").value());
        const Ipv6Addr v6 = parse_ipv6("fd00:ab::2").value();
        node_.neighbors = {{PortId{0}, v4, {{2, 1, 1, 1, 1, 1}}, "reachable", true, Nanos{1500}, 0},
                           {PortId{1}, v6, {}, "incomplete", false, Nanos{0}, 3}};
        node_.audit.workers.resize(2);
        node_.audit.closes = true;
    }

    const Api& api() const { return api_; }

    Reload next_reload = Reload::adopted;
    bool out_of_memory = false;
    unsigned reloads = 0;

private:
    StatusSource source() {
        StatusSource made = node_.source();
        made.reload = [this] {
            ++reloads;
            return (next_reload == Reload::errors ? broken_ : whole_).reload();
        };
        made.neighbors = [this, neighbors = made.neighbors] {
            if (out_of_memory) throw std::runtime_error{"out of \"memory\"\n"};
            return neighbors();
        };
        return made;
    }

    FakeNode node_;
    Reloader whole_{file_of(small_config), [this](const Config&) { return adopt(next_reload); },
                    [] { return std::uint64_t{7}; }};
    Reloader broken_{file_of("[node]\nname = 5\n"),
                     [this](const Config&) { return adopt(next_reload); },
                     [] { return std::uint64_t{7}; }};
    Api api_{source()};
};

std::string example() {
    std::ifstream in{WEIR_EXAMPLE, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

struct World {
    Host fresh{small_config};
    Host old{example()};
    std::array<int, 2> stop{-1, -1};
    World() {
        require(socketpair(AF_UNIX, SOCK_STREAM, 0, stop.data()) == 0, "no socketpair");
        old.grow_old();
    }
};

World& world() {
    static World instance;
    return instance;
}

// Two characters ahead of the request as it lies on the socket.
struct How {
    Door door;         // first: bit 0
    Reload reload;     // bits 1-2
    bool old;          // bit 3
    bool short_limit;  // second: bit 0
    bool stays;        // bit 1: the peer does not say that it is done
    bool narrow;       // bit 2: the peer takes no answer
    bool throws;       // bit 3
    explicit How(const std::uint8_t* data)
        : door{(data[0] & 1) != 0 ? Door::open : Door::local},
          reload{static_cast<Reload>(data[0] >> 1U & 3U)},
          old{(data[0] & 8) != 0},
          short_limit{(data[1] & 1) != 0},
          stays{(data[1] & 2) != 0},
          narrow{(data[1] & 4) != 0},
          throws{(data[1] & 8) != 0} {}
};

std::string exchange(const How& how, const Api& api, std::string_view request) {
    std::array<int, 2> ends{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0, "no socketpair");
    int room = how.narrow ? 1 : 1 << 20, much = 1 << 20;
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &much, sizeof much);
    if (write(ends[1], request.data(), request.size()) < 0)
        require(request.empty(), "the socket took nothing");
    if (!how.stays) shutdown(ends[1], SHUT_WR);
    HttpLimits limits;
    limits.request_time = limits.goodbye = std::chrono::milliseconds{how.stays ? 1 : 5};
    if (how.narrow) limits.response_time = std::chrono::milliseconds{1};
    if (how.short_limit) limits.request_bytes = 256;
    require(serve_connection(ends[0], world().stop[0], how.door, api, limits),
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

std::vector<Input> seeds() {
    std::vector<Input> all;
    for (const char* path :
         {"/v1", "/v1/ports", "/v1/workers", "/v1/sids", "/v1/policies", "/v1/routes",
          "/v1/neighbors", "/v1/drops", "/v1/audit", "/v1/config", "/v1/counters", "/v1/runtime",
          "/v1/version", "/metrics", "/healthz", "/readyz", "/", "/none"})
        for (const char* how : {"00", "10", "80", "90", "88"})
            all.push_back(
                input_of(how + std::string{"GET "} + path + " HTTP/1.1\r\nHost: weir\r\n\r\n"));
    for (const char* how : {"00", "10", "20", "40", "60"})
        all.push_back(input_of(
            how +
            std::string{"POST /v1/reload HTTP/1.1\r\nHost: weir\r\nContent-Length: 0\r\n\r\n"}));
    // A limit that is met, a peer that waits, one that takes nothing.
    const std::string get = "GET /v1/config HTTP/1.1\r\nHost: weir\r\n";
    for (const char* how : {"00", "01", "02", "03", "04", "84", "06"}) {
        all.push_back(input_of(how + get + "\r\n"));
        all.push_back(input_of(how + get + "A: " + std::string(300, 'a') + "\r\n\r\n"));
        all.push_back(input_of(how + get));
        all.push_back(input_of(how + ("GET /" + std::string(300, 'a'))));
    }
    for (const char* other :
         {"00HEAD /metrics HTTP/1.0\r\n\r\n", "00DELETE /v1 HTTP/1.1\r\n\r\n",
          "00PUT /v1/ports HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
          "00GET /v1 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
          "00GET /v1/%70orts?x=%zz HTTP/1.1\r\nA: b\r\n\r\n",
          "00GET /metrics HTTP/1.1\r\nRange: bytes=0-1,0-1\r\n\r\n", "00\r\n\r\n", "00"})
        all.push_back(input_of(other));
    return all;
}

}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir;
    if (size < 2 || size > 20'000) return 0;
    const fuzz::How how{data};
    fuzz::Host& host = how.old ? fuzz::world().old : fuzz::world().fresh;
    host.next_reload = how.reload;
    host.out_of_memory = how.throws;
    const unsigned reloads = host.reloads;
    const std::string answer =
        fuzz::exchange(how, host.api(), {reinterpret_cast<const char*>(data + 2), size - 2});
    fuzz::require(answer.empty() || answer.starts_with("HTTP/1."), "an answer that is not HTTP");
    if (how.door == Door::open) fuzz::require(host.reloads == reloads, "reloaded from outside");
    return 0;
}
