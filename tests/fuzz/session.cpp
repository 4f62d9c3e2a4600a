// What a peer may say, in any order and at any time: two Sessions, a watchdog and three Probers,
// each beside an oracle that asks of each step what the headers promise.
#include "tests/fuzz/session_ends.hpp"
#include "tests/fuzz/session_waits.hpp"

namespace weir::fuzz {

std::vector<Input> seeds() {
    constexpr std::uint8_t hear = 0x20, right = 1, say = 1;
    const Input meet{say, hear, say, hear | right, say, hear};
    // Half of small x 2^how nanoseconds.
    const Input second{0, 31, 1}, wait{0, 24, 2};
    const auto all = [](std::initializer_list<Input> parts) {
        Input whole;
        for (const Input& part : parts) whole.insert(whole.end(), part.begin(), part.end());
        return whole;
    };
    const auto start = [](std::uint8_t who, std::uint8_t epoch) {
        return Input{4, static_cast<std::uint8_t>(0x40U | who), epoch, 20, 1};
    };
    Input kinds;
    for (std::uint8_t kind = 1; kind < 5; ++kind)
        for (std::uint8_t who = 0; who < 2; ++who)
            kinds.insert(kinds.end(), {say, static_cast<std::uint8_t>(hear | kind << 1U | who)});
    Input silence;
    for (int i = 0; i < 14; ++i) {
        silence.insert(silence.end(), {say, 0});
        silence.insert(silence.end(), wait.begin(), wait.end());
        silence.insert(silence.end(), {0, 26, 2, 4, 2});
    }
    // Of each action: blocked for 1.2 s, moved in between, released.
    Input stuck;
    for (std::uint8_t action = 0; action < 3; ++action) {
        stuck.insert(stuck.end(), {5, 0xff, action, 0, 0, 5, 3, 5, 10});
        for (int i = 0; i < 70; ++i) stuck.insert(stuck.end(), {5, 2, 0, 23, 4});
        for (int i = 0; i < 12; ++i) stuck.insert(stuck.end(), {5, 4, 0, 23, 4});
    }
    // Gates 0 of nodes 0 and 1 and gate 1 of node 0 are held; then what node 1 (64) and node 0 (66)
    // get of the probes 1, 2 and 3, and of what they passed on.
    const Input hold{6, 132, 0, 6, 133, 0, 6, 135, 0}, later30{0, 26, 1};
    const Input ring = all({hold,
                            later30,
                            hold,
                            {7, 64, 0, 1, 7, 64, 0, 1, 7, 66, 0, 2, 7, 66, 0, 3},
                            {7, 66, 0x14, 3, 0, 7, 66, 0, 4, 7, 66, 0, 4, 7, 64, 0, 5},
                            {7, 2, 0, 1, 7, 64, 8, 1, 70},
                            {6, 0, 0}});
    return {meet,
            all({meet, kinds, kinds}),
            all({meet, {2, 0, 1, 2, 1, 2, 2, 0, 3}, wait, kinds}),
            all({meet, start(0, 8), meet, kinds, {2, 1, 1, 2, 1, 3}, meet, kinds}),
            all({meet, {say, 0, say, 0}, start(0, 8), {2, 1, 5}, meet, {2, 1, 4, 2, 1, 5}}),
            all({meet, start(1, 4), meet, start(0, 4), meet, kinds}),
            all({meet, silence, {2, 0, 2}, kinds}),
            all({meet, second, second, kinds, {4, 6, 9, 4, 0x2e, 7}, kinds}),
            {3, 0, 0xff, 0, 0, 9, 9, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0},
            all({meet, {3, 0, 0x70, 2, 200, 5, 0xc0, 9, 3, 3}, {0, 0xff, 0}, meet, kinds}),
            all({meet, kinds, {3, 1, 4, 4, 77}, silence, {4, 3}}),
            stuck,
            ring,
            all({ring, later30, ring})};
}

}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir;
    if (size > 2'000) return 0;
    fuzz::Reader in{data, size};
    fuzz::Ends ends;
    fuzz::Watched watched;
    fuzz::Probed probed;
    Instant now{Nanos{1'000'000}};
    while (in.more()) {
        switch (in.byte() % 8U) {
            case 0:
                now = later(now, in.span());
                break;
            case 1:
                ends.say(in, now);
                break;
            case 2:
                ends.replay(in, now);
                break;
            case 3:
                ends.invent(in, now);
                break;
            case 4:
                ends.other(in, now);
                break;
            case 5:
                watched.sample(in, now);
                break;
            case 6:
                probed.sample(in, now);
                break;
            default:
                probed.receive(in, now);
        }
    }
    return 0;
}
