// Stands in for libFuzzer where there is none: runs a fuzz target over files, folders of files and
// a fixed set of inputs of its own. Ends with the number of inputs.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes);

namespace {

size_t replay_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    return 1;
}

size_t replay(const std::filesystem::path& path) {
    if (!std::filesystem::is_directory(path)) {
        return std::filesystem::exists(path) ? replay_file(path) : 0;
    }
    size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
        if (entry.is_regular_file()) count += replay_file(entry.path());
    }
    return count;
}

// Inputs that need no corpus: every length up to 300 bytes of zeros, of ones, and of a fixed noise.
size_t replay_fixed() {
    size_t count = 0;
    uint32_t noise = 1;
    for (size_t size_bytes = 0; size_bytes <= 300; ++size_bytes) {
        for (int kind = 0; kind < 3; ++kind) {
            std::vector<uint8_t> bytes(size_bytes, kind == 1 ? uint8_t{0xff} : uint8_t{0});
            for (uint8_t& byte : bytes) {
                noise = noise * 1664525 + 1013904223;
                if (kind == 2) byte = static_cast<uint8_t>(noise >> 24);
            }
            LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
            ++count;
        }
    }
    return count;
}

}  // namespace

int main(int argc, char** argv) {
    size_t count = replay_fixed();
    for (int i = 1; i < argc; ++i) count += replay(argv[i]);
    std::printf("replayed %zu inputs\n", count);
    return 0;
}
