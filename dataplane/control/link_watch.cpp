#include "dataplane/control/link_watch.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <thread>

#include "dataplane/io/port.hpp"

namespace weir {
namespace {

constexpr std::chrono::milliseconds every{1};
constexpr unsigned slow_rounds = 100;

}  // namespace

std::optional<std::string> LinkLog::say(const std::string& port, bool up, Instant now) {
    if (!limit_.take(now)) {
        ++silent_;
        return {};
    }
    std::string text = up ? fmt::format("port {}: its link is up", port)
                          : fmt::format("port {}: its link is down, packets for it wait", port);
    if (silent_ != 0)
        text += fmt::format(" ({} change{} not logged)", silent_, silent_ == 1 ? "" : "s");
    silent_ = 0;
    return text;
}

LinkWatch::LinkWatch(IdVector<PortId, Port*> ports, LinkStates& states)
    : ports_{std::move(ports)}, states_{states}, seen_(ports_.size()), logs_(ports_.size()) {
    look(true);
}

void LinkWatch::run() {
    unsigned round = 0;
    while (!stopping_.load(std::memory_order_relaxed)) {
        std::this_thread::sleep_for(every);
        look(++round % slow_rounds == 0);
    }
}

void LinkWatch::look(bool slow_ones) {
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        if (slow_ones || !ports_[id]->slow_link()) look_at(id);
    }
}

void LinkWatch::look_at(PortId id) {
    const Port& port = *ports_[id];
    const bool up = port.link_up();
    std::optional<bool>& seen = seen_[id];
    if (seen == up) return;
    const bool as_it_should_be = !seen && up;
    seen = up;
    states_.set(id, up);
    if (as_it_should_be) return;
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    if (const auto text = logs_[index(id)].say(port.name(), up, Instant{Nanos{now}}))
        spdlog::log(up ? spdlog::level::info : spdlog::level::warn, "{}", *text);
}

}  // namespace weir
