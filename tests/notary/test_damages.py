"""Each damage does what it says to the real programs, and is mended."""

from __future__ import annotations

import httpx
import pytest

from lab.notary import DAMAGES
from tests.notary.asking import CATALOG, GLOBAL, Asker

PAGE = "?records=10&change_id=0"


def _read(asker: Asker, user: str, repository: str | None = None) -> httpx.Response:
    """What a user is answered that gets a token for a feed and reads it."""
    scope = CATALOG if repository is None else asker.scope(repository)
    path = GLOBAL if repository is None else f"/v2/{asker.lab.users}/{repository}/_trust/changefeed"
    return asker.get(path + PAGE, asker.token(user, scope))


def test_key_swapped(asker: Asker) -> None:
    with DAMAGES["key-swapped"].to(asker.lab):
        refused = _read(asker, "admin")
        registry = asker.get("/v2/", asker.token("admin"))
    for answer in (refused, registry):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].endswith(',error="invalid_token"')
    assert _read(asker, "admin").status_code == 200


def test_right_taken(asker: Asker) -> None:
    with DAMAGES["right-taken"].to(asker.lab):
        refused = _read(asker, "ci", "library/alpine")
        assert _read(asker, "ci", "library/again").status_code == 200
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].endswith(',error="insufficient_scope"')
    assert _read(asker, "ci", "library/alpine").status_code == 200


def test_reads_too_much(asker: Asker) -> None:
    with DAMAGES["reads-too-much"].to(asker.lab):
        assert _read(asker, "ci", "finance/ledger").status_code == 200
        assert _read(asker, "ci", "library/gone").status_code == 401
    assert _read(asker, "ci", "finance/ledger").status_code == 401


def test_signer_stopped(asker: Asker) -> None:
    before = asker.feed()
    with DAMAGES["signer-stopped"].to(asker.lab):
        with pytest.raises(RuntimeError, match=r"notary init .*/library/unsigned --publish ended with 1"):
            asker.lab.publisher.first("library/unsigned")
        assert asker.feed() == before
    asker.lab.publisher.first("library/signed-again")
    assert asker.feed()[-1]["GUN"] == f"{asker.lab.users}/library/signed-again"


def test_server_frozen(asker: Asker) -> None:
    with DAMAGES["server-frozen"].to(asker.lab):
        with pytest.raises(httpx.ReadTimeout):
            asker.get(GLOBAL + PAGE)
        assert asker.get("/v2/", asker.token("admin")).status_code == 200
        assert asker.get("/_ping").json() == {"Error": "", "Healthy": True}
    assert _read(asker, "admin").status_code == 200


@pytest.mark.parametrize("damage", DAMAGES)
def test_is_mended_whatever_happens_meanwhile(asker: Asker, damage: str) -> None:
    with pytest.raises(KeyError, match="meanwhile"), DAMAGES[damage].to(asker.lab):
        raise KeyError("meanwhile")
    assert _read(asker, "admin").status_code == 200
    assert _read(asker, "ci", "library/alpine").status_code == 200
    assert _read(asker, "ci", "finance/ledger").status_code == 401
