// The laws of the audit alone; what they are told by a forwarder that works is in tests/stage.
#include "dataplane/worker/audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Two workers of which one handed five packets to the other.
Audit at_rest() {
    Audit audit;
    audit.workers = {{.received = 10, .sent = 4, .handed_over = 5, .held = 1, .held_buffers = 1},
                     {.taken_over = 5, .sent = 5}};
    audit.at_rest = true;
    audit.buffers = {.all = 100, .in_use = 31, .in_devices = 30, .held = 1};
    return audit;
}
std::vector<std::string> judged(Audit audit) {
    judge(audit);
    return audit.findings;
}

TEST(AuditLaws, AReceiveMissIsNamedWhereASliceIsLossless) {
    Audit audit = at_rest();
    audit.missed = {{"lan0", "ring_full", 3}, {"wan0", "no_buffer", 0}};
    EXPECT_THAT(judged(audit), IsEmpty());
    audit.any_lossless = true;
    EXPECT_THAT(judged(audit), ElementsAre(HasSubstr("port lan0: its device missed 3 packets")));
    judge(audit);
    EXPECT_TRUE(audit.closes);
}

TEST(AuditLaws, APacketLostInARingIsNamedAtRest) {
    Audit audit = at_rest();
    audit.workers[1] = {.taken_over = 4, .sent = 4};
    EXPECT_THAT(judged(audit), ElementsAre(HasSubstr("between threads: 5 packets were handed")));
}

TEST(AuditLaws, AWorkerThatDoesNotAnswerIsNoProof) {
    Audit audit = at_rest();
    audit.answered = {true, false};
    EXPECT_THAT(judged(audit), ElementsAre(HasSubstr("worker 1: took no cut")));
}

RC_GTEST_PROP(AuditLaws, BuffersAreFoundWithinWhatIsNotKnownAndNoFurther, ()) {
    Audit audit = at_rest();
    BufferCensus& it = audit.buffers;
    it.devices_lag = *rc::gen::inRange<std::uint64_t>(0, 20);
    it.in_flight = *rc::gen::inRange<std::uint64_t>(0, 20);
    it.moving = *rc::gen::inRange<std::uint64_t>(0, 10);
    it.in_use = *rc::gen::inRange<std::uint64_t>(0, 100);
    const std::uint64_t known = it.in_devices + it.held;
    const bool leaked = it.in_use > known + it.in_flight + it.moving;
    const bool twice = it.in_use + it.devices_lag + it.moving < known;
    const auto findings = judged(audit);
    RC_ASSERT(findings.empty() != (leaked || twice));
    RC_CLASSIFY(leaked);
    RC_CLASSIFY(twice);
    if (leaked) RC_ASSERT(findings[0].ends_with(" leaked"));
    if (twice) RC_ASSERT(findings[0].ends_with(" still held"));
}

}  // namespace
}  // namespace weir
