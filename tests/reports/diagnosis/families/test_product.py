"""Another product than MSR 2.x: one cause for all that does not fit."""

from __future__ import annotations

from tests.reports.diagnosis.families.cluster_run import A, B, C, diagnose, fail, found, said

MSR_3 = {each: fail("VERSION-1", each, "version.msr-3", f"replica:{each}") for each in (A, B, C)}
PING = fail("PING-1", A, "ping.unhealthy", f"replica:{A}")
ELSEWHERE = fail("PING-1", B, "ping.unhealthy", f"replica:{B}")


def test_it_explains_all_else() -> None:
    things = tuple(f"replica:{each}" for each in (A, B, C))
    mke = fail("MKE-1", "mke.example.org", "mke.timeout", "mke")
    assert found(*MSR_3.values(), PING, mke) == [("another-product", things)]
    (cause,) = diagnose(*MSR_3.values(), PING)
    assert cause.title == "This is MSR 3; these checks are for MSR 2.x"
    assert cause.ladder == ("repair-first",)


def test_one_that_is_another_product_explains_itself_alone() -> None:
    sound = tuple(said("VERSION-1", each, "PASS", None, ()) for each in (B, C))
    by_thing = {each.things: each for each in diagnose(MSR_3[A], *sound, PING, ELSEWHERE)}
    own = by_thing.pop((f"replica:{A}",))
    assert (own.id, own.explains, own.against) == ("another-product", (PING,), sound)
    assert [*by_thing] == [(f"replica:{B}",)]


def test_msr_4() -> None:
    harbor = [fail("VERSION-1", each, "version.msr-4", f"replica:{each}") for each in (A, B, C)]
    (cause,) = diagnose(*harbor, ELSEWHERE)
    assert cause.title == "This is MSR 4 (Harbor); these checks are for MSR 2.x"
    assert cause.explains == (ELSEWHERE,)
