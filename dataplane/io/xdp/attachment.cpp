#include "dataplane/io/xdp/attachment.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "dataplane/base/error.hpp"
#include "dataplane/io/dpdk_log.hpp"

namespace weir {
namespace {

struct Mode {
    const char* word;  // of ip-link
    unsigned flag;
    unsigned program;
};

// Empty where the kernel does not let us look (CAP_SYS_ADMIN).
std::string program_name(int fd) {
    bpf_prog_info info{};
    unsigned size = sizeof info;
    return fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0 ? info.name : "";
}

// A program attached by a link cannot be taken off by its interface. 0: not by a link.
unsigned link_of(unsigned program) {
    for (unsigned id = 0; bpf_link_get_next_id(id, &id) == 0;) {
        const int fd = bpf_link_get_fd_by_id(id);
        bpf_link_info info{};
        unsigned size = sizeof info;
        const bool found = fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
                           info.type == BPF_LINK_TYPE_XDP && info.prog_id == program;
        if (fd >= 0) close(fd);
        if (found) return id;
    }
    return 0;
}

[[noreturn]] void name_foreign(const KernelInterface& interface, const std::string& port,
                               const Mode& mode, const std::string& name) {
    const unsigned link = link_of(mode.program);
    const std::string command =
        link != 0 ? fmt::format("bpftool link detach id {}", link)
                  : fmt::format("ip link set dev {} {} off", interface.name(), mode.word);
    throw Error{ExitCode::device,
                fmt::format("port {}: interface {} has an XDP program that is not weir's, {} (id "
                            "{}): end what uses it, or remove it with \"{}\"",
                            port, interface.name(),
                            name.empty() ? "of a name only CAP_SYS_ADMIN may read" : name,
                            mode.program, command)};
}

}  // namespace

void make_room_for_xdp(const KernelInterface& interface, const std::string& port) {
    bpf_xdp_query_opts now{};
    now.sz = sizeof now;
    const int index = static_cast<int>(interface.index());
    if (bpf_xdp_query(index, 0, &now) < 0) return;  // attaching will say why
    const Mode modes[] = {{"xdpdrv", XDP_FLAGS_DRV_MODE, now.drv_prog_id},
                          {"xdpgeneric", XDP_FLAGS_SKB_MODE, now.skb_prog_id},
                          {"xdpoffload", XDP_FLAGS_HW_MODE, now.hw_prog_id}};
    for (const Mode& mode : modes) {
        if (mode.program == 0) continue;
        const int fd = bpf_prog_get_fd_by_id(mode.program);
        const std::string name = program_name(fd);
        int error = 0;
        if (name == xdp_program_name) {
            bpf_xdp_attach_opts only_that{};
            only_that.sz = sizeof only_that;
            only_that.old_prog_fd = fd;
            error = bpf_xdp_detach(index, mode.flag | XDP_FLAGS_REPLACE, &only_that);
        }
        if (fd >= 0) close(fd);
        if (name != xdp_program_name) name_foreign(interface, port, mode, name);
        if (error < 0)
            throw Error{ExitCode::device,
                        fmt::format("port {}: the XDP program that a killed weir left on {} does "
                                    "not come off: {}{}: \"ip link set dev {} {} off\"",
                                    port, interface.name(), std::strerror(-error), dpdk_says(),
                                    interface.name(), mode.word)};
    }
}

}  // namespace weir
