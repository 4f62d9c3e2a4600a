// The XDP program of an af_xdp port: frames whose target is weir's go to its socket, everything
// else on to the kernel - and all of it once weir is gone, for then the map holds no socket.
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

static __always_inline int load(void* context, __u32 offset, void* to, __u32 length) {
    const struct xdp_md* frame = context;
    const __u8* data = (const __u8*)(long)frame->data;
    const __u8* end = (const __u8*)(long)frame->data_end;
    if (data + offset + length > end) return -1;
    __builtin_memcpy(to, data + offset, length);
    return 0;
}

#include "dataplane/io/xdp/targets.bpf.h"

// DPDK's driver finds the map by this name and puts the socket of queue q at key q.
struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, __u32);
} xsks_map SEC(".maps");

SEC("xdp")
int weir_xdp(struct xdp_md* context) {
    if (!is_ours(context)) return XDP_PASS;
    return bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS);
}

char _license[] SEC("license") = "Apache-2.0";
