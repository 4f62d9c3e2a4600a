#include "dataplane/api/source.hpp"

namespace weir {

const PortReading& Reading::port(PortId id) {
    while (!ports_.contains(id)) ports_.push_back(source_.port(static_cast<PortId>(ports_.size())));
    return ports_[id];
}

const std::vector<NeighborView>& Reading::neighbors() {
    if (!neighbors_) neighbors_ = source_.neighbors();
    return *neighbors_;
}

const Audit& Reading::audit() {
    if (!audit_) audit_ = source_.audit();
    return *audit_;
}

}  // namespace weir
