"""What a reader must refuse: well-formed presentations with one thing changed, and signed again after that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from credential import SigningKey, base64url

SURROGATE = "\\ud83d"
"""Half a character, as JSON may spell it."""


@dataclass(frozen=True)
class Parts:
    """A presentation taken apart: the JSON texts, and the keys that sign them."""

    header: str
    payload: str
    disclosures: tuple[str, ...]
    binding_header: str
    binding_payload: str
    issuer: SigningKey
    holder: SigningKey

    def text(self) -> str:
        shown = "~".join((_jwt(self.header, self.payload, self.issuer), *map(_encode, self.disclosures), ""))
        sd_hash = base64url.encode(sha256(shown.encode()).digest())
        bound = self.binding_payload.replace("SD_HASH", sd_hash)
        return shown + _jwt(self.binding_header, bound, self.holder)

    def edit(self, part: str, old: str, new: str) -> str:
        before: str = getattr(self, part)
        if old not in before:
            raise AssertionError(f"{part} does not have {old}")
        return replace(self, **{part: before.replace(old, new, 1)}).text()

    def with_payload(self, **members: object) -> str:
        """Members set, or taken away where None."""
        payload = json.loads(self.payload) | members
        kept = {name: value for name, value in payload.items() if value is not None}
        return replace(self, payload=_compact(kept)).text()

    def with_disclosure(self, disclosure: str) -> str:
        return replace(self, disclosures=(disclosure, *self.disclosures[1:])).text()


def refusals(parts: Parts) -> Iterator[tuple[str, str, str]]:
    """(name, code, text) of each."""
    yield from _structure(parts.text())
    yield from _json(parts)
    yield from _header(parts)
    yield from _payload(parts)
    yield from _disclosures(parts)
    yield from _key_binding(parts)


def _structure(text: str) -> Iterator[tuple[str, str, str]]:
    jwt, *rest = text.split("~")
    head, body, signature = jwt.split(".")
    after = "~" + "~".join(rest)
    yield "empty", "not_an_sd_jwt", ""
    yield "no tilde", "not_an_sd_jwt", jwt
    yield "two parts", "not_an_sd_jwt", f"{head}.{body}{after}"
    yield "four parts", "not_an_sd_jwt", f"{jwt}.{signature}{after}"
    yield "not ASCII", "not_an_sd_jwt", f"{text}证"
    yield "a web address", "not_an_sd_jwt", "https://example.cn/verify?code=310115202400417"
    yield "white space around it", "not_base64url", f" {text}"
    yield "line break at the end", "not_base64url", f"{text}\n"
    yield "padded base64url", "not_base64url", f"{head}=.{body}.{signature}{after}"
    yield "plain base64", "not_base64url", f"{head}.{body}.{signature[:-4]}+/{signature[-2:]}{after}"
    yield "stray bits in base64url", "not_base64url", f"{head}.{body}.{signature[:-1]}{_next(signature[-1])}{after}"
    yield "length no base64url has", "not_base64url", f"{head}.{body}.{signature}AAA{after}"
    yield "empty disclosure", "malformed_json", f"{jwt}~{after}"
    yield "short signature", "malformed_signature", f"{head}.{body}.{base64url.encode(bytes(63))}{after}"
    yield "DER signature", "malformed_signature", f"{head}.{body}.{base64url.encode(bytes(70))}{after}"


def _json(parts: Parts) -> Iterator[tuple[str, str, str]]:
    code = "malformed_json"
    yield "duplicate key in the header", code, parts.edit("header", '"alg"', '"alg":"none","alg"')
    yield "duplicate key in the payload", code, parts.edit("payload", '"iat"', '"iat":0,"iat"')
    yield "duplicate key, escaped", code, parts.edit("payload", '"iat"', '"\\u0069at":0,"iat"')
    yield "duplicate key deep inside", code, parts.edit("payload", '"idx"', '"idx":1,"idx"')
    yield "payload is an array", code, replace(parts, payload="[]").text()
    yield "payload is not JSON", code, replace(parts, payload="iss=me").text()
    yield "something after the JSON", code, replace(parts, payload=parts.payload + "{}").text()
    yield "byte order mark", code, replace(parts, payload="\ufeff" + parts.payload).text()
    yield "NaN", code, parts.edit("payload", '"iat":', '"iat":NaN,"x":')
    yield "Infinity", code, parts.edit("payload", '"iat":', '"iat":-Infinity,"x":')
    yield "fraction", code, parts.edit("payload", '"idx":', '"idx":1.0,"x":')
    yield "exponent", code, parts.edit("payload", '"idx":', '"idx":1e3,"x":')
    yield "minus zero", code, parts.edit("payload", '"idx":', '"idx":-0,"x":')
    yield "leading zero", code, parts.edit("payload", '"idx":', '"idx":0')
    yield "integer past 2^53", code, parts.edit("payload", '"idx":', '"idx":9007199254740992,"x":')
    yield "integer of 5,000 digits", code, parts.edit("payload", '"idx":', f'"idx":{"9" * 5000},"x":')
    yield "nested too deep", code, parts.edit("payload", '"idx":', f'"idx":{"[" * 33}{"]" * 33},"x":')
    yield "nested far too deep", code, replace(parts, payload="[" * 30_000).text()
    yield "lone surrogate", code, parts.with_disclosure(f'["{base64url.encode(bytes(16))}","sex","{SURROGATE}"]')
    yield "control character", code, parts.with_disclosure(f'["{base64url.encode(bytes(16))}","sex","\n"]')


def _header(parts: Parts) -> Iterator[tuple[str, str, str]]:
    path = json.loads(parts.header)["inclusion_path"]
    kid = json.loads(parts.header)["kid"]
    yield "old typ", "unknown_typ", parts.edit("header", "dc+sd-jwt", "vc+sd-jwt")
    yield "typ in capitals", "unknown_typ", parts.edit("header", "dc+sd-jwt", "DC+SD-JWT")
    yield "no typ", "unknown_typ", parts.edit("header", '"typ":"dc+sd-jwt",', "")
    yield "alg none", "unknown_alg", parts.edit("header", "ES256", "none")
    yield "alg HS256", "unknown_alg", parts.edit("header", "ES256", "HS256")
    yield "alg is a list", "unknown_alg", parts.edit("header", '"ES256"', '["ES256"]')
    yield "crit", "unknown_header_member", parts.edit("header", '"alg"', '"crit":["inclusion_path"],"alg"')
    yield "a key in the header", "unknown_header_member", parts.edit("header", '"alg"', '"jwk":{},"alg"')
    yield "no inclusion path", "unknown_header_member", parts.edit("header", f',"inclusion_path":"{path}"', "")
    yield "kid is no thumbprint", "malformed_kid", parts.edit("header", kid, base64url.encode(bytes(31)))
    yield "kid is a number", "not_base64url", parts.edit("header", f'"{kid}"', "7")
    yield "half a hash in the path", "malformed_path", parts.edit("header", path, base64url.encode(bytes(48)))
    yield "path of 17 hashes", "malformed_path", parts.edit("header", path, base64url.encode(bytes(17 * 32)))


def _payload(parts: Parts) -> Iterator[tuple[str, str, str]]:
    payload = json.loads(parts.payload)
    issuer, day = payload["iss"], payload["nbf"]
    status = payload["status"]["status_list"]
    yield "unknown member", "unknown_payload_member", parts.with_payload(jti="1")
    yield "a claim in the open", "unknown_payload_member", parts.with_payload(certificate_holder_name="方静")
    yield "no vct", "unknown_payload_member", parts.with_payload(vct=None)
    yield "no status", "unknown_payload_member", parts.with_payload(status=None)
    yield "no digests", "unknown_payload_member", parts.with_payload(_sd=None)
    for name, url in (
        ("issuer with a slash at its end", issuer + "/"),
        ("issuer with a query", issuer + "?a=1"),
        ("issuer with a user", "https://user@example.cn"),
        ("issuer of another scheme", "file:///etc/issuer"),
        ("issuer with a space", "https://example.cn/a b"),
        ("issuer too long", "https://example.cn/" + "a" * 200),
    ):
        yield name, "malformed_issuer", parts.with_payload(iss=url)
    yield "issuer is a number", "malformed_issuer", parts.with_payload(iss=1)
    yield "foreign vct", "malformed_type", parts.with_payload(vct="https://credentials.example.com/identity")
    yield (
        "vct with a wrong check character",
        "malformed_type",
        parts.with_payload(vct=payload["vct"].replace("Q0", "R0")),
    )
    yield "vct of version 0", "malformed_type", parts.with_payload(vct=payload["vct"][:-1] + "0")
    yield "vct of version 65536", "malformed_type", parts.with_payload(vct=payload["vct"][:-1] + "65536")
    yield "iat tells the second", "malformed_time", parts.with_payload(iat=payload["iat"] + 1)
    yield "nbf in another time zone", "malformed_time", parts.with_payload(nbf=day + 8 * 3600)
    yield "nbf is a text", "malformed_time", parts.with_payload(nbf=str(day))
    yield "nbf is true", "malformed_time", parts.with_payload(nbf=True)
    yield "nbf before 1900", "malformed_time", parts.with_payload(nbf=day - 86_400 * 365 * 200)
    yield "exp at nbf", "malformed_time", parts.with_payload(exp=day)
    yield "exp far away", "malformed_time", parts.with_payload(exp=9_007_199_254_728_000)
    for name, changed in (
        ("status list of another issuer", status | {"uri": "https://example.cn/status/0"}),
        ("status list with leading zeros", status | {"uri": f"{issuer}/status/00"}),
        ("status list without number", status | {"uri": f"{issuer}/status/"}),
        ("status list past 2^53", status | {"uri": f"{issuer}/status/8589934592"}),
        ("idx past the list", status | {"idx": 1 << 20}),
        ("idx below 0", status | {"idx": -1}),
        ("idx is a text", status | {"idx": "1"}),
        ("idx is true", status | {"idx": True}),
        ("status with more", status | {"bits": 4}),
    ):
        yield name, "malformed_status", parts.with_payload(status={"status_list": changed})
    yield "status of another kind", "malformed_status", parts.with_payload(status={"identifier_list": status})
    yield from _holder_key(parts)
    digest = base64url.encode(bytes(32))
    yield "_sd_alg sha-512", "unknown_sd_alg", parts.with_payload(_sd_alg="sha-512")
    yield "_sd is empty", "malformed_digests", parts.with_payload(_sd=[])
    yield "_sd is a text", "malformed_digests", parts.with_payload(_sd=digest)
    yield "_sd of 65 digests", "malformed_digests", parts.with_payload(_sd=[digest] * 65)
    yield "a digest of 31 octets", "malformed_digests", parts.with_payload(_sd=[base64url.encode(bytes(31))])
    yield "a digest is no text", "not_base64url", parts.with_payload(_sd=[0])


def _holder_key(parts: Parts) -> Iterator[tuple[str, str, str]]:
    code = "malformed_holder_key"
    jwk = json.loads(parts.payload)["cnf"]["jwk"]
    for name, cnf in (
        ("cnf is a text", "none"),
        ("cnf with a kid", {"kid": "1"}),
        ("cnf with two keys", {"jwk": jwk, "kid": "1"}),
        ("holder key with more", {"jwk": jwk | {"use": "sig"}}),
        ("holder key with its secret", {"jwk": jwk | {"d": base64url.encode(bytes(32))}}),
        ("holder key of another curve", {"jwk": jwk | {"crv": "P-384"}}),
        ("holder key of another kind", {"jwk": jwk | {"kty": "RSA"}}),
        ("holder key off the curve", {"jwk": jwk | {"y": jwk["x"]}}),
        ("holder key at infinity", {"jwk": jwk | {"x": base64url.encode(bytes(32)), "y": base64url.encode(bytes(32))}}),
        ("holder key with a short x", {"jwk": jwk | {"x": base64url.encode(bytes(31))}}),
        ("holder key with x in plain base64", {"jwk": jwk | {"x": "+" + jwk["x"][1:]}}),
        ("holder key with x a number", {"jwk": jwk | {"x": 1}}),
    ):
        yield name, code, parts.with_payload(cnf=cnf)


def _disclosures(parts: Parts) -> Iterator[tuple[str, str, str]]:
    code = "malformed_disclosure"
    salt = base64url.encode(bytes(16))
    yield "disclosure of an array element", code, parts.with_disclosure(f'["{salt}","女"]')
    yield "disclosure of four", code, parts.with_disclosure(f'["{salt}","sex","女","x"]')
    yield "disclosure is an object", code, parts.with_disclosure(f'{{"{salt}":"sex"}}')
    yield "disclosed name is a number", code, parts.with_disclosure(f'["{salt}",1,"女"]')
    yield "disclosed value is an object", code, parts.with_disclosure(f'["{salt}","sex",{{"_sd":[]}}]')
    yield "disclosed value is null", code, parts.with_disclosure(f'["{salt}","sex",null]')
    yield "short salt", code, parts.with_disclosure(f'["{base64url.encode(bytes(15))}","sex","女"]')
    yield "salt is no base64url", "not_base64url", parts.with_disclosure('["salt!","sex","女"]')


def _key_binding(parts: Parts) -> Iterator[tuple[str, str, str]]:
    code = "malformed_key_binding"
    text = parts.text()
    shown, _, binding = text.rpartition("~")
    yield "key binding is no JWT", "not_an_sd_jwt", f"{shown}~AAAA"
    yield "key binding twice", "not_base64url", f"{text}~{binding}"
    yield "key binding of another typ", "unknown_typ", parts.edit("binding_header", "kb+jwt", "jwt")
    yield "key binding with alg none", "unknown_alg", parts.edit("binding_header", "ES256", "none")
    yield "key binding with a kid", code, parts.edit("binding_header", '"alg"', '"kid":"1","alg"')
    yield "key binding with a short signature", "malformed_signature", f"{shown}~{binding.rpartition('.')[0]}.AAAA"
    yield "key binding without nonce", code, parts.edit("binding_payload", '"nonce"', '"nonse"')
    yield "key binding with exp", code, _binding(parts, exp=1)
    yield "key binding for several", code, _binding(parts, aud=["a", "b"])
    yield "empty nonce", code, _binding(parts, nonce="")
    yield "nonce of 257 characters", code, _binding(parts, nonce="n" * 257)
    yield "nonce is a number", code, _binding(parts, nonce=1)
    yield "audience of 513 characters", code, _binding(parts, aud="a" * 513)
    yield "empty audience", code, _binding(parts, aud="")
    yield "sd_hash of 31 octets", code, _binding(parts, sd_hash=base64url.encode(bytes(31)))
    yield "key binding iat is a text", code, _binding(parts, iat="1800000000")


def _binding(parts: Parts, **members: object) -> str:
    return replace(parts, binding_payload=_compact(json.loads(parts.binding_payload) | members)).text()


def _jwt(header: str, payload: str, signer: SigningKey) -> str:
    signing_input = f"{_encode(header)}.{_encode(payload)}"
    return f"{signing_input}.{base64url.encode(signer.sign(signing_input.encode()))}"


def _encode(text: str) -> str:
    return base64url.encode(text.encode())


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _next(last: str) -> str:
    """The character with one more stray bit set."""
    return chr(ord(last) + 1)
