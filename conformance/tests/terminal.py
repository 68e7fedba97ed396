#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""terminal.py [ANSWER]... -- COMMAND...: runs it at a terminal of its own, where each prompt gets the next
answer ("^C" is that key) once echo is off. Prints what the terminal showed, then "echo on" or "echo
off" as it was left, and exits as the command did, with 128 and the signal where that ended it."""
import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time

SECONDS = 20


def echoes(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


# Tests that run in the background ignore SIGINT, and so would all that they start.
def take_terminal():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def run(answers, command):
    master, slave = pty.openpty()
    child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, preexec_fn=take_terminal)
    shown, end = b"", time.monotonic() + SECONDS
    while time.monotonic() < end:
        ended = child.poll() is not None
        if select.select([master], [], [], 0 if ended else 0.05)[0]:
            shown += os.read(master, 4096)
        elif ended:
            break
        if answers and shown.endswith(b": ") and not echoes(slave):
            answer = answers.pop(0)
            shown += b"\n"
            os.write(master, b"\x03" if answer == "^C" else answer.encode() + b"\n")
    else:
        child.kill()
        sys.exit("terminal.py: still running after %d s: %s" % (SECONDS, shown.decode()))
    print(shown.decode().replace("\r\n", "\n"), end="")
    print("echo on" if echoes(slave) else "echo off")
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


AT = sys.argv.index("--")
sys.exit(run(sys.argv[1:AT], sys.argv[AT + 1 :]))
