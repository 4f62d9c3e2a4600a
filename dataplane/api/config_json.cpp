#include "dataplane/api/config_json.hpp"

#include <fmt/format.h>

#include "dataplane/config/quantity.hpp"
#include "dataplane/config/words.hpp"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

// A value as the file writes it.
template <class T>
Json value_of(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>)
        return value;
    else
        return to_string(value);
}
template <class... T>
Json value_of(const std::variant<T...>& value) {
    return std::visit([](const auto& it) -> Json { return value_of(it); }, value);
}
template <class T>
Json value_of(const std::vector<T>& values) {
    Json list = Json::array();
    for (const T& value : values) list.push_back(value_of(value));
    return list;
}
template <class T>
void add_if(Json& object, const char* key, const std::optional<T>& value) {
    if (value) object[key] = value_of(*value);
}

template <class List, class F>
Json each(const List& list, F make) {
    Json all = Json::array();
    for (const auto& it : list) all.push_back(make(it));
    return all;
}

class Writer {
public:
    explicit Writer(const Config& config) : config_{config} {}

    Json run() const {
        return {{"node", node()},
                {"workers", workers()},
                {"memory", memory()},
                {"api", api()},
                {"table", each(config_.tables, [](const auto& it) { return table(it); })},
                {"port", each(config_.ports, [&](const auto& it) { return port(it); })},
                {"peer", each(config_.peers, [&](const auto& it) { return peer(it); })},
                {"slice", each(config_.slices, [](const auto& it) { return slice(it); })},
                {"policy", each(config_.policies, [](const auto& it) { return policy(it); })},
                {"steer", each(config_.steer, [&](const auto& it) { return steer(it); })},
                {"sid", each(config_.sids, [&](const auto& it) { return sid(it); })},
                {"route", each(config_.routes, [&](const auto& it) { return route(it); })}};
    }

private:
    const std::string& name(TableId id) const { return config_.tables[id].name; }
    const std::string& name(PortId id) const { return config_.ports[id].name; }
    const std::string& name(SliceId id) const { return config_.slices[id].name; }
    const std::string& name(PolicyId id) const { return config_.policies[id].name; }
    template <class Id>
    void add_name(Json& object, const char* key, const std::optional<Id>& id) const {
        if (id) object[key] = name(*id);
    }

    Json node() const {
        const NodeConfig& node = config_.node;
        Json out = {
            {"name", node.name},
            {"locator", to_string(node.locator)},
            {"source", to_string(node.source)},
            {"source_entropy", node.source_entropy},
            {"domain", value_of(node.domain)},
            {"hop_limit", node.hop_limit},
            {"classify", each(node.classify, [](SliceSource it) -> Json { return word_of(it); })},
            {"nrp", node.nrp}};
        if (const auto& bits = node.slice_bits)
            out["slice_bits"] = {
                {"in", word_of(bits->field)}, {"first", bits->first}, {"count", bits->count}};
        return out;
    }

    Json workers() const {
        std::string idle = "poll";
        if (config_.workers.idle == Idle::pause) idle = "pause";
        if (config_.workers.idle == Idle::sleep)
            idle = "sleep " + to_string(config_.workers.idle_sleep);
        return {{"cores", config_.workers.cores}, {"idle", idle}};
    }

    Json memory() const {
        return {{"hugepages", word_of(config_.memory.hugepages)},
                {"reserve", to_string(config_.memory.reserve)},
                {"packet_buffers", config_.memory.packet_buffers}};
    }

    Json api() const {
        return {{"socket", config_.api.socket},
                {"mode", fmt::format("{:04o}", config_.api.mode)},
                {"metrics", config_.api.metrics}};
    }

    static Json table(const TableConfig& table) {
        return {{"name", table.name}, {"routes", table.routes}};
    }

    Json priorities(const std::vector<std::pair<std::uint8_t, SliceId>>& slices) const {
        Json out = Json::object();
        for (const auto& [priority, slice] : slices) out[std::to_string(priority)] = name(slice);
        return out;
    }

    Json port(const PortConfig& port) const {
        Json addresses = value_of(port.address4);
        for (const Ipv6Prefix& address : port.address6) addresses.push_back(to_string(address));
        Json out = {{"name", port.name},
                    {"device", port.device},
                    {"address", addresses},
                    {"table", name(port.table)},
                    {"mtu", port.mtu}};
        add_if(out, "rate", port.rate);
        out["role"] = word_of(port.role);
        out["source_check"] = port.source_check;
        out["punt_rate"] = to_string(port.punt_rate);
        out["receive_queues"] = port.receive_queues;
        out["spread"] = word_of(port.spread);
        out["receive_descriptors"] = port.receive_descriptors;
        out["transmit_descriptors"] = port.transmit_descriptors;
        add_name(out, "slice", port.slice);
        out["pcp"] = priorities(port.pcp);
        out["pfc"] = priorities(port.pfc);
        return out;
    }

    Json peer(const PeerConfig& peer) const {
        Json out = {{"name", peer.name},
                    {"port", name(peer.port)},
                    {"address", to_string(peer.address)},
                    {"locator", to_string(peer.locator)},
                    {"segments", value_of(peer.segments)},
                    {"distance", peer.distance ? to_string(*peer.distance) : "auto"},
                    {"between", to_string(peer.between)},
                    {"on_peer_loss", word_of(peer.on_peer_loss)}};
        if (!peer.keys.empty())
            out["key"] = each(peer.keys, [](const PeerKey& key) {
                return Json{{"id", key.id}, {"file", key.file}};
            });
        return out;
    }

    static Json slice(const SliceConfig& slice) {
        Json out = {{"id", slice.id},
                    {"name", slice.name},
                    {"guarantee", to_string(slice.guarantee)},
                    {"limit", to_string(slice.limit)},
                    {"weight", slice.weight},
                    {"lossless", slice.lossless},
                    {"control", word_of(slice.control)},
                    {"isolate", slice.isolate},
                    {"queues", slice.queues},
                    {"min_packet", slice.min_packet},
                    {"buffer", slice.buffer ? to_string(*slice.buffer) : "auto"},
                    {"dscp", static_cast<unsigned>(slice.dscp)},
                    {"dscp_mode", word_of(slice.dscp_mode)}};
        if (slice.ecn)
            out["ecn"] = {{"min", to_string(slice.ecn->min)}, {"max", to_string(slice.ecn->max)}};
        out["watchdog"] = {{"detect", to_string(slice.watchdog.detect)},
                           {"restore", to_string(slice.watchdog.restore)},
                           {"action", word_of(slice.watchdog.action)}};
        return out;
    }

    static Json policy(const PolicyConfig& policy) {
        Json out = {{"name", policy.name}};
        add_if(out, "bsid", policy.bsid);
        out["encap"] = word_of(policy.encap);
        out["paths"] = each(policy.paths, [](const PathConfig& path) {
            return Json{{"weight", path.weight}, {"segments", value_of(path.segments)}};
        });
        if (policy.probe)
            out["probe"] = {{"every", to_string(policy.probe->every)},
                            {"miss", policy.probe->miss}};
        out["mss_clamp"] = policy.mss_clamp;
        return out;
    }

    Json steer(const SteerConfig& rule) const {
        Json match = Json::object();
        add_name(match, "port", rule.port);
        match["to"] = value_of(rule.to);
        if (rule.protocol) match["protocol"] = protocol(*rule.protocol);
        add_if(match, "dport", rule.dport);
        Json out = {{"match", match}, {"policy", name(rule.policy)}};
        add_name(out, "slice", rule.slice);
        return out;
    }

    static Json protocol(IpProto protocol) {
        if (protocol == IpProto::tcp) return "tcp";
        if (protocol == IpProto::udp) return "udp";
        if (protocol == IpProto::icmp) return "icmp";
        if (protocol == IpProto::icmpv6) return "icmpv6";
        return static_cast<unsigned>(protocol);
    }

    static bool looks_up(Behavior behavior) {
        switch (behavior) {
            case Behavior::end_dt4:
            case Behavior::end_dt6:
            case Behavior::end_dt46:
                return true;
            case Behavior::end:
            case Behavior::end_dx4:
            case Behavior::end_dx6:
                return false;
        }
        return false;
    }

    Json sid(const SidConfig& sid) const {
        Json out = {{"sid", to_string(sid.sid)}, {"behavior", weir::name(sid.behavior)}};
        if (looks_up(sid.behavior)) out["table"] = name(sid.table);
        add_name(out, "port", sid.port);
        if (const auto* v4 = std::get_if<Ipv4Addr>(&sid.next_hop)) out["next_hop"] = to_string(*v4);
        if (const auto* v6 = std::get_if<Ipv6Addr>(&sid.next_hop)) out["next_hop"] = to_string(*v6);
        add_name(out, "slice", sid.slice);
        return out;
    }

    Json route(const RouteConfig& route) const {
        Json out = {{"to", value_of(route.to)}, {"table", name(route.table)}};
        if (route.policy)
            out["policy"] = name(*route.policy);
        else
            out["via"] = each(route.via, [&](const Via& via) {
                return Json{{"address", value_of(via.address)},
                            {"port", name(via.port)},
                            {"weight", via.weight}};
            });
        return out;
    }

    const Config& config_;
};

}  // namespace

Json config_json(const Config& config) { return Writer{config}.run(); }

}  // namespace weir
