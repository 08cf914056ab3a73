"""Every call on every side in the table's order, the sides beside each other, then the verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.differential import known
from tests.differential.compare import Verdict, judge
from tests.differential.sides import Answer, Call, Side


def run(
    calls: Sequence[Call], reference: Side, office: Side, public: Side | None, reads: frozenset[str]
) -> list[Verdict]:
    """Verdicts of our office on every call, and of our public process on the anonymous reads.

    The public process shares ids with the office, so its calls are made by the office's walk, at the same moments.
    """

    def there() -> list[Answer]:
        return [reference.send(call) for call in calls]

    def here() -> list[tuple[Answer, Answer | None]]:
        found = []
        for call in calls:
            answer = office.send(call)
            asked = call.who == "nobody" and (call.action in reads or not call.action) and not call.keep
            second = None
            if public and asked:
                public.kept = office.kept
                second = public.send(call)
            found.append((answer, second))
        return found

    with ThreadPoolExecutor(2) as pool:
        theirs, ours = pool.submit(there), pool.submit(here)
        answers = list(zip(calls, theirs.result(), ours.result(), strict=True))
    verdicts = [judge(call, reference, there, office, here) for call, there, (here, _) in answers]
    if public:
        verdicts += [judge(call, reference, there, public, here) for call, there, (_, here) in answers if here]
    known.excuse(verdicts, known.load())
    return verdicts
