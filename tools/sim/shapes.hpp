#pragma once
// Steps of fine-tuning and of inference with storage and compute apart, as graphs. Where each
// number comes from: docs/efficiency.md. Processor 0 and the samples are at the edge, processor 1
// is the compute site; way 0 leads to it, way 1 back.
#include <string>
#include <vector>

#include "tools/sim/workload.hpp"

namespace weir::sim {

struct Shape {
    std::string name;
    bool inference = false;
    // Split fine-tuning in a U: the edge keeps the first and the last layers, for a micro-batch (of
    // inference: a token) four pieces of work and two at the compute site.
    Nanos head{0}, middle{0}, tail{0}, middle_back{0}, head_back{0};
    Bytes tensor{0};              // what crosses a cut, each time
    std::uint32_t in_flight = 4;  // micro-batches begun and not ended
    // Whole model at the compute site: a batch of samples is asked for so many batches ahead.
    Bytes samples{0};
    std::uint32_t ahead = 2;
    std::uint32_t batches = 16;  // micro-batches of a step; of ingest: steps; of inference: tokens
    // Inference: the prompt, before the tokens.
    Nanos prompt_head{0}, prompt_middle{0}, prompt_tail{0};
    Bytes prompt{0};
    std::uint32_t tokens = 128;  // of a whole request, of which `batches` are simulated
};

std::vector<Shape> shapes();
// With all work `factor` times as long and all transfers `volume` times as large, one short step
// (or as many tokens) ahead to warm up. Marks: the end of warming up, [of the prompt,] the end.
Graph graph_of(const Shape& shape, double factor, double volume);
// Of a step (of inference: a request), from the marks.
Nanos step_time(const Shape& shape, const std::vector<Instant>& marks);

}  // namespace weir::sim
