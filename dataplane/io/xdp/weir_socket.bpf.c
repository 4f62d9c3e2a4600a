// The socket filter of an af_packet port: weir sees only frames whose target is its own, or it
// would route, and answer with errors, what the kernel handles at the same time.
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

static __always_inline int load(void* context, __u32 offset, void* to, __u32 length) {
    return bpf_skb_load_bytes(context, offset, to, length) != 0;
}

#include "dataplane/io/xdp/targets.bpf.h"

SEC("socket")
int weir_socket(struct __sk_buff* frame) {
    if (frame->vlan_present) return 0;
    return is_ours(frame) ? 0x7fffffff : 0;
}

char _license[] SEC("license") = "Apache-2.0";
