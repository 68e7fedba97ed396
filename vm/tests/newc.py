# SPDX-License-Identifier: Apache-2.0
"""Reads an initramfs as the kernel does and prints what is in it: newc.py FILE [NAME]

"LAYER OFFSET MODE UID GID NLINK MTIME INODE DEVICES SIZE NAME [-> TARGET]" a line; with NAME the
content of that file as the last layer has it. Ends with 1 where the kernel would stop unpacking: a
layer that doesn't begin at a multiple of four, bytes that are no header. Shares nothing with image."""
import os
import stat
import sys


def members(data):
    at, layer = 0, 0
    while at < len(data):
        if data[at] == 0:
            at += 1
            continue
        if at % 4 or data[at:at + 6] != b"070701":
            sys.exit(f"newc: byte {at} of {len(data)}: no header")
        (inode, mode, uid, gid, nlink, mtime, size, major, minor, rmajor, rminor, length, _) = (
            int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13))
        name = data[at + 110:at + 110 + length - 1]
        body = (at + 110 + length + 3) & ~3
        content = data[body:body + size]
        if len(content) != size or data[at + 110 + length - 1] != 0:
            sys.exit(f"newc: byte {at}: cut")
        if name == b"TRAILER!!!":
            layer += 1
        else:
            facts = (layer, at, f"{mode:o}", uid, gid, nlink, mtime, inode,
                     f"{major}:{minor}:{rmajor}:{rminor}", size)
            yield facts, mode, os.fsdecode(name), content
        at = (body + size + 3) & ~3


# A name may be no text, and may have a line break, which would look like two.
sys.stdout.reconfigure(errors="surrogateescape")
kept = None
for facts, mode, name, content in members(open(sys.argv[1], "rb").read()):
    if len(sys.argv) == 2:
        arrow = " -> " + os.fsdecode(content) if stat.S_ISLNK(mode) else ""
        print(*facts, (name + arrow).replace("\n", "\\n"))
    elif name == sys.argv[2]:
        kept = content
if len(sys.argv) > 2:
    if kept is None:
        sys.exit(f"newc: {sys.argv[2]} is not there")
    sys.stdout.buffer.write(kept)
