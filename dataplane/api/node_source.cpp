// The one place of the API that knows a Node.
#include <chrono>
#include <memory>
#include <mutex>

#include "dataplane/api/server.hpp"
#include "dataplane/api/source.hpp"
#include "dataplane/worker/clock.hpp"

namespace weir {
namespace {

std::int64_t wall_clock() {
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

PortReading read_port(const Node& node, PortId id) {
    const Port& port = node.port(id);
    return {.link_up = node.link_up(id),
            .mac = port.mac(),
            .speed = port.speed(),
            .receive_queues = port.receive_queues(),
            .missed = port.counters().missed};
}

}  // namespace

Reloader::Reloader(std::string path, Node& node)
    : Reloader{std::move(path), [&node](const Config& next) { return node.reload(next); },
               [&node] { return node.snapshot()->version; }} {}

ApiServer::ApiServer(const ApiConfig& config, Node& node, Reloader& reloader)
    : ApiServer{config, node.snapshot()->config->node.name, source_of(node, reloader)} {}

StatusSource source_of(Node& node, Reloader& reloader) {
    StatusSource source{.version = WEIR_VERSION,
                        .march = WEIR_MARCH,
                        .config_file = reloader.path(),
                        .started = wall_clock(),
                        .shards = {},
                        .snapshot = [&node] { return node.snapshot(); },
                        .port = [&node](PortId id) { return read_port(node, id); },
                        .neighbors = [&node] { return node.neighbors(); },
                        .audit = {},
                        .reload = [&reloader] { return reloader.reload(); },
                        .seconds = {},
                        .now = wall_clock};
    for (const auto& shard : node.shards()) source.shards.push_back(shard.get());
    // A cut answers whoever asked last: two audits at once would read each other's.
    source.audit = [&node, mutex = std::make_shared<std::mutex>()] {
        const std::lock_guard lock{*mutex};
        return node.audit();
    };
    source.seconds = [clock = TscClock{}](std::uint64_t cycles) {
        return std::chrono::duration<double>(clock.at(cycles).since_start()).count();
    };
    return source;
}

}  // namespace weir
