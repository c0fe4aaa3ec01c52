"""Types into an interactive shell in a pseudo terminal, and waits for what it has to show.

    type-in-shell.py STEPS SHELL [ARGUMENT...]

STEPS is a JSON list of [keys, texts]: the keys are typed once all texts of the step before have been seen behind its
keys. Prints everything that the shell showed, without colours; fails where a text does not come.
"""

import json
import os
import pty
import re
import select
import signal
import sys

PATIENCE_SECONDS = 20
# Colours, moves of the cursor and modes.
CONTROLS = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|\(B|[=>])")


def main(steps, *argv):
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(argv[0], argv)
    all_seen = ""
    for keys, texts in json.loads(steps):
        seen = ""
        os.write(terminal, keys.encode())
        while not all(text in CONTROLS.sub("", seen) for text in texts):
            ready = select.select([terminal], [], [], PATIENCE_SECONDS)[0]
            if not ready:
                os.kill(child, signal.SIGKILL)
                sys.exit(f"waited for {texts} behind {keys!r}, saw {seen!r}")
            seen += os.read(terminal, 65536).decode(errors="replace")
        all_seen += seen
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print(CONTROLS.sub("", all_seen))


main(*sys.argv[1:])
