// Cycles per packet of each way through the ingress half and out of the egress backlog, beside a
// reference loop in the same run: what testpmd's `mac` mode does to a packet (read it, write both
// MACs).
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "bench/scene.hpp"

namespace weir::bench {
namespace {

struct Row {
    std::string name;
    double cycles;
    double target;  // 0: none
};

class Bench {
public:
    explicit Bench(const Scale& scale)
        : scale_{scale}, bed_{scene(scale), 8192}, circulation_{bed_.pool(), 4096} {
        bed_.resolve(lan, mapped({{10, 1, 0, 2}}), test::Bed::neighbor_mac(1));
    }

    double measure(const std::vector<test::Frame>& frames, PortId in) {
        std::size_t left = 0;
        const auto work = [&](std::span<Packet*> burst) {
            bed_.pipeline().ingress(burst, in, bed_.snapshot(), bed_.now);
        };
        const auto after = [&] {
            for (const PortId out : {lan, wan})
                left += bed_.egress(out).transmit(
                    bed_.now, [](std::span<Packet*> packets) { return packets.size(); });
        };
        const double cycles =
            median([&] { return cycles_per_packet(circulation_, frames, work, after); });
        if (left == 0) throw std::runtime_error{"the benchmark forwarded nothing"};
        return cycles;
    }
    double measure_reference(const std::vector<test::Frame>& frames) {
        return median([&] { return cycles_per_packet(circulation_, frames, write_macs, [] {}); });
    }

private:
    template <class F>
    double median(F&& once) {
        std::vector<double> runs;
        for (int i = 0; i < 7; ++i) runs.push_back(once());
        std::ranges::sort(runs);
        return runs[runs.size() / 2];
    }

    Scale scale_;
    test::Bed bed_;
    Circulation circulation_;
};

void print(const std::vector<Row>& rows, double reference_cycles) {
    fmt::print("{:<44} {:>10} {:>12} {:>8}\n", "way", "cycles/pkt", "x reference", "target");
    for (const Row& row : rows)
        fmt::print("{:<44} {:>10.1f} {:>12.2f} {:>8}\n", row.name, row.cycles,
                   row.cycles / reference_cycles,
                   row.target > 0 ? fmt::format("{:.0f}", row.target) : "");
}

void run() {
    const Scale scale;
    Bench bench{scale};
    const auto plain4 = plain_frames(scale, false), plain6 = plain_frames(scale, true);
    const double reference_cycles = bench.measure_reference(plain4);
    std::vector<Row> rows{{"reference: read and write both MACs", reference_cycles, 0}};
    rows.push_back({"H.Encaps, 3 segments, IPv4 inside", bench.measure(plain4, lan), 70});
    rows.push_back({"H.Encaps, 3 segments, IPv6 inside", bench.measure(plain6, lan), 70});
    rows.push_back({"End", bench.measure(srv6_frames(scale, "fc00:a::e0", false, false), wan), 60});
    rows.push_back({"End.DT46, IPv4 inside",
                    bench.measure(srv6_frames(scale, "fc00:a:1::e0", true, false), wan), 90});
    rows.push_back({"End.DT46, IPv6 inside",
                    bench.measure(srv6_frames(scale, "fc00:a:1::e0", true, true), wan), 90});
    rows.push_back({"IPv6 route", bench.measure(routed_frames(scale), wan), 0});
    print(rows, reference_cycles);
}

}  // namespace
}  // namespace weir::bench

int main() { return weir::bench::main_of(weir::Bytes{96 << 20}, weir::bench::run); }
