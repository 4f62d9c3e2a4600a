#include "dataplane/io/dpdk_log.hpp"

#include <bpf/libbpf.h>
#include <rte_log.h>
#include <spdlog/spdlog.h>
#include <stdio.h>
#include <xdp/libxdp.h>

#include <cstdarg>
#include <mutex>
#include <string_view>

namespace weir {
namespace {

std::mutex last_mutex;
std::string last_line;

void note(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    if (text.empty()) return;
    spdlog::debug("dpdk: {}", text);
    const std::lock_guard lock{last_mutex};
    last_line = text;
}

ssize_t write_line(void*, const char* data, size_t size) {
    note({data, size});
    return static_cast<ssize_t>(size);
}

int print_line(const char* format, va_list arguments) {
    char text[512];
    const int length = vsnprintf(text, sizeof text, format, arguments);
    if (length > 0) note(text);
    return length;
}

__attribute__((format(printf, 2, 0))) int print_bpf(libbpf_print_level level, const char* format,
                                                    va_list arguments) {
    return level == LIBBPF_DEBUG ? 0 : print_line(format, arguments);
}

__attribute__((format(printf, 2, 0))) int print_xdp(libxdp_print_level level, const char* format,
                                                    va_list arguments) {
    return level == LIBXDP_DEBUG ? 0 : print_line(format, arguments);
}

}  // namespace

void capture_dpdk_log() {
    cookie_io_functions_t functions{};
    functions.write = write_line;
    static FILE* const stream = [&] {
        FILE* file = fopencookie(nullptr, "w", functions);
        if (file != nullptr) setvbuf(file, nullptr, _IOLBF, BUFSIZ);
        return file;
    }();
    if (stream != nullptr) rte_openlog_stream(stream);
    libbpf_set_print(print_bpf);
    libxdp_set_print(print_xdp);
}

std::string take_last_complaint() {
    const std::lock_guard lock{last_mutex};
    return std::exchange(last_line, {});
}

std::string dpdk_says() {
    const std::string line = take_last_complaint();
    return line.empty() ? "" : " (DPDK says: " + line + ")";
}

}  // namespace weir
