#pragma once
// What start-up and control throw: one sentence that names the thing, the reason and the way out,
// and the exit code a program ends with (design: 0 done, 1 the answer is no, 2 usage, 3
// configuration, 4 device, hugepage or permission, 5 cannot reach the daemon).
#include <stdexcept>
#include <string>

namespace weir {

enum class ExitCode : int {
    done = 0,
    no = 1,
    usage = 2,
    configuration = 3,
    device = 4,
    unreachable = 5
};

class Error : public std::runtime_error {
public:
    Error(ExitCode code, const std::string& sentence) : std::runtime_error{sentence}, code_{code} {}
    ExitCode code() const { return code_; }

private:
    ExitCode code_;
};

}  // namespace weir
