# SPDX-License-Identifier: Apache-2.0
"""Edits of the archive as bytes, and of how it is packed: its members, MANIFEST and signatures are
as they were, or damaged by chance."""
import bz2
import gzip
import io
import lzma
import tarfile
import zlib

from tamper_archive import BLOCK, END, FIELDS, header, pack, padded


def place(rng, raw, blocks=None):
    """Anywhere, or where a block begins."""
    blocks = rng.random() < 0.5 if blocks is None else blocks
    at = rng.randrange(1, len(raw))
    return max(at // BLOCK * BLOCK, BLOCK) if blocks else at


def span(rng, raw, most=64 * BLOCK):
    blocks = rng.random() < 0.5
    at = place(rng, raw, blocks)
    size = rng.randrange(1, most)
    return at, min(at + (size // BLOCK * BLOCK + BLOCK if blocks else size), len(raw))


def one_bit(rng, world):
    raw = bytearray(world.one)
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return bytes(raw)


def some_bits(rng, world):
    raw = bytearray(world.one)
    for _ in range(rng.randrange(2, 65)):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return bytes(raw)


def bit_of_header(rng, world):
    """By chance few are hit: of each member there is but one block."""
    raw, heads = bytearray(world.one), []
    at = 0
    while raw[at]:
        heads.append(at)
        at += BLOCK + -(-int(raw[at + 124 : at + 135], 8) // BLOCK) * BLOCK
    raw[rng.choice(heads) + rng.randrange(BLOCK)] ^= 1 << rng.randrange(8)
    return bytes(raw)


def overwritten(rng, world):
    begin, end = span(rng, world.one)
    new = bytes(end - begin) if rng.random() < 0.3 else rng.randbytes(end - begin)
    return world.one[:begin] + new + world.one[end:]


def cut_end(rng, world):
    return world.one[: place(rng, world.one)]


def cut_begin(rng, world):
    return world.one[place(rng, world.one) :]


def cut_middle(rng, world):
    begin, end = span(rng, world.one)
    return world.one[:begin] + world.one[end:]


def inserted(rng, world):
    at = place(rng, world.one)
    size = rng.choice((1, 100, BLOCK, 4 * BLOCK))
    new = rng.choice((bytes(size), rng.randbytes(size), (world.one[-at:] * 9)[:size]))
    return world.one[:at] + new + world.one[at:]


def swapped_blocks(rng, world):
    raw, n = bytearray(world.one), len(world.one) // BLOCK
    a, b = rng.randrange(n) * BLOCK, rng.randrange(n) * BLOCK
    raw[a : a + BLOCK], raw[b : b + BLOCK] = raw[b : b + BLOCK], raw[a : a + BLOCK]
    return bytes(raw)


def nothing_of_it(rng, _world):
    return rng.choice((
        b"", bytes(1), END, bytes(BLOCK), bytes(20 * BLOCK), b"\n", b"{}", b"PASSED\n",
        rng.randbytes(rng.randrange(1, 4 * BLOCK)),
        header("certificate.json", 0) + END,
        pack({"MANIFEST": b""}), pack({"x" * rng.randrange(1, 100): b"x"}),
    ))


def joined(rng, world):
    parts = [rng.choice((world.one, world.one[: -len(END)], world.another, world.another[: -len(END)], END,
                         world.failed)) for _ in range(rng.randrange(2, 4))]
    return b"".join(parts)


# Packed otherwise ------------------------------------------------------------------------------


def reordered(rng, world):
    members = world.members()
    order = sorted(members)
    if rng.random() < 0.5:
        i = rng.randrange(len(order) - 1)
        order[i], order[i + 1] = order[i + 1], order[i]
    else:
        rng.shuffle(order)
    return pack(members, order=order)


def doubled(rng, world):
    """A member twice, as it is or with other contents."""
    members = world.members()
    name = rng.choice(sorted(members))
    again = members[name] if rng.random() < 0.5 else b"x" + members[name]
    body = pack(members)[: -len(END)]
    return body + header(name, len(again)) + padded(again) + END


SPELLINGS = {
    "mode": (b"0000755", b"0000600", b"000644 ", b"0100644", b"644"),
    "uid": (b"0001750", b"000000 ", b"0000001", b"0"),
    "gid": (b"0001750", b"000000 ", b"0000001", b"0"),
    "mtime": (b"14726217030", b"00000000001", b"0000000000 ", b"0"),
    "sum": (b"%06o \0", b"%07o\0", b"%6o\0 ", b"%06o  "),
    "type": (b"\0", b"7", b"1", b"2", b"5", b"S", b"x", b"g", b"L"),
    "magic": (b"ustar ", b"\0" * 6, b"USTAR\0"),
    "version": (b" \0", b"01", b"\0\0"),
    "uname": (b"root", b"nobody"),
    "gname": (b"root", b"wheel"),
    "major": (b"000000 ", b"\0" * 8, b"0000001"),
    "minor": (b"000000 ", b"\0" * 8, b"0000001"),
    "link": (b"about", b"/etc/passwd"),
    "rest": (b"x", b"\0tar\0"),
}


def other_header(rng, world):
    """The same said in another way, with the checksum right: of one member, or of all."""
    field = rng.choice(sorted(SPELLINGS))
    value = rng.choice(SPELLINGS[field])
    members = world.members()
    only = rng.choice(sorted(members)) if rng.random() < 0.7 else None
    return pack(members, lambda name: {field: value} if only in (None, name) else None)


def other_size(rng, world):
    members = world.members()
    only = rng.choice(sorted(members))
    size = len(members[only])
    value = rng.choice((b"%12o" % size, b"%010o " % size, b"%011o " % size, b"\x80" + size.to_bytes(11, "big"),
                        b"%011o" % (size + 1), b"%011o" % (size + BLOCK), b"7" * 11, b"-0000000001"))
    return pack(members, lambda name: {"size": value} if name == only else None)


def other_prefix(rng, world):
    """A name that fits into `name` may also be split."""
    members = world.members()
    only = rng.choice([name for name in sorted(members) if "/" in name])
    cut = rng.choice([i for i, c in enumerate(only) if c == "/"])
    split = {"prefix": only[:cut].encode(), "name": only[cut + 1 :].encode().ljust(FIELDS["name"][1], b"\0")}
    return pack(members, lambda name: split if name == only else None)


def dirty_padding(rng, world):
    raw, at, gaps = bytearray(world.one), 0, []
    while raw[at]:
        size = int(raw[at + 124 : at + 135], 8)
        end = at + BLOCK + size
        at += BLOCK + -(-size // BLOCK) * BLOCK
        gaps += [(end, at)] if end < at else []
    gaps.append((at, len(raw)))
    begin, end = rng.choice(gaps)
    raw[rng.randrange(begin, end)] = rng.randrange(1, 256)
    return bytes(raw)


def other_tar(rng, world):
    """By tarfile: pax, GNU, with folders, links, times, owners, records."""
    out, members = io.BytesIO(), world.members()
    kind = rng.choice((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT))
    extra = rng.choice((None, "folder", "symlink", "hardlink", "fifo", "pax", "dot", "time"))
    at = rng.choice(sorted(members))
    with tarfile.open(fileobj=out, mode="w", format=kind) as tar:
        for name in sorted(members):
            info = tarfile.TarInfo("./" + name if extra == "dot" else name)
            info.size = len(members[name])
            info.mtime = rng.randrange(1 << 31) if extra == "time" else 0
            if extra == "pax" and name == at:
                info.pax_headers = {"comment": "x" * rng.randrange(1, 99)}
            if extra in ("folder", "symlink", "hardlink", "fifo") and name == at:
                more = tarfile.TarInfo(name + ".more")
                more.type = {"folder": tarfile.DIRTYPE, "symlink": tarfile.SYMTYPE, "hardlink": tarfile.LNKTYPE,
                             "fifo": tarfile.FIFOTYPE}[extra]
                more.linkname = rng.choice(sorted(members))
                tar.addfile(more)
            tar.addfile(info, io.BytesIO(members[name]))
    return out.getvalue()


def filled_up(rng, world):
    """Records, as tar writes them."""
    return world.one + bytes(BLOCK * rng.randrange(1, 40))


def compressed(rng, world):
    level = rng.randrange(1, 10)
    return rng.choice((
        lambda: gzip.compress(world.one, level, mtime=0),
        lambda: zlib.compress(world.one, level),
        lambda: bz2.compress(world.one, level),
        lambda: lzma.compress(world.one[: BLOCK * rng.randrange(1, 99)], preset=0),
    ))()


KINDS = {
    "bytes: one bit": one_bit,
    "bytes: some bits": some_bits,
    "bytes: a bit of a header": bit_of_header,
    "bytes: overwritten": overwritten,
    "bytes: cut at the end": cut_end,
    "bytes: cut at the beginning": cut_begin,
    "bytes: cut in the middle": cut_middle,
    "bytes: something put in": inserted,
    "bytes: blocks swapped": swapped_blocks,
    "bytes: empty, or something else": nothing_of_it,
    "bytes: archives joined": joined,
    "packed: another order": reordered,
    "packed: a member twice": doubled,
    "packed: a header's other spelling": other_header,
    "packed: a size's other spelling": other_size,
    "packed: a name split otherwise": other_prefix,
    "packed: padding": dirty_padding,
    "packed: pax, GNU, links, folders": other_tar,
    "packed: records": filled_up,
    "packed: compressed": compressed,
}
