# SPDX-License-Identifier: Apache-2.0
"""Edits by who has the key: MANIFEST, its digest in the statement and the signature are right. What is
claimed without evidence (vendor, product, when it was made) is left alone: he may say what he likes."""
import json
import os
import subprocess
import tempfile

from tamper_archive import pack, payload_of, sign, spelled
from tamper_members import changed

RUN = "kernels/1/run-%d/"


def lines_of(data):
    return data.decode().splitlines()


def text_of(lines):
    """Facts and manifests end in the number of their lines, which is put right."""
    body = [line for line in lines if not line.startswith("end\t")]
    return ("\n".join(body + ["end\t%d" % len(body)]) + "\n").encode()


def any_run(rng):
    return RUN % rng.randrange(1, 3)


def any_facts(rng, members, run=None, preflight=True):
    run = run or any_run(rng)
    return rng.choice([n for n in sorted(members) if n.startswith(run + "facts/") and n.endswith(".facts")
                       and (preflight or not n.endswith("/preflight.facts"))])


def rows(lines, probes):
    """Numbers of the lines that are rows: of a probe in a container, or any but of mount tables."""
    found = []
    for i, line in enumerate(lines):
        field = line.split("\t")
        if field[0] == "r" and (field[1].startswith("probe:") if probes else field[4] != "mountinfo"):
            found.append(i)
    return found


# Evidence --------------------------------------------------------------------------------------


def without_row(rng, members):
    """A driver counts the rows of a probe; each that is gone is missed."""
    name = any_facts(rng, members)
    lines = lines_of(members[name])
    found = rows(lines, probes=True)
    if not found:
        return False
    for i in sorted(rng.sample(found, min(len(found), rng.choice((1, 1, 2, 9)))), reverse=True):
        del lines[i]
    members[name] = text_of(lines)
    return True


def with_other_result(rng, members):
    """The control is no longer seen: that the mask holds shows nothing then. The preflight has no mask,
    and is asked only whether its commands work."""
    name = any_facts(rng, members, preflight=False)
    lines = lines_of(members[name])
    found = [i for i in rows(lines, probes=True) if lines[i].split("\t")[5] in ("/t/control", "/t/control.d")]
    if not found:
        return False
    for i in found:
        field = lines[i].split("\t")
        field[6], field[7:] = "EIO", [""]
        lines[i] = "\t".join(field)
    members[name] = text_of(lines)
    return True


def with_failed_preflight(rng, members):
    name = any_run(rng) + "facts/preflight.facts"
    lines = lines_of(members[name])
    i = rng.choice([i for i, line in enumerate(lines) if line.startswith("r\t") and line.split("\t")[4] == "exit"
                    and line.split("\t")[5] in ("create", "start", "kill")])
    field = lines[i].split("\t")
    field[6] = rng.choice(("exit:1", "deadline", "signal:9"))
    lines[i] = "\t".join(field)
    members[name] = text_of(lines)
    return True


def with_row(rng, members):
    name = any_facts(rng, members)
    lines = lines_of(members[name])
    found = rows(lines, probes=True)
    if not found:
        return False
    i = rng.choice(found)
    lines.insert(i, lines[i])
    members[name] = text_of(lines)
    return True


def without_run(rng, members):
    run = RUN % 2
    for name in [n for n in members if n.startswith(run)]:
        del members[name]
    return True


HEADERS = (
    "run", "manifest", "cases", "profile", "filter", "require", "userns", "asked-nonce", "kit-version", "kit-commit",
    "kit-spec", "exec", "kernel", "machine", "distro", "cgroup", "tasks", "lsm", "features", "user-namespaces", "limits",
    "boot", "started", "nonce", "runtime", "runtime-name", "runtime-argv", "runtime-sha256", "runtime-version-line",
    "runtime-version", "deny",
)


def other_header(rng, members, value):
    """Of one file."""
    key = rng.choice(HEADERS)
    # What the preflight's process has of its own is in no other file.
    name = any_facts(rng, members, preflight=key not in ("nonce", "exec"))
    lines = lines_of(members[name])
    for i, line in enumerate(lines):
        if line.startswith("h\t%s\t" % key):
            lines[i] = "h\t%s\t%s" % (key, value) if value else ""
    new = text_of([line for line in lines if line])
    if new == members[name]:
        return False
    members[name] = new
    return True


def header_changed(rng, members):
    return other_header(rng, members, rng.choice(("x", "0" * 64, "n-2", "-", "6.1.0", "userns=1")))


def header_gone(rng, members):
    return other_header(rng, members, None)


def case_changed(rng, members):
    name = any_facts(rng, members)
    lines = lines_of(members[name])
    found = [i for i, line in enumerate(lines) if line.startswith("c\t")]
    i = rng.choice(found[:-1])
    old = lines[i]
    lines[i] = rng.choice((old + "x", old[:-1], old.replace("/t/a", "/t/b"), old.replace("control-dir", "masked-dir"),
                           old.replace("root", "user")))
    if lines[i] == old:
        return False
    members[name] = text_of(lines)
    return True


def facts_manifest(rng, members):
    name = any_run(rng) + "facts/manifest"
    lines = lines_of(members[name])
    i = rng.randrange(1, len(lines) - 1)
    field = lines[i].split("\t")
    if field[0] != "case":
        lines[i] = "\t".join([field[0], rng.choice(("x", "all", "dir-*", "openat2", "many", "-", "shared-mask"))])
    elif rng.random() < 0.4:
        del lines[i]
    elif rng.random() < 0.5:
        ids = field[4].split(" ")
        del ids[rng.randrange(len(ids))]
        lines[i] = "\t".join(field[:4] + [" ".join(ids) or "-"])
    else:
        field[rng.randrange(1, 4)] = rng.choice(("x", "0" * 64, "../x.facts", "files.facts"))
        lines[i] = "\t".join(field)
    new = text_of(lines)
    if new == members[name]:
        return False
    members[name] = new
    return True


def file_more(rng, members):
    """Beside the facts, and of no case."""
    run = any_run(rng) + "facts/"
    members[run + rng.choice(("more.facts", "machine", "x", "files.facts.old"))] = rng.choice(
        (b"", b"x\n", members[any_facts(rng, members)]))
    return True


def case_gone(rng, members):
    run = any_run(rng)
    name = any_facts(rng, members, run)
    del members[name]
    if rng.random() < 0.6:
        bundle = name.rsplit("/", 1)[1][: -len(".facts")]
        lines = [line for line in lines_of(members[run + "facts/manifest"]) if not line.startswith("case\t%s\t" % bundle)]
        members[run + "facts/manifest"] = text_of(lines)
    return True


def copy_run(members, source, to, only):
    for name in [n for n in members if n.startswith(to + only)]:
        del members[name]
    for name in [n for n in source if n.startswith(RUN % 1 + only)]:
        members[name.replace(RUN % 1, to)] = source[name]


def runs(rng, members, world):
    """Swapped, the first once more, one too many, one of another certificate."""
    only, how = rng.choice(("", "facts/")), rng.randrange(5)
    if how == 0:
        for name in [n for n in sorted(members) if n.startswith(RUN % 1 + only)]:
            other = name.replace(RUN % 1, RUN % 2)
            members[name], members[other] = members[other], members[name]
    elif how == 1:
        copy_run(members, dict(members), RUN % 2, only)
    elif how == 2:
        copy_run(members, dict(members), RUN % 3, only)
    else:
        copy_run(members, world.members("another" if how == 3 else "failed"), RUN % rng.randrange(1, 4), only)
    return True


def facts_swapped(rng, members, world):
    """A case of another run, or of another certificate."""
    name = any_facts(rng, members)
    if rng.random() < 0.4:
        other = name.replace("run-1", "run-3").replace("run-2", "run-1").replace("run-3", "run-2")
        members[name], members[other] = members[other], members[name]
    else:
        source = world.members(rng.choice(("another", "failed")))
        members[name] = source[any_facts(rng, source) if rng.random() < 0.5 else name]
    return True


# What is made of it ----------------------------------------------------------------------------


def places(value):
    """Each container in it with each of its keys, at any depth."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from places(value[key])


def report(rng, members):
    name = any_run(rng) + "report.json"
    text = members[name].decode()
    swaps = (('"verdict":\t"pass"', '"verdict":\t"fail"'), ('"verdict":\t"pass"', '"verdict":\t"skip"'),
             ('"level":\t"MUST"', '"level":\t"SHOULD"'))
    if rng.random() < 0.7:
        old, new = rng.choice(swaps)
        parts = text.split(old)
        i = rng.randrange(1, len(parts))
        text = old.join(parts[:i]) + new + old.join(parts[i:])
        members[name] = text.encode()
        return True
    new = changed(rng, members[name])
    if not new or new == members[name]:
        return False
    members[name] = new
    return True


def page(rng, members):
    name = any_run(rng) + "report.html"
    new = changed(rng, members[name])
    if not new or new == members[name]:
        return False
    members[name] = new
    return True


CLAIMS = ("vendor", "product", "made")


def grade(rng, members):
    """Of certificate.json; the spelling alone is enough to be another."""
    root = json.loads(members["certificate.json"])
    where, key = rng.choice([(w, k) for w, k in places(root) if not (w is root and k in CLAIMS)])
    if rng.random() < 0.2:
        del where[key]
    else:
        where[key] = rng.choice(("FAILED", "x", "0" * 64, 1, 3, [], {}, None, True, ["no kernel of old was run"]))
    if rng.random() < 0.3:
        root["more"] = 1
    text = json.dumps(root, indent="\t", separators=(",", ":\t"), ensure_ascii=False) + "\n"
    members["certificate.json"] = text.encode()
    return True


def about(rng, members):
    new = changed(rng, members["about"])
    if new is None or new == members["about"]:
        return False
    members["about"] = new
    return True


def profile(rng, members):
    root = json.loads(members["profile"])
    rng.choice((
        lambda: root.update(runs=rng.randrange(3, 99)),
        lambda: root.update(runs=1),
        lambda: root.update(retries=rng.randrange(2, 99)),
        lambda: root.update(name=rng.choice(("certified-2026", "../small", "small\u001b[31m", "none", ""))),
        lambda: root.update(kernels=[{"name": "any", "versions": rng.choice(("", ">=1", "<=99", "x\u0007"))}]),
        lambda: root.update(skips=[{"ids": "*", "reason": "*", "why": "we like it"}]),
        lambda: root.update({"m\u001bore": 1}),
        lambda: root.pop(rng.choice(sorted(root))),
    ))()
    members["profile"] = spelled(root) + b"\n"
    return True


DEVIATION = "%s\t*\t%s\tfail\t%s\n"


def deviations(rng, members):
    """Of what does not fall; or no such file. One that declares nothing changes nothing."""
    ids = json.loads(payload_of(members))["predicate"]["passedTests"]
    members["deviations"] = "".join(
        DEVIATION % (rng.choice(("*", "maskref*")), one, rng.choice(("known", "as of old")))
        for one in rng.sample(ids, rng.randrange(1, 4))).encode()
    if rng.random() < 0.3:
        members["deviations"] = rng.choice((b"x\n", b"x" + rng.randbytes(40), b"*\t*\tdir-*\tnone\tx\n"))
    return True


def better(rng, members, world):
    """One that fails, with what another says that passes."""
    members.clear()
    members.update(world.members("failed"))
    other = world.members("one")
    names = ["certificate.json"] + [RUN % n + "report.%s" % kind for n in (1, 2) for kind in ("json", "html")]
    for name in rng.sample(names, rng.randrange(1, len(names) + 1)):
        members[name] = other[name]
    if rng.random() < 0.5:
        text = world.members("failed")["certificate.json"]
        members["certificate.json"] = text.replace(b'"FAILED"', b'"PASSED"')
    return True


def statement(rng, s):
    """Another value of one of the fields that are signed."""
    where, key = rng.choice(list(places(s)))
    old, how = where[key], rng.randrange(4)
    if how == 0:
        del where[key]
    elif how == 1 and isinstance(old, list) and old:
        old.append(old[0])
    elif how == 2 and isinstance(where, list):
        where.insert(key, "dir-more")
    else:
        where[key] = "x" if old != "x" else "y"


def statement_signed(rng, world):
    return sign(world.members(), world.key, lambda s: statement(rng, s))


def statement_spelled(rng, world):
    """The same said otherwise; it stands for another digest."""
    return sign(world.members(), world.key, write=rng.choice((
        spelled, lambda s: spelled(s) + b"\n\n", lambda s: json.dumps(s).encode(),
        lambda s: json.dumps(s, indent=rng.randrange(9)).encode() + b"\n",
        lambda s: spelled(dict(reversed(s.items()))) + b"\n",
        lambda s: spelled(s).replace(b"/", b"\\/") + b"\n", lambda s: b"", lambda s: b"{}\n",
        lambda s: spelled(s) + b"\n" + rng.randbytes(rng.randrange(1, 9)),
    )))


# Tables ----------------------------------------------------------------------------------------


def signed(edit, with_world=False):
    def make(rng, world):
        members = world.members()
        done = edit(rng, members, world) if with_world else edit(rng, members)
        return sign(members, world.key) if done else None

    return make


def remade(world, members):
    """What the kit itself says of these facts: reports, grade, certificate.json, statement."""
    raw = sign(members, world.key)
    if raw in world.remade:
        return world.remade[raw]
    with tempfile.TemporaryDirectory(dir=world.folder) as folder:
        edited, made = os.path.join(folder, "edited.tar"), os.path.join(folder, "made.tar")
        with open(edited, "wb") as f:
            f.write(raw)
        subprocess.run([world.remake, edited, os.path.join(world.folder, "key.pem"), made],
                       env={**os.environ, "TMPDIR": folder}, check=True, capture_output=True)
        with open(made, "rb") as f:
            world.remade[raw] = f.read()
    return world.remade[raw]


def told(edit):
    """As signed(), with all else made to say what the facts come to then."""
    def make(rng, world):
        members = world.members()
        return remade(world, members) if edit(rng, members) else None

    return make


KINDS = {
    "signed anew: a row gone": signed(without_row),
    "signed anew: a row twice": signed(with_row),
    "signed anew: a control that is not seen": signed(with_other_result),
    "signed anew: a preflight that failed": signed(with_failed_preflight),
    "signed anew: a header changed": signed(header_changed),
    "signed anew: a header gone": signed(header_gone),
    "signed anew: a case changed": signed(case_changed),
    "signed anew: the facts' manifest": signed(facts_manifest),
    "signed anew: a file too many": signed(file_more),
    "signed anew: a case gone": signed(case_gone),
    "signed anew: a run gone": signed(without_run),
    "signed anew: runs": signed(runs, True),
    "signed anew: facts of another run": signed(facts_swapped, True),
    "signed anew: a report": signed(report),
    "signed anew: a page": signed(page),
    "signed anew: certificate.json": signed(grade),
    "signed anew: about": signed(about),
    "signed anew: the profile": signed(profile),
    "signed anew: deviations": signed(deviations),
    "signed anew: better than it is": signed(better, True),
    "signed anew: the statement": statement_signed,
    "signed anew: the statement's spelling": statement_spelled,
}
REMADE = {
    "remade: a row gone": told(without_row),
    "remade: a row twice": told(with_row),
    "remade: a control that is not seen": told(with_other_result),
    "remade: a preflight that failed": told(with_failed_preflight),
    "remade: a header changed": told(header_changed),
    "remade: a case changed": told(case_changed),
    "remade: a run gone": told(without_run),
}
