// Cycles per packet of each way through the ingress half and out of the egress backlog; beside each
// the least that this behaviour costs anybody (least.hpp), and a reference loop that writes both
// MACs. All are measured in turns, because machines change their speed within seconds.
//   bench-stages [PART-OF-A-NAME [TURNS]]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "bench/least.hpp"
#include "bench/scene.hpp"

namespace weir::bench {
namespace {

std::string_view only;
int turns = 15;

struct Row {
    std::string name;
    std::vector<test::Frame> frames;
    double target = 0;     // 0: none
    Work least = nullptr;  // instead of weir
    PortId in = wan;
    std::vector<double> cycles{};
};

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

class Bench {
public:
    explicit Bench(const Scale& scale) : bed_{scene(scale), 8192}, circulation_{bed_.pool(), 4096} {
        bed_.resolve(lan, mapped({{10, 1, 0, 2}}), test::Bed::neighbor_mac(1));
    }

    void turn(Row& row) {
        row.cycles.push_back(row.least == nullptr
                                 ? weir(row)
                                 : cycles_per_packet(circulation_, row.frames, row.least, [] {}));
    }

private:
    double weir(const Row& row) {
        std::size_t left = 0;
        const auto work = [&](std::span<Packet*> burst) {
            bed_.pipeline().ingress(burst, row.in, bed_.snapshot(), bed_.now);
        };
        const auto after = [&] {
            for (const PortId out : {lan, wan})
                left += bed_.egress(out).transmit(
                    bed_.now, [](std::span<Packet*> packets) { return packets.size(); });
        };
        const double cycles = cycles_per_packet(circulation_, row.frames, work, after);
        if (left == 0) throw std::runtime_error{"the benchmark forwarded nothing"};
        return cycles;
    }

    test::Bed bed_;
    Circulation circulation_;
};

std::vector<Row> rows_of(const Scale& scale) {
    const auto plain4 = plain_frames(scale, false);
    const auto end = srv6_frames(scale, "fc00:a::e0", false, false);
    const auto decap4 = srv6_frames(scale, "fc00:a:1::e0", true, false);
    return {{"reference: read and write both MACs", plain4, 0, write_macs},
            {"H.Encaps, 3 segments, IPv4 inside", plain4, 70, nullptr, lan},
            {"H.Encaps, 3 segments, IPv6 inside", plain_frames(scale, true), 70, nullptr, lan},
            {"  the least: 96 bytes that are always the same", plain4, 0, least_encap<3>},
            {"End", end, 60},
            {"  the least: next segment to the destination", end, 0, least_end},
            {"End.DT46, IPv4 inside", decap4, 90},
            {"End.DT46, IPv6 inside", srv6_frames(scale, "fc00:a:1::e0", true, true), 90},
            {"  the least: headers off", decap4, 0, least_decap},
            {"IPv6 route", routed_frames(scale)},
            {"  the least: the hop", routed_frames(scale), 0, least_route}};
}

void print(const std::vector<Row>& rows, double clock) {
    const double reference = median(rows.front().cycles);
    fmt::print("{:<48} {:>10} {:>10} {:>11} {:>11} {:>6}\n", "way", "cycles/pkt", "best turn",
               "core cycles", "x reference", "target");
    for (const Row& row : rows) {
        const double cycles = median(row.cycles);
        fmt::print("{:<48} {:>10.1f} {:>10.1f} {:>11.1f} {:>11.2f} {:>6}\n", row.name, cycles,
                   std::ranges::min(row.cycles), cycles / clock, cycles / reference,
                   row.target > 0 ? fmt::format("{:.0f}", row.target) : "");
    }
    fmt::print("cycles are of the TSC, medians of {} turns; a cycle of the core took {:.2f}\n",
               turns, clock);
}

void run() {
    const Scale scale;
    Bench bench{scale};
    std::vector<Row> rows = rows_of(scale);
    // A whole name means that row alone, though others begin with it.
    const bool whole = std::ranges::find(rows, only, &Row::name) != rows.end();
    std::erase_if(rows, [&](const Row& row) {
        return whole ? row.name != only : row.name.find(only) == std::string::npos;
    });
    if (rows.empty()) throw std::runtime_error{"no row has that in its name"};
    std::vector<double> clock;
    for (int i = 0; i < turns; ++i) {
        for (Row& row : rows) {
            clock.push_back(tsc_per_core_cycle());
            bench.turn(row);
        }
    }
    print(rows, median(clock));
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
    if (argc > 1) weir::bench::only = argv[1];
    if (argc > 2) weir::bench::turns = std::max(1, std::atoi(argv[2]));
    return weir::bench::main_of(weir::Bytes{96 << 20}, weir::bench::run);
}
