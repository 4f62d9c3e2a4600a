#pragma once
// While one lives, what this thread allocates is no leak to LeakSanitizer. For a driver that never
// frees what it holds only in memory that the sanitizer cannot see (DPDK's own).
#if defined(__SANITIZE_ADDRESS__)
#define WEIR_HAS_LSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEIR_HAS_LSAN 1
#endif
#endif

#ifdef WEIR_HAS_LSAN
#include <sanitizer/lsan_interface.h>
#endif

namespace weir {

class LeaksOfOthers {
public:
#ifdef WEIR_HAS_LSAN
    LeaksOfOthers() { __lsan_disable(); }
    ~LeaksOfOthers() { __lsan_enable(); }
#else
    LeaksOfOthers() {}
    ~LeaksOfOthers() {}
#endif
    LeaksOfOthers(const LeaksOfOthers&) = delete;
    LeaksOfOthers& operator=(const LeaksOfOthers&) = delete;
};

}  // namespace weir
