#include "dataplane/io/eal.hpp"

#include <cpuid.h>
#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <sched.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <filesystem>

#include "dataplane/base/error.hpp"
#include "dataplane/config/machine.hpp"
#include "dataplane/config/packet_plan.hpp"
#include "dataplane/io/device_string.hpp"
#include "dataplane/io/dpdk_log.hpp"
#include "dataplane/io/hugepages.hpp"
#include "dataplane/io/numa.hpp"
#include "dataplane/io/pci_sysfs.hpp"
#include "dataplane/io/runtime_directory.hpp"

namespace weir {
namespace {

// "0@(1,5,6)": one lcore, EAL's main thread, that may run wherever no worker polls; where workers
// have every core, wherever this process may. (An lcore pinned to one core would share it with a
// worker, and any other lcore would be a thread that nobody asked for.)
std::string one_lcore(const std::vector<unsigned>& worker_cores) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0) return "0@0";
    cpu_set_t others = allowed;
    for (const unsigned core : worker_cores)
        if (core < CPU_SETSIZE) CPU_CLR(core, &others);
    const cpu_set_t& set = CPU_COUNT(&others) > 0 ? others : allowed;
    std::string cpus;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &set)) continue;
        if (!cpus.empty()) cpus += ',';
        cpus += std::to_string(cpu);
    }
    return fmt::format("0@({})", cpus);
}

void add_memory_arguments(std::vector<std::string>& arguments, bool hugepages, Bytes memory) {
    if (hugepages) {
        // In memory alone, so that a killed process leaves no page behind; and each piece of memory
        // in one file, so that a memif that copies nothing ("zero-copy=yes") can share it.
        arguments.insert(arguments.end(), {"--in-memory", "--single-file-segments"});
        return;
    }
    arguments.insert(arguments.end(), {"--no-huge", "--no-shconf", "-m",
                                       std::to_string((memory.count() + (1 << 20) - 1) >> 20)});
}

void add_device_arguments(std::vector<std::string>& arguments, const EalOptions& options) {
    if (!options.pci) {
        // Without a NIC nothing does DMA: virtual addresses serve, and a pool is one piece then.
        arguments.insert(arguments.end(), {"--no-pci", "--iova-mode=va"});
        return;
    }
    for (const auto& address : options.allow) arguments.insert(arguments.end(), {"-a", address});
}

// Without hugepages the kernel promises more than there is, and would end us later instead.
void require_available(Bytes buffers) {
    const auto there = this_machine().available;
    if (!there || buffers <= *there) return;
    throw Error{ExitCode::device,
                fmt::format("memory: packet buffers take {} bytes, {} more than the {} that are "
                            "available: end other programs, or lower what \"weir --check\" shows "
                            "them to be for",
                            buffers.count(), (buffers - *there).count(), there->count())};
}

}  // namespace

bool tsc_is_invariant() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & 1U << 8) != 0;
}

Eal::Eal(const EalOptions& options) {
    if (!tsc_is_invariant())
        throw Error{ExitCode::device,
                    "cpu: its time stamp counter is not invariant (CPUID 0x80000007), so it cannot "
                    "keep time: run on a CPU, or pass to the virtual machine one, that has "
                    "\"constant_tsc\" and \"nonstop_tsc\" in /proc/cpuinfo"};
    for (const auto& address : options.allow) require_bound_to_dpdk(address);
    hugepages_ = resolve_hugepages(options.hugepages, options.memory) != HugePages::none;

    const std::string prefix =
        options.file_prefix.empty() ? fmt::format("weir-{}", getpid()) : options.file_prefix;
    remove_stale_dpdk_files(dpdk_runtime_directory());
    runtime_directory_ = dpdk_runtime_directory() / prefix;

    std::vector<std::string> arguments{"weir", "--lcores", one_lcore(options.cores),
                                       "--file-prefix", prefix};
    add_memory_arguments(arguments, hugepages_, options.memory);
    add_device_arguments(arguments, options);
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    capture_dpdk_log();
    if (rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0) {
        std::error_code ignored;
        std::filesystem::remove_all(runtime_directory_, ignored);
        throw Error{ExitCode::device,
                    fmt::format("DPDK does not start: {}{}", rte_strerror(rte_errno), dpdk_says())};
    }
}

Eal::~Eal() {
    rte_eal_cleanup();
    // DPDK unlinks its telemetry socket only at exit, and never the directories.
    std::error_code ignored;
    std::filesystem::remove_all(runtime_directory_, ignored);
    std::filesystem::remove(std::filesystem::path{runtime_directory_}.parent_path(), ignored);
}

EalOptions eal_options(const Config& config) {
    for (const std::string& sentence : numa_mismatches(config)) spdlog::warn("{}", sentence);
    EalOptions options;
    options.cores = config.workers.cores;
    for (const auto& port : config.ports)
        if (const auto device = parse_device(port.device);
            const auto* pci = std::get_if<PciDevice>(&device)) {
            options.pci = true;
            options.allow.push_back(pci->address);
        }
    const Bytes buffers = packet_memory_of(config, plan_packets(config).pool);
    options.memory = buffers + Bytes{128ULL << 20};
    options.hugepages = resolve_hugepages(config.memory.hugepages, options.memory);
    if (options.hugepages == HugePages::none) require_available(buffers);
    return options;
}

}  // namespace weir
