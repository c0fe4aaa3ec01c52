"""Runs a program whose standard output and standard error are a pseudo terminal each, the first its controlling one.

    in-terminal.py UNTIL PROGRAM [ARGUMENT...]

Presses Ctrl-C once standard output has the text UNTIL, if that is not empty. Prints one JSON document: code, out, err.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios


def open_terminal():
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    modes = termios.tcgetattr(theirs)
    modes[1] &= ~termios.ONLCR
    # What is printed before Ctrl-C is to be read.
    modes[3] = modes[3] & ~termios.ECHO | termios.NOFLSH
    termios.tcsetattr(theirs, termios.TCSANOW, modes)
    return ours, theirs


def start(argv, out, err):
    child = os.fork()
    if child == 0:
        os.setsid()
        fcntl.ioctl(out, termios.TIOCSCTTY, 0)
        for number, end in enumerate((out, out, err)):
            os.dup2(end, number)
        os.execv(argv[0], argv)
    os.close(out)
    os.close(err)
    return child


def main(until, *argv):
    (out, out_end), (err, err_end) = open_terminal(), open_terminal()
    child = start(argv, out_end, err_end)
    said = {out: b"", err: b""}
    waiting = until.encode()
    open_ends = {out, err}
    while open_ends:
        for end in select.select(list(open_ends), [], [])[0]:
            try:
                more = os.read(end, 65536)
            except OSError:
                more = b""
            if not more:
                open_ends.discard(end)
            said[end] += more
        if waiting and waiting in said[out]:
            os.write(out, b"\x03")
            waiting = b""
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps({"code": code, "out": said[out].decode(), "err": said[err].decode()}))


main(*sys.argv[1:])
