#include "dataplane/io/unmapping.hpp"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <mutex>
#include <string_view>
#include <vector>

namespace weir {
namespace {

std::mutex mutex;
std::vector<const BeforeUnmapping*> waiting;  // one for each Node

bool in_interrupt_thread() {
    std::array<char, 16> name{};
    pthread_getname_np(pthread_self(), name.data(), name.size());
    return std::string_view{name.data()} == "eal-intr-thread";
}

void wait_for_workers() {
    const std::lock_guard lock{mutex};
    for (const BeforeUnmapping* wait : waiting) (*wait)();
}

}  // namespace

BeforeUnmapping::BeforeUnmapping(std::function<void()> wait) : wait_{std::move(wait)} {
    const std::lock_guard lock{mutex};
    waiting.push_back(this);
}

BeforeUnmapping::~BeforeUnmapping() {
    const std::lock_guard lock{mutex};
    std::erase(waiting, this);
}

}  // namespace weir

// What a sanitizer put in the place of the C library's.
extern "C" int __interceptor_munmap(void* address, std::size_t length) __attribute__((weak));

// Under the C library's name: the driver is a library of its own, and finds this one first.
extern "C" int unmap_unused(void* address, std::size_t length) noexcept __asm__("munmap");

int unmap_unused(void* address, std::size_t length) noexcept {
    if (weir::in_interrupt_thread()) weir::wait_for_workers();
    if (__interceptor_munmap != nullptr) return __interceptor_munmap(address, length);
    return static_cast<int>(syscall(SYS_munmap, address, length));
}
