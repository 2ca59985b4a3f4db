#!/usr/bin/env python3
"""Makes a small folder in the form of a built web client, for tests of the relay that serves it.

    tests/functional/web_fixture.py OUT
"""
import hashlib
import json
import random
import sys
from pathlib import Path

BIG_SIZE_BYTES = 1_500_000  # as a WebAssembly module; more than a socket's buffers hold


def contents():
    script = b"export const answer = 42\n" * 200
    script_name = f"assets/app-{hashlib.sha256(script).hexdigest()[:8]}.js"
    # Bytes that no compression shortens, so that it takes the network its time.
    noise = random.Random(5).randbytes(BIG_SIZE_BYTES)
    return {
        "index.html": f'<!doctype html><script type="module" src="./{script_name}"></script>\n'
                      .encode() * 20,
        script_name: script,
        "mayfly.wasm": b"\0asm\1\0\0\0" + noise,
        "manifest.webmanifest": b'{"name":"fixture"}\n',
        "service_worker.js": b"self.addEventListener('fetch', () => {})\n",
        "icon.png": b"\x89PNG\r\n\x1a\n" + noise[:300],
    }


def make(out):
    files = {}
    for name, content in contents().items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        files[name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    lines = "".join(f"{files[name]['sha256']}  {name}\n" for name in sorted(files))
    bundle = {"version": 1, "total": hashlib.sha256(lines.encode()).hexdigest(), "files": files}
    (out / "bundle.json").write_text(json.dumps(bundle, indent=1) + "\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
