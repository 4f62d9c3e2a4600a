// Step times against those computed by hand.
#include "tools/sim/workload.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sim/net.hpp"
#include "tools/sim/shapes.hpp"

namespace weir::sim::test {
namespace {

Nanos end_of(const Graph& graph, Nanos way) { return over_light(graph, way).back().since_start(); }

TEST(Workload, ChainsTakeTheSumAndTheLight) {
    Graph graph;
    const TaskId first = graph.work(0, 5ms, {});
    const TaskId there = graph.transfer(0, Bytes{1'000'000}, {first});
    const TaskId second = graph.work(1, 7ms, {there});
    graph.marks = {graph.transfer(1, Bytes{1}, {second})};
    EXPECT_EQ(end_of(graph, 0ns), 12ms);
    EXPECT_EQ(end_of(graph, 2ms), 16ms);
}

TEST(Workload, AProcessorDoesOneTaskAtATimeAndTheFirstNamedFirst) {
    Graph graph;
    const TaskId late = graph.work(0, 1ms, {graph.transfer(0, Bytes{1}, {})});
    const TaskId a = graph.work(0, 3ms, {});
    const TaskId b = graph.work(0, 4ms, {});
    graph.marks = {late, a, b};
    // a runs from 0 to 3 ms; the transfer has come at 1 ms; `late` goes before b.
    const std::vector<Instant> ends = over_light(graph, 1ms);
    EXPECT_EQ(ends, (std::vector<Instant>{at(3ms), at(4ms), at(8ms)}));
}

TEST(Workload, AFixedOrderWaitsForWhatIsLate) {
    Graph graph;
    const TaskId first = graph.work(0, 1ms, {graph.transfer(0, Bytes{1}, {})});
    const TaskId second = graph.work(0, 2ms, {});
    graph.marks = {first, second};
    fix_order(graph, gigabits(1));  // the byte comes after 8 ns: second is begun before
    EXPECT_EQ(graph.order[0], (std::vector<TaskId>{second, first}));
    graph.order[0] = {first, second};
    EXPECT_EQ(over_light(graph, 10ms), (std::vector<Instant>{at(11ms), at(13ms)}));
}

// One micro-batch after another: nothing is hidden, each costs all its work and four ways.
TEST(Shapes, AUWithOneMicroBatchInFlightShowsTwoRoundTripsEach) {
    Shape shape;
    shape.head = 1ms;
    shape.middle = 10ms;
    shape.tail = 3ms;
    shape.middle_back = 20ms;
    shape.head_back = 2ms;
    shape.tensor = Bytes{1};
    shape.in_flight = 1;
    shape.batches = 5;
    const auto step = [&](Nanos way) {
        return step_time(shape, over_light(graph_of(shape, 1, 1), way));
    };
    EXPECT_EQ(step(0ns), 5 * 36ms);
    EXPECT_EQ(step(2ms), 5 * (36ms + 4 * 2ms));
}

// With four in flight the compute site never waits between the first arrival and the last piece:
// only the first way there and the last two ways are seen, and what the edge does meanwhile.
TEST(Shapes, AUWithManyInFlightHidesAllButTheEnds) {
    Shape shape;
    shape.head = shape.head_back = 1ms;
    shape.tail = 1ms;
    shape.middle = 10ms;
    shape.middle_back = 20ms;
    shape.tensor = Bytes{1};
    shape.in_flight = 4;
    shape.batches = 8;
    Graph graph = graph_of(shape, 1, 1);
    fix_order(graph, gigabits(1));
    EXPECT_EQ(step_time(shape, over_light(graph, 0ns)), 1ms + 8 * 30ms + 1ms);
    EXPECT_EQ(step_time(shape, over_light(graph, 1ms)), 1ms + 8 * 30ms + 1ms + 2ms);
}

TEST(Shapes, ReadingAheadHidesTheDistanceUntilTheReadsAreTooFew) {
    Shape shape;
    shape.samples = Bytes{1};
    shape.middle = 10ms;
    shape.ahead = 2;
    shape.batches = 10;
    const auto step = [&](Nanos way) {
        return step_time(shape, over_light(graph_of(shape, 1, 1), way));
    };
    EXPECT_EQ(step(2ms), 10 * 10ms);                 // a round trip of 4 ms within 10
    EXPECT_EQ(step(20ms), 10 * 10ms * 50 / 10 / 2);  // two batches each 40 + 10 ms
}

TEST(Shapes, EveryTokenShowsOneRoundTrip) {
    for (const Shape& shape : shapes()) {
        if (!shape.inference) continue;
        const Graph graph = graph_of(shape, 1, 1);
        const Nanos token = shape.head + shape.middle + shape.tail;
        const Nanos prompt = shape.prompt_head + shape.prompt_middle + shape.prompt_tail;
        EXPECT_EQ(step_time(shape, over_light(graph, 0ns)), prompt + shape.tokens * token);
        EXPECT_EQ(step_time(shape, over_light(graph, 1ms)),
                  prompt + 2ms + shape.tokens * (token + 2ms));
    }
}

// docs/efficiency.md has these, derived by hand from public figures.
TEST(Shapes, ComputeTimesAreThoseDerived) {
    const Shape llama = shapes()[0];
    EXPECT_NEAR(double(llama.middle.count()), 31.19e6, 1e4);
    EXPECT_NEAR(double(llama.middle_back.count()), 62.37e6, 1e4);
    EXPECT_NEAR(double(llama.tail.count()), 29.87e6, 1e4);
    EXPECT_EQ(llama.tensor, Bytes{41'943'040});
    const Shape images = shapes()[3];
    EXPECT_EQ(images.middle, 102'400us);
}

}  // namespace
}  // namespace weir::sim::test
