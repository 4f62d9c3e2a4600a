// Cycles per packet of the whole way of a packet that is encapsulated: ingress, the queue of its
// slice, scheduler, accounting, up to the call of the device. With what a worker holds as it runs
// (4,096 buffers go round) and with a standing queue of one round trip (100 Gb/s, 100 km, 84-byte
// packets), and with many slices and queues instead of few; beside a reference loop in the same
// run.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>

#include "bench/least.hpp"
#include "bench/scene.hpp"

namespace weir::bench {
namespace {

constexpr std::uint32_t resident = 4'096, standing = 148'810;
constexpr std::size_t batch = Pipeline::batch_size;

// Buffers in the order in which they come back.
class Buffers {
public:
    Buffers(rte_mempool& pool, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            Packet* packet = rte_pktmbuf_alloc(&pool);
            if (packet == nullptr) throw std::runtime_error{"pool too small for the benchmark"};
            free_.push_back(packet);
        }
    }
    ~Buffers() {
        for (Packet* packet : free_) rte_pktmbuf_free(packet);
    }
    void fill(std::span<Packet*> burst, const std::vector<test::Frame>& frames) {
        for (Packet*& packet : burst) {
            packet = free_.front();
            free_.pop_front();
            put(*packet, frames[frame_]);
            frame_ = (frame_ + 1) % frames.size();
        }
    }
    void give_back(Packet* packet) { free_.push_back(packet); }

private:
    std::deque<Packet*> free_;
    std::size_t frame_ = 0;
};

struct Load {
    Scale scale;
    std::uint32_t queued = 0;  // that stand in the queues all the time
};

class Bench {
public:
    explicit Bench(const Load& load)
        : load_{load},
          bed_{scene(load.scale), load.queued + 2 * resident},
          buffers_{bed_.pool(), load.queued + resident} {
        Snapshot next = bed_.snapshot();
        // A rate that is never reached: its shapers are asked, and an empty port is passed by.
        next.ports[wan].rate = BitsPerSecond{400'000'000'000};
        for (std::size_t i = 0; i < next.slices.size(); ++i) {
            next.slices[static_cast<SliceId>(i)].lossless = true;
            next.ports[lan].lossless_in[static_cast<SliceId>(i)] = Bytes{std::uint64_t{1} << 40U};
        }
        port().adopt(next, bed_.now);
    }
    ~Bench() { port().discard(Drop::stopped); }

    double cycles() {
        const auto frames = plain_frames(load_.scale, false);
        for (std::uint32_t held = 0; held < load_.queued; held += batch) step(frames, 0);
        std::vector<double> runs;
        for (int i = 0; i < 7; ++i) runs.push_back(round(frames));
        std::ranges::sort(runs);
        return runs[runs.size() / 2];
    }

private:
    EgressPort& port() { return bed_.egress(wan); }

    // One turn of a worker's loop: a burst in, `out` packets out.
    double step(const std::vector<test::Frame>& frames, std::size_t out) {
        std::array<Packet*, batch> burst;
        std::array<Packet*, 2 * batch> sent;
        std::size_t n = 0;
        buffers_.fill(burst, frames);
        bed_.now = bed_.now + Nanos{2'000};
        const std::uint64_t begin = rte_rdtsc_precise();
        port().tick(bed_.now);
        bed_.pipeline().ingress(burst, lan, bed_.snapshot(), bed_.now);
        if (out != 0)
            port().transmit(bed_.now, [&](std::span<Packet*> packets) {
                const std::size_t taken = std::min(packets.size(), out - n);
                std::copy_n(packets.begin(), taken, sent.begin() + static_cast<std::ptrdiff_t>(n));
                n += taken;
                return taken;
            });
        const std::uint64_t end = rte_rdtsc_precise();
        for (std::size_t i = 0; i < n; ++i) buffers_.give_back(sent[i]);
        return static_cast<double>(end - begin) / batch;
    }
    double round(const std::vector<test::Frame>& frames) {
        std::vector<double> samples;
        const std::size_t bursts =
            std::max<std::size_t>(4'000, std::size_t{2} * load_.queued / batch);
        for (std::size_t i = 0; i < bursts; ++i) samples.push_back(step(frames, batch));
        const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(bursts / 2);
        std::ranges::nth_element(samples, middle);
        return *middle - clock_;
    }
    // What reading the clock twice costs is not the packets'.
    static double clock_cost() {
        std::vector<double> samples;
        for (int i = 0; i < 1'001; ++i) {
            const std::uint64_t begin = rte_rdtsc_precise();
            samples.push_back(static_cast<double>(rte_rdtsc_precise() - begin) / batch);
        }
        std::ranges::sort(samples);
        return samples[samples.size() / 2];
    }

    Load load_;
    test::Bed bed_;
    Buffers buffers_;
    double clock_ = clock_cost();
};

double measure(const Load& load) { return Bench{load}.cycles(); }

double reference(const Scale& scale) {
    test::Bed bed{scene(scale), 2 * resident};
    Circulation circulation{bed.pool(), resident};
    return cycles_per_packet(circulation, plain_frames(scale, false), write_macs, [] {});
}

std::string_view only;  // of the rows, what has this in its name

void run() {
    const Scale ten{.policies = 10, .slices = 10};
    const Scale one{.policies = 10, .slices = 1, .queues = 1};
    const Scale many{.policies = 256, .flows = 16'384, .slices = 255, .queues = 1'024};
    const double base = reference(ten);
    std::string first = "1.5 x the first";
    const auto print = [&](std::string_view what, double cycles, std::string_view target) {
        fmt::print("{:<58} {:>10.1f} {:>11.2f}  {}\n", what, cycles, cycles / base, target);
    };
    const auto row = [&](std::string_view what, const Load& load, std::string_view target) {
        if (what.find(only) == std::string_view::npos) return 0.0;
        const double cycles = measure(load);
        print(what, cycles, target);
        return cycles;
    };
    fmt::print("{:<58} {:>10} {:>11}  {}\n", "H.Encaps, 3 segments, IPv4 inside", "cycles/pkt",
               "x reference", "target");
    print("reference: read and write both MACs", base, "");
    if (const double few = row("1 slice of 1 queue", {one}, ""); few > 0)
        first = fmt::format("{:.1f} (1.5 x the first)", 1.5 * few);
    row("10 slices of 64 queues, 1,000 flows", {ten}, "100");
    row("255 slices of 1,024 queues, 16,384 flows", {many}, first);
    row("10 slices, 1,000 packets standing", {ten, 1'000}, "100");
    row("10 slices, 148,810 packets standing", {ten, standing}, "200");
}

}  // namespace
}  // namespace weir::bench

// bench-egress [PART-OF-A-NAME]
int main(int argc, char** argv) {
    if (argc > 1) weir::bench::only = argv[1];
    return weir::bench::main_of(weir::Bytes{1024 << 20}, weir::bench::run);
}
