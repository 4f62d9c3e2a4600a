#include "dataplane/io/dpdk_log.hpp"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <rte_log.h>
#include <spdlog/spdlog.h>
#include <stdio.h>
#include <xdp/libxdp.h>

#include <cstdarg>
#include <mutex>
#include <string_view>

namespace weir {
namespace {

std::mutex mutex;
std::string first_error;

void note(std::string_view text, bool error) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    if (text.empty()) return;
    spdlog::debug("dpdk: {}", text);
    const std::lock_guard lock{mutex};
    if (error && first_error.empty()) first_error = text;
}

ssize_t write_line(void*, const char* data, size_t size) {
    const int level = rte_log_cur_msg_loglevel();
    note({data, size}, level >= 0 && level <= static_cast<int>(RTE_LOG_ERR));
    return static_cast<ssize_t>(size);
}

__attribute__((format(printf, 1, 0))) int note_format(const char* format, va_list arguments) {
    char text[512];
    const int length = vsnprintf(text, sizeof text, format, arguments);
    if (length > 0) note(text, true);
    return length;
}

__attribute__((format(printf, 2, 0))) int print_bpf(libbpf_print_level level, const char* format,
                                                    va_list arguments) {
    return level == LIBBPF_WARN ? note_format(format, arguments) : 0;
}

__attribute__((format(printf, 2, 0))) int print_xdp(libxdp_print_level level, const char* format,
                                                    va_list arguments) {
    return level == LIBXDP_WARN ? note_format(format, arguments) : 0;
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

void forget_complaints() {
    const std::lock_guard lock{mutex};
    first_error.clear();
}

std::string dpdk_says() {
    const std::lock_guard lock{mutex};
    return first_error.empty() ? "" : fmt::format(" (DPDK says: {})", first_error);
}

}  // namespace weir
