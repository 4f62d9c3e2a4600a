#pragma once
// What every fuzz target is: one function over bytes (libFuzzer's), and the inputs it starts from.
// The same function replays the seeds and the kept inputs in every test run, without libFuzzer.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weir::fuzz {

using Input = std::vector<std::uint8_t>;

std::vector<Input> seeds();

// Prints why and aborts: to libFuzzer and to the replay alike, that is a finding.
[[noreturn]] void fail(const char* what);
inline void require(bool holds, const char* what) {
    if (!holds) fail(what);
}

}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
