#include "dataplane/io/hugepages.hpp"

#include <fmt/format.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>

#include "dataplane/base/error.hpp"

namespace weir {
namespace {

constexpr std::uint64_t page_bytes(HugePages size) {
    return size == HugePages::one_gb ? 1ULL << 30 : 2ULL << 20;
}

std::filesystem::path directory(HugePages size, const std::filesystem::path& root) {
    return root / "kernel/mm/hugepages" / fmt::format("hugepages-{}kB", page_bytes(size) / 1024);
}

// A page that sysfs calls free may be reserved, or closed to us by a cgroup: only mapping tells.
bool can_map(HugePages size) {
    const unsigned log2_size = size == HugePages::one_gb ? 30 : 21;
    const int fd =
        memfd_create("weir-hugepage", MFD_CLOEXEC | MFD_HUGETLB | log2_size << MFD_HUGE_SHIFT);
    if (fd < 0) return false;
    void* page = mmap(nullptr, page_bytes(size), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED) munmap(page, page_bytes(size));
    close(fd);
    return page != MAP_FAILED;
}

}  // namespace

Bytes free_hugepage_bytes(HugePages size, const std::filesystem::path& root) {
    std::ifstream file{directory(size, root) / "free_hugepages"};
    std::uint64_t pages = 0;
    file >> pages;
    return Bytes{pages * page_bytes(size)};
}

HugePages resolve_hugepages(HugePages wanted, Bytes needed, const std::filesystem::path& root) {
    switch (wanted) {
        case HugePages::none:
            return HugePages::none;
        case HugePages::automatic:
            for (const HugePages size : {HugePages::two_mb, HugePages::one_gb})
                if (free_hugepage_bytes(size, root) >= needed && can_map(size)) return size;
            return HugePages::none;
        case HugePages::two_mb:
        case HugePages::one_gb:
            break;
    }
    const Bytes there = free_hugepage_bytes(wanted, root);
    if (there >= needed && can_map(wanted)) return wanted;
    const std::uint64_t pages = (needed.count() + page_bytes(wanted) - 1) / page_bytes(wanted);
    throw Error{ExitCode::device,
                fmt::format("memory: {} MB of hugepages are needed and {} MB are free: \"echo {} > "
                            "{}/nr_hugepages\", or set hugepages = \"none\"",
                            needed.count() >> 20, there.count() >> 20, pages,
                            directory(wanted, root).string())};
}

}  // namespace weir
