// The routes of every table, as the snapshot is compiled from them (control/compile.cpp): our own
// addresses, connected subnets, and what the file adds.
#include <map>

#include "dataplane/api/status.hpp"

namespace weir {
namespace {

using Address = std::variant<Ipv4Addr, Ipv6Addr>;

std::string text(const auto& either) {
    return std::visit([](const auto& it) { return to_string(it); }, either);
}

Ipv6Addr key_of(const Address& address) {
    if (const auto* v4 = std::get_if<Ipv4Addr>(&address)) return mapped(*v4);
    return std::get<Ipv6Addr>(address);
}

template <class Prefix>
std::string subnet(const Prefix& own) {
    using Bits = decltype(own.address);
    return to_string(Prefix{Bits::from_bits(own.address.bits() & own.mask()), own.length});
}

class RouteList {
public:
    explicit RouteList(Reading& reading) : config_{reading.config()} {
        for (const NeighborView& it : reading.neighbors())
            neighbors_[{it.port, it.address}] = it.state;
    }

    Json run() {
        for (std::size_t i = 0; i < config_.tables.size(); ++i) one_table(static_cast<TableId>(i));
        return std::move(all_);
    }

private:
    void one_table(TableId table) {
        add(table, to_string(Ipv6Prefix{config_.node.source, 128}), "local");
        add(table, to_string(config_.node.locator), "locator");
        for (std::size_t i = 0; i < config_.ports.size(); ++i) {
            const PortConfig& port = config_.ports[static_cast<PortId>(i)];
            if (port.table != table) continue;
            for (const auto& own : port.address4) {
                add(table, to_string(Ipv4Prefix{own.address, 32}), "local");
                connected(table, subnet(own), port);
            }
            for (const auto& own : port.address6) {
                add(table, to_string(Ipv6Prefix{own.address, 128}), "local");
                connected(table, subnet(own), port);
            }
        }
        for (const RouteConfig& route : config_.routes)
            if (route.table == table) configured(route);
    }

    Json& add(TableId table, const std::string& to, const char* kind) {
        all_.push_back({{"table", config_.tables[table].name},
                        {"to", to},
                        {"kind", kind},
                        {"via", Json::array()},
                        {"policy", nullptr}});
        return all_.back();
    }

    void connected(TableId table, const std::string& to, const PortConfig& port) {
        add(table, to, "connected")["via"].push_back(
            {{"address", nullptr}, {"port", port.name}, {"weight", 1}, {"neighbor", nullptr}});
    }

    void configured(const RouteConfig& route) {
        if (route.policy) {
            add(route.table, text(route.to), "policy")["policy"] =
                config_.policies[*route.policy].name;
            return;
        }
        Json& made = add(route.table, text(route.to), route.via.empty() ? "blackhole" : "via");
        for (const Via& via : route.via) {
            const auto known = neighbors_.find({via.port, key_of(via.address)});
            made["via"].push_back(
                {{"address", text(via.address)},
                 {"port", config_.ports[via.port].name},
                 {"weight", via.weight},
                 {"neighbor", known == neighbors_.end() ? Json() : Json(known->second)}});
        }
    }

    const Config& config_;
    std::map<std::pair<PortId, Ipv6Addr>, std::string_view> neighbors_;
    Json all_ = Json::array();
};

}  // namespace

Json routes_json(Reading& reading) { return RouteList{reading}.run(); }

}  // namespace weir
