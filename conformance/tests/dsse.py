#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A second opinion on what maskspec signs, by python3-cryptography.

dsse.py verify ENVELOPE PUBLIC.pem    prints the payload; exits 1 where the signature is not of it
dsse.py pae ENVELOPE OUT              OUT.pae is what is signed, OUT.sig the signature, both raw
dsse.py sign PAYLOAD PRIVATE.pem      prints an envelope as maskspec writes it
"""
import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

TYPE = "application/vnd.in-toto+json"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def pae(kind, body):
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(body), body)


def keyid(public):
    return hashlib.sha256(
        public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def parts(path):
    """Payload, key id, what is signed, signature."""
    envelope = json.loads(read(path))
    (signature,) = envelope["signatures"]
    payload = base64.b64decode(envelope["payload"], validate=True)
    return (
        payload,
        signature["keyid"],
        pae(envelope["payloadType"], payload),
        base64.b64decode(signature["sig"], validate=True),
    )


def verify(path, pem):
    payload, said, message, signature = parts(path)
    public = serialization.load_pem_public_key(read(pem))
    if said != keyid(public):
        sys.exit("%s: of the key %s" % (path, said))
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        else:
            public.verify(signature, message)
    except InvalidSignature:
        sys.exit("%s: the signature is not of this payload" % path)
    sys.stdout.buffer.write(payload)


def split(path, out):
    _, _, message, signature = parts(path)
    write(out + ".pae", message)
    write(out + ".sig", signature)


def sign(path, pem):
    payload = read(path)
    private = serialization.load_pem_private_key(read(pem), None)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(private.sign(pae(TYPE, payload), ec.ECDSA(hashes.SHA256())))
        signature = utils.encode_dss_signature(r, min(s, ORDER - s))
    else:
        signature = private.sign(pae(TYPE, payload))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": TYPE,
        "signatures": [{"keyid": keyid(private.public_key()), "sig": base64.b64encode(signature).decode()}],
    }
    print(json.dumps(envelope, separators=(",", ":")))


{"verify": verify, "pae": split, "sign": sign}[sys.argv[1]](*sys.argv[2:])
