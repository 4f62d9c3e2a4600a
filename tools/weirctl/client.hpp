#pragma once
// Asks a running weir over its UNIX socket.
#include <functional>
#include <string>

namespace weir {

struct Answer {
    int status = 0;  // of HTTP
    std::string body;
};
// Method and path, "GET" "/v1/ports". Throws Error{ExitCode::unreachable}.
using Ask = std::function<Answer(const std::string& method, const std::string& path)>;

Ask ask_over(std::string socket);

}  // namespace weir
