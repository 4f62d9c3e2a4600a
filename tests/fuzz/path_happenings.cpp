// Inputs to begin with in which something happens between frames: to links, devices, neighbors and
// the configuration. Ports and gateways are those of path_world.cpp.
#include <initializer_list>

#include "tests/fuzz/path.hpp"

namespace weir::fuzz {
namespace {

using Bytes = std::vector<std::byte>;
using enum Happening;

constexpr std::uint8_t lan0 = 0, wan0 = 1, lan1 = 2, chain = 4, script = 64, together = 128;
constexpr std::uint8_t lan0_gateway = 0, wan0_gateway = 2;  // in the order of gateways_of()
constexpr std::uint8_t plain = 0, lossless = 1, slow = 2, both = 3, sourced = 4;
constexpr std::uint8_t millisecond = 2, tenth = 3, second = 4, three = 5, four = 6, eight = 7;
constexpr std::uint8_t four_seconds = 4;  // behind a frame

constexpr std::uint8_t takes(std::uint8_t port, unsigned packets) {
    return static_cast<std::uint8_t>(packets << 2U | port);
}
constexpr std::uint8_t all = 63;

class Story {
public:
    struct Event {
        Happening what;
        std::uint8_t much = 0;
    };
    Story& frame(std::uint8_t how, const Bytes& bytes, std::uint8_t then = 0) {
        append(input_, {how, then, bytes});
        return *this;
    }
    Story& then(std::initializer_list<Event> events) {
        Bytes bytes;
        for (const Event& it : events) {
            bytes.push_back(static_cast<std::byte>(it.what));
            bytes.push_back(static_cast<std::byte>(it.much));
        }
        append(input_, {script, 0, bytes});
        return *this;
    }
    Input input() const { return input_; }

private:
    Input input_;
};

test::PacketBuilder to(std::uint8_t port) { return test::frame(test::Bed::mac(PortId{port})); }
// Of training, by a policy to the gateway of wan0.
Bytes steered(std::size_t payload) {
    return to(lan0).ip4("10.1.0.9", "10.2.0.9").udp(7, 4791).payload(payload).build();
}
// Of no slice that is named, the same way and back to lan0.
Bytes other(std::size_t payload) {
    return to(lan0).ip4("10.1.0.9", "10.2.0.9").udp(7, 9).payload(payload).build();
}
Bytes back(std::size_t payload) {
    return to(lan0).ip4("10.1.0.9", "10.5.0.9", 64, 2).udp(7, 9).payload(payload).build();
}
// Of training, out of a tunnel, to a neighbor of lan0 that nobody has heard of.
Bytes to_stranger() {
    return to(wan0)
        .ip6("fc00:b::1", "fc00:a::46")
        .ip4("10.99.0.9", "10.1.0.50")
        .udp(7, 9)
        .payload(30)
        .build();
}
Bytes arp(unsigned operation) {
    return to(wan0)
        .arp(operation, {{2, 0, 0, 0, 9, 9}}, "192.0.2.10", test::Bed::mac(PortId{wan0}),
             "192.0.2.1")
        .build();
}
Bytes to_neighbor() { return to(wan0).ip4("10.99.0.1", "192.0.2.10").udp(1, 2).payload(9).build(); }

void waits_for_a_mac(std::vector<Input>& seeds) {
    const auto waiting = [](std::size_t payload, std::uint8_t how = lan0) {
        return Story{}
            .then({{reload, lossless}, {forget, wan0_gateway}})
            .frame(how, steered(payload));
    };
    for (const std::uint8_t how : std::initializer_list<std::uint8_t>{lan0, lan0 | chain}) {
        seeds.push_back(waiting(900, how).then({{again, 4}, {time, millisecond}}).input());
        seeds.push_back(waiting(900, how)
                            .then({{again, 4}, {answer, wan0_gateway}, {again, 2}, {time, second}})
                            .input());
    }
    // Never answered: it has failed, and is tried again.
    seeds.push_back(waiting(20)
                        .then({{again, 20},
                               {time, three},
                               {time, four},
                               {again, 1},
                               {time, four},
                               {again, 1},
                               {time, tenth}})
                        .input());
    // More than may wait; and reloads with what waits.
    seeds.push_back(waiting(1200).then({{again, 70}, {reload, plain}, {time, second}}).input());
    seeds.push_back(waiting(1200)
                        .then({{again, 20},
                               {reload, both},
                               {again, 3},
                               {reload, slow},
                               {answer, wan0_gateway},
                               {time, tenth}})
                        .input());
    seeds.push_back(Story{}
                        .then({{reload, lossless}, {forget, wan0_gateway}, {reload, plain}})
                        .frame(lan0, steered(1200))
                        .then({{reload, lossless}, {again, 60}, {reload, both}, {time, eight}})
                        .input());
    seeds.push_back(waiting(20)
                        .then({{link_down, wan0},
                               {again, 3},
                               {time, eight},
                               {link_up, wan0},
                               {time, three},
                               {answer, wan0_gateway},
                               {time, millisecond}})
                        .input());
    // Control asks for it, and sends meanwhile.
    const Story stranger =
        Story{}.then({{reload, lossless}}).frame(wan0, to_stranger()).then({{again, 3}});
    seeds.push_back(Story{stranger}.then({{time, four}, {time, eight}}).input());
    seeds.push_back(Story{stranger}.then({{answer_asked}, {time, second}, {again, 2}}).input());
    seeds.push_back(
        Story{stranger}.then({{time, second}, {answer_asked}, {forget, lan0_gateway}}).input());
}

void waits_for_a_link(std::vector<Input>& seeds) {
    for (const std::uint8_t configuration : {plain, slow, both})
        seeds.push_back(Story{}
                            .then({{reload, configuration}, {link_down, wan0}})
                            .frame(lan0 | together, steered(60))
                            .frame(lan0 | together, other(1200))
                            .frame(lan0, back(300))
                            .then({{again, 90}, {time, second}, {link_up, wan0}, {time, tenth}})
                            .input());
    // What the burst has already paid for pays again.
    for (const std::uint8_t configuration : {lossless, slow, both})
        for (const Bytes& frame : {steered(60), other(1100)})
            seeds.push_back(Story{}
                                .then({{reload, configuration}, {device, takes(wan0, 3)}})
                                .frame(lan0, frame)
                                .then({{again, 20},
                                       {again, 90},
                                       {link_down, wan0},
                                       {time, tenth},
                                       {again, 5},
                                       {link_up, wan0},
                                       {time, millisecond},
                                       {device, takes(wan0, all)},
                                       {time, three}})
                                .input());
    // ARP of ours goes nowhere; who waits for an answer is asked again.
    seeds.push_back(
        Story{}.then({{link_down, wan0}}).frame(wan0, arp(1)).then({{link_up, wan0}}).input());
    seeds.push_back(Story{}
                        .frame(wan0, to_neighbor())
                        .then({{link_down, wan0}, {time, eight}, {link_up, wan0}, {time, tenth}})
                        .frame(wan0, arp(2))
                        .input());
    seeds.push_back(Story{}
                        .then({{link_down, wan0}})
                        .frame(wan0, to_neighbor())
                        .then({{time, three}, {link_up, wan0}, {time, eight}, {again, 1}})
                        .input());
    seeds.push_back(
        Story{}
            .frame(wan0, arp(1), four_seconds)
            .then({{time, three}, {time, millisecond}, {link_down, wan0}, {link_up, wan0}})
            .input());
    seeds.push_back(
        Story{}
            .frame(lan1, to(lan1).ip6("fd00:8::9", "fd00:8:1::7").udp(1, 2).payload(9).build())
            .then({{time, eight}, {link_down, lan1}, {time, second}, {link_up, lan1}})
            .input());
}

void waits_for_its_turn(std::vector<Input>& seeds) {
    // Devices that take few, or nothing.
    for (const unsigned some : {0U, 1U, 5U})
        seeds.push_back(Story{}
                            .then({{device, takes(wan0, some)}, {device, takes(lan0, some)}})
                            .frame(lan0, other(40))
                            .frame(lan0, back(40))
                            .then({{again, 70},
                                   {time, millisecond},
                                   {again, 10},
                                   {reload, slow},
                                   {device, takes(lan0, all)},
                                   {time, millisecond}})
                            .input());
    // More than the rates let through, at its end or until it has all left.
    for (const std::uint8_t configuration : {slow, both})
        for (const Bytes& frame : {steered(1100), other(1100), back(1400)}) {
            const auto story = Story{}.then({{reload, configuration}}).frame(lan0, frame);
            seeds.push_back(Story{story}.then({{again, 100}, {time, tenth}}).input());
            seeds.push_back(Story{story}
                                .then({{again, 100}, {reload, plain}, {again, 3}, {time, eight}})
                                .input());
        }
    // Several of one batch, to several ways out, one of them control.
    seeds.push_back(Story{}
                        .frame(lan0 | together, steered(20))
                        .frame(lan0 | together, other(1300))
                        .frame(lan0 | together | chain, back(1300))
                        .frame(wan0 | together, arp(1))
                        .frame(wan0 | together, to_neighbor())
                        .frame(wan0, to_stranger())
                        .then({{again, 33}})
                        .input());
}

// Outer headers are written otherwise, and read.
void says_slices(std::vector<Input>& seeds) {
    const auto tunnel = [](const char* source) {
        return to(wan0)
            .ip6(source, "fc00:a::d46", 64, 3)
            .ip4("10.99.0.9", "10.5.0.9", 64, 2)
            .udp(7, 9)
            .payload(30)
            .build();
    };
    seeds.push_back(Story{}
                        .then({{reload, sourced}})
                        .frame(lan0, steered(60))
                        .frame(lan0, other(60))
                        .frame(wan0, tunnel("fc00:b::a:1"))
                        .frame(wan0, tunnel("fc00:b::63:1"))
                        .frame(wan0, tunnel("fc00:b::1"))
                        .input());
}

}  // namespace

std::vector<Input> happening_seeds() {
    std::vector<Input> seeds;
    waits_for_a_mac(seeds);
    waits_for_a_link(seeds);
    waits_for_its_turn(seeds);
    says_slices(seeds);
    return seeds;
}

}  // namespace weir::fuzz
