// What `weirctl audit` reads.
#include "dataplane/api/status.hpp"

namespace weir {
namespace {

Json balance_json(const std::string& thread, const Balance& balance) {
    return {{"thread", thread},
            {"received", balance.received},
            {"originated", balance.originated},
            {"taken_over", balance.taken_over},
            {"sent", balance.sent},
            {"consumed", balance.consumed},
            {"handed_over", balance.handed_over},
            {"drops", balance.drops},
            {"held", balance.held},
            {"closes", balance.closes()}};
}

Json slice_balance_json(const AuditedSlice& it) {
    return {{"port", it.port},
            {"slice", it.slice},
            {"worker", it.worker},
            {"lossless", it.lossless},
            {"refused", it.refused},
            {"admitted", it.balance.admitted},
            {"departed", it.balance.departed},
            {"dropped", it.balance.dropped},
            {"held", it.balance.held},
            {"closes", it.balance.closes()}};
}

}  // namespace

Json audit_json(Reading& reading) {
    const Audit& audit = reading.audit();
    Json threads = Json::array();
    for (std::size_t i = 0; i < audit.workers.size(); ++i)
        threads.push_back(balance_json("worker " + std::to_string(i), audit.workers[i]));
    threads.push_back(balance_json("control", audit.control));
    Json slices = Json::array();
    for (const AuditedSlice& it : audit.slices) slices.push_back(slice_balance_json(it));
    Json missed = Json::array();
    for (const AuditedMiss& it : audit.missed)
        missed.push_back({{"port", it.port}, {"cause", it.cause}, {"packets", it.packets}});
    const BufferCensus& buffers = audit.buffers;
    return {{"closes", audit.closes},
            {"findings", audit.findings},
            {"at_rest", audit.at_rest},
            {"in_rings", audit.in_rings},
            {"receive_missed_packets", audit.receive_missed()},
            {"missed", std::move(missed)},
            {"buffers", buffers.all},
            {"buffers_in_use", buffers.in_use},
            {"buffers_in_devices", buffers.in_devices},
            {"buffers_devices_lag", buffers.devices_lag},
            {"buffers_in_flight_at_most", buffers.in_flight},
            {"buffers_held", buffers.held},
            {"buffers_moving_at_most", buffers.moving},
            {"threads", std::move(threads)},
            {"slices", std::move(slices)}};
}

}  // namespace weir
