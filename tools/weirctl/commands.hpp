#pragma once
// The commands of weirctl, each from the answer of a daemon to what is printed and the exit code.
#include <string>
#include <string_view>

#include "dataplane/base/error.hpp"
#include "tools/weirctl/client.hpp"

namespace weir {

struct Outcome {
    std::string out;  // stdout
    std::string err;  // stderr
    ExitCode code = ExitCode::done;
};

// `json`: the daemon's answer as it is, one line.
Outcome show(const Ask& ask, std::string_view subject, bool json);
Outcome reload(const Ask& ask, bool json);  // 3 where the file is wrong or needs a restart
Outcome audit(const Ask& ask, bool json);   // 1 where it found anything

}  // namespace weir
