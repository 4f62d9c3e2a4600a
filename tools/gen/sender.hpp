#pragma once
// Sends one Traffic on one port: what the pacer says is due, flows in turn, sizes by their pattern.
// What the device does not take now it gets first the next time: nothing that was numbered is ever
// thrown away while the sender runs. One thread polls; counters may be read by any.
#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/base/counter.hpp"
#include "dataplane/io/port.hpp"
#include "tools/gen/noise.hpp"
#include "tools/gen/options.hpp"
#include "tools/gen/pacer.hpp"
#include "tools/gen/result.hpp"

namespace weir {

class Sender {
public:
    // Throws Error{ExitCode::device} where the port can not send frames of the sizes asked.
    Sender(Port& port, rte_mempool& pool, const Options& options, const PacketBuilder& builder,
           const SizeMix& mix, std::uint64_t ticks_per_second);
    ~Sender() { finish(); }
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    void start(std::uint64_t now) noexcept;
    // Sends what is due at `now`. False once the count that was asked for is sent.
    bool poll(std::uint64_t now) noexcept;
    // Sends nothing more. What the device never took was not sent, and is not counted.
    void finish() noexcept;

    std::uint64_t packets() const noexcept { return sent_.packets.read(); }
    std::uint64_t random_packets() const noexcept { return sent_noise_.packets.read(); }
    std::uint64_t byte_count() const noexcept { return sent_.bytes.read(); }
    // How many packets of each flow were sent. After finish().
    const std::vector<std::uint64_t>& flows() const noexcept { return next_sequence_; }
    Sent result() const;

private:
    struct Pending {  // beside packets_: what becomes of the counters when it is sent
        std::uint32_t bytes;
        std::uint32_t flow;  // no_flow: noise
    };
    static constexpr std::uint32_t no_flow = ~std::uint32_t{0};

    bool stock_up(std::size_t segments) noexcept;
    Packet* take_from_stock() noexcept;
    void build(std::uint64_t now) noexcept;
    Pending write_counted(Packet& packet, std::size_t which, std::uint64_t now) noexcept;
    Pending write_noise(Packet& packet) noexcept;
    void step_pattern() noexcept;
    bool flush() noexcept;
    bool counted_all() const noexcept { return limit_ != 0 && numbered_ >= limit_; }

    Port& port_;
    rte_mempool& pool_;
    const PacketBuilder& builder_;
    Noise noise_;
    std::optional<SendRate> rate_;
    std::optional<Pacer> pacer_;
    std::size_t burst_;
    std::uint64_t limit_;
    std::uint64_t ticks_per_second_;

    std::vector<std::uint8_t> pattern_;
    std::vector<std::uint64_t> cost_;    // by size, in units of the pacer
    std::vector<std::size_t> segments_;  // by size, packet buffers it takes
    std::size_t pattern_at_ = 0;
    std::uint64_t pattern_shift_ = 0;  // packets after which flows and sizes meet anew
    std::uint64_t until_shift_ = 0;
    std::vector<std::uint64_t> next_sequence_;
    std::uint32_t flow_ = 0;
    std::uint64_t numbered_ = 0;

    std::vector<Packet*> stock_;  // empty packets at hand
    std::vector<Packet*> packets_;
    std::vector<Pending> pending_;
    std::size_t head_ = 0;  // packets_[head_, packets_.size()) wait for the device

    PacketCounter sent_, sent_noise_;
    Counter refused_, no_buffer_;
    std::uint64_t started_ = 0;
    std::uint64_t ended_ = 0;
};

}  // namespace weir
