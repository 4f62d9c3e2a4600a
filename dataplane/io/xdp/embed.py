#!/usr/bin/env python3
"""embed.py OUTPUT.cpp NAME=OBJECT...: the bytes of each object as the function weir::NAME_bytes()."""
import sys

output, *objects = sys.argv[1:]
with open(output, "w") as cpp:
    cpp.write('#include "dataplane/io/xdp/program_bytes.hpp"\n\nnamespace weir {\n')
    for item in objects:
        name, path = item.split("=", 1)
        with open(path, "rb") as file:
            data = file.read()
        cpp.write(f"\nstd::span<const unsigned char> {name}_bytes() {{\n")
        # libbpf reads the ELF headers where they lie.
        cpp.write("    alignas(8) static const unsigned char bytes[] = {")
        cpp.write(",".join(str(byte) for byte in data))
        cpp.write("};\n    return bytes;\n}\n")
    cpp.write("\n}  // namespace weir\n")
