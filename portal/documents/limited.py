"""Runs as a process of its own and becomes another program, with limits: ``limited.py BYTES SECONDS PROGRAM …``.

Started by ``pdf`` alone. It imports nothing of the portal. (Limits set between fork and exec in the parent could
hang a server that has threads.)
"""

from __future__ import annotations

import os
import resource
import sys

LARGEST = 200 * 1024 * 1024
"""Of a file that the program writes."""


def main(memory: str, seconds: str, *command: str) -> None:
    for limit, most in (
        (resource.RLIMIT_AS, int(memory)),
        (resource.RLIMIT_CPU, int(seconds)),
        (resource.RLIMIT_FSIZE, LARGEST),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
