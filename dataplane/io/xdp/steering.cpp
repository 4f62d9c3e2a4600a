#include "dataplane/io/xdp/steering.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <linux/memfd.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <thread>

#include "dataplane/base/error.hpp"
#include "dataplane/io/descriptors.hpp"
#include "dataplane/io/dpdk_log.hpp"
#include "dataplane/io/mempool.hpp"
#include "dataplane/io/xdp/attachment.hpp"
#include "dataplane/io/xdp/program_bytes.hpp"
#include "dataplane/io/xdp/target_maps.h"

namespace weir {
namespace {

[[noreturn]] void refuse(const std::string& port, const std::string& why) {
    throw Error{ExitCode::device, fmt::format("port {}: {}", port, why)};
}

int memory_file(std::span<const unsigned char> bytes, const std::string& port) {
    const int fd = memfd_create("weir_xdp.bpf.o", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        refuse(port, fmt::format("its XDP program cannot be put into memory: {}: \"free -m\"",
                                 std::strerror(errno)));
    return fd;
}

// The driver registers the pool as one range of memory (rte_eth_af_xdp.c, xdp_umem_configure).
void require_one_piece(const rte_mempool& pool, const std::string& port) {
    if (pool.nb_mem_chunks == 1) return;
    refuse(port, fmt::format("AF_XDP needs the packet buffers in one piece and they lie in {}: use "
                             "larger hugepages (hugepages = \"1G\"), or \"none\"",
                             pool.nb_mem_chunks));
}

// The kernel pins the pool once for each socket (net/xdp/xdp_umem.c, xdp_umem_account_pages).
void require_pinnable(const rte_mempool& pool, const std::string& port) {
    rlimit limit{};
    getrlimit(RLIMIT_MEMLOCK, &limit);
    const std::uint64_t needed =
        packet_memory(pool.size, rte_pktmbuf_data_room_size(const_cast<rte_mempool*>(&pool)))
            .count();
    if (has_capability(CAP_IPC_LOCK) || limit.rlim_cur >= needed) return;
    refuse(port, fmt::format("AF_XDP pins the packet buffers, {} MB, and {} MB may be locked: give "
                             "weir CAP_IPC_LOCK, or \"ulimit -l unlimited\"",
                             needed >> 20, limit.rlim_cur >> 20));
}

// The maps of the program `fds` hold: libbpf keeps one descriptor of each.
int map_named(const std::vector<int>& fds, const char* name) {
    for (const int fd : fds) {
        bpf_map_info info{};
        unsigned size = sizeof info;
        if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && std::strcmp(info.name, name) == 0)
            return fd;
    }
    return -1;
}

std::vector<int> bpf_descriptors_since(const std::set<int>& before) {
    std::vector<int> fds;
    for (const int fd : open_descriptors()) {
        if (before.contains(fd)) continue;
        const std::string kind = descriptor_target(fd);
        if (kind == "anon_inode:bpf-map" || kind == "anon_inode:bpf-prog" ||
            kind == "anon_inode:btf")
            fds.push_back(fd);
    }
    return fds;
}

template <class Key, class Prefix>
std::array<unsigned char, sizeof(weir_ipv6_key)> key_bytes(const Prefix& prefix) {
    Key key{};
    key.length = prefix.length;
    std::ranges::copy(prefix.address.octets, key.address);
    std::array<unsigned char, sizeof(weir_ipv6_key)> bytes{};
    std::memcpy(bytes.data(), &key, sizeof key);
    return bytes;
}

// Prefixes of weir, and holes in them for the kernel's own addresses.
template <class Key, class Prefix, class Address, class Entries>
void fill(Entries& entries, const std::vector<Prefix>& ours, const std::vector<Address>& kernels,
          const std::string& port) {
    constexpr std::uint8_t whole = 8 * sizeof(Address::octets);
    for (const auto& prefix : ours)
        entries[key_bytes<Key>(prefix)] = prefix.length == whole ? WEIR_ADDRESS : WEIR_TRANSIT;
    for (const auto& address : kernels) {
        const auto key = key_bytes<Key>(Prefix{address, whole});
        const bool link_local =
            whole == 128 && address.octets[0] == 0xfe && (address.octets[1] & 0xc0) == 0x80;
        if (entries.contains(key) && !link_local)
            spdlog::warn(
                "port {}: {} is an address of weir and of this host: weir answers for it; "
                "\"ip addr del\" it from the host",
                port, to_string(address));
        else
            entries[key] = WEIR_NOT_OURS;
    }
}

}  // namespace

std::unique_ptr<Steering> Steering::make(DevicePlan& plan, const std::string& port,
                                         const rte_mempool& pool) {
    if (!plan.interface) return nullptr;
    std::unique_ptr<Steering> steering{new Steering{port}};
    steering->xdp_ = std::holds_alternative<AfXdpDevice>(plan.device);
    if (!steering->xdp_) return steering;
    require_one_piece(pool, port);
    require_pinnable(pool, port);
    make_room_for_xdp(*plan.interface, port);
    steering->program_file_ = memory_file(weir_xdp_bytes(), port);
    plan.arguments += fmt::format(",xdp_prog=/proc/self/fd/{}", steering->program_file_);
    return steering;
}

Steering::~Steering() {
    if (program_file_ >= 0) close(program_file_);
    for (const auto& [fd, target] : forgotten_)
        if (descriptor_target(fd) == target) close(fd);
    // The kernel frees the queues a little later, and the next port on them may come at once.
    if (!forgotten_.empty()) std::this_thread::sleep_for(std::chrono::milliseconds{50});
    bpf_object__close(filter_);
}

void Steering::adopt(const std::set<int>& before, const MacAddr& mac) {
    sockets_ = sockets_since(before, xdp_ ? AF_XDP : AF_PACKET);
    if (xdp_)
        adopt_xdp(before);
    else
        adopt_packet();
    weir_port port{};
    std::ranges::copy(mac.octets, port.mac);
    const unsigned zero = 0;
    if (ipv4_map_ < 0 || ipv6_map_ < 0 || port_map_ < 0 ||
        bpf_map_update_elem(port_map_, &zero, &port, BPF_ANY) < 0)
        refuse(port_,
               fmt::format("the maps of its program are out of reach{}: report this", dpdk_says()));
}

void Steering::adopt_xdp(const std::set<int>& before) {
    const auto fds = bpf_descriptors_since(before);
    ipv4_map_ = map_named(fds, "weir_ipv4");
    ipv6_map_ = map_named(fds, "weir_ipv6");
    port_map_ = map_named(fds, "weir_port");
    // The driver closes neither its program's descriptors nor its socket when the device goes
    // (22.11: umem->refcnt is compared after one decrement too many).
    for (const int fd : fds) forgotten_[fd] = descriptor_target(fd);
    for (const int fd : sockets_) forgotten_[fd] = descriptor_target(fd);
}

void Steering::adopt_packet() {
    const auto bytes = weir_socket_bytes();
    bpf_object_open_opts options{};
    options.sz = sizeof options;
    options.object_name = "weir_socket";
    filter_ = bpf_object__open_mem(bytes.data(), bytes.size(), &options);
    if (filter_ == nullptr || bpf_object__load(filter_) < 0)
        refuse(port_, fmt::format("the kernel does not load its socket filter: {}{}: run weir with "
                                  "CAP_BPF, or as root",
                                  std::strerror(errno), dpdk_says()));
    ipv4_map_ = bpf_object__find_map_fd_by_name(filter_, "weir_ipv4");
    ipv6_map_ = bpf_object__find_map_fd_by_name(filter_, "weir_ipv6");
    port_map_ = bpf_object__find_map_fd_by_name(filter_, "weir_port");
    const int program = bpf_program__fd(bpf_object__find_program_by_name(filter_, "weir_socket"));
    for (const int fd : sockets_)
        if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof program) < 0)
            refuse(port_, fmt::format("its socket takes no filter: {}: report this",
                                      std::strerror(errno)));
}

void Steering::set_targets(const Targets& targets) {
    const HostAddresses host = host_addresses();
    Entries ipv4;
    Entries ipv6;
    fill<weir_ipv4_key>(ipv4, targets.ipv4, host.ipv4, port_);
    fill<weir_ipv6_key>(ipv6, targets.ipv6, host.ipv6, port_);
    replace(ipv4_map_, ipv4_, std::move(ipv4));
    replace(ipv6_map_, ipv6_, std::move(ipv6));
}

// New prefixes first, so that what stays ours is ours all the time.
void Steering::replace(int map, Entries& now, Entries wanted) {
    for (const auto& [key, value] : wanted) {
        const auto old = now.find(key);
        if (old != now.end() && old->second == value) continue;
        if (bpf_map_update_elem(map, key.data(), &value, BPF_ANY) < 0)
            refuse(port_, fmt::format("the kernel has no room for one more of its {} prefixes: {}: "
                                      "steer fewer, or raise \"ulimit -l\"",
                                      wanted.size(), std::strerror(errno)));
    }
    for (const auto& [key, value] : now)
        if (!wanted.contains(key)) bpf_map_delete_elem(map, key.data());
    now = std::move(wanted);
}

}  // namespace weir
