/* The maps that the programs read and steering.cpp writes: one definition for both compilers. */
#pragma once
#include <linux/types.h>

/* What the longest match says of an address. */
enum {
    WEIR_NOT_OURS = 0, /* no match, or an address of the kernel inside a prefix of ours */
    WEIR_TRANSIT = 1,  /* routed through weir */
    WEIR_ADDRESS = 2,  /* answered by weir: ARP and neighbour solicitations too */
};

struct weir_ipv4_key {
    __u32 length; /* of the prefix, bits */
    __u8 address[4];
};

struct weir_ipv6_key {
    __u32 length;
    __u8 address[16];
};

struct weir_port {
    __u8 mac[6];
    __u8 unused[2];
};
