#include "dataplane/io/packet.hpp"

#include <fmt/format.h>
#include <rte_errno.h>

#include "dataplane/base/error.hpp"

namespace weir {

QueuedAt::QueuedAt() {
    // The same name and size again give the same place.
    constexpr rte_mbuf_dynfield field{
        .name = "weir_queued_at", .size = sizeof(Instant), .align = alignof(Instant), .flags = 0};
    offset_ = rte_mbuf_dynfield_register(&field);
    if (offset_ < 0)
        throw Error{ExitCode::device,
                    fmt::format("packets: DPDK has no room for the time they are queued at: {}: "
                                "use fewer devices whose drivers take such fields",
                                rte_strerror(rte_errno))};
}

}  // namespace weir
