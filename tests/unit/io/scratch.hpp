#pragma once
// A directory of the test's own, and a sysfs made of files in it.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace weir {

class Scratch {
public:
    Scratch() {
        std::string name = std::filesystem::temp_directory_path() / "weir-unit-XXXXXX";
        path_ = mkdtemp(name.data());
    }
    ~Scratch() { std::filesystem::remove_all(path_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const std::filesystem::path& path() const { return path_; }

    void write(const std::filesystem::path& where, const std::string& text) const {
        std::filesystem::create_directories((path_ / where).parent_path());
        std::ofstream{path_ / where} << text << '\n';
    }
    void link(const std::filesystem::path& where, const std::filesystem::path& target) const {
        std::filesystem::create_directories((path_ / where).parent_path());
        std::filesystem::create_symlink(target, path_ / where);
    }

private:
    std::filesystem::path path_;
};

}  // namespace weir
