#pragma once
// DPDK, packet buffers and the one or two ports of a run, made and unmade in the right order.
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dataplane/io/eal.hpp"
#include "dataplane/io/mempool.hpp"
#include "dataplane/io/port.hpp"
#include "tools/gen/answerer.hpp"
#include "tools/gen/options.hpp"
#include "tools/gen/result.hpp"

namespace weir {

// `stop`: asked now and then by whatever waits; true ends the waiting.
using StopAsked = bool (*)();

// One port and who answers on it (null with --no-answer).
struct Station {
    std::unique_ptr<Port> port;
    std::unique_ptr<Answerer> answerer;
};

class Devices {
public:
    // Throws Error{ExitCode::device}.
    Devices(const Options& options, std::uint64_t ticks_per_second);
    ~Devices();
    Devices(const Devices&) = delete;
    Devices& operator=(const Devices&) = delete;

    rte_mempool& pool() { return *pool_; }
    // Null where the options name no such device. The same one where they name one device twice.
    Station* tx() { return tx_; }
    Station* rx() { return rx_; }

    // Waits for the links of a sender. Throws Error{ExitCode::device} where one stays down.
    void wait_for_links(Nanos at_most, StopAsked stop);
    // Asks for the gateway's MAC. Throws Error{ExitCode::device} where nobody answers.
    MacAddr resolve(const std::variant<Ipv4Addr, Ipv6Addr>& gateway, Nanos at_most, StopAsked stop);
    std::vector<DeviceRow> rows() const;

private:
    Station* open(const Options& options, const std::string& device, const char* name,
                  const OwnAddresses& own);

    std::uint64_t ticks_per_second_;
    Eal eal_;
    PacketPool pool_;
    std::vector<std::unique_ptr<Station>> stations_;
    Station* tx_ = nullptr;
    Station* rx_ = nullptr;
};

}  // namespace weir
