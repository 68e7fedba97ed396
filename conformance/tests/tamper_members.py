# SPDX-License-Identifier: Apache-2.0
"""Edits of members and of what is signed, by who has no key: packed as maskspec packs, MANIFEST put
right or not."""
import base64
import json

from tamper_archive import (STATEMENT, TYPE, envelope, fix_manifest, keyid, pack, payload_of, sha256, sign,
                            signature, spelled)

NOT_COVERED = ("MANIFEST", STATEMENT)


def changed(rng, data):
    """Another text: a line gone, twice, moved, or a byte of it changed."""
    lines = data.splitlines(keepends=True)
    i = rng.randrange(len(lines)) if lines else 0
    how = rng.randrange(6)
    if how == 0 and lines:
        del lines[i]
    elif how == 1 and lines:
        lines.insert(i, lines[i])
    elif how == 2 and lines:
        k = rng.randrange(len(lines))
        lines[i], lines[k] = lines[k], lines[i]
    elif how == 3:
        return data + rng.choice((b"\n", b" ", b"x", b"\0", data or b"y"))
    elif how == 4:
        return data[: rng.randrange(len(data))] if data else None
    elif data:
        at = rng.randrange(len(data))
        return data[:at] + bytes([data[at] ^ (1 << rng.randrange(7))]) + data[at + 1 :]
    return b"".join(lines)


def any_member(rng, members):
    return rng.choice([name for name in sorted(members) if name not in NOT_COVERED])


def edited(rng, world, then=lambda members: members):
    members = world.members()
    name = any_member(rng, members)
    new = changed(rng, members[name])
    if new is None or new == members[name]:
        return None
    members[name] = new
    return pack(then(members))


def edited_fixed(rng, world):
    return edited(rng, world, fix_manifest)


def gone(rng, world):
    members = world.members()
    del members[rng.choice(sorted(members))]
    return pack(fix_manifest(members) if "MANIFEST" in members and rng.random() < 0.7 else members)


NAMES = (
    "x", "kernels/1/x", "kernels/1/run-3/facts/manifest", "kernels/2/run-1/facts/manifest",
    "kernels/1/run-1/facts/more.facts", "kernels/1/run-1/facts/.hidden", "kernels/1/run-1/facts/d/x.facts",
    "../x", "/etc/x", "kernels/../x", "kernels/1/../../../x", "./x", "kernels//x", "kernels/01/statement.json",
    "kernels/1/statement.json", "kernels/2/statement.dsse.json", "deviations", "manifest", "MANIFEST.sig",
    "certificate.json/x", "about/x", "a\nb", "a\x1b[31mb", "caf\u00e9", "-rf", "kernels/1/run-1/report.xml",
)


def added(rng, world):
    members = world.members()
    name = rng.choice(NAMES)
    data = rng.choice((b"", b"x\n", members[any_member(rng, members)]))
    members[name] = data
    return pack(fix_manifest(members) if rng.random() < 0.7 else members)


def renamed(rng, world):
    members = world.members()
    name = rng.choice(sorted(members))
    members[rng.choice(NAMES + (name + "x", name.upper(), name[:-1]))] = members.pop(name)
    return pack(fix_manifest(members) if "MANIFEST" in members and rng.random() < 0.7 else members)


def swapped(rng, world):
    members = world.members()
    a, b = any_member(rng, members), any_member(rng, members)
    if members[a] == members[b]:
        return None
    members[a], members[b] = members[b], members[a]
    return pack(fix_manifest(members) if rng.random() < 0.7 else members)


def of_another(rng, world):
    """Members of another certificate by the same key, some of them or a whole run."""
    members, other = world.members(), world.members(rng.choice(("another", "failed")))
    names = [name for name in sorted(members) if name in other and name not in NOT_COVERED]
    few = rng.sample(names, rng.randrange(1, len(names)))
    if rng.random() < 0.3:
        few = [name for name in names if name.startswith("kernels/1/run-%d/" % rng.randrange(1, 3))]
    if all(members[name] == other[name] for name in few):
        return None
    members.update((name, other[name]) for name in few)
    return pack(fix_manifest(members) if rng.random() < 0.7 else members)


def manifest(rng, world):
    members = world.members()
    lines = members["MANIFEST"].splitlines(keepends=True)
    i = rng.randrange(len(lines))
    digest, name = lines[i][:64], lines[i][66:]
    lines[i] = rng.choice((
        b"", lines[i] * 2, digest.upper() + b"  " + name, digest + b" *" + name, digest + b"  ./" + name,
        digest + b"   " + name, lines[i][:-1] + b"\r\n", lines[i][:-1], b"\\" + lines[i],
        sha256(rng.randbytes(8)).encode() + b"  " + name, digest[:40] + b"  " + name,
        lines[i] + b"# more\n", digest + b"  " + b"x" + name, b"\n" + lines[i],
    ))
    if rng.random() < 0.3:
        rng.shuffle(lines)
    new = b"".join(lines)
    if new == members["MANIFEST"]:
        return None
    members["MANIFEST"] = new
    return pack(members)


# Signatures ------------------------------------------------------------------------------------


def another_signature(rng, world):
    """All that is signed of another certificate, or its signature only."""
    members, other = world.members(), world.members(rng.choice(("another", "failed")))
    if rng.random() < 0.4:
        members[STATEMENT] = other[STATEMENT]
    else:
        sig = base64.b64decode(json.loads(other[STATEMENT])["signatures"][0]["sig"])
        members[STATEMENT] = envelope(payload_of(members), keyid(world.key), sig)
    if rng.random() < 0.5:
        members["certificate.json"] = other["certificate.json"]
    return pack(fix_manifest(members))


def another_key(rng, world):
    """Signed whole by who has another one, under his own name or the right one's."""
    members = world.members()
    if rng.random() < 0.5:
        members["certificate.json"] = members["certificate.json"].replace(
            keyid(world.key).encode(), keyid(world.other).encode())
    if rng.random() < 0.3:
        members["certificate.json"] += b"\n" * rng.randrange(1, 99)
    sign(members, world.other)
    if rng.random() < 0.5:
        payload = payload_of(members)
        members[STATEMENT] = envelope(payload, keyid(world.key), signature(world.other, payload))
    return pack(members)


def second_signature(rng, world):
    """ECDSA has two signatures that are as good, and DER is not all that libraries read."""
    members = world.members()
    payload, key = payload_of(members), world.key
    low = signature(key, payload)
    sig = rng.choice((
        signature(key, payload, high=True), low + b"\0", low[:-1], b"", bytes(64), rng.randbytes(70),
        low[:1] + b"\x81" + low[1:], low[::-1],
    ))
    members[STATEMENT] = envelope(payload, keyid(key), sig)
    return pack(members)


def in_envelope(rng, e):
    """One field of the JSON, in another way."""
    s = e["signatures"][0]
    sig, payload = s["sig"], e["payload"]
    edits = (
        lambda: e.update(payloadType=rng.choice(("application/json", TYPE.upper(), TYPE + " ", "", 1))),
        lambda: e.update(signatures=rng.choice(([], [s, s], s, [s, dict(s, sig="")], [{}], None))),
        lambda: e.update(payload=rng.choice((payload + "=", payload.rstrip("=") + "A", " " + payload, "", 1,
                                             payload.replace("e", "f", 1), payload[:-4], payload + "\n"))),
        lambda: s.update(keyid=rng.choice(("", s["keyid"].upper(), s["keyid"][:-1], "0" * 64, 1))),
        lambda: s.update(sig=rng.choice((sig + "=", sig.replace("+", "-").replace("/", "_") + "-", "", sig[4:],
                                         sig[:20] + ("A" if sig[20] != "A" else "B") + sig[21:], 1))),
        lambda: e.update(more=rng.randrange(99)),
        lambda: s.update(cert="-----BEGIN CERTIFICATE-----"),
        lambda: e.pop(rng.choice(("payload", "payloadType", "signatures"))),
        lambda: s.pop(rng.choice(("keyid", "sig"))),
    )
    rng.choice(edits)()


def envelope_spelling(rng, world):
    members = world.members()
    text = members[STATEMENT]
    e = json.loads(text)
    if rng.random() < 0.6:
        in_envelope(rng, e)
        new = spelled(e) + b"\n"
    else:
        new = rng.choice((
            json.dumps(e, indent=rng.randrange(1, 9)).encode(), text[:-1], text + b"\n", b" " + text, b"\xef\xbb\xbf" + text,
            b'{"payload":"e30=",' + text[1:], text.replace(b"/", b"\\/", 1), b"[" + text + b"]",
            spelled(dict(reversed(e.items()))) + b"\n", text.replace(b'"sig"', b'"Sig"'), b"",
            text[: rng.randrange(len(text))], text + rng.randbytes(9),
        ))
    if new == text:
        return None
    members[STATEMENT] = new
    return pack(members)


def other_payload(rng, world):
    """Another statement under the signature that is there."""
    members = world.members()
    e = json.loads(members[STATEMENT])
    new = changed(rng, payload_of(members))
    if new is None or new == payload_of(members):
        return None
    e["payload"] = base64.b64encode(new).decode()
    members[STATEMENT] = spelled(e) + b"\n"
    return pack(members)


def unsigned(rng, world):
    """The signature left out, of this or of an edited one."""
    members = world.members()
    members["kernels/1/statement.json"] = payload_of(members)
    if rng.random() < 0.9:
        name = any_member(rng, members)
        members[name] = changed(rng, members[name]) or b"x"
    if rng.random() < 0.8:
        del members[STATEMENT]
    return pack(fix_manifest(members))


KINDS = {
    "member: edited": edited,
    "member: edited, MANIFEST put right": edited_fixed,
    "member: gone": gone,
    "member: one too many": added,
    "member: renamed": renamed,
    "member: two swapped": swapped,
    "member: of another certificate": of_another,
    "member: MANIFEST": manifest,
    "signature: of another certificate": another_signature,
    "signature: by another key": another_key,
    "signature: in other bytes": second_signature,
    "signature: the envelope": envelope_spelling,
    "signature: under another statement": other_payload,
    "signature: left out": unsigned,
}
