#pragma once
// Quantities as a configuration writes them: a decimal number and a unit without space between
// ("40G", "12.5MB", "100km"). Integers throughout: a decimal fraction is exact or refused, and so
// are a negative number and one that is too large.
//
//   rate         bps k M G T (powers of 1000, bit/s)
//   size         B kB MB GB TB (powers of 1000)  KiB MiB GiB TiB (powers of 1024)
//   packet rate  pps kpps Mpps Gpps
//   time         ns us ms s
//   distance     a time, or km and m at 5 us per km (light in glass)
//   share        % with up to four decimals
#include <string>
#include <string_view>
#include <variant>

#include "dataplane/config/config.hpp"

namespace weir {

struct Wrong {
    std::string text;  // a sentence without subject: `needs a unit, for example "40G"`
};
template <class T>
using Reading = std::variant<T, Wrong>;

Reading<BitsPerSecond> parse_rate(std::string_view text);
Reading<Bytes> parse_size(std::string_view text);
Reading<PacketsPerSecond> parse_packet_rate(std::string_view text);
Reading<Nanos> parse_time(std::string_view text);
Reading<Nanos> parse_distance(std::string_view text);
Reading<Share> parse_share(std::string_view text);  // 0% to 100%
Reading<RateOrShare> parse_rate_or_share(std::string_view text);

// The shortest exact form: the largest unit that divides the number.
std::string to_string(BitsPerSecond value);
std::string to_string(Bytes value);
std::string to_string(PacketsPerSecond value);
std::string to_string(Nanos value);  // not negative
std::string to_string(Share value);
std::string to_string(const RateOrShare& value);

}  // namespace weir
