// The API on real sockets, asked by hand-written bytes.
#include "dataplane/api/server.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>

#include "dataplane/base/error.hpp"
#include "tests/unit/api/fake_node.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

class Served : public testing::Test {
protected:
    Served() {
        std::string name = testing::TempDir() + "weir-api-XXXXXX";
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no directory for the test"};
        directory_ = name;
        config_.socket = directory_ / "run" / "weir.sock";
        config_.metrics = "127.0.0.1:0";
    }
    ~Served() override { fs::remove_all(directory_); }

    ApiServer server() { return {config_, "edge-a", node_.source()}; }
    std::string refusal() {
        try {
            const ApiServer refused{config_, "edge-b", node_.source()};
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ExitCode::device);
            return error.what();
        }
        return "it was not refused";
    }

    FakeNode node_;
    fs::path directory_;
    ApiConfig config_;
};

int connect_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0)
        << std::strerror(errno);
    return fd;
}

int connect_tcp(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0)
        << std::strerror(errno);
    return fd;
}

void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return;  // the other side had enough
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::string receive_all(int fd) {
    std::string all;
    char buffer[65536];
    for (ssize_t n = 0; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;)
        all.append(buffer, static_cast<std::size_t>(n));
    close(fd);
    return all;
}

// What comes back for these bytes, until the server closes.
std::string exchange(int fd, std::string_view bytes) {
    send_all(fd, bytes);
    return receive_all(fd);
}

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"; }

TEST_F(Served, BothDoorsAnswerAndOnlyTheLocalOneActs) {
    node_.reload_answer = {
        .adopted = true, .version = 8, .refusals = {}, .errors = {}, .notes = {}};
    const ApiServer server = this->server();
    const std::string ports = exchange(connect_unix(config_.socket), get("/v1/ports"));
    EXPECT_TRUE(ports.starts_with("HTTP/1.1 200 ")) << ports;
    EXPECT_NE(ports.find("Connection: close\r\n"), std::string::npos);
    EXPECT_NE(ports.find("\"name\":\"wan0\""), std::string::npos);
    // As curl -X POST sends it: no body and no length.
    const std::string post = "POST /v1/reload HTTP/1.1\r\nHost: x\r\n\r\n";
    EXPECT_TRUE(exchange(connect_unix(config_.socket), post).starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(node_.reloads, 1U);
    EXPECT_TRUE(exchange(connect_tcp(server.metrics_port()), post).starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(exchange(connect_tcp(server.metrics_port()), get("/v1/config"))
                    .starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(exchange(connect_tcp(server.metrics_port()), get("/metrics?x=y"))
                    .starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(node_.reloads, 1U);
}

TEST_F(Served, AHeadHasNoBody) {
    const ApiServer server = this->server();
    const std::string answer =
        exchange(connect_tcp(server.metrics_port()), "HEAD /healthz HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 "));
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(Served, BadRequestsEndAndTheNextIsServed) {
    const ApiServer server = this->server();
    const std::string long_line = "GET /" + std::string(200'000, 'a') + " HTTP/1.1\r\n\r\n";
    std::string endless = "GET /healthz HTTP/1.1\r\n";
    for (int i = 0; i < 100'000; ++i) endless += "A: b\r\n";
    std::string zeros(5000, '\0');
    std::string ranges = "GET /metrics HTTP/1.1\r\nRange: bytes=0-";
    for (int i = 0; i < 600; ++i) ranges += ",0-";
    const std::pair<std::string, std::string> asked[] = {
        {"\r\n\r\n", "400"},
        {"\x16\x03\x01\x02\x01\r\n\r\n", "400"},  // TLS
        {zeros + "\r\n\r\n", "431"},
        {"GET\r\n\r\n", "400"},
        {"GET / HTTP/9.9\r\n\r\n", "400"},
        {"BREW / HTTP/1.1\r\n\r\n", "400"},
        {"GET /%zz%00%ff HTTP/1.1\r\n\r\n", "404"},
        {long_line, "431"},
        // httplib reads it by a std::regex, which takes half a kilobyte of stack for each digit.
        {"GET /metrics HTTP/1.1\r\nRange: bytes=" + std::string(8000, '1') + "-\r\n\r\n", "400"},
        {endless, "400"},
        {"POST /metrics HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "405"},
        {"GET /metrics HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", "413"},
        {"GET /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", "413"},
        {ranges + "\r\n\r\n", "200"},
    };
    for (const auto& [bytes, status] : asked) {
        const int fd = connect_tcp(server.metrics_port());
        send_all(fd, bytes);
        shutdown(fd, SHUT_WR);
        const std::string answer = receive_all(fd);
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + status)) << bytes.substr(0, 60) << "\n"
                                                              << answer.substr(0, 200);
        EXPECT_LT(answer.size(), 100'000U) << bytes.substr(0, 60);
        EXPECT_TRUE(exchange(connect_tcp(server.metrics_port()), get("/healthz"))
                        .starts_with("HTTP/1.1 200 "));
    }
}

TEST_F(Served, OneWhoDawdlesHoldsTheNextUpForLittle) {
    const ApiServer server = this->server();
    const int silent = connect_tcp(server.metrics_port());
    const int half = connect_tcp(server.metrics_port());
    send_all(half, "GET /metr");
    const auto begin = Clock::now();
    EXPECT_TRUE(
        exchange(connect_tcp(server.metrics_port()), get("/healthz")).starts_with("HTTP/1.1 200 "));
    EXPECT_LT(Clock::now() - begin, std::chrono::seconds{8});  // two of them, 2 s each
    close(silent);
    close(half);
}

TEST_F(Served, AManyMegabyteAnswerArrivesWhole) {
    std::string toml{small_config};
    for (unsigned i = 0; i < 20'000; ++i)
        toml += fmt::format("[[sid]]\nsid = \"fc00:a:1:{:x}::1\"\nbehavior = \"End\"\n", i);
    node_.snapshot = FakeNode{toml}.snapshot;
    const ApiServer server = this->server();
    const std::string answer = exchange(connect_tcp(server.metrics_port()), get("/metrics"));
    EXPECT_GT(answer.size(), 2'000'000U);
    EXPECT_TRUE(answer.ends_with("weir_build_info{version=\"1.2.3\"} 1\n"));
}

TEST_F(Served, TheSocketHasItsModeAndLeavesNothing) {
    config_.mode = 0600;
    {
        const ApiServer server = this->server();
        struct stat there{};
        ASSERT_EQ(stat(config_.socket.c_str(), &there), 0);
        EXPECT_EQ(there.st_mode & 0777U, 0600U);
    }
    EXPECT_TRUE(fs::is_empty(directory_));
}

TEST_F(Served, ADirectoryThatWasThereStays) {
    fs::create_directory(directory_ / "run");
    {
        const ApiServer server = this->server();
    }
    EXPECT_TRUE(fs::is_empty(directory_ / "run"));
}

TEST_F(Served, ASecondWeirIsToldWhoServes) {
    const ApiServer server = this->server();
    config_.metrics = "off";
    EXPECT_EQ(refusal(), fmt::format("api.socket {}: is served by weir edge-a (pid {}): stop that "
                                     "one, or give this node another socket",
                                     config_.socket, getpid()));
    EXPECT_TRUE(exchange(connect_unix(config_.socket), get("/healthz")).starts_with("HTTP/1.1 2"));
}

TEST_F(Served, WhatAKilledWeirLeftIsReplaced) {
    const pid_t child = fork();
    if (child == 0) {  // a weir that ends without a word
        fs::create_directory(directory_ / "run");
        UnixListener* left = new UnixListener{config_.socket, 0660, "edge-a"};
        _exit(left->get() < 0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    ASSERT_TRUE(fs::exists(config_.socket) && fs::exists(config_.socket + ".lock"));
    const ApiServer server = this->server();
    EXPECT_TRUE(exchange(connect_unix(config_.socket), get("/healthz")).starts_with("HTTP/1.1 2"));
}

TEST_F(Served, AStrangersSocketAndAFileAreLeftAlone) {
    fs::create_directory(directory_ / "run");
    {
        std::ofstream{config_.socket} << "mine";
        EXPECT_NE(refusal().find("is no socket"), std::string::npos);
        std::string kept;
        std::getline(std::ifstream{config_.socket}, kept);
        EXPECT_EQ(kept, "mine");
        fs::remove(config_.socket);
    }
    const int stranger = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, config_.socket.data(), config_.socket.size());
    ASSERT_EQ(bind(stranger, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(stranger, 1), 0);
    EXPECT_NE(refusal().find(fmt::format("(pid {})", getpid())), std::string::npos);
    EXPECT_TRUE(fs::exists(config_.socket));
    EXPECT_FALSE(fs::exists(config_.socket + ".lock"));
    close(stranger);
}

TEST_F(Served, WhereItCanNotListenItSaysWhy) {
    const ApiServer server = this->server();
    ApiConfig other = config_;
    config_.socket = directory_ / "run" / "other.sock";
    config_.metrics = fmt::format("127.0.0.1:{}", server.metrics_port());
    EXPECT_EQ(refusal(), fmt::format("api.metrics {}: cannot listen there: Address already in use: "
                                     "name another address of this machine, or \"off\"",
                                     config_.metrics));
    EXPECT_FALSE(fs::exists(config_.socket));
    config_.metrics = "off";
    config_.socket = "/proc/weir/weir.sock";
    EXPECT_TRUE(
        refusal().starts_with("api.socket /proc/weir/weir.sock: its directory cannot be "
                              "made: "));
    config_.socket = "/tmp/" + std::string(120, 'x');
    EXPECT_NE(refusal().find("longer than"), std::string::npos);
}

TEST_F(Served, StoppingWaitsForNobody) {
    std::optional<ApiServer> server;
    server.emplace(config_, "edge-a", node_.source());
    const int local = connect_unix(config_.socket);
    const int open = connect_tcp(server->metrics_port());
    send_all(open, "GET");
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    const auto begin = Clock::now();
    server.reset();
    EXPECT_LT(Clock::now() - begin, std::chrono::seconds{1});
    close(local);
    close(open);
}

}  // namespace
}  // namespace weir
