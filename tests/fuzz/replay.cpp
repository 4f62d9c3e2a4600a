// Runs a target over its seeds, their truncations and byte flips, and over every file of the
// folders given: what fuzzing once found stays found. `--write DIR` writes the seeds as files for
// libFuzzer instead; `--exactly DIR...` runs the files alone, for counting what they reach.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/target.hpp"

namespace {

using weir::fuzz::Input;

// In a block of its own size, so that a read one past the end is seen.
void run(const Input& input) {
    const Input exact(input);
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

// At most `most` places are changed.
std::size_t run_around(const Input& seed, std::size_t most) {
    std::size_t n = 1;
    run(seed);
    if (most == 0) return n;
    const std::size_t step = seed.size() / most + 1;
    for (std::size_t at = 0; at < seed.size(); at += step, n += 3) {
        run(Input(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(at)));
        Input changed = seed;
        changed[at] ^= 0xff;
        run(changed);
        changed[at] = static_cast<std::uint8_t>(seed[at] + 1);
        run(changed);
    }
    return n;
}

void write_seeds(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::size_t n = 0;
    for (const Input& seed : weir::fuzz::seeds()) {
        std::ofstream out{folder / ("seed-" + std::to_string(n++)), std::ios::binary};
        out.write(reinterpret_cast<const char*>(seed.data()),
                  static_cast<std::streamsize>(seed.size()));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::strcmp(argv[1], "--write") == 0) {
        write_seeds(argv[2]);
        return 0;
    }
    const bool exactly = argc > 1 && std::strcmp(argv[1], "--exactly") == 0;
    std::size_t n = 0;
    if (!exactly) {
        // Many seeds shall not take longer than few.
        const auto seeds = weir::fuzz::seeds();
        const std::size_t most = std::min<std::size_t>(200, 6000 / seeds.size());
        for (const Input& seed : seeds) n += run_around(seed, most);
    }
    for (int i = exactly ? 2 : 1; i < argc; ++i) {
        if (!std::filesystem::is_directory(argv[i])) continue;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
            if (!entry.is_regular_file()) continue;
            std::ifstream in{entry.path(), std::ios::binary};
            run(Input(std::istreambuf_iterator<char>{in}, {}));
            ++n;
        }
    }
    std::printf("%zu inputs replayed\n", n);
    return n == 0 ? 1 : 0;
}
