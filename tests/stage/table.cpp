// Expected frames are built byte by byte from the RFCs (tests/support/packets), not with the
// product's own header code.
#include "tests/stage/table.hpp"

namespace weir::test {
namespace {

PacketBuilder from_lan() { return frame(lan_mac); }
PacketBuilder from_wan() { return frame(wan_mac); }
PacketBuilder to_lan4() { return frame(lan_gateway4, lan_mac); }
PacketBuilder to_lan6() { return frame(lan_gateway6, lan_mac); }
PacketBuilder to_wan() { return frame(wan_gateway, wan_mac); }

PacketBuilder in4(PacketBuilder p, const char* to, std::uint8_t ttl = 64, std::uint8_t tos = 0) {
    return p.ip4("10.1.0.9", to, ttl, tos).udp(1000, 2000).payload(20);
}
PacketBuilder in6(PacketBuilder p, const char* to, std::uint8_t hops = 64, std::uint8_t tc = 0) {
    return p.ip6("fd00:1::9", to, hops, tc).udp(1000, 2000).payload(20);
}

}  // namespace

const std::vector<Case>& cases() {
    static const std::vector<Case> table{
        // Routing.
        {"ipv4_route", lan, in4(from_lan(), "10.5.1.1", 64), lan, in4(to_lan4(), "10.5.1.1", 63)},
        {"ipv6_route", lan, in6(from_lan(), "fd00:5::1", 64), lan, in6(to_lan6(), "fd00:5::1", 63)},
        {"padding_is_cut", lan, in4(from_lan(), "10.5.1.1").pad(80), lan,
         in4(to_lan4(), "10.5.1.1", 63)},
        {"priority_tag_is_taken_off", lan, in4(from_lan().vlan(0), "10.5.1.1"), lan,
         in4(to_lan4(), "10.5.1.1", 63)},
        {"ttl_1", lan, in4(from_lan(), "10.5.1.1", 1), lan, Drop::hop_limit},
        {"hop_limit_1", lan, in6(from_lan(), "fd00:5::1", 1), lan, Drop::hop_limit},
        {"hop_limit_0", lan, in6(from_lan(), "fd00:5::1", 0), lan, Drop::hop_limit},
        {"no_route", lan, in4(from_lan(), "172.16.0.1"), lan, Drop::no_route},
        {"blackhole", lan, in4(from_lan(), "10.6.0.1"), lan, Drop::no_route},
        {"other_table_is_apart", wan, in4(from_wan(), "10.5.1.1"), lan, Drop::no_route},
        {"too_big", lan, from_lan().ip6("fd00:1::9", "fd00:5::1").payload(1461), lan,
         Drop::packet_too_big, 1500},
        {"just_fits", lan, from_lan().ip6("fd00:1::9", "fd00:5::1").payload(1460), lan,
         to_lan6().ip6("fd00:1::9", "fd00:5::1", 63).payload(1460)},
        // Encapsulation.
        {"full_2_ipv4", lan, in4(from_lan(), "10.2.0.9", 64, 0x28), wan,
         in4(to_wan()
                 .ip6("fc00:a::1", "fc00:b::e1", 64, 0x28)
                 .srh({"fc00:b::d46", "fc00:b::e1"}, 1),
             "10.2.0.9", 63, 0x28)},
        {"reduced_1_ipv6", lan, in6(from_lan(), "fd00:2::9", 64, 0x03), wan,
         in6(to_wan().ip6("fc00:a::1", "fc00:b::d46", 64, 0x03), "fd00:2::9", 63, 0x03)},
        {"reduced_3_by_port_with_slice_dscp", lan,
         from_lan().ip4("10.1.0.9", "10.2.0.9", 64, 0x02).udp(9, 4791).payload(12), wan,
         to_wan()
             .ip6("fc00:a::1", "fc00:b::e1", 64, 26 << 2 | 2)
             .srh({"fc00:b::d46", "fc00:b::e2"}, 2, 1)
             .ip4("10.1.0.9", "10.2.0.9", 63, 0x02)
             .udp(9, 4791)
             .payload(12)},
        {"encap_ttl_1", lan, in4(from_lan(), "10.2.0.9", 1), lan, Drop::hop_limit},
        {"encap_too_big", lan, from_lan().ip6("fd00:1::9", "fd00:2::9").payload(1421), lan,
         Drop::packet_too_big, 1460},
        {"encap_just_fits", lan, from_lan().ip6("fd00:1::9", "fd00:2::9").payload(1420), wan,
         to_wan().ip6("fc00:a::1", "fc00:b::d46").ip6("fd00:1::9", "fd00:2::9", 63).payload(1420)},
        {"policy_down", lan, in4(from_lan(), "10.3.0.9"), lan, Drop::policy_down},
        {"own_address_is_not_steered", lan, in4(from_lan(), "10.1.0.1"), lan, Punt::protocol},
        // Endpoints.
        {"end", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::e", 9).srh({"fc00:b::d46", "fc00:a::e"}, 1),
             "10.9.0.9"),
         wan,
         in4(to_wan().ip6("fc00:b::1", "fc00:b::d46", 8).srh({"fc00:b::d46", "fc00:a::e"}, 0),
             "10.9.0.9")},
        {"end_reduced", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::e", 9).srh({"fc00:b::d46"}, 1, 0), "10.9.0.9"),
         wan, in4(to_wan().ip6("fc00:b::1", "fc00:b::d46", 8).srh({"fc00:b::d46"}, 0), "10.9.0.9")},
        {"two_sids_of_ours_in_a_row", wan,
         in4(from_wan()
                 .ip6("fc00:b::1", "fc00:a::e", 9)
                 .srh({"fc00:b::d46", "fc00:a::e2", "fc00:a::e"}, 2),
             "10.9.0.9"),
         wan,
         in4(to_wan()
                 .ip6("fc00:b::1", "fc00:b::d46", 7)
                 .srh({"fc00:b::d46", "fc00:a::e2", "fc00:a::e"}, 0),
             "10.9.0.9")},
        {"end_then_decap_here", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::e", 9).srh({"fc00:a::d46", "fc00:a::e"}, 1),
             "10.5.0.9"),
         lan, in4(to_lan4(), "10.5.0.9", 63)},
        {"end_hop_limit_1", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::e", 1).srh({"fc00:b::d46", "fc00:a::e"}, 1),
             "10.9.0.9"),
         wan, Drop::hop_limit},
        {"end_last_entry_too_big", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::e").srh({"fc00:b::d46", "fc00:a::e"}, 1, 2),
             "10.9.0.9"),
         wan, Drop::srh_malformed, 43},
        {"end_segments_left_too_big", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::e").srh({"fc00:b::d46", "fc00:a::e"}, 3),
             "10.9.0.9"),
         wan, Drop::srh_malformed, 43},
        {"end_no_route_after", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::e").srh({"fc00:c::1", "fc00:a::e"}, 1),
             "10.9.0.9"),
         wan, Drop::no_route},
        {"dt46_ipv4", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::d46").srh({"fc00:a::d46"}, 0), "10.5.0.9"), lan,
         in4(to_lan4(), "10.5.0.9", 63)},
        {"dt46_ipv6", wan,
         in6(from_wan().ip6("fc00:b::1", "fc00:a::d46").srh({"fc00:a::d46"}, 0), "fd00:5::9"), lan,
         in6(to_lan6(), "fd00:5::9", 63)},
        {"dt46_no_srh", wan, in6(from_wan().ip6("fc00:b::1", "fc00:a::d46"), "fd00:5::9"), lan,
         in6(to_lan6(), "fd00:5::9", 63)},
        {"dt46_uniform_dscp_and_ce", wan,
         in6(from_wan().ip6("fc00:b::1", "fc00:a::d46", 64, 0x2b), "fd00:5::9", 64, 0x02), lan,
         in6(to_lan6(), "fd00:5::9", 63, 0x2b)},
        {"dt46_ce_on_not_ect", wan,
         in6(from_wan().ip6("fc00:b::1", "fc00:a::d46", 64, 3), "fd00:5::9", 64, 0), wan,
         Drop::ecn_conflict},
        {"dt4", wan, in4(from_wan().ip6("fc00:b::1", "fc00:a::d4"), "10.5.0.9"), lan,
         in4(to_lan4(), "10.5.0.9", 63)},
        {"dt4_refuses_ipv6", wan, in6(from_wan().ip6("fc00:b::1", "fc00:a::d4"), "fd00:5::9"), wan,
         Drop::upper_layer, 40},
        {"dt6", wan, in6(from_wan().ip6("fc00:b::1", "fc00:a::d6"), "fd00:5::9"), lan,
         in6(to_lan6(), "fd00:5::9", 63)},
        {"dt6_refuses_ipv4", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::d6").srh({"fc00:a::d6"}, 0), "10.5.0.9"), wan,
         Drop::upper_layer, 64},
        {"dt46_segments_left", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::d46").srh({"fc00:b::1", "fc00:a::d46"}, 1),
             "10.5.0.9"),
         wan, Drop::segments_left, 43},
        {"dx4", wan, in4(from_wan().ip6("fc00:b::1", "fc00:a::c4"), "172.31.0.9"), lan,
         in4(to_lan4(), "172.31.0.9", 63)},
        {"dx6", wan, in6(from_wan().ip6("fc00:b::1", "fc00:a::c6"), "2001:db8::9"), lan,
         in6(to_lan6(), "2001:db8::9", 63)},
        {"dt46_inner_to_us", wan, in4(from_wan().ip6("fc00:b::1", "fc00:a::d46"), "10.1.0.1"), lan,
         Punt::protocol},
        {"dt46_inner_ttl_1", wan, in4(from_wan().ip6("fc00:b::1", "fc00:a::d46"), "10.5.0.9", 1),
         wan, Drop::hop_limit},
        // Behind the outer header, as on a wire.
        {"dt46_inner_checksum", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::d46"), "10.5.0.9").poke(64, 0xee), wan,
         Drop::ipv4_checksum},
        {"dt46_inner_checksum_of_options", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::d46"), "10.5.0.9").poke(54, 0x46), wan,
         Drop::ipv4_checksum},
        {"dx4_inner_checksum", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::c4"), "10.5.0.9").poke(64, 0xee), wan,
         Drop::ipv4_checksum},
        {"dt46_inner_from_loopback", wan,
         from_wan().ip6("fc00:b::1", "fc00:a::d46").ip4("127.0.0.1", "10.5.0.9").payload(20), wan,
         Drop::martian},
        {"dt46_inner_ipv4_multicast", wan,
         in4(from_wan().ip6("fc00:b::1", "fc00:a::d46"), "224.0.0.5"), wan, Drop::multicast},
        {"dt46_inner_ipv6_multicast", wan,
         in6(from_wan().ip6("fc00:b::1", "fc00:a::d46"), "ff02::5"), wan, Drop::multicast},
        {"dt46_inner_to_link_local", wan,
         in6(from_wan().ip6("fc00:b::1", "fc00:a::d46"), "fe80::5"), wan, Drop::link_local},
        {"dx6_inner_to_link_local", wan, in6(from_wan().ip6("fc00:b::1", "fc00:a::c6"), "febf::5"),
         wan, Drop::link_local},
        {"dx6_inner_from_link_local", wan,
         from_wan().ip6("fc00:b::1", "fc00:a::c6").ip6("fe80::9", "2001:db8::9").payload(8), wan,
         Drop::link_local},
        {"dt46_inner_from_unspecified", wan,
         from_wan().ip6("fc00:b::1", "fc00:a::d46").ip6("::", "fd00:5::9").payload(8), wan,
         Drop::martian},
        {"dt46_inner_from_multicast", wan,
         from_wan().ip6("fc00:b::1", "fc00:a::d46").ip6("ff0e::9", "fd00:5::9").payload(8), wan,
         Drop::martian},
        {"dt46_inner_to_loopback", wan, in6(from_wan().ip6("fc00:b::1", "fc00:a::d46"), "::1"), wan,
         Drop::martian},
        {"dx6_inner_nat64", wan, in6(from_wan().ip6("fc00:b::1", "fc00:a::c6"), "64:ff9b::a05:9"),
         lan, in6(to_lan6(), "64:ff9b::a05:9", 63)},
        {"ping_to_end", wan, from_wan().ip6("fc00:b::1", "fc00:a::e").icmp6(128, 0, 7).payload(8),
         wan, Punt::protocol},
        {"udp_to_end", wan, from_wan().ip6("fc00:b::1", "fc00:a::e").udp(7, 7).payload(8), wan,
         Drop::upper_layer, 40},
        // Who may reach a SID.
        {"sid_from_lan", lan, in6(from_lan(), "fc00:a::d46"), lan, Drop::sid_from_outside},
        {"sid_of_others_from_lan", lan, in6(from_lan(), "fc00:b::d46"), lan,
         Drop::sid_from_outside},
        {"sid_from_outside_the_domain", wan,
         in6(from_wan().ip6("2001:db8::1", "fc00:a::d46"), "fd00:5::9"), wan,
         Drop::sid_from_outside},
        {"unknown_sid", wan, in6(from_wan().ip6("fc00:b::1", "fc00:a::bad"), "fd00:5::9"), wan,
         Drop::sid_unknown},
        {"nested_sid_after_decap", wan,
         in6(from_wan().ip6("fc00:b::1", "fc00:a::d46").ip6("fc00:b::1", "fc00:a::d46"),
             "fd00:5::9"),
         wan, Drop::sid_from_outside},
        // What is not a packet for us.
        {"foreign_mac", lan, in4(frame(MacAddr{{2, 9, 9, 9, 9, 9}}), "10.5.1.1"), lan,
         Drop::not_for_us},
        {"ipv4_in_a_broadcast_frame", lan, in4(frame(broadcast_mac), "10.5.1.1"), lan,
         Drop::multicast},
        {"ipv6_in_a_multicast_frame", lan,
         in6(frame(MacAddr{{0x33, 0x33, 0, 0, 0, 5}}), "fd00:5::1"), lan, Drop::multicast},
        {"expired_in_a_broadcast_frame", lan, in4(frame(broadcast_mac), "10.5.1.1", 1), lan,
         Drop::multicast},
        {"vlan", lan, in4(from_lan().vlan(7), "10.5.1.1"), lan, Drop::vlan},
        {"ethertype", lan, from_lan().payload(60), lan, Drop::ethertype},
        {"runt", lan, from_lan().cut(13), lan, Drop::truncated},
        {"ipv4_cut_in_header", lan, in4(from_lan(), "10.5.1.1").cut(33), lan, Drop::truncated},
        {"ipv4_cut_in_payload", lan, in4(from_lan(), "10.5.1.1").cut(50), lan, Drop::truncated},
        {"ipv4_version", lan, in4(from_lan(), "10.5.1.1").poke(14, 0x65), lan, Drop::ipv4_header},
        {"ipv4_ihl", lan, in4(from_lan(), "10.5.1.1").poke(14, 0x44), lan, Drop::ipv4_header},
        {"ipv4_checksum", lan, in4(from_lan(), "10.5.1.1").poke(24, 0xee), lan,
         Drop::ipv4_checksum},
        {"ipv6_version", lan, in6(from_lan(), "fd00:5::1").poke(14, 0x40), lan, Drop::ipv6_header},
        {"ipv6_cut", lan, in6(from_lan(), "fd00:5::1").cut(60), lan, Drop::truncated},
        {"ipv4_martian", lan, from_lan().ip4("127.0.0.1", "10.5.1.1").payload(20), lan,
         Drop::martian},
        {"ipv6_martian", lan, from_lan().ip6("ff02::1", "fd00:5::1").payload(20), lan,
         Drop::martian},
        {"ipv4_multicast", lan, in4(from_lan(), "224.0.0.5"), lan, Drop::multicast},
        {"ipv6_multicast", lan, in6(frame(MacAddr{{0x33, 0x33, 0, 0, 0, 5}}), "ff02::5"), lan,
         Drop::multicast},
        {"link_local_beyond_its_link", lan, from_lan().ip6("fe80::9", "fd00:5::1").payload(8), lan,
         Drop::link_local},
        {"arp", lan, frame(broadcast_mac).arp(1, lan_gateway4, "10.1.0.2", MacAddr{}, "10.1.0.1"),
         lan, Punt::protocol},
        {"nd", lan,
         frame(MacAddr{{0x33, 0x33, 0xff, 0, 0, 1}})
             .ip6("fd00:1::9", "ff02::1:ff00:1", 255)
             .icmp6(135, 0, 0)
             .payload(24),
         lan, Punt::protocol},
    };
    return table;
}

}  // namespace weir::test
