# SPDX-License-Identifier: Apache-2.0
"""Certificates taken apart and put together again, by nothing of the kit: what tamper.py edits."""
import base64
import functools
import hashlib
import io
import json
import tarfile

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

STATEMENT = "kernels/1/statement.dsse.json"
TYPE = "application/vnd.in-toto+json"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BLOCK = 512
END = bytes(2 * BLOCK)

# Of a header of ustar: where each field is, and how long.
FIELDS = {
    "name": (0, 100), "mode": (100, 8), "uid": (108, 8), "gid": (116, 8), "size": (124, 12),
    "mtime": (136, 12), "sum": (148, 8), "type": (156, 1), "link": (157, 100), "magic": (257, 6),
    "version": (263, 2), "uname": (265, 32), "gname": (297, 32), "major": (329, 8),
    "minor": (337, 8), "prefix": (345, 155), "rest": (500, 12),
}


def header(name, size, spelling=None):
    """A header; @spelling has the bytes of the fields that are to be written otherwise."""
    fields = {
        "name": name.encode(), "mode": b"0000644", "uid": b"0000000", "gid": b"0000000",
        "size": b"%011o" % size, "mtime": b"00000000000", "sum": b" " * 8, "type": b"0",
        "magic": b"ustar\0", "version": b"00", "major": b"0000000", "minor": b"0000000",
    }
    spelling = dict(spelling or {})
    sum_format = spelling.pop("sum", b"%06o\0 ")
    fields.update(spelling)
    h = bytearray(BLOCK)
    for field, value in fields.items():
        at, room = FIELDS[field]
        h[at : at + min(room, len(value))] = value[:room]
    at, room = FIELDS["sum"]
    h[at : at + room] = (sum_format % sum(h)).ljust(room, b"\0")
    return bytes(h)


def padded(data):
    return data + bytes(-len(data) % BLOCK)


def pack(members, spelling=None, order=None):
    """@spelling(name): as of header()."""
    out = []
    for name in order or sorted(members):
        out.append(header(name, len(members[name]), spelling(name) if spelling else None))
        out.append(padded(members[name]))
    return b"".join(out) + END


def unpack(raw):
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar.getmembers()}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def fix_manifest(members):
    """As `sha256sum` would write it of what is there now."""
    members["MANIFEST"] = b"".join(
        b"%s  %s\n" % (sha256(data).encode(), name.encode())
        for name, data in sorted(members.items())
        if name != "MANIFEST" and "/statement." not in name
    )
    return members


def read_key(path):
    with open(path, "rb") as f:
        return serialization.load_pem_private_key(f.read(), None)


def keyid(key):
    return sha256(key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def pae(payload):
    return b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE.encode(), len(payload), payload)


@functools.lru_cache(maxsize=None)
def signature(key, payload, high=False):
    """Of P-256 the lower of the two that are as good, or the higher; of one statement always the same."""
    r, s = utils.decode_dss_signature(key.sign(pae(payload), ec.ECDSA(hashes.SHA256())))
    s = max(s, ORDER - s) if high else min(s, ORDER - s)
    return utils.encode_dss_signature(r, s)


def envelope(payload, key_id, sig):
    e = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": TYPE,
        "signatures": [{"keyid": key_id, "sig": base64.b64encode(sig).decode()}],
    }
    return spelled(e) + b"\n"


def spelled(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def payload_of(members):
    return base64.b64decode(json.loads(members[STATEMENT])["payload"])


def sign(members, key, edit=None, write=lambda s: spelled(s) + b"\n"):
    """MANIFEST, its digest in the statement, and the signature made right; then the archive."""
    fix_manifest(members)
    s = json.loads(payload_of(members))
    for c in s["predicate"]["configuration"]:
        if c["name"] == "archive/MANIFEST":
            c["digest"]["sha256"] = sha256(members["MANIFEST"])
    if edit:
        edit(s)
    payload = write(s)
    members[STATEMENT] = envelope(payload, keyid(key), signature(key, payload))
    return pack(members)
