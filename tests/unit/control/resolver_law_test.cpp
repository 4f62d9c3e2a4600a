// Laws that hold whatever comes in whatever order.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <map>
#include <numeric>
#include <set>

#include "dataplane/control/resolver_frames.hpp"
#include "tests/unit/control/any_bytes.hpp"
#include "tests/unit/control/resolver_bed.hpp"

namespace weir {
namespace {

using Key = std::pair<PortId, Ipv6Addr>;

const std::vector<Ipv6Addr>& addresses() {
    static const std::vector<Ipv6Addr> all{host4,
                                           host6,
                                           local6,
                                           v4("192.0.2.11"),
                                           v4("192.0.2.1"),
                                           v4("198.51.100.0"),
                                           v6("2001:db8:1::7"),
                                           v6("2001:db8:9::1")};
    return all;
}
const Ipv6Addr& any_address() { return addresses()[*rc::gen::inRange<std::size_t>(0, 8)]; }
PortId any_port() { return PortId{*rc::gen::inRange<std::uint16_t>(0, 2)}; }

// A true message of a neighbor: asking us, answering us, or claiming something aloud.
void speak(Bed& bed) {
    const Ipv6Addr from = any_address();
    const PortId port = any_port();
    const MacAddr mac = *rc::gen::arbitrary<bool>() ? host_mac : other_mac;
    const bool answer = *rc::gen::arbitrary<bool>();
    if (is_mapped(from)) {
        const Ipv4Addr us = bed_ports()[port].address4.at(0).address;
        const Ipv4Addr to = *rc::gen::arbitrary<bool>() ? us : unmapped(from);
        const auto frame = arp_frame(answer ? ArpOperation::reply : ArpOperation::request,
                                     {mac, unmapped(from)}, {our_mac, to}, broadcast_mac);
        RC_ASSERT(bed.arp(frame, port) == Drop::none);
        return;
    }
    const Ipv6Addr us = v6("2001:db8:1::1");
    const bool solicited = *rc::gen::arbitrary<bool>();
    const auto frame = answer ? advertisement_frame({mac, from}, {our_mac, us}, solicited)
                              : solicitation_frame({mac, from}, us, {});
    RC_ASSERT(bed.nd(frame, port) == Drop::none);
}

void reload(Bed& bed) {
    auto ports = bed_ports();
    if (*rc::gen::weightedElement<bool>({{3, false}, {1, true}})) ports[lan].address4.clear();
    if (*rc::gen::weightedElement<bool>({{3, false}, {1, true}})) ports[lan].address6.clear();
    bed.resolver.set_ports(ports, bed.now(), bed.out);
    std::vector<Key> gateways;
    for (unsigned n = *rc::gen::inRange(0U, 4U); n > 0; --n)
        gateways.emplace_back(any_port(), any_address());
    const auto ids = bed.resolver.pin(gateways, bed.now(), bed.out);
    RC_ASSERT(ids.size() == gateways.size());
    for (std::size_t i = 0; i < ids.size(); ++i)
        RC_ASSERT(ids[i] == bed.table.find(gateways[i].first, gateways[i].second));
}

// What is inside, told from what was given and what came back.
struct Books {
    std::map<Key, std::deque<int>> inside;
    std::map<int, Key> key_of;

    std::size_t size() const {
        return std::accumulate(
            inside.begin(), inside.end(), std::size_t{0},
            [](std::size_t n, const auto& item) { return n + item.second.size(); });
    }
    void back(int packet, int given_now) {
        const auto owner = key_of.find(packet);
        RC_ASSERT(owner != key_of.end());  // given, and never given back before
        auto& queue = inside[owner->second];
        if (packet == given_now) {
            RC_ASSERT(queue.back() == packet);
            queue.pop_back();
        } else {
            RC_ASSERT(queue.front() == packet);
            queue.pop_front();
        }
        key_of.erase(owner);
    }
    void settle(Bed& bed, int given_now) {
        for (const auto& ready : bed.out.ready) {
            const int packet = Bed::number(ready.packet);
            RC_ASSERT(key_of.contains(packet));
            const Key key = key_of.at(packet);
            RC_ASSERT(ready.port == key.first);
            RC_ASSERT(ready.mac == host_mac || ready.mac == other_mac);
            RC_ASSERT(packet != given_now || inside[key].size() == 1);  // overtakes nobody
            back(packet, given_now);
        }
        for (const auto& lost : bed.out.lost) back(Bed::number(lost.packet), given_now);
        bed.out.ready.clear();
        bed.out.lost.clear();
    }
};

// Every packet given comes back exactly once, in order; held() is given minus returned at any
// moment; nothing is held beyond the limits, and nothing for ever.
RC_GTEST_PROP(ResolverLaw, EveryPacketComesBackOnceAndInOrder, ()) {
    const Resolver::Limits limits{.held_per_neighbor = *rc::gen::inRange<std::size_t>(0, 5),
                                  .held_total = *rc::gen::inRange<std::size_t>(0, 12),
                                  .attempts = *rc::gen::inRange(0U, 7U)};
    Bed bed{limits, *rc::gen::inRange(1U, 12U)};
    Books books;
    int next = 1;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12));
    for (const int step : steps) {
        int given = 0;
        if (step < 6) {
            given = next++;
            const Key key{any_port(), any_address()};
            books.inside[key].push_back(given);
            books.key_of[given] = key;
            bed.want(given, key.first, key.second);
        } else if (step < 8) {
            speak(bed);
        } else if (step < 11) {
            bed.since += Nanos{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000)};
            bed.resolver.tick(bed.now(), bed.out);
        } else {
            reload(bed);
        }
        books.settle(bed, given);
        RC_ASSERT(bed.resolver.held() == books.size());
        RC_ASSERT(books.size() <= limits.held_total);
        for (const auto& [key, queue] : books.inside)
            RC_ASSERT(queue.size() <= limits.held_per_neighbor);
        if (*rc::gen::arbitrary<bool>())
            for (const NeighborId id : std::exchange(bed.out.erased, {})) bed.table.release(id);
    }
    if (*rc::gen::arbitrary<bool>())
        bed.resolver.stop(bed.out);
    else
        bed.run(Nanos{10'000'000'000});
    books.settle(bed, 0);
    RC_ASSERT(bed.resolver.held() == 0U);
    RC_ASSERT(books.key_of.empty());
}

// The table says what the resolver says, and each entry has one slot.
RC_GTEST_PROP(ResolverLaw, TheTableAndTheViewAgree, ()) {
    Bed bed{{}, 8};
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
    for (const int step : steps) {
        if (step == 0) bed.want(1, any_port(), any_address());
        if (step == 1) speak(bed);
        if (step == 2) bed.run(Nanos{*rc::gen::inRange<std::int64_t>(0, 2'000'000'000)});
        if (step == 3) reload(bed);
        std::set<NeighborId> slots;
        for (const auto& view : bed.resolver.view(bed.now())) {
            const NeighborId id = bed.table.find(view.port, view.address);
            RC_ASSERT(id != no_neighbor);
            slots.insert(id);
            const bool usable =
                view.state == "stale" || view.state == "reachable" || view.state == "probing";
            RC_ASSERT(bed.table.mac(id).has_value() == usable);
            RC_ASSERT(!usable || bed.table.mac(id) == view.mac);
        }
        RC_ASSERT(slots.size() == bed.resolver.view(bed.now()).size());
        for (const NeighborId id : bed.out.erased) RC_ASSERT(!slots.contains(id));
        for (const NeighborId id : std::exchange(bed.out.erased, {})) bed.table.release(id);
    }
}

// Bytes from anybody: read only inside the span, and what is dropped has changed nothing.
RC_GTEST_PROP(ResolverLaw, BrokenMessagesChangeNothing, ()) {
    static const auto rows = golden_rows("neighbor.txt");
    Bed bed;
    bed.resolve4();
    bed.want(1, lan, host6);
    bed.forget();
    Octets frame = from_hex(rows[*rc::gen::inRange<std::size_t>(0, rows.size())].at(1));
    if (*rc::gen::weightedElement<bool>({{9, false}, {1, true}})) frame = any_bytes();
    for (unsigned n = *rc::gen::inRange(0U, 4U); n > 0 && !frame.empty(); --n)
        frame[*rc::gen::inRange<std::size_t>(0, frame.size())] = any_byte();
    if (*rc::gen::arbitrary<bool>()) frame.resize(*rc::gen::inRange<std::size_t>(0, 120));
    const auto l3 = *rc::gen::weightedElement<std::size_t>({{8, 14}, {1, 0}, {1, 13}, {1, 200}});
    const Exact exact{frame};
    for (const bool arp : {false, true}) {
        bed.forget();
        const auto before = bed.resolver.view(bed.now());
        const Drop drop = arp ? bed.resolver.on_arp(exact.span(), l3, lan, bed.now(), bed.out)
                              : bed.resolver.on_nd(exact.span(), l3, lan, bed.now(), bed.out);
        if (drop == Drop::none) continue;
        RC_ASSERT(bed.out.frames.empty() && bed.out.ready.empty() && bed.out.lost.empty());
        const auto after = bed.resolver.view(bed.now());
        RC_ASSERT(before.size() == after.size());
        for (std::size_t i = 0; i < before.size(); ++i)
            RC_ASSERT(before[i].mac == after[i].mac && before[i].state == after[i].state);
    }
}

}  // namespace
}  // namespace weir
