#include "tools/sim/result_json.hpp"

#include <fmt/format.h>

#include <ostream>
#include <stdexcept>

namespace weir::sim {
namespace {

void write_sample(const Scenario& scenario, Instant now, const World& world, std::ostream& csv) {
    for (const LaneSample& it : world.lanes())
        csv << fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", now.since_start().count(),
                           csv_text(scenario.nodes[it.node].name), it.port,
                           csv_text(scenario.nodes[it.neighbor].name),
                           static_cast<std::uint32_t>(scenario.slices[it.slice].number), it.held,
                           it.buffer, it.sent_packets, it.sent_bytes, it.dropped_packets, it.shut,
                           it.closed ? 1 : 0);
}

}  // namespace

std::string csv_text(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string{"\"\""} : std::string{c};
    return out + '"';
}

nlohmann::json as_json(const Scenario& scenario, const Result& result) {
    nlohmann::json made{
        {"scenario", scenario.name},          {"duration_ns", scenario.duration.count()},
        {"dropped_lossless", result.dropped}, {"lost_on_lines", result.lost},
        {"messages", result.messages},        {"messages_lost", result.messages_lost},
        {"peak_of_buffer", result.peak()},    {"deadlocks_resolved", result.deadlocks.resolved},
        {"ejected", result.ejected},          {"watchdog", result.deadlocks.watchdog},
        {"watchdog_dropped", result.watchdog}};
    for (std::size_t i = 0; i < result.traffic.size(); ++i) {
        const TrafficResult& it = result.traffic[i];
        made["traffic"].push_back({{"name", scenario.traffic[i].name},
                                   {"sent", it.sent},
                                   {"again", it.again},
                                   {"received", it.received},
                                   {"messages", it.delivered},
                                   {"bytes", it.bytes},
                                   {"bits_per_second", it.bits_per_second()}});
    }
    for (const BufferResult& it : result.buffers)
        made["buffers"].push_back({{"node", scenario.nodes[it.node].name},
                                   {"port", it.port},
                                   {"slice", it.slice},
                                   {"from_host", it.host},
                                   {"buffer", it.buffer},
                                   {"most", it.most},
                                   {"dropped", it.dropped}});
    return made;
}

Result simulate_and_sample(const Scenario& scenario, Nanos every, std::ostream& csv) {
    if (every <= Nanos{0}) throw std::runtime_error("samples need time between them; give more");
    csv << "time_ns,node,port,neighbor,slice,held,buffer,sent_packets,sent_bytes,"
           "dropped_packets,shut,closed\n";
    World world{scenario};
    const Instant end{scenario.duration};
    for (Instant now{Nanos{0}}; now < end; now = now + every) {
        world.run_until(now);
        write_sample(scenario, now, world, csv);
    }
    world.run_until(end);
    write_sample(scenario, end, world, csv);
    return world.result();
}

}  // namespace weir::sim
