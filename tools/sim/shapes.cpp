#include "tools/sim/shapes.hpp"

#include <cmath>

namespace weir::sim {
namespace {

// NVIDIA's H100 SXM: 989.4 TFLOP/s of dense bf16, of which training uses 40 %, and 3.35 TB/s of
// memory, of which decoding uses 60 %. The edge has one, the compute site eight.
constexpr double flops = 989.4e12 * 0.4, memory = 3.35e12 * 0.6;
constexpr double tokens = 4'096;  // a micro-batch: one sequence

Nanos seconds(double s) { return Nanos{std::llround(s * 1e9)}; }
Bytes cut(double hidden, double count) {
    return Bytes{static_cast<std::uint64_t>(std::llround(hidden * 2 * count))};  // bf16
}

struct Model {
    double hidden, layer, vocabulary;  // parameters of a layer and of the last matrix
    double layers;
};
constexpr Model llama{5'120, 4 * 5'120.0 * 5'120 + 3 * 5'120.0 * 13'824, 5'120.0 * 32'000, 40};
constexpr Model qwen{5'120, 2 * 5'120.0 * 5'120 + 2 * 5'120.0 * 1'024 + 3 * 5'120.0 * 27'648,
                     5'120.0 * 152'064, 64};

// Full fine-tuning: 2 FLOP a parameter and token forward, 4 backward. The first layer and the last
// with the loss stay at the edge.
Shape dense(std::string name, const Model& model, double extra_head) {
    Shape it;
    it.name = std::move(name);
    it.tensor = cut(model.hidden, tokens);
    it.head = seconds((2 * model.layer * tokens + extra_head) / flops);
    it.head_back = seconds(4 * model.layer * tokens / flops);
    it.tail = seconds(6 * (model.layer + model.vocabulary) * tokens / flops);
    const double middle = (model.layers - 2) * model.layer * tokens / (8 * flops);
    it.middle = seconds(2 * middle);
    it.middle_back = seconds(4 * middle);
    return it;
}

// Of images, a quarter of the tokens text; the frozen vision tower works at the edge, on four
// patches a token.
Shape vision_language() {
    constexpr double tower = 0.67e9, patches = 4 * 3'072;
    Shape it = dense("Qwen2.5-VL-32B", qwen, 2 * tower * patches);
    it.batches = 8;
    return it;
}

// DeepSeek-V3 with low-rank adapters on 16 GPUs: 180,000 GPU hours for 10^12 tokens of training, a
// third of it forward, a third for gradients of activations.
Shape mixture() {
    constexpr double layer = 583.5e6, vocabulary = 7'168.0 * 129'280;
    const double third = 180e3 * 3'600 / 1e12 * tokens / 16 / 3 * 59 / 61;
    Shape it;
    it.name = "DeepSeek-V3";
    it.tensor = cut(7'168, tokens);
    it.head = it.head_back = seconds(2 * layer * tokens / flops);
    it.tail = seconds(4 * (layer + vocabulary) * tokens / flops);
    it.middle = it.middle_back = seconds(third);
    return it;
}

Shape images() {
    Shape it;
    it.name = "ResNet-50";
    it.samples = Bytes{2'048ULL * 110'000};
    it.middle = seconds(2'048 / 20e3);
    return it;
}

Shape decoding() {
    constexpr double prompt = 1'024;
    Shape it;
    it.name = "Qwen-32B inference";
    it.inference = true;
    it.batches = 128;
    it.tensor = cut(qwen.hidden, 1);
    it.head = seconds(2 * qwen.layer / memory);
    it.middle = seconds(2 * (qwen.layers - 2) * qwen.layer / memory);
    it.tail = seconds(2 * (qwen.layer + qwen.vocabulary) / memory);
    it.prompt = cut(qwen.hidden, prompt);
    it.prompt_head = seconds(2 * qwen.layer * prompt / flops);
    it.prompt_middle = seconds(2 * (qwen.layers - 2) * qwen.layer * prompt / flops);
    it.prompt_tail = it.prompt_head;
    return it;
}

struct Builder {
    const Shape& shape;
    double factor, volume;
    Graph graph;

    Nanos work(Nanos t) const { return Nanos{std::llround(double(t.count()) * factor)}; }
    Bytes bytes(Bytes b) const {
        return Bytes{static_cast<std::uint64_t>(std::llround(double(b.count()) * volume))};
    }

    // Forward through the three parts and backward again. A micro-batch begins once another one
    // has ended that would be one too many in flight.
    TaskId step(std::uint32_t batches, TaskId before) {
        const Bytes tensor = bytes(shape.tensor);
        std::vector<TaskId> ends;
        for (std::uint32_t m = 0; m < batches; ++m) {
            const TaskId after = m < shape.in_flight ? before : ends[m - shape.in_flight];
            TaskId at = graph.work(0, work(shape.head), {after});
            at = graph.work(1, work(shape.middle), {graph.transfer(0, tensor, {at})});
            at = graph.work(0, work(shape.tail), {graph.transfer(1, tensor, {at})});
            at = graph.work(1, work(shape.middle_back), {graph.transfer(0, tensor, {at})});
            at = graph.work(0, work(shape.head_back), {graph.transfer(1, tensor, {at})});
            ends.push_back(at);
        }
        return graph.work(0, Nanos{0}, ends);
    }
    // Asked for as soon as there is room for it, sent, worked on in order.
    void ingest(std::uint32_t warm, std::uint32_t batches) {
        std::vector<TaskId> ends{graph.work(1, Nanos{0}, {})};
        for (std::uint32_t b = 0; b < warm + batches; ++b) {
            const TaskId room = ends[b < shape.ahead ? 0 : b + 1 - shape.ahead];
            const TaskId asked = graph.transfer(1, Bytes{256}, {room});
            const TaskId there = graph.transfer(0, bytes(shape.samples), {asked});
            ends.push_back(graph.work(1, work(shape.middle), {there, ends.back()}));
        }
        graph.marks = {ends[warm], ends.back()};
    }
    TaskId forward(TaskId after, Nanos head, Nanos middle, Nanos tail, Bytes cut_bytes) {
        TaskId at = graph.transfer(0, cut_bytes, {graph.work(0, work(head), {after})});
        at = graph.transfer(1, cut_bytes, {graph.work(1, work(middle), {at})});
        return graph.work(0, work(tail), {at});
    }
    TaskId decode(TaskId at, std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i)
            at = forward(at, shape.head, shape.middle, shape.tail, bytes(shape.tensor));
        return at;
    }
};

}  // namespace

std::vector<Shape> shapes() {
    return {dense("LLAMA2-13B", llama, 0), vision_language(), mixture(), images(), decoding()};
}

Graph graph_of(const Shape& shape, double factor, double volume) {
    Builder it{shape, factor, volume, {}};
    if (shape.samples > Bytes{0}) {
        it.ingest(4, shape.batches);
        return it.graph;
    }
    TaskId at = it.graph.work(0, Nanos{0}, {});
    at = shape.inference ? it.decode(at, 2) : it.step(4, at);
    it.graph.marks.push_back(at);
    if (!shape.inference) {
        it.graph.marks.push_back(it.step(shape.batches, at));
        return it.graph;
    }
    at = it.forward(at, shape.prompt_head, shape.prompt_middle, shape.prompt_tail,
                    it.bytes(shape.prompt));
    it.graph.marks.push_back(at);
    it.graph.marks.push_back(it.decode(at, shape.batches));
    return it.graph;
}

Nanos step_time(const Shape& shape, const std::vector<Instant>& marks) {
    if (!shape.inference) return marks[1] - marks[0];
    return (marks[1] - marks[0]) + (marks[2] - marks[1]) * shape.tokens / shape.batches;
}

}  // namespace weir::sim
