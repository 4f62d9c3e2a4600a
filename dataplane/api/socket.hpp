#pragma once
// The sockets the API listens on. Throws Error{ExitCode::device}: one sentence that names the key
// of the configuration, the reason and the way out.
#include <cstdint>
#include <filesystem>
#include <string>

namespace weir {

class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_{fd} {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : fd_{other.fd_} { other.fd_ = -1; }
    Descriptor& operator=(Descriptor&& other) noexcept;
    int get() const { return fd_; }

private:
    int fd_;
};

// A UNIX socket and its place in the file system. What a killed weir left there is replaced; a
// living one, and a file that is no socket, is left alone and named. A lock beside the socket
// decides who lives: it ends with its holder, however that dies.
class UnixListener {
public:
    UnixListener(const std::filesystem::path& path, std::uint32_t mode, const std::string& node);
    ~UnixListener();  // removes the socket, the lock, and the directory if it was made here
    UnixListener(const UnixListener&) = delete;
    UnixListener& operator=(const UnixListener&) = delete;
    int get() const { return socket_.get(); }

private:
    void make_directory();
    void take_lock(const std::string& node);
    void remove_stale() const;
    void listen_on(std::uint32_t mode);

    std::filesystem::path path_;
    std::filesystem::path lock_path_;
    bool made_directory_ = false;
    Descriptor lock_;
    Descriptor socket_;
};

// "127.0.0.1:9476", "[::1]:9476", "localhost:9476".
Descriptor listen_tcp(const std::string& host_and_port);
std::uint16_t port_of(const Descriptor& tcp);

}  // namespace weir
