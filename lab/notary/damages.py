"""What can be done to the running lab, and what each damage must trip.

A damage says what must not pass, does harm, yields while the harm lasts, and mends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lab.notary.cluster import Notary
from lab.notary.expectations import READER, Expectations, Verdicts
from lab.notary.keys import Key

Done = Callable[[Notary, Expectations], Iterator[None]]


@dataclass(frozen=True)
class Damage:
    """title: one sentence, what an operator meets."""

    name: str
    title: str
    _done: Done = field(repr=False)

    @contextmanager
    def to(self, lab: Notary) -> Iterator[Verdicts]:
        """Done while this lasts. Gives all that must not pass, and nothing else may fail."""
        expect = lab.expectations()
        with contextmanager(self._done)(lab, expect):
            yield expect.verdicts


DAMAGES: dict[str, Damage] = {}


def _damage(name: str, title: str) -> Callable[[Done], Done]:
    def add(done: Done) -> Done:
        DAMAGES[name] = Damage(name, title, done)
        return done

    return add


@_damage("key-swapped", "the token service signs with a key that nobody knows: every fresh token is an invalid one")
def _key_swapped(lab: Notary, expect: Expectations) -> Iterator[None]:
    expect.nothing_read()
    # The registry of each replica refuses the reader's token too, as invalid.
    expect.fail("TOKEN-2", *expect.reader_at_replicas)
    expect.fail("REG-2", *expect.pulls)
    own, lab.tokens.key = lab.tokens.key, Key()
    try:
        yield
    finally:
        lab.tokens.key = own


@_damage("right-taken", "a reader is refused what it should read")
def _right_taken(lab: Notary, expect: Expectations) -> Iterator[None]:
    expect.fail("FEED-8", f"{READER}:library.alpine")
    expect.fail("REG-2", *expect.pulls)
    reads = lab.tokens.account("ci").reads
    reads.remove("library/alpine")
    try:
        yield
    finally:
        reads.add("library/alpine")


@_damage("reads-too-much", "a reader is given what it should not read")
def _reads_too_much(lab: Notary, expect: Expectations) -> Iterator[None]:
    expect.fail("FEED-8", f"{READER}:finance.ledger")
    expect.fail("TOKEN-2", *expect.reader_at_replicas)
    reads = lab.tokens.account("ci").reads
    reads.add("finance/ledger")
    try:
        yield
    finally:
        reads.remove("finance/ledger")


@_damage("signer-stopped", "notary-signer is gone: nothing can be signed, and the feed is served as before")
def _signer_stopped(lab: Notary, _expect: Expectations) -> Iterator[None]:
    lab.signer.stop()
    try:
        yield
    finally:
        lab.start_signer()
        _await_signing(lab)


def _await_signing(lab: Notary, seconds: float = 20.0) -> None:
    """notary-server looks for a lost signer with growing pauses."""
    ends = time.monotonic() + seconds
    while True:
        try:
            lab.publisher.prepare(f"lab/signer-{time.monotonic_ns()}")
        except RuntimeError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.25)
        else:
            return


@_damage("server-frozen", "notary-server takes connections and never answers")
def _server_frozen(lab: Notary, expect: Expectations) -> Iterator[None]:
    expect.nothing_read()
    lab.server.freeze()
    try:
        yield
    finally:
        lab.server.thaw()
