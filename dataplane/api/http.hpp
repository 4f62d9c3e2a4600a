#pragma once
// One HTTP request from a connection, one answer. cpp-httplib 0.11 reads and writes the protocol;
// time and bytes are bounded here, because it bounds neither: it takes headers without end, and
// each byte may take as long as the last.
#include <chrono>
#include <cstddef>

#include "dataplane/api/api.hpp"

namespace weir {

struct HttpLimits {
    std::size_t request_bytes = 16384;               // request line and headers
    std::size_t line_bytes = 2048;                   // each line of them
    std::chrono::milliseconds request_time{2000};    // until the last byte of them
    std::chrono::milliseconds response_time{20000};  // until the last byte of the answer
    std::chrono::milliseconds goodbye{200};          // for the peer to have read it
};

// Answers one request on `socket` (non-blocking) and returns; the caller closes. Gives up as soon
// as `stop` (a descriptor) becomes readable. False where the answer broke off because this process
// ran out of something: the next connection may fare better.
bool serve_connection(int socket, int stop, Door door, const Api& api,
                      const HttpLimits& limits = {}) noexcept;

}  // namespace weir
