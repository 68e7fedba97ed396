#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
tamper.py MASKSPEC REMAKE DIR: certificates edited at random, each of which `maskspec verify` must
refuse. DIR has one.tar, another.tar and failed.tar, key.pem, key.pub.pem and other.pem; REMAKE makes
of an archive with edited facts one that says what these come to.

All edits come from one seed, SEED in the environment; EDITS is how many (1000). ONLY=KIND/NUMBER
makes one of them again, and keeps it in DIR/kept.tar. What changes nothing, or was tried, is not
counted.
"""
import concurrent.futures
import itertools
import os
import random
import re
import subprocess
import sys
import threading

import tamper_bytes
import tamper_members
import tamper_signed
from tamper_archive import pack, read_key, sign, unpack

WORKERS = 2
DULL = 30  # edits in a row of a kind that are none, or were there: it has no more
SECONDS = 120
HELD = re.compile(r"maskspec: verify: [^ ]+: [ -~]+")


class World:
    """What edits are made of."""

    def __init__(self, remake, folder):
        self.remake, self.folder, self.remade = remake, folder, {}
        for name in ("one", "another", "failed"):
            with open(os.path.join(folder, name + ".tar"), "rb") as f:
                setattr(self, name, f.read())
        self.key = read_key(os.path.join(folder, "key.pem"))
        self.other = read_key(os.path.join(folder, "other.pem"))

    def members(self, name="one"):
        return unpack(getattr(self, name))


# What may become of an edit: by its table, exit statuses and lines of reason.
TABLES = (
    (tamper_bytes.KINDS, {3}, 1),
    (tamper_members.KINDS, {3}, 1),
    (tamper_signed.KINDS, {3}, None),
    # Evidence that is whole and says that it fails is taken as what it is.
    (tamper_signed.REMADE, {1, 3}, None),
)
KINDS = {name: (make, statuses, lines) for table, statuses, lines in TABLES for name, make in table.items()}


class Verifier:
    def __init__(self, maskspec, folder):
        self.maskspec, self.folder = maskspec, folder
        self.mine, self.number = threading.local(), itertools.count()

    def place(self):
        """Of each worker a folder, and beside it a TMPDIR."""
        if not hasattr(self.mine, "place"):
            self.mine.place = os.path.join(self.folder, "worker-%d" % next(self.number))
            os.makedirs(os.path.join(self.mine.place, "tmp"), exist_ok=True)
        return self.mine.place

    def verify(self, raw):
        """Exit status, stdout, stderr, and what was left behind."""
        archive, tmp = os.path.join(self.place(), "edited.tar"), os.path.join(self.place(), "tmp")
        with open(archive, "wb") as f:
            f.write(raw)
        key = os.path.join(self.folder, "key.pub.pem")
        done = subprocess.run(
            [self.maskspec, "verify", archive, "--key", key],
            env={**os.environ, "TMPDIR": tmp}, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=SECONDS, check=False)
        return done.returncode, done.stdout, done.stderr.decode("latin-1"), os.listdir(tmp)


def fault(result, statuses, lines):
    """Why what became of an edit is not what must; None: it is."""
    status, out, err, left = result
    said = err.splitlines()
    if status not in statuses:
        return "exit status %d: %s" % (status, err or out.decode("latin-1"))
    if left:
        return "left behind: %s" % left
    if status == 3 and (out or not said or not all(HELD.fullmatch(line) for line in said)):
        return "not one line a reason: %r" % err
    if status == 3 and lines and len(said) != lines:
        return "%d lines of reason: %s" % (len(said), err)
    if status == 1 and (err or b"FAILED" not in out.splitlines()[-1]):
        return "does not say FAILED: %r" % out
    return None


def make(world, seed, kind, number):
    return KINDS[kind][0](random.Random("%s/%s/%d" % (seed, kind, number)), world)


class Edits:
    """Of each kind in turn one, until there are enough; some kinds have few."""

    def __init__(self, world, seed, wanted):
        self.world, self.seed, self.wanted = world, seed, wanted
        self.seen = {hash(raw) for raw in (world.one, world.another, world.failed)}
        self.count = dict.fromkeys(KINDS, 0)

    def __iter__(self):
        numbers, kinds = dict.fromkeys(KINDS, 0), list(KINDS)
        while kinds and sum(self.count.values()) < self.wanted:
            for kind in list(kinds):
                if sum(self.count.values()) == self.wanted:
                    return
                raw = None
                for _ in range(DULL):
                    numbers[kind] += 1
                    raw = make(self.world, self.seed, kind, numbers[kind])
                    if raw is not None and hash(raw) not in self.seen:
                        break
                    raw = None
                if raw is None:
                    if not self.count[kind]:
                        sys.exit("tamper: %s: makes no edit" % kind)
                    kinds.remove(kind)
                    continue
                self.seen.add(hash(raw))
                self.count[kind] += 1
                yield kind, numbers[kind], raw


def controls(world, verifier):
    """What is not edited is taken: as it is, and made as the edits are."""
    members = world.members()
    for name, raw, status in (
        ("one.tar", world.one, 0),
        ("another.tar", world.another, 0),
        ("failed.tar", world.failed, 1),
        ("one.tar, packed again", pack(members), 0),
        ("one.tar, signed anew", sign(members, world.key), 0),
        ("one.tar, remade", tamper_signed.remade(world, world.members()), 0),
        ("failed.tar, remade", tamper_signed.remade(world, world.members("failed")), 1),
    ):
        got = verifier.verify(raw)
        if got[0] != status or got[3]:
            sys.exit("tamper: %s: exit status %d, not %d: %s" % (name, got[0], status, got[2]))
    if pack(world.members()) != world.one:
        sys.exit("tamper: one.tar: is not packed again as it was")


def run(world, verifier, seed, wanted):
    edits, faults, failed = Edits(world, seed, wanted), 0, 0
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        waiting = {}

        def settle(some):
            nonlocal faults, failed
            for future in some:
                kind, number = waiting.pop(future)
                why = fault(future.result(), *KINDS[kind][1:])
                failed += not why and future.result()[0] == 1
                if why:
                    faults += 1
                    print("tamper: %s %d: %s (again: SEED=%s ONLY=%s/%d)" % (kind, number, why, seed, kind, number))

        for kind, number, raw in edits:
            waiting[pool.submit(verifier.verify, raw)] = kind, number
            if len(waiting) >= 4 * WORKERS:
                settle(concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED).done)
        settle(list(waiting))
    for kind, count in edits.count.items():
        print("%5d  %s" % (count, kind))
    total = sum(edits.count.values())
    print("tamper: %d edits (SEED=%s): %d refused, %d taken as FAILED, %d otherwise"
          % (total, seed, total - failed - faults, failed, faults))
    return 1 if faults or total < wanted else 0


def main():
    maskspec, remake, folder = sys.argv[1:]
    seed, only = os.environ.get("SEED", "1"), os.environ.get("ONLY")
    world, verifier = World(remake, folder), Verifier(maskspec, folder)
    print("tamper: SEED=%s" % seed)
    if only:
        kind, number = only.rsplit("/", 1)
        raw = make(world, seed, kind, int(number))
        with open(os.path.join(folder, "kept.tar"), "wb") as f:
            f.write(raw)
        result = verifier.verify(raw)
        print(*result)
        return 1 if fault(result, *KINDS[kind][1:]) else 0
    controls(world, verifier)
    return run(world, verifier, seed, int(os.environ.get("EDITS", "1000")))


sys.exit(main())
