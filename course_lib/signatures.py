"""Signed metadata: a statement about a table, bound to the table's contents by a hash and to its maker by a key.

Simplified against C2PA, the standard of the trade for pictures and recordings (c2pa.org, Technical Specification 2.1):
there a private key signs and a certificate that anybody can check names the signer, so who verifies cannot forge; here
one secret key does both (HMAC). There the statement has a vocabulary (what was done, by which tool, from which
ingredients, each with a manifest of its own), a time stamp from a third party, and a place inside the file; here it is
a dict that rides in `DataFrame.attrs`. The same is what the lesson is about: a change shows, and a statement that
has been taken off leaves no trace.
"""

import hashlib
import hmac
import json

__all__ = ["ALTERED", "INTACT", "STRANGE", "UNSIGNED", "attach", "sign", "strip", "verify"]

INTACT = "intact"
ALTERED = "altered"
STRANGE = "not signed with this key"
UNSIGNED = "no statement"
_PLACE = "provenance"  # the key in DataFrame.attrs


def sign(table, statement, *, key):
    """Return a manifest: the statement, the fingerprint of the table, and a signature over both.

    Parameters
    ----------
    table : pandas.DataFrame
        Its column names, and its values row by row, are what is signed. The index is not.
    statement : dict
        What is said about the table. Anything that JSON can hold.
    key : bytes
        The secret, 16 bytes or more. Who has it can verify, and sign.

    Returns
    -------
    dict
        statement, rows, columns, sha256 of the table, signature.

    Raises
    ------
    ValueError
        If the key is too short, the statement is no dict, or JSON cannot hold it.

    Notes
    -----
    HMAC with SHA-256: Krawczyk, Bellare & Canetti 1997, RFC 2104; `hmac` of the standard library.
    """
    key = _as_key(key)
    if not isinstance(statement, dict):
        raise ValueError(f"statement must be a dict, got {type(statement).__name__}")
    manifest = {"statement": statement, **_fingerprint(table)}
    return manifest | {"signature": _signature(manifest, key)}


def attach(table, manifest):
    """Return a copy of the table that carries the manifest in its `attrs`."""
    carrying = table.copy()
    carrying.attrs[_PLACE] = manifest
    return carrying


def strip(table):
    """Return a copy of the table without a manifest. Writing a CSV file and reading it does the same."""
    bare = table.copy()
    bare.attrs.pop(_PLACE, None)
    return bare


def verify(table, manifest=None, *, key):
    """Say what a manifest proves about a table.

    Parameters
    ----------
    table : pandas.DataFrame
    manifest : dict, optional
        Unless given, the one that the table carries.
    key : bytes

    Returns
    -------
    str
        INTACT: who has the key said this about exactly these rows. ALTERED: said with the key, about other rows.
        STRANGE: the statement was changed, or signed with another key. UNSIGNED: there is no statement, which proves
        nothing.

    Raises
    ------
    ValueError
        If the key is too short.
    """
    key = _as_key(key)
    manifest = table.attrs.get(_PLACE) if manifest is None else manifest
    if manifest is None:
        return UNSIGNED
    said = {name: value for name, value in manifest.items() if name != "signature"}
    # compare_digest takes equally long for a near miss and a far one, so that its time tells a forger nothing.
    if not hmac.compare_digest(str(manifest.get("signature", "")).encode(), _signature(said, key).encode()):
        return STRANGE
    return INTACT if {"statement": said["statement"], **_fingerprint(table)} == said else ALTERED


def _as_key(key):
    if not isinstance(key, bytes) or len(key) < 16:
        got = f"{len(key)} bytes" if isinstance(key, bytes) else type(key).__name__
        raise ValueError(f"key must be at least 16 bytes, such as secrets.token_bytes(32); got {got}")
    return key


def _fingerprint(table):
    """Return what identifies a table; its text is CSV with every digit of every number, in one form on all machines."""
    text = table.to_csv(index=False, lineterminator="\n", float_format=repr)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"rows": len(table), "columns": [str(name) for name in table.columns], "sha256": digest}


def _signature(manifest, key):
    try:
        text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"statement must hold what JSON can hold: {error}") from None
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
