"""Another product than the one that these checks are for: nothing that they say of it holds."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, has_reason, name_of, things_of
from reports.diagnosis.finding import Family, Finding
from reports.records import VerdictWord

family = Family()

_MSR_3, _MSR_4 = "version.msr-3", "version.msr-4"


@family.cause(
    "another-product", "This is another product; these checks are for MSR 2.x", remedy="another-product", harms=()
)
def another_product(case: Case) -> Iterator[Finding]:
    """The registry is MSR 3, or MSR 4, which is Harbor: it has no replicas as these checks look for them.

    Needs: VERSION-1 finds MSR 3 by its version, or MSR 4 by its token service.
    Predicts: all other problems.
    Contradicted by: a replica of MSR 2.x beside it; then all problems of the replicas at fault, and no others.
    """
    own = case.found(_MSR_3, _MSR_4)
    if not own:
        return
    judged = case.of("VERSION-1", word=VerdictWord.PASS) + case.of("VERSION-1", word=VerdictWord.FAIL)
    others = tuple(each for each in judged if not has_reason(each, (_MSR_3, _MSR_4)))
    replicas = things_of(own, "replica")
    names = frozenset(map(name_of, replicas))
    product = "MSR 3" if any(each.reason == _MSR_3 for each in own) else "MSR 4 (Harbor)"
    yield Finding(
        replicas,
        tuple(own),
        contradicted_by=others,
        predicts=lambda each: not others or names.issuperset(case.replicas_of(each.about) or ("",)),
        title=f"This is {product}; these checks are for MSR 2.x",
        detail="",
    )
