// Line by line what backpressure promises of messages that are lost, late, doubled or replayed, and
// of either side that starts anew: rate at worst, never a packet, and open again once all is well.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/pfc/session_world.hpp"

namespace weir::test {

// By rapidcheck's name for it.
void showValue(const Command& command, std::ostream& out) {
    constexpr std::array names{
        "pass",           "lose",  "lossy", "unruly", "lose_data", "replay", "start_sender",
        "start_receiver", "drain", "offer", "jump",   "stop",      "rest"};
    out << names[static_cast<std::size_t>(command.what)] << " " << command.amount;
}
namespace {

rc::Gen<Command> any_command() {
    const auto what = rc::gen::weightedElement<What>({{30, What::pass},
                                                      {5, What::lose},
                                                      {4, What::lossy},
                                                      {4, What::unruly},
                                                      {4, What::lose_data},
                                                      {20, What::replay},
                                                      {4, What::start_sender},
                                                      {4, What::start_receiver},
                                                      {6, What::drain},
                                                      {3, What::offer},
                                                      {1, What::jump},
                                                      {2, What::stop},
                                                      {1, What::rest}});
    return rc::gen::apply([](What it, unsigned amount) { return Command{it, amount}; }, what,
                          rc::gen::resize(1'000, rc::gen::inRange(0U, 4'000U)));
}

// Cases of all classes that carry this name, of a hundred.
int percent(const rc::detail::SuccessResult& result, const std::string& name) {
    int cases = 0;
    for (const auto& [tags, count] : result.distribution)
        if (std::ranges::find(tags, '"' + name + '"') != tags.end()) cases += count;
    return 100 * cases / result.numSuccess;
}

void law(std::uint64_t seed, const std::vector<Command>& commands) {
    SessionWorld world{seed};
    for (const Command& command : commands) world.apply(command);
    RC_ASSERT(world.broken() == "");
    const bool healed = world.heals();
    RC_ASSERT(world.broken() == "");
    RC_ASSERT(healed);
    RC_CLASSIFY(world.reached_xoff(), "xoff");
    RC_CLASSIFY(world.capped(), "capped");
    RC_CLASSIFY(world.lost_three(), "three lost running");
    RC_CLASSIFY(world.restarts() > 0, "restarted");
    RC_CLASSIFY(world.replayed(), "replayed");
}

TEST(SessionModel, LawOfTheLimit) {
    const auto property = [] {
        const auto commands = *rc::gen::container<std::vector<Command>>(
            *rc::gen::inRange<std::size_t>(5, 60), any_command());
        law(*rc::gen::arbitrary<std::uint64_t>(), commands);
    };
    rc::detail::TestMetadata metadata;
    metadata.id = metadata.description = "SessionModel/LawOfTheLimit";
    const auto& configuration = rc::detail::configuration();
    auto params = configuration.testParams;
    params.maxSuccess = std::max(params.maxSuccess, 2'000);
    // One case given to be looked at again comes without classes.
    const bool again = configuration.reproduce.contains(metadata.id);
    const auto result = again ? rc::detail::checkTestable(property, metadata)
                              : rc::detail::checkTestable(property, metadata, params);
    std::ostringstream said;
    rc::detail::printResultMessage(result, said);
    ASSERT_TRUE(result.is<rc::detail::SuccessResult>()) << said.str();
    const auto& success = result.get<rc::detail::SuccessResult>();
    for (const auto& [name, least] : {std::pair{"xoff", 50},
                                      {"capped", 50},
                                      {"three lost running", 20},
                                      {"restarted", 50},
                                      {"replayed", 50}}) {
        std::cout << success.numSuccess << " cases, " << percent(success, name) << " % " << name
                  << "\n";
        EXPECT_TRUE(again || percent(success, name) >= least) << name;
    }
}

}  // namespace
}  // namespace weir::test
