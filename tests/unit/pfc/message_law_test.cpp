// What holds for every message: it says what was said, never more than there is room for, and any
// bytes are read without a step past their end.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/pfc/messages.hpp"

namespace weir {
namespace {

using test::Block;

// A message of records in any order; those that found room are in `said`, caps one by one.
struct Said {
    std::vector<Record> records;  // FLOWS without their caps
    std::vector<FlowCap> caps;
};

bool say_one(MessageWriter& writer, Said& said) {
    const auto add = [&](const auto& record) {
        const bool fits = writer.add(record);
        if (fits) said.records.emplace_back(record);
        return fits;
    };
    switch (*rc::gen::inRange(0, 5)) {
        case 0:
            return add(test::any_slice_record());
        case 1:
            return add(test::any_totals());
        case 2:
            return add(test::any_caps());
        case 3:
            return add(test::any_probe());
        default: {
            const auto caps = test::any_flow_caps(400);
            const std::size_t fit = writer.add_flows(SliceNumber{3}, 4, caps);
            RC_ASSERT(fit <= caps.size());
            // What did not fit is told, and really had no room.
            RC_ASSERT(fit == caps.size() ||
                      writer.room() < sizeof(FlowsLayout) + sizeof(FlowLayout));
            said.caps.insert(said.caps.end(), caps.begin(),
                             caps.begin() + static_cast<std::ptrdiff_t>(fit));
            return fit == caps.size();
        }
    }
}

bool same(const Record& a, const Record& b) {
    return std::visit(
        [&](const auto& it) {
            using T = std::decay_t<decltype(it)>;
            if constexpr (std::is_same_v<T, FlowsRecord>)
                return false;
            else
                return std::holds_alternative<T>(b) && std::get<T>(b) == it;
        },
        a);
}

RC_GTEST_PROP(MessageLaw, SaysWhatWasSaid, ()) {
    const MessageHead head = test::any_head();
    Block space(*rc::gen::inRange<std::size_t>(shortest_body, 1500));
    MessageWriter writer{space, head};
    Said said;
    const int tries = *rc::gen::inRange(0, 40);
    for (int i = 0; i < tries && say_one(writer, said); ++i) {
    }
    const auto body = writer.finish();
    RC_ASSERT(body.size() <= longest_body && body.size() <= space.size());
    RC_ASSERT(body.data() == space.data());

    const Block exact(body.begin(), body.end());
    const MessageRead read = read_message(exact);
    RC_ASSERT(read.fault == MessageFault::none);
    RC_ASSERT(read.view.head() == head);
    std::size_t at = 0;
    std::vector<FlowCap> caps;
    for (const Record& record : read.view) {
        if (const auto* flows = std::get_if<FlowsRecord>(&record)) {
            RC_ASSERT(flows->slice == SliceNumber{3} && flows->version == 4U);
            for (std::size_t n = 0; n < flows->size(); ++n) caps.push_back((*flows)[n]);
            continue;
        }
        RC_ASSERT(at < said.records.size());
        RC_ASSERT(same(said.records[at++], record));
    }
    RC_ASSERT(at == said.records.size());
    RC_ASSERT(caps == said.caps);
}

std::size_t walk(const MessageView& view) {
    std::size_t sum = 0;
    for (const Record& record : view)
        sum += 1 + std::visit(
                       [](const auto& it) -> std::size_t {
                           std::size_t caps = 0;
                           if constexpr (std::is_same_v<std::decay_t<decltype(it)>, FlowsRecord>)
                               for (std::size_t n = 0; n < it.size(); ++n) caps += it[n].bucket;
                           return caps;
                       },
                       record);
    return sum;
}

RC_GTEST_PROP(MessageLaw, AnyBytesAreReadWithinThem, (const std::vector<std::uint8_t>& octets)) {
    const Block any = test::block(octets);
    walk(read_message(any).view);
    // Behind a head that passes, records of any type and length.
    Block body = test::from_hex(test::plain_head_bytes);
    body.insert(body.end(), any.begin(), any.end());
    for (std::size_t i = sizeof(HeadLayout); i + 1 < body.size(); i += 4) {
        body[i] = static_cast<std::byte>(std::to_integer<unsigned>(body[i]) % 8);
        body[i + 1] = static_cast<std::byte>(std::to_integer<unsigned>(body[i + 1]) % 12);
    }
    body.resize(body.size() + signature_bytes);
    const Block exact(body);
    walk(read_message(exact).view);
}

RC_GTEST_PROP(MessageLaw, CutOrFlippedIsReadWithinIt, ()) {
    Block space(longest_body);
    MessageWriter writer{space, test::any_head()};
    Said said;
    for (int i = 0; i < 5; ++i) say_one(writer, said);
    const auto body = writer.finish();
    const Block cut(body.begin(),
                    body.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(body)));
    walk(read_message(cut).view);
    Block flipped(body.begin(), body.end());
    const auto at = *rc::gen::inRange<std::size_t>(0, flipped.size());
    flipped[at] ^= static_cast<std::byte>(1U << *rc::gen::inRange(0U, 8U));
    walk(read_message(flipped).view);
}

}  // namespace
}  // namespace weir
