#include "dataplane/api/http.hpp"

#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace weir {
namespace {

using Clock = std::chrono::steady_clock;

// httplib says nothing where a request line does not end.
constexpr std::string_view too_long =
    "HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: "
    "close\r\n\r\n";

// What httplib reads from and writes to: a socket with an end in bytes and in time.
class BoundedStream final : public httplib::Stream {
public:
    BoundedStream(int socket, int stop, const HttpLimits& limits)
        : socket_{socket},
          stop_{stop},
          bytes_left_{limits.request_bytes},
          line_limit_{limits.line_bytes},
          read_until_{Clock::now() + limits.request_time},
          response_time_{limits.response_time} {}

    bool is_readable() const override { return true; }
    bool is_writable() const override { return true; }

    ssize_t read(char* out, std::size_t size) override {
        if (at_ == end_ && !fill()) return -1;
        const std::size_t n = std::min(size, end_ - at_);
        std::memcpy(out, buffer_.data() + at_, n);
        at_ += n;
        if (!count_lines({out, n})) return -1;
        return static_cast<ssize_t>(n);
    }

    ssize_t write(const char* data, std::size_t size) override {
        if (write_until_ == Clock::time_point{}) write_until_ = Clock::now() + response_time_;
        for (;;) {
            const ssize_t n = send(socket_, data, size, MSG_NOSIGNAL);
            if (n >= 0) return n;
            if (errno != EAGAIN && errno != EINTR) return -1;
            if (!wait(POLLOUT, write_until_)) return -1;
        }
    }

    void get_remote_ip_and_port(std::string&, int& port) const override { port = 0; }
    void get_local_ip_and_port(std::string&, int& port) const override { port = 0; }
    // The request went on beyond its end, and nobody has said so yet.
    bool cut_off() const {
        return (bytes_left_ == 0 || line_ > line_limit_) && write_until_ == Clock::time_point{};
    }

    // httplib would refuse a descriptor beyond what select() takes; we poll().
    socket_t socket() const override { return 0; }

    // Closing with unread bytes would reset the connection and may take the answer away: says "that
    // is all", and reads on until the peer has closed, for a while.
    void say_goodbye(std::chrono::milliseconds patience) {
        shutdown(socket_, SHUT_WR);
        const auto until = Clock::now() + patience;
        for (std::size_t thrown_away = 0; thrown_away < (std::size_t{1} << 20U);) {
            const ssize_t n = recv(socket_, buffer_.data(), buffer_.size(), 0);
            if (n > 0) thrown_away += static_cast<std::size_t>(n);
            if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return;
            if (n < 0 && !wait(POLLIN, until)) return;
        }
    }

private:
    // httplib gives some headers to a std::regex, which calls itself for each byte: a line of the
    // length that httplib allows is more than half of a thread's stack.
    bool count_lines(std::string_view bytes) {
        for (const char byte : bytes) {
            line_ = byte == '\n' ? 0 : line_ + 1;
            if (line_ > line_limit_) return false;
        }
        return true;
    }

    bool fill() {
        while (bytes_left_ != 0) {
            const ssize_t n =
                recv(socket_, buffer_.data(), std::min(buffer_.size(), bytes_left_), 0);
            if (n > 0) {
                at_ = 0;
                end_ = static_cast<std::size_t>(n);
                bytes_left_ -= end_;
                return true;
            }
            if (n == 0 || (errno != EAGAIN && errno != EINTR)) return false;
            if (!wait(POLLIN, read_until_)) return false;
        }
        return false;
    }

    bool wait(short events, Clock::time_point until) const {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0) return false;
        std::array<pollfd, 2> both{{{socket_, events, 0}, {stop_, POLLIN, 0}}};
        const int ready = poll(both.data(), both.size(), static_cast<int>(left));
        return (ready > 0 && both[1].revents == 0) || (ready < 0 && errno == EINTR);
    }

    int socket_;
    int stop_;
    std::size_t bytes_left_;
    std::size_t line_limit_;
    std::size_t line_ = 0;  // bytes since the last one began
    Clock::time_point read_until_;
    std::chrono::milliseconds response_time_;
    Clock::time_point write_until_{};
    std::array<char, 4096> buffer_{};
    std::size_t at_ = 0, end_ = 0;
};

bool has_body(const httplib::Request& request) {
    const std::string length = request.get_header_value("Content-Length");
    return request.has_header("Transfer-Encoding") || (!length.empty() && length != "0");
}

// Only its reading and writing of messages: the sockets are ours, and one handler takes all.
class Protocol final : private httplib::Server {
public:
    Protocol(Door door, const Api& api) {
        // Ahead of httplib's own routing, which would read a body of any length first.
        set_pre_routing_handler([&api, door](const httplib::Request& in, httplib::Response& out) {
            write(api.handle({door, in.method, in.path, has_body(in)}), out);
            return HandlerResponse::Handled;
        });
        set_error_handler([](const httplib::Request&, httplib::Response& out) {
            if (out.body.empty())
                write(Api::error(out.status, "bad_request", "this is no HTTP request"), out);
        });
    }
    ~Protocol() override = default;
    Protocol(const Protocol&) = delete;
    Protocol& operator=(const Protocol&) = delete;

    void answer(BoundedStream& stream) {
        bool closed = false;
        // A Range header of a thousand overlapping ranges would multiply the answer.
        process_request(stream, true, closed,
                        [](httplib::Request& request) { request.ranges.clear(); });
    }

private:
    static void write(const ApiResponse& from, httplib::Response& to) {
        to.status = from.status;
        to.set_content(from.body, from.content_type);
        to.set_header("Cache-Control", "no-store");
        to.set_header("X-Content-Type-Options", "nosniff");
        if (!from.allow.empty()) to.set_header("Allow", from.allow);
    }
};

}  // namespace

bool serve_connection(int socket, int stop, Door door, const Api& api,
                      const HttpLimits& limits) noexcept {
    try {
        BoundedStream stream{socket, stop, limits};
        Protocol{door, api}.answer(stream);
        if (stream.cut_off()) stream.write(too_long.data(), too_long.size());
        stream.say_goodbye(limits.goodbye);
        return true;
    } catch (...) {
        return false;  // out of memory, or a request that httplib trips over
    }
}

}  // namespace weir
