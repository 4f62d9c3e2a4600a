#pragma once
// What the kernel knows of a network interface in this network namespace. (sysfs may show another
// namespace's, so everything is asked of the kernel through a socket.)
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/base/units.hpp"
#include "dataplane/wire/address.hpp"

namespace weir {

class KernelInterface {
public:
    // None if there is no interface of that name.
    static std::optional<KernelInterface> find(const std::string& name);
    static std::vector<KernelInterface> all();

    const std::string& name() const { return name_; }
    unsigned index() const { return index_; }
    MacAddr mac() const;
    bool ethernet() const;  // and not the loopback
    bool up() const;        // by the administrator
    bool running() const;   // and with a carrier
    unsigned mtu() const;
    std::string driver() const;  // "veth"; empty where the driver does not say
    std::string bus() const;     // PCI address, or empty
    unsigned receive_queues() const;
    unsigned combined_queues() const;  // of them, those that both receive and transmit; 1 at least
    std::string set_queues_command(unsigned queues) const;  // "ethtool -L eth1 combined 2"
    std::optional<BitsPerSecond> speed() const;
    std::uint64_t transmit_dropped() const;  // packets the kernel could not send into it

    // These throw Error{device} with the capability that is missing.
    void set_up() const;
    void set_mtu(unsigned mtu) const;
    void set_mac(const MacAddr& mac) const;

private:
    KernelInterface(std::string name, unsigned index) : name_{std::move(name)}, index_{index} {}
    std::string name_;
    unsigned index_;
};

// The number that tells this network namespace from all others on the machine.
std::uint64_t network_namespace();
// Addresses of this host itself, of all its interfaces.
struct HostAddresses {
    std::vector<Ipv4Addr> ipv4;
    std::vector<Ipv6Addr> ipv6;
};
HostAddresses host_addresses();

// As effective now: CAP_NET_ADMIN and so on.
bool has_capability(int capability);

}  // namespace weir
