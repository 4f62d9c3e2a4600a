#pragma once
// Looks at the links of all ports every millisecond, in a thread of its own, for the kernel may let
// whoever asks wait; tells everybody (LinkStates) and the log.
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/base/ids.hpp"
#include "dataplane/base/token_rate.hpp"
#include "dataplane/control/link_states.hpp"

namespace weir {

class Port;

// What is said of one port's link: each change, while they are few.
class LinkLog {
public:
    // The sentence to log, or nothing where the link flaps faster than somebody reads: the next
    // sentence says how many were left out.
    std::optional<std::string> say(const std::string& port, bool up, Instant now);

private:
    TokenRate limit_{PacketsPerSecond{1}, 8};  // sentences
    std::uint64_t silent_ = 0;
};

class LinkWatch {
public:
    // Looks at once.
    LinkWatch(IdVector<PortId, Port*> ports, LinkStates& states);

    // The thread's body, until `stop`.
    void run();
    void stop() { stopping_.store(true, std::memory_order_relaxed); }

private:
    void look(bool slow_ones);
    void look_at(PortId id);

    IdVector<PortId, Port*> ports_;
    LinkStates& states_;
    IdVector<PortId, std::optional<bool>> seen_;
    std::vector<LinkLog> logs_;
    std::atomic<bool> stopping_{false};
};

}  // namespace weir
