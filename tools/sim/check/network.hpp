#pragma once
// The configurations of all nodes of a network together: whose an address is, and which way a
// packet takes at a node.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dataplane/config/config.hpp"
#include "dataplane/wire/range_table.hpp"

namespace weir::sim {

using Address = std::variant<Ipv4Addr, Ipv6Addr>;
using Prefix = std::variant<Ipv4Prefix, Ipv6Prefix>;

struct NodeFile {
    std::string file;
    Config config;
    const std::string& name() const { return config.node.name; }
};

// What a node does with a destination.
struct Way {
    enum class Kind : std::uint8_t { none, local, connected, route };
    Kind kind = Kind::none;
    std::size_t at = 0;  // connected: port; route: its position in the file
};

class Network {
public:
    struct Place {
        std::size_t node = 0;
        PortId port{};
    };
    explicit Network(std::vector<NodeFile> nodes);

    const std::vector<NodeFile>& nodes() const { return nodes_; }
    const Config& config(std::size_t node) const { return nodes_[node].config; }
    // The node whose locator or source it is.
    std::optional<std::size_t> owner(const Ipv6Addr& address) const;
    std::optional<std::size_t> owner(const Ipv6Prefix& locator) const;
    // Ports that have it, of other nodes than `asks`.
    std::vector<Place> ports_with(const Address& address, std::size_t asks) const;
    // Ports that share a subnet with a port, of other nodes.
    std::vector<Place> beside(const Place& port) const;
    Way way(std::size_t node, TableId table, const Address& to) const;
    // One address of each set that all nodes treat alike, as far as it lies in `within`: the
    // prefixes of all tables cut it into these.
    std::vector<Address> representatives(const Prefix& within) const;

private:
    struct Tables {
        std::vector<Way> ways{Way{}};
        RangeTable<std::uint32_t> ipv4;
        RangeTable<unsigned __int128> ipv6;
    };
    Tables tables_of(const Config& config, TableId table);
    void cut_at(const Prefix& prefix);

    std::vector<NodeFile> nodes_;
    std::vector<std::vector<Tables>> tables_;  // by node, by table
    std::multimap<Address, Place> ports_;
    std::vector<unsigned __int128> cuts6_;  // sorted
    std::vector<std::uint32_t> cuts4_;
};

// Why the files are no network, each as one sentence; else the network.
std::variant<Network, std::vector<std::string>> make_network(std::vector<NodeFile> nodes);
std::variant<Network, std::vector<std::string>> read_network(const std::vector<std::string>& files);

}  // namespace weir::sim
