#pragma once
// DPDK's process-wide half: made once in main (or in a test's main) before anything else of DPDK,
// outlives all nodes. Throws Error{ExitCode::device}.
#include <string>
#include <vector>

#include "dataplane/config/config.hpp"

namespace weir {

struct EalOptions {
    HugePages hugepages = HugePages::none;
    std::vector<unsigned> cores;  // of workers, which pin themselves; EAL keeps off them
    std::string file_prefix;      // empty: "weir-<pid>"
    Bytes memory{512 << 20};      // most that DPDK may take without hugepages; costs when touched
    bool pci = false;             // probe the PCI bus
    std::vector<std::string> allow;  // PCI addresses to allow, with pci
};

class Eal {
public:
    explicit Eal(const EalOptions& options);
    ~Eal();  // rte_eal_cleanup, and nothing stays in the runtime directory
    Eal(const Eal&) = delete;
    Eal& operator=(const Eal&) = delete;
    bool uses_hugepages() const { return hugepages_; }

private:
    std::string runtime_directory_;
    bool hugepages_ = false;
};

// EAL options that `config` needs: hugepages "auto" means hugepages where enough are free, else
// none. Logs a warning for each port that is far from its workers (numa.hpp).
EalOptions eal_options(const Config& config);

// A TSC that stops or changes pace with the clock of its core cannot time anything (CPUID
// 0x80000007, EDX bit 8; Intel SDM volume 3, 18.17.1).
bool tsc_is_invariant();

}  // namespace weir
