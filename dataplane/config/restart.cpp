#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "dataplane/config/packet_plan.hpp"
#include "dataplane/config/parse.hpp"
#include "dataplane/config/quantity.hpp"
#include "dataplane/config/words.hpp"

namespace weir {
namespace {

class Differences {
public:
    // `what` as the file names it.
    template <class T>
    void compare(std::string_view what, const T& running, const T& next) {
        if (running != next)
            found_.push_back(fmt::format("{} {} -> {}", what, text(running), text(next)));
    }
    void say(std::string sentence) { found_.push_back(std::move(sentence)); }
    std::vector<std::string> take() { return std::move(found_); }

private:
    static std::string text(const std::string& it) { return it; }
    static std::string text(HugePages it) { return std::string{word_of(it)}; }
    static std::string text(SpreadMode it) { return std::string{word_of(it)}; }
    static std::string text(const std::vector<unsigned>& it) {
        return fmt::format("[{}]", fmt::join(it, ", "));
    }
    static std::string text(const std::optional<BitsPerSecond>& it) {
        return it ? to_string(*it) : "as the device says";
    }
    template <class T>
    static std::string text(const T& it) {
        if constexpr (std::is_arithmetic_v<T>)
            return fmt::format("{}", it);
        else
            return to_string(it);
    }

    std::vector<std::string> found_;
};

std::string idle_text(const WorkersConfig& workers) {
    if (workers.idle == Idle::sleep) return "sleep " + to_string(workers.idle_sleep);
    return workers.idle == Idle::poll ? "poll" : "pause";
}

void compare_ports(const PortConfig& running, const PortConfig& next, Differences& out) {
    const auto what = [&](std::string_view key) {
        return fmt::format("port {}: {}", running.name, key);
    };
    out.compare(what("device"), running.device, next.device);
    out.compare(what("mtu"), running.mtu, next.mtu);
    out.compare(what("punt_rate"), running.punt_rate, next.punt_rate);
    out.compare(what("receive_queues"), running.receive_queues, next.receive_queues);
    out.compare(what("spread"), running.spread, next.spread);
    out.compare(what("receive_descriptors"), running.receive_descriptors, next.receive_descriptors);
    out.compare(what("transmit_descriptors"), running.transmit_descriptors,
                next.transmit_descriptors);
}

const PortConfig* find(const Config& config, const std::string& name) {
    const auto found = std::ranges::find(config.ports, name, &PortConfig::name);
    return found == config.ports.end() ? nullptr : &*found;
}

std::vector<std::string> port_names(const Config& config) {
    std::vector<std::string> names;
    for (const PortConfig& port : config.ports) names.push_back(port.name);
    return names;
}

void all_ports(const Config& running, const Config& next, Differences& out) {
    bool same_set = true;
    for (const PortConfig& port : running.ports) {
        if (const PortConfig* other = find(next, port.name)) {
            compare_ports(port, *other, out);
        } else {
            out.say(fmt::format("port {}: removed", port.name));
            same_set = false;
        }
    }
    for (const PortConfig& port : next.ports)
        if (find(running, port.name) == nullptr) {
            out.say(fmt::format("port {}: added", port.name));
            same_set = false;
        }
    // What runs is indexed by the order of the ports.
    const auto before = port_names(running), after = port_names(next);
    if (same_set && before != after)
        out.say(
            fmt::format("ports: order {} -> {}", fmt::join(before, ", "), fmt::join(after, ", ")));
}

}  // namespace

std::vector<std::string> needs_restart(const Config& running, const Config& next,
                                       std::uint64_t pool) {
    Differences out;
    out.compare("workers.cores", running.workers.cores, next.workers.cores);
    out.compare("workers.idle", idle_text(running.workers), idle_text(next.workers));
    out.compare("memory.hugepages", running.memory.hugepages, next.memory.hugepages);
    out.compare("memory.reserve", running.memory.reserve, next.memory.reserve);
    out.compare("memory.packet_buffers", running.memory.packet_buffers, next.memory.packet_buffers);
    out.compare("api.socket", running.api.socket, next.api.socket);
    out.compare("api.mode", fmt::format("{:04o}", running.api.mode),
                fmt::format("{:04o}", next.api.mode));
    out.compare("api.metrics", running.api.metrics, next.api.metrics);
    all_ports(running, next, out);
    const PacketPlan plan = plan_packets(next, pool);
    if (pool != 0 && plan.missing != 0)
        out.say(fmt::format(
            "memory: lossless slices take {} packet buffers, {} more than a pool of {} has for "
            "them beside rings and lossy slices; memory.reserve keeps room for such a reload",
            plan.lossless, plan.missing, pool));
    return out.take();
}

}  // namespace weir
