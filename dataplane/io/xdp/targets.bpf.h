// Which frames are weir's, for the XDP program of an af_xdp port and the socket filter of an
// af_packet port. Before this is included, `load(context, offset, to, length)` must copy bytes of
// the frame, or return non-zero where it is shorter.
#pragma once
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/types.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "dataplane/io/xdp/target_maps.h"

#define TRIE(name, key_type)                  \
    struct {                                  \
        __uint(type, BPF_MAP_TYPE_LPM_TRIE);  \
        __uint(max_entries, 1 << 20);         \
        __uint(map_flags, BPF_F_NO_PREALLOC); \
        __type(key, key_type);                \
        __type(value, __u32);                 \
    } name SEC(".maps")
TRIE(weir_ipv4, struct weir_ipv4_key);
TRIE(weir_ipv6, struct weir_ipv6_key);

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct weir_port);
} weir_port SEC(".maps");

#define ETHERTYPE_MAC_CONTROL 0x8808 /* 802.3 clause 31: PAUSE and 802.1Qbb PFC */
#define NEIGHBOR_SOLICITATION 135
#define ICMPV6 58

struct arp_ipv4 {
    __be16 hardware, protocol;
    __u8 hardware_length, protocol_length;
    __be16 operation;
    __u8 sender_mac[6], sender[4], target_mac[6], target[4];
} __attribute__((packed));

struct ipv6_header {
    __be32 version_class_flow;
    __be16 payload_length;
    __u8 next_header, hop_limit;
    __u8 source[16], destination[16];
};

struct solicitation {
    __u8 type, code;
    __be16 checksum;
    __be32 reserved;
    __u8 target[16];
};

static __always_inline __u32 find_ipv4(const __u8* address) {
    struct weir_ipv4_key key = {.length = 32};
    __builtin_memcpy(key.address, address, 4);
    const __u32* found = bpf_map_lookup_elem(&weir_ipv4, &key);
    return found ? *found : WEIR_NOT_OURS;
}

static __always_inline __u32 find_ipv6(const __u8* address) {
    struct weir_ipv6_key key = {.length = 128};
    __builtin_memcpy(key.address, address, 16);
    const __u32* found = bpf_map_lookup_elem(&weir_ipv6, &key);
    return found ? *found : WEIR_NOT_OURS;
}

static __always_inline int ours_by_arp(void* context) {
    struct arp_ipv4 arp;
    if (load(context, ETH_HLEN, &arp, sizeof arp)) return 0;
    if (arp.protocol != bpf_htons(ETH_P_IP) || arp.protocol_length != 4) return 0;
    return find_ipv4(arp.target) == WEIR_ADDRESS;
}

static __always_inline int ours_by_ipv4(void* context) {
    __u8 destination[4];
    if (load(context, ETH_HLEN + 16, destination, sizeof destination)) return 0;
    return find_ipv4(destination) != WEIR_NOT_OURS;
}

// To a group: only the question who has an address of ours (RFC 4861 section 4.3).
static __always_inline int ours_by_solicitation(void* context, const struct ipv6_header* ip) {
    struct solicitation question;
    if (ip->next_header != ICMPV6 ||
        load(context, ETH_HLEN + sizeof *ip, &question, sizeof question))
        return 0;
    return question.type == NEIGHBOR_SOLICITATION && find_ipv6(question.target) == WEIR_ADDRESS;
}

static __always_inline int ours_by_ipv6(void* context, int to_us) {
    struct ipv6_header ip;
    if (load(context, ETH_HLEN, &ip, sizeof ip)) return 0;
    if (ip.destination[0] == 0xff) return ours_by_solicitation(context, &ip);
    return to_us && find_ipv6(ip.destination) != WEIR_NOT_OURS;
}

static __always_inline int same_mac(const __u8* a, const __u8* b) {
    return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3] && a[4] == b[4] &&
           a[5] == b[5];
}

static __always_inline int is_ours(void* context) {
    const __u32 zero = 0;
    const struct weir_port* port = bpf_map_lookup_elem(&weir_port, &zero);
    struct ethhdr ethernet;
    if (!port || load(context, 0, &ethernet, sizeof ethernet)) return 0;
    const int to_us = same_mac(ethernet.h_dest, port->mac);
    if (!to_us && !(ethernet.h_dest[0] & 1)) return 0;
    switch (bpf_ntohs(ethernet.h_proto)) {
        case ETHERTYPE_MAC_CONTROL:
            return 1;
        case ETH_P_ARP:
            return ours_by_arp(context);
        case ETH_P_IP:
            return to_us && ours_by_ipv4(context);
        case ETH_P_IPV6:
            return ours_by_ipv6(context, to_us);
        default:
            return 0;
    }
}
