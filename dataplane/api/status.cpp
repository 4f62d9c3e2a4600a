#include "dataplane/api/status.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "dataplane/config/words.hpp"

namespace weir {
namespace {

// "weir_port_receive_bytes_total" -> "receive_bytes" for the prefix "weir_port_".
std::string short_name(std::string_view name, std::string_view prefix) {
    name.remove_prefix(prefix.size());
    if (name.ends_with("_total")) name.remove_suffix(6);
    return std::string{name};
}

// Adds to each object every counter that has exactly these labels. Objects stand in the order of
// the configuration, as samples do.
void add_counters(std::span<Json* const> objects, std::string_view prefix,
                  const std::vector<std::string_view>& labels, Reading& reading) {
    for (const Metric& metric : all_metrics()) {
        if (metric.type != MetricType::counter || metric.labels != labels ||
            !metric.name.starts_with(prefix))
            continue;
        const std::string key = short_name(metric.name, prefix);
        std::size_t i = 0;
        metric.read(reading, [&](std::initializer_list<std::string_view>, const Number& value) {
            if (i < objects.size()) (*objects[i++])[key] = to_json(value);
        });
    }
}

std::vector<Json*> elements(Json& list) {
    std::vector<Json*> all;
    for (Json& it : list) all.push_back(&it);
    return all;
}

std::uint64_t drops_at(Reading& reading, PortId port) {
    std::uint64_t total = 0;
    for (const Shard* shard : reading.shards())
        for (std::size_t drop = 1; drop < drop_count; ++drop)  // behind Drop::none
            total += shard->ports[port].drops[drop].read();
    return total;
}

double rounded(double value, double per_unit) { return std::round(value * per_unit) / per_unit; }

// Quantiles are at most 1/8 above the true ones, the longest is exact.
void add_residence(Json& row, const Reading& reading, PortId port, std::size_t slot) {
    const auto seconds = [](std::uint64_t ns) { return static_cast<double>(ns) * 1e-9; };
    const Residence stayed = residence_of(reading, port, slot);
    std::uint64_t high = 0;
    for (const Shard* shard : reading.shards())
        high = std::max(high, shard->ports[port].slices[slot].high_packets.read());
    row["queue_high_packets"] = high;
    row["residence_p50_seconds"] = seconds(stayed.quantile(0.5));
    row["residence_p99_seconds"] = seconds(stayed.quantile(0.99));
    row["residence_max_seconds"] = seconds(stayed.max());
}

}  // namespace

Json ports_json(Reading& reading) {
    const Config& config = reading.config();
    Json all = Json::array();
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        const PortConfig& port = config.ports[id];
        const PortReading& now = reading.port(id);
        Json addresses = Json::array();
        for (const auto& address : port.address4) addresses.push_back(to_string(address));
        for (const auto& address : port.address6) addresses.push_back(to_string(address));
        Json missed = Json::object();
        for (const auto& it : now.missed) missed[it.cause] = it.packets;
        all.push_back({{"name", port.name},
                       {"device", port.device},
                       {"link", now.link_up ? "up" : "down"},
                       {"mac", to_string(now.mac)},
                       {"speed_bits", now.speed ? Json(now.speed->count()) : Json()},
                       {"table", config.tables[port.table].name},
                       {"role", word_of(port.role)},
                       {"mtu", port.mtu},
                       {"addresses", std::move(addresses)},
                       {"receive_queues", now.receive_queues},
                       {"receive_missed", std::move(missed)},
                       {"drop_packets", drops_at(reading, id)}});
    }
    add_counters(elements(all), "weir_port_", {"port"}, reading);
    return all;
}

Json workers_json(Reading& reading) {
    const WorkersConfig& config = reading.config().workers;
    Json all = Json::array();
    for (std::size_t i = 0; i < reading.workers().size(); ++i) {
        const Shard& shard = *reading.workers()[i];
        const auto total = static_cast<double>(shard.total_cycles.read());
        const auto busy = static_cast<double>(shard.busy_cycles.read());
        const Balance balance = balance_of(shard);
        all.push_back({{"worker", i},
                       {"core", i < config.cores.size() ? Json(config.cores[i]) : Json()},
                       {"busy_percent", total > 0 ? rounded(100 * busy / total, 100) : 0.0},
                       {"received_packets", balance.received},
                       {"sent_packets", balance.sent},
                       {"drop_packets", balance.drops}});
    }
    add_counters(elements(all), "weir_worker_", {"worker"}, reading);
    return all;
}

Json sids_json(Reading& reading) {
    const Config& config = reading.config();
    Json all = Json::array();
    for (const SidConfig& sid : config.sids) {
        Json it = {{"sid", to_string(sid.sid)}, {"behavior", name(sid.behavior)}};
        if (sid.port) {
            it["port"] = config.ports[*sid.port].name;
            if (const auto* v4 = std::get_if<Ipv4Addr>(&sid.next_hop))
                it["next_hop"] = to_string(*v4);
            if (const auto* v6 = std::get_if<Ipv6Addr>(&sid.next_hop))
                it["next_hop"] = to_string(*v6);
        } else if (sid.behavior != Behavior::end) {
            it["table"] = config.tables[sid.table].name;
        }
        it["slice"] = config.slices[sid.slice.value_or(SliceId{0})].name;
        all.push_back(std::move(it));
    }
    add_counters(elements(all), "weir_sid_", {"sid", "behavior"}, reading);
    return all;
}

Json policies_json(Reading& reading) {
    const Config& config = reading.config();
    const Snapshot& snapshot = reading.snapshot();
    Json all = Json::array();
    for (std::size_t i = 0; i < config.policies.size(); ++i) {
        const PolicyConfig& policy = config.policies[static_cast<PolicyId>(i)];
        const bool up = snapshot.policies[static_cast<PolicyId>(i)].choices != 0;
        all.push_back({{"name", policy.name},
                       {"encap", word_of(policy.encap)},
                       {"state", up ? "up" : "down"},
                       {"paths", Json::array()}});
    }
    for (const SnapshotPath& path : snapshot.paths) {
        const PolicyConfig& policy = config.policies[path.policy];
        Json& paths = all[index(path.policy)]["paths"];
        const PathConfig& configured = policy.paths[paths.size()];
        Json segments = Json::array();
        for (const Ipv6Addr& segment : configured.segments) segments.push_back(to_string(segment));
        paths.push_back({{"path", paths.size()},
                         {"weight", configured.weight},
                         {"segments", std::move(segments)},
                         {"state", path.route.kind == RouteKind::none ? "down" : "up"},
                         {"mtu", path.inner_mtu}});
    }
    std::vector<Json*> paths;
    for (Json& policy : all)
        for (Json& path : policy["paths"]) paths.push_back(&path);
    add_counters(paths, "weir_policy_", {"policy", "path"}, reading);
    return all;
}

Json neighbors_json(Reading& reading) {
    Json all = Json::array();
    for (const NeighborView& it : reading.neighbors()) {
        const bool known = it.mac != MacAddr{};
        const double age = std::chrono::duration<double>(it.age).count();
        all.push_back({{"port", reading.config().ports[it.port].name},
                       {"address", is_mapped(it.address) ? to_string(unmapped(it.address))
                                                         : to_string(it.address)},
                       {"mac", known ? Json(to_string(it.mac)) : Json()},
                       {"state", it.state},
                       {"pinned", it.pinned},
                       {"age_seconds", known ? Json(rounded(age, 1000)) : Json()},
                       {"held_packets", it.held}});
    }
    return all;
}

Json slices_json(Reading& reading) {
    const Config& config = reading.config();
    const auto rate = [](BitsPerSecond bits) {
        return bits == unlimited_rate ? Json() : Json(bits.count());
    };
    Json all = Json::array();
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        const auto port = static_cast<PortId>(i);
        for (std::size_t k = 0; k < config.slices.size(); ++k) {
            const auto id = static_cast<SliceId>(k);
            const SliceConfig& slice = config.slices[id];
            const SliceShare& share = reading.snapshot().ports[port].shares[id];
            all.push_back({{"port", config.ports[port].name},
                           {"slice", slice.name},
                           {"id", slice.id},
                           {"lossless", slice.lossless},
                           {"guarantee_bits", rate(share.guarantee)},
                           {"limit_bits", rate(share.limit)},
                           {"weight", slice.weight}});
        }
    }
    add_counters(elements(all), "weir_slice_", {"port", "slice"}, reading);
    std::size_t place = 0;
    for (Json& it : all) {
        const auto port = static_cast<PortId>(place / config.slices.size());
        const auto slice = static_cast<SliceId>(place++ % config.slices.size());
        add_residence(it, reading, port, reading.snapshot().slices[slice].slot);
        // Both only grow; what left between the two readings is not waiting.
        const auto admitted = it["admitted_packets"].get<std::uint64_t>();
        const auto departed = it["departed_packets"].get<std::uint64_t>();
        it["queued_packets"] = admitted > departed ? admitted - departed : 0;
    }
    return all;
}

Json drops_json(Reading& reading) {
    Json all = Json::array();
    for (const Metric& metric : all_metrics()) {
        if (metric.name != "weir_drops_total") continue;
        metric.read(reading,
                    [&](std::initializer_list<std::string_view> labels, const Number& value) {
                        const std::string_view reason = labels.begin()[2];
                        const auto text = std::ranges::find(drop_texts, reason, &DropText::name);
                        all.push_back({{"port", labels.begin()[0]},
                                       {"slice", labels.begin()[1]},
                                       {"reason", reason},
                                       {"help", text->help},
                                       {"packets", to_json(value)}});
                    });
    }
    return all;
}

Json version_json(const StatusSource& source) {
    return {{"version", source.version}, {"march", source.march}, {"api", "v1"}};
}

Json runtime_json(Reading& reading) {
    const StatusSource& source = reading.source();
    std::uint64_t longest = 0, adoptions = 0;
    for (const Shard* worker : reading.workers()) {
        longest = std::max(longest, worker->adoption_cycles_max.read());
        adoptions = std::max(adoptions, worker->adoptions.read());
    }
    return {{"node", reading.config().node.name},
            {"version", source.version},
            {"march", source.march},
            {"pid", getpid()},
            {"config_file", source.config_file},
            {"config_version", reading.snapshot().version},
            {"started", source.started},
            {"uptime_seconds", source.now() - source.started},
            {"ports", reading.config().ports.size()},
            {"workers", reading.workers().size()},
            {"buffers", reading.audit().buffers.all},
            {"buffers_in_use", reading.audit().buffers.in_use},
            {"adoptions", adoptions},
            {"adoption_seconds_max", source.seconds(longest)},
            {"notes", reading.config().notes}};
}

}  // namespace weir
