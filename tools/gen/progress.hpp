#pragma once
// A line to stderr every so often while a run goes on, from a thread of its own that only reads
// counters.
#include <thread>

#include "dataplane/base/units.hpp"
#include "tools/gen/sender.hpp"
#include "tools/gen/sink.hpp"

namespace weir {

class Progress {
public:
    // Either may be null. `every` 0: says nothing.
    Progress(const Sender* sender, const Sink* sink, Nanos every);

private:
    std::jthread thread_;
};

}  // namespace weir
