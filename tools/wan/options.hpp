#pragma once
// What weir-wan is asked to do: the command line, read and checked.
#include <array>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "tools/wan/line.hpp"

namespace weir::wan {

struct Options {
    std::array<std::string, 2> devices;  // the line's ends, a and b
    std::array<LineSetup, 2> ways;       // from a to b, from b to a
    Nanos duration{0};                   // 0: until a signal comes
    std::uint32_t buffers = 65'536;
    std::uint16_t mtu = 1'500;
    bool hugepages = false;
    std::optional<unsigned> core;
    bool json = false;
};

// Nothing where help or the version was asked for and printed to `out`. Throws
// Error{ExitCode::usage}.
std::optional<Options> parse_options(int argc, const char* const* argv, std::ostream& out);

}  // namespace weir::wan
