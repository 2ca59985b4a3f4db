#!/usr/bin/env python3
"""Makes the built web client a part of mayfly-relay: checks it against its own bundle.json and
writes C++ that holds every file, as it is and compressed with Brotli.

    tools/embed_web.py DIST OUT.cpp      also writes OUT.bin, which OUT.cpp includes
"""
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
# What Brotli must save for the second copy to be worth its room in the program.
GAIN_MIN = 0.05


class Refused(Exception):
    pass


def refuse_unless(holds, what):
    if not holds:
        raise Refused(what)


def check(dist):
    """The files of a bundle, and its hash, if all of it is as bundle.json says."""
    try:
        bundle = json.loads((dist / "bundle.json").read_text())
        version, total = bundle["version"], bundle["total"]
        listed = {name: entry["sha256"] for name, entry in bundle["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"bundle.json: {error}") from error
    refuse_unless(version == 1, f"bundle.json has version {version}")
    files = {path.relative_to(dist).as_posix(): path.read_bytes()
             for path in sorted(dist.rglob("*")) if path.is_file()}
    for name, content in files.items():
        refuse_unless(PATH.fullmatch(name), f"{name}: only letters, digits and .-_ may be in names")
        refuse_unless(name != "health" and not name.startswith("mayfly/"),
                      f"{name} is the relay's own path")
        refuse_unless(Path(name).suffix in CONTENT_TYPES, f"{name}: no content type for its suffix")
        if name != "bundle.json":  # the list itself
            refuse_unless(listed.get(name) == hashlib.sha256(content).hexdigest(),
                          f"{name} is not what bundle.json says")
    refuse_unless(not listed.keys() - files.keys(), "bundle.json lists files that are missing")
    refuse_unless("index.html" in files, "there is no index.html")
    lines = "".join(f"{listed[name]}  {name}\n" for name in sorted(listed))
    refuse_unless(total == hashlib.sha256(lines.encode()).hexdigest(),
                  "the total of bundle.json is not that of its files")
    return files, total


def compressed(content):
    done = subprocess.run(["brotli", "--quality=11", "--lgwin=24", "--stdout", "-"],
                          input=content, stdout=subprocess.PIPE, check=True).stdout
    return done if len(done) < len(content) * (1 - GAIN_MIN) else b""


def write(files, total, out):
    blob = bytearray()

    def placed(content):
        start = len(blob)
        blob.extend(content)
        return f"{{mayfly_web_blob + {start}, {len(content)}}}"

    rows = []
    for name in sorted(files):
        content = files[name]
        rows.append(f'    {{"/{name}", "{CONTENT_TYPES[Path(name).suffix]}",\n'
                    f'     "{hashlib.sha256(content).hexdigest()}",\n'
                    f"     {placed(content)}, {placed(compressed(content))}}},\n")
    binary = out.with_suffix(".bin")
    binary.write_bytes(blob)
    out.write_text(f"""// Made by tools/embed_web.py; do not edit.
#include "web_bundle.h"

asm(R"(
    .pushsection .rodata
    .balign 16
    .globl mayfly_web_blob
    .hidden mayfly_web_blob
mayfly_web_blob:
    .incbin "{binary}"
    .popsection
)");

extern "C" const uint8_t mayfly_web_blob[];

namespace mayfly::relay_app {{
namespace {{

const relay_net::WebFile files[] = {{
{"".join(rows)}}};
const relay_net::WebBundle bundle{{
    "{total}", files}};

}}  // namespace

const relay_net::WebBundle* web_bundle() {{ return &bundle; }}

}}  // namespace mayfly::relay_app
""")


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    dist, out = Path(sys.argv[1]), Path(sys.argv[2]).absolute()
    try:
        write(*check(dist), out)
    except Refused as error:
        print(f"embed_web: error: {dist}: {error}", file=sys.stderr)
        print("embed_web: hint: build the web client again", file=sys.stderr)
        return 1
    except FileNotFoundError:
        print("embed_web: error: the program brotli is missing", file=sys.stderr)
        print("embed_web: hint: tools/setup.sh build", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
