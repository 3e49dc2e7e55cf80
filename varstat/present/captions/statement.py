"""The methodology statement: a review as a text in Markdown, to be pasted into a report."""

from collections.abc import Iterator

from varstat.analysis.command import repeat_command
from varstat.prose.number import percent
from varstat.prose.text import clean
from varstat.review.result import Review, Reviews

# Claims of one kind and verdict that are written out.
_MOST = 12
_ESCAPED = str.maketrans({letter: f"\\{letter}" for letter in "\\`*_{}[]<>#|~&$@"})


def write_statement(reviews: Reviews) -> str:
    """Write what was reviewed, what was found, and how to do it again.

    Parameters
    ----------
    reviews : Reviews

    Returns
    -------
    str
        Markdown; names are escaped, so that none is taken for markup.
    """
    lines = [f"# Review: {_safe(reviews[0].indicator)}", ""]
    for review in reviews:
        if review.by:
            lines += [f"## {_safe(', '.join(review.by.values()))}", ""]
        lines += [*_write_one(review)]
    made = reviews.provenance
    command = repeat_command(made)
    data = f"Data: {_safe(made.source)} (SHA-256 `{made.data_hash}`); card {_safe(made.card)}."
    lines += [
        "## How it was made",
        "",
        f"{data} {_safe(reviews.account.summary())}",
        "",
        f"varstat {made.version}" + (f", `{command.replace('`', '')}`." if command else "."),
        "",
        # By this a later run knows its own file, and may replace it.
        f"<!-- data_hash {made.data_hash} -->",
    ]
    return "\n".join(lines) + "\n"


def _write_one(review: Review) -> Iterator[str]:
    if review.distrust:
        yield from (f"**{_safe(review.distrust)}**", "")
    yield from (_safe(review.findings), "")
    yield (
        f"Under review: target {_safe(review.target_rule)}, {percent(review.level)} intervals, "
        f"{review.refits:,} models fitted to each kind of simulated data."
    )
    yield from ("", "### Claims", "", "| claim | verdict | because |", "|---|---|---|")
    for claim in review.claims:
        if not claim.units:
            yield f"| {_safe(claim.claim)} | {claim.verdict} | {_safe(claim.sentence)} |"
    yield ""
    yield from _write_units(review)
    yield from ("", "### What was examined", "")
    for part in review.parts:
        yield f"- **{part.name}** ({part.status}): {_safe(part.sentence)}"
    if review.notes:
        yield from ("", "### Notes", "")
        yield from (f"- {_safe(note)}" for note in review.notes)
    if len(review.checklist):
        yield from ("", "### Checklist", "", "| question | answer | source |", "|---|---|---|")
        for item, answer, source in review.checklist[["question", "answer", "source"]].itertuples(
            index=False
        ):
            yield f"| {_safe(item)} | {_safe(answer)} | {source} |"
    yield ""


def _write_units(review: Review) -> Iterator[str]:
    """Claims about single units, those of one kind and verdict together."""
    found: dict[tuple[str, str], list[str]] = {}
    for claim in review.claims:
        if claim.units:
            found.setdefault((claim.kind, claim.verdict), []).append(claim.claim.removesuffix("."))
    for (_, verdict), claims in found.items():
        more = f"; and {len(claims) - _MOST:,} more" if len(claims) > _MOST else ""
        yield f"- {verdict}: {_safe('; '.join(claims[:_MOST]))}{more}."
    if found:
        yield ""


def _safe(text: object) -> str:
    """One line that Markdown takes for text alone."""
    escaped = clean(str(text)).replace("\n", " ").translate(_ESCAPED)
    # A bare address would be made a link.
    return escaped.replace("://", "\\://").replace("www.", "www\\.")
