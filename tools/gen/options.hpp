#pragma once
// The command line of weir-gen as typed, checked values.
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "dataplane/base/units.hpp"
#include "tools/gen/send_rate.hpp"
#include "tools/gen/size_mix.hpp"
#include "tools/gen/traffic.hpp"

namespace weir {

struct Options {
    std::string tx;  // devices as in a weir configuration; empty: none, never both
    std::string rx;
    Traffic traffic;  // source_mac and destination_mac are filled in from the next two
    std::optional<MacAddr> source_mac;  // none: the device's
    std::optional<MacAddr> destination_mac;
    std::optional<std::variant<Ipv4Addr, Ipv6Addr>> gateway;  // whose MAC is asked for instead
    std::string size = "64";  // as SizeMix reads it; for IPv6 or SRv6 the least size by default
    std::optional<SendRate> rate;  // none: as fast as the device takes them
    std::uint32_t overhead = 0;    // bytes per frame that a rate in bits counts besides the frame
    Nanos catch_up{100'000'000};
    double peak = 2;          // of the rate, while catching up
    Nanos duration{0};        // 0: until the count is reached or a signal comes
    std::uint64_t count = 0;  // 0: any. Counted packets to send, or to wait for
    double random_percent = 0;
    std::uint64_t seed = 1;
    bool fast = false;
    std::uint16_t burst = 32;
    std::optional<std::uint8_t> pfc;    // priority whose pauses are obeyed
    std::optional<BitsPerSecond> line;  // of --pfc; none: as the device says

    std::vector<Ipv4Prefix> address4;  // answered on the rx device besides those below
    std::vector<Ipv6Prefix> address6;
    std::vector<Ipv4Prefix> take4;  // what a device shared with the kernel takes besides
    std::vector<Ipv6Prefix> take6;
    bool answer = true;
    std::size_t window = 4096;
    bool from_start = false;
    bool verify = false;
    bool expect_lossless = false;
    Nanos linger{500'000'000};

    unsigned threads = 1;
    std::vector<unsigned> cores;
    Nanos wait_link{10'000'000'000};
    bool hugepages = false;
    std::uint32_t buffers = 16'384;
    std::uint16_t descriptors = 2048;
    std::uint16_t mtu = 0;  // 0: what the sizes need, at least 1,500
    bool json = false;
    bool per_flow = false;
    Nanos report_every{0};
    Nanos bins{0};  // 0: none

    bool sends() const { return !tx.empty(); }
    bool receives() const { return !rx.empty(); }
};

// Nothing where help or the version was asked for and printed to `out`. Throws
// Error{ExitCode::usage}.
std::optional<Options> parse_options(int argc, const char* const* argv, std::ostream& out);

}  // namespace weir
