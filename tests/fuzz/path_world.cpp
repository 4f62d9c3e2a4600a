#include <array>
#include <stdexcept>

#include "tests/fuzz/path.hpp"

namespace weir::fuzz {
namespace {

constexpr std::size_t head_bytes = 4, most_records = 16;

const std::string more = R"(
[[port]]
name = "lan1"
device = "vdev:net_null2"
address = ["10.8.0.1/24", "fd00:8::1/64"]
table = "campus"
mtu = 9000
rate = "25G"
source_check = true
[[port]]
name = "wan1"
device = "vdev:net_null3"
address = ["fd00:ac::1/64", "198.51.100.1/31"]
mtu = 9000
rate = "10G"
role = "wan"
[[route]]
to = "fc00:c0::/32"
via = [{ address = "fd00:ab::2", port = "wan0" }, { address = "fd00:ac::2", port = "wan1" }]
[[route]]
to = "10.9.0.0/16"
table = "campus"
policy = "weighted"
[[route]]
to = "fd00:9::/32"
table = "campus"
via = [{ address = "fd00:1::2", port = "lan0", weight = 3 }, { address = "fd00:8::2", port = "lan1" }]
[[route]]
to = "fd00:8:1::/48"
table = "campus"
via = [{ address = "fd00:8::2", port = "lan1" }]
[[route]]
to = "fc00:e::/32"
via = [{ address = "fd00:ac::2", port = "wan1" }]
[[policy]]
name = "jumbo"
encap = "full"
paths = [ { segments = ["fc00:e::1", "fc00:e::2", "fc00:e::3", "fc00:e::4", "fc00:e::5", "fc00:e::6", "fc00:e::7"] } ]
[[steer]]
match = { port = "lan1", to = "10.20.0.0/16" }
policy = "jumbo"
[[steer]]
match = { to = "fd00:3::/48", protocol = "tcp", dport = 443 }
policy = "reduced-3"
[[steer]]
match = { to = "10.1.0.0/16", protocol = "icmp" }
policy = "reduced-1"
[[sid]]
sid = "fc00:a::46"
behavior = "End.DT46"
table = "campus"
slice = "training"
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error{"the scene has no " + from};
    return text.replace(at, from.size(), to);
}

// The addresses of wan0 are those that tests/unit/control/golden speaks to.
std::string text() {
    return replaced(test::scene_text(), "\"192.0.2.1/24\"",
                    "\"192.0.2.1/24\", \"2001:db8:1::1/64\"") +
           more;
}

std::string lossless(std::string config) {
    config = replaced(std::move(config), "table = \"campus\"\nmtu = 1500\n",
                      "table = \"campus\"\nmtu = 1500\npfc = { 3 = \"training\" }\n");
    return replaced(std::move(config), "name = \"training\"\n",
                    "name = \"training\"\nlossless = true\nbuffer = \"64kB\"\n");
}

// A port sends 64 KiB ahead of its rate, a slice one frame: some wait with few packets, some only
// where many come at once.
std::string slow(std::string config) {
    config = replaced(std::move(config), "mtu = 1500\nrole = \"wan\"\n",
                      "mtu = 1500\nrole = \"wan\"\nrate = \"1M\"\n");
    config = replaced(std::move(config), "name = \"best-effort\"\n",
                      "name = \"best-effort\"\nguarantee = \"300k\"\nlimit = \"700k\"\n"
                      "queues = 4\necn = { min = \"2kB\", max = \"8kB\" }\n");
    return replaced(std::move(config), "name = \"training\"\n",
                    "name = \"training\"\nlimit = \"500k\"\nqueues = 1\n");
}

// Outer headers say the slice in their source.
std::string sourced(std::string config) {
    const std::string label = R"(slice_bits = { in = "label", first = 0, count = 8 })",
                      source = R"(slice_bits = { in = "source", first = 16, count = 8 })";
    if (config.find(label) == std::string::npos)
        return replaced(std::move(config), "[node]\n", "[node]\n" + source + "\n");
    return replaced(std::move(config), label, source);
}

std::vector<Config> reloads(const std::string& first) {
    std::vector<Config> all;
    for (const std::string& it :
         {first, lossless(first), slow(first), slow(lossless(first)), sourced(first)})
        all.push_back(test::parsed(it));
    return all;
}

}  // namespace

std::vector<Config> path_configs() { return reloads(text()); }

std::vector<Config> marked_configs() {
    std::string marked =
        replaced(text(), "[node]\n",
                 "[node]\nnrp = true\nslice_bits = { in = \"label\", first = 0, count = 8 }\n");
    marked = replaced(std::move(marked), "name = \"lan0\"\n",
                      "name = \"lan0\"\nslice = \"training\"\npcp = { 5 = \"best-effort\" }\n");
    return reloads(marked);
}

Config moved_config() {
    std::string other =
        replaced(text(), "\"192.0.2.1/24\", \"2001:db8:1::1/64\"", "\"192.0.9.1/24\"");
    other = replaced(std::move(other), "\"10.1.0.1/24\"", "\"10.1.0.77/24\"");
    for (int route = 0; route < 2; ++route)
        other = replaced(std::move(other), "\"fd00:ac::2\"", "\"fd00:ac::3\"");
    return test::parsed(replaced(std::move(other),
                                 "via = [{ address = \"10.1.0.2\", port = \"lan0\" }]",
                                 "via = [{ address = \"10.1.0.3\", port = \"lan0\" }]"));
}

Nanos Record::time() const {
    using namespace std::chrono_literals;
    constexpr std::array<Nanos, 8> times{0ns, 12ms, 60ms, 1s, 4s, 8s, 31s, 45s};
    return times[then & 7U];
}

std::vector<Record> records_of(std::span<const std::uint8_t> input) {
    std::vector<Record> all;
    while (input.size() > head_bytes && all.size() < most_records) {
        const std::size_t claimed = input[2] * std::size_t{256} + input[3];
        const auto rest = input.subspan(head_bytes);
        const auto frame = rest.first(std::min(claimed, rest.size()));
        if (!frame.empty()) all.push_back({input[0], input[1], std::as_bytes(frame)});
        input = rest.subspan(frame.size());
    }
    return all;
}

void append(Input& input, const Record& record) {
    const std::size_t size = record.frame.size();
    input.insert(input.end(), {record.how, record.then, static_cast<std::uint8_t>(size >> 8U),
                               static_cast<std::uint8_t>(size)});
    for (const std::byte b : record.frame) input.push_back(std::to_integer<std::uint8_t>(b));
}

}  // namespace weir::fuzz
