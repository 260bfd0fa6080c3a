"""npm's @sd-jwt/sd-jwt-vc accepts our credentials, shows them, refuses forged ones; and ours reads what it wrote.

package.json overrides some of its dependencies: they ask for versions that the registry does not have.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from credential import Presentation, SigningKey, State, base64url, bind, dates, parse_presentation

HERE = Path(__file__).resolve().parent
VECTORS = HERE.parents[1] / "spec" / "vectors"
MEMBERS = {"iss", "vct", "iat", "nbf", "exp", "cnf", "status"}

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(
        not (HERE / "node_modules").exists(),
        reason="tests/interop/node_modules is absent: run scripts/test, or npm ci in tests/interop",
    ),
]


@pytest.fixture(scope="module")
def licence() -> Any:
    return json.loads((VECTORS / "reference-licence.json").read_text("utf-8"))


def run_node(action: str, **request: object) -> dict[str, Any]:
    node = shutil.which("node")
    assert node, "node_modules is there, Node.js is not"
    done = subprocess.run(
        [node, HERE / "sd-jwt-vc.mjs"],
        input=json.dumps({"action": action, **request}),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=HERE,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def private_jwk(secret: str) -> dict[str, str]:
    key = SigningKey.from_secret(bytes.fromhex(secret))
    return {**key.public_key.jwk, "d": base64url.encode(bytes.fromhex(secret))}


def verify(licence: Mapping[str, Any], presentation: str, state: int = 0, **changes: object) -> dict[str, Any]:
    index = json.loads(licence["payload"])["status"]["status_list"]["idx"]
    request = {
        "presentation": presentation,
        "issuerKey": SigningKey.from_secret(bytes.fromhex(licence["issuer_secret"])).public_key.jwk,
        "nonce": licence["binding"]["nonce"],
        "now": licence["binding"]["issued_at"],
        "required": ["certificate_holder_name"],
        "status": {"index": index, "value": state, "key": private_jwk(licence["issuer_secret"])},
    }
    return run_node("verify", **(request | changes))


def test_it_accepts_the_reference_licence(licence: dict[str, Any]) -> None:
    answer = verify(licence, licence["presentation"])
    assert "error" not in answer
    claims = {name: value for name, value in answer["payload"].items() if name not in MEMBERS}
    assert claims == licence["claims"]
    assert answer["header"]["inclusion_path"]
    assert answer["binding"]["aud"] == licence["binding"]["audience"]
    holder = SigningKey.from_secret(bytes.fromhex(licence["holder_secret"]))
    assert answer["payload"]["cnf"]["jwk"] == holder.public_key.jwk


def test_it_accepts_every_credential_of_the_vectors() -> None:
    for each in json.loads((VECTORS / "credentials.json").read_text("utf-8")):
        nonce = each["binding"]["nonce"] if each["binding"] else None
        answer = verify(
            each | {"binding": each["binding"] or {"nonce": None, "issued_at": 1_795_312_345}},
            each["presentation"],
            nonce=nonce,
            required=each["shown"],
        )
        assert "error" not in answer, (each["name"], answer)
        shown = {name: value for name, value in answer["payload"].items() if name not in MEMBERS}
        assert shown == {name: each["claims"][name] for name in each["shown"]}


def test_it_refuses_a_revoked_credential(licence: dict[str, Any]) -> None:
    assert "Status is not valid" in verify(licence, licence["presentation"], state=State.INVALID)["error"]


def test_it_refuses_another_nonce(licence: dict[str, Any]) -> None:
    assert "nonce" in verify(licence, licence["presentation"], nonce="another")["error"].lower()


def test_it_refuses_another_key(licence: dict[str, Any]) -> None:
    other = SigningKey.from_secret(b"\x05" * 32).public_key.jwk
    assert "error" in verify(licence, licence["presentation"], issuerKey=other)


def test_it_refuses_a_binding_to_other_disclosures(licence: dict[str, Any]) -> None:
    jwt, first, *rest = licence["presentation"].split("~")
    assert first
    assert "error" in verify(licence, "~".join([jwt, *rest]))


def test_it_refuses_a_licence_past_its_last_day(licence: dict[str, Any]) -> None:
    end = dates.end_of(dates.parse_day(licence["claims"]["certificate_validate_end"]))
    assert "error" not in verify(licence, licence["presentation"], now=end - 1)
    assert "error" in verify(licence, licence["presentation"], now=end + 1)


def test_ours_reads_what_it_presents(licence: dict[str, Any]) -> None:
    binding = {"iat": 1_795_312_400, "aud": "https://window.example.cn", "nonce": "fresh"}
    names = ["certificate_holder_name", "certificate_validate_end"]
    answer = run_node(
        "present",
        credential=licence["credential"],
        names=names,
        holderKey=private_jwk(licence["holder_secret"]),
        binding=binding,
    )
    read = parse_presentation(answer["presentation"])
    assert isinstance(read, Presentation), read
    assert {each.name for each in read.disclosures} == set(names)
    bound = read.key_binding
    assert bound is not None
    assert (bound.issued_at, bound.audience, bound.nonce) == tuple(binding.values())
    assert bound.sd_hash == read.sd_hash
    assert read.payload.holder_key is not None
    assert read.payload.holder_key.verifies(bound.signature, bound.signing_input)


def test_ours_reads_what_it_issues(licence: dict[str, Any]) -> None:
    issuer = SigningKey.from_secret(bytes.fromhex(licence["issuer_secret"]))
    payload = {name: value for name, value in json.loads(licence["payload"]).items() if name in MEMBERS}
    answer = run_node(
        "issue",
        payload=payload | licence["claims"],
        header={"kid": licence["issuer_kid"], "inclusion_path": ""},
        names=list(licence["claims"]),
        decoys=3,
        issuerKey=private_jwk(licence["issuer_secret"]),
    )
    read = parse_presentation(answer["credential"])
    assert isinstance(read, Presentation), read
    assert {each.name: each.value for each in read.disclosures} == licence["claims"]
    assert {each.digest for each in read.disclosures} < set(read.payload.digests)
    assert len(read.payload.digests) == 13
    assert read.header.kid == issuer.kid
    assert issuer.public_key.verifies(read.signature, read.signing_input)
    holder = SigningKey.from_secret(bytes.fromhex(licence["holder_secret"]))
    bound = bind(answer["credential"], holder, "urn:x", licence["binding"]["nonce"], 1_795_312_345)
    assert "error" not in verify(licence, bound)
