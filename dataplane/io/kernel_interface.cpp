#include "dataplane/io/kernel_interface.hpp"

#include <net/if.h>  // before linux/if.h, which then leaves its names alone

#include <fmt/format.h>
#include <ifaddrs.h>
#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>

#include "dataplane/base/error.hpp"

namespace weir {
namespace {

class Socket {
public:
    Socket() : fd_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {}
    ~Socket() {
        if (fd_ >= 0) close(fd_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    bool ask(unsigned long what, ifreq& request) const { return ioctl(fd_, what, &request) == 0; }

private:
    int fd_;
};

ifreq request_for(const std::string& name) {
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    return request;
}

bool ethtool(const std::string& name, void* command) {
    ifreq request = request_for(name);
    request.ifr_data = static_cast<char*>(command);
    return Socket{}.ask(SIOCETHTOOL, request);
}

ethtool_drvinfo driver_info(const std::string& name) {
    ethtool_drvinfo info{};
    info.cmd = ETHTOOL_GDRVINFO;
    return ethtool(name, &info) ? info : ethtool_drvinfo{};
}

ethtool_channels channels_of(const std::string& name) {
    ethtool_channels channels{};
    channels.cmd = ETHTOOL_GCHANNELS;
    return ethtool(name, &channels) ? channels : ethtool_channels{};
}

unsigned flags_of(const std::string& name) {
    ifreq request = request_for(name);
    return Socket{}.ask(SIOCGIFFLAGS, request) ? static_cast<unsigned short>(request.ifr_flags)
                                               : 0U;
}

[[noreturn]] void refuse_change(const std::string& name, const std::string& what,
                                const std::string& command) {
    const int error = errno;
    const bool permission = error == EPERM || error == EACCES;
    throw Error{
        ExitCode::device,
        fmt::format("interface {} does not take {}: {}: {}\"{}\"", name, what, std::strerror(error),
                    permission ? "run weir with CAP_NET_ADMIN, or do it before: " : "try ",
                    command)};
}

}  // namespace

std::optional<KernelInterface> KernelInterface::find(const std::string& name) {
    const unsigned index = if_nametoindex(name.c_str());
    if (index == 0) return {};
    return KernelInterface{name, index};
}

std::vector<KernelInterface> KernelInterface::all() {
    std::vector<KernelInterface> interfaces;
    struct if_nameindex* const list = if_nameindex();
    for (auto* i = list; i != nullptr && i->if_index != 0; ++i)
        interfaces.push_back(KernelInterface{i->if_name, i->if_index});
    if_freenameindex(list);
    std::ranges::sort(interfaces, {}, &KernelInterface::name_);
    return interfaces;
}

MacAddr KernelInterface::mac() const {
    ifreq request = request_for(name_);
    MacAddr mac{};
    if (Socket{}.ask(SIOCGIFHWADDR, request))
        std::memcpy(mac.octets.data(), request.ifr_hwaddr.sa_data, mac.octets.size());
    return mac;
}

bool KernelInterface::ethernet() const {
    ifreq request = request_for(name_);
    return Socket{}.ask(SIOCGIFHWADDR, request) && request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
}

bool KernelInterface::up() const { return (flags_of(name_) & IFF_UP) != 0; }

// The flags would do, but they follow the carrier by up to a second where links change often
// (net/core/link_watch.c).
bool KernelInterface::running() const {
    ethtool_value link{};
    link.cmd = ETHTOOL_GLINK;
    if (ethtool(name_, &link)) return link.data != 0;
    const unsigned flags = flags_of(name_);
    return (flags & IFF_UP) != 0 && (flags & IFF_RUNNING) != 0;
}

unsigned KernelInterface::mtu() const {
    ifreq request = request_for(name_);
    return Socket{}.ask(SIOCGIFMTU, request) ? static_cast<unsigned>(request.ifr_mtu) : 0;
}

std::string KernelInterface::driver() const { return driver_info(name_).driver; }

std::string KernelInterface::bus() const {
    const std::string bus = driver_info(name_).bus_info;
    return bus.size() == 12 && bus[4] == ':' ? bus : "";
}

unsigned KernelInterface::receive_queues() const {
    const ethtool_channels channels = channels_of(name_);
    return std::max(1U, channels.combined_count + channels.rx_count);
}

unsigned KernelInterface::combined_queues() const {
    return std::max(1U, channels_of(name_).combined_count);
}

std::string KernelInterface::set_queues_command(unsigned queues) const {
    const bool combined = channels_of(name_).max_combined != 0;
    return fmt::format("ethtool -L {} {} {}", name_, combined ? "combined" : "rx", queues);
}

std::optional<BitsPerSecond> KernelInterface::speed() const {
    // Three masks of link modes, of at most 127 words, follow the structure (1,524 bytes); the
    // kernel says how many words it wants.
    alignas(ethtool_link_settings) std::array<std::byte, sizeof(ethtool_link_settings) + 1524>
        room{};
    auto* const link = new (room.data()) ethtool_link_settings{};
    link->cmd = ETHTOOL_GLINKSETTINGS;
    if (!ethtool(name_, link)) return {};
    link->link_mode_masks_nwords = static_cast<std::int8_t>(-link->link_mode_masks_nwords);
    link->cmd = ETHTOOL_GLINKSETTINGS;
    if (!ethtool(name_, link)) return {};
    const std::uint32_t megabits = link->speed;
    if (megabits == 0 || megabits == static_cast<std::uint32_t>(SPEED_UNKNOWN)) return {};
    return BitsPerSecond{std::uint64_t{megabits} * 1'000'000};
}

std::uint64_t KernelInterface::transmit_dropped() const {
    std::ifstream file{"/proc/thread-self/net/dev"};
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        const auto begin = line.find_first_not_of(' ');
        if (colon == std::string::npos || line.substr(begin, colon - begin) != name_) continue;
        std::uint64_t field[12] = {};  // 8 of receive; packets, errors are 9 and 10 of transmit
        const char* p = line.c_str() + colon + 1;
        for (auto& value : field) value = std::strtoull(p, const_cast<char**>(&p), 10);
        return field[11];
    }
    return 0;
}

void KernelInterface::set_up() const {
    ifreq request = request_for(name_);
    const Socket socket;
    if (!socket.ask(SIOCGIFFLAGS, request)) return;
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    if (!socket.ask(SIOCSIFFLAGS, request))
        refuse_change(name_, "\"up\"", fmt::format("ip link set {} up", name_));
}

void KernelInterface::set_mtu(unsigned mtu) const {
    ifreq request = request_for(name_);
    request.ifr_mtu = static_cast<int>(mtu);
    if (!Socket{}.ask(SIOCSIFMTU, request))
        refuse_change(name_, fmt::format("an MTU of {}", mtu),
                      fmt::format("ip link set {} mtu {}", name_, mtu));
}

void KernelInterface::set_mac(const MacAddr& mac) const {
    ifreq request = request_for(name_);
    request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    std::memcpy(request.ifr_hwaddr.sa_data, mac.octets.data(), mac.octets.size());
    if (!Socket{}.ask(SIOCSIFHWADDR, request))
        refuse_change(name_, fmt::format("the MAC {}", to_string(mac)),
                      fmt::format("ip link set {} address {}", name_, to_string(mac)));
}

std::uint64_t network_namespace() {
    struct stat status{};
    return stat("/proc/thread-self/ns/net", &status) == 0 ? status.st_ino : 0;
}

HostAddresses host_addresses() {
    HostAddresses addresses;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) < 0) return addresses;
    for (const ifaddrs* i = list; i != nullptr; i = i->ifa_next) {
        if (i->ifa_addr == nullptr) continue;
        if (i->ifa_addr->sa_family == AF_INET) {
            sockaddr_in address{};
            std::memcpy(&address, i->ifa_addr, sizeof address);
            std::memcpy(addresses.ipv4.emplace_back().octets.data(), &address.sin_addr, 4);
        } else if (i->ifa_addr->sa_family == AF_INET6) {
            sockaddr_in6 address{};
            std::memcpy(&address, i->ifa_addr, sizeof address);
            std::memcpy(addresses.ipv6.emplace_back().octets.data(), &address.sin6_addr, 16);
        }
    }
    freeifaddrs(list);
    return addresses;
}

bool has_capability(int capability) {
    __user_cap_header_struct header{};
    header.version = _LINUX_CAPABILITY_VERSION_3;
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
    if (syscall(SYS_capget, &header, data.data()) < 0) return false;
    const auto word = data[static_cast<unsigned>(capability) / 32].effective;
    return (word >> (static_cast<unsigned>(capability) % 32) & 1U) != 0;
}

}  // namespace weir
