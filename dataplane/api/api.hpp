#pragma once
// What each request is answered with. Pure: no socket, no HTTP library, no node; whatever the bytes
// of a request are, the answer is one of these.
#include <string>
#include <string_view>

#include "dataplane/api/source.hpp"

namespace weir {

// Who asks: the UNIX socket may do everything, the TCP port only look (Api::handle says where).
enum class Door : std::uint8_t { local, open };

struct ApiRequest {
    Door door = Door::local;
    std::string method;     // "GET"; "HEAD" is answered like it, the body is the caller's to drop
    std::string path;       // decoded, without query
    bool has_body = false;  // no request takes one
};

struct ApiResponse {
    int status = 200;
    std::string content_type;
    std::string body;
    std::string allow;  // with 405: the method that would do
};

class Api {
public:
    explicit Api(StatusSource source) : source_{std::move(source)} {}

    // GET  /v1/{ports,workers,sids,policies,routes,neighbors,drops,audit,config,counters,runtime,
    //      version}, /v1 lists them                                               local
    // POST /v1/reload: 200 adopted, 409 needs a restart, 422 errors in the file   local
    // GET  /metrics, /healthz, /readyz, /                                         local and open
    // Errors are {"error": {"code", "text"}}: bad_request, not_found, method_not_allowed,
    // has_body, configuration, needs_restart, internal.
    ApiResponse handle(const ApiRequest& request) const;

    // An error of HTTP itself, in the form of ours.
    static ApiResponse error(int status, std::string_view code, std::string_view text);

private:
    StatusSource source_;
};

}  // namespace weir
