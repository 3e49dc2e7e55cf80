"""Number formats of spreadsheets: what a cell shows that its number doesn't say."""

import re
from dataclasses import dataclass

# Zeros, with what stands between them as it is: 000000, 00-000, "RX"000.
_PADDED = re.compile(r'(?:"[^"]*"|\\.|[-/ ]|0)+')
_PART = re.compile(r'"([^"]*)"|\\(.)|([-/ ])|(0)')
_ASIDE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format that shows a whole number as a code, or a number as a percentage.

    Attributes
    ----------
    pattern : tuple of str
        Of a code: what is shown, each zero in the place of a digit; empty for a percentage.
    """

    pattern: tuple[str, ...]

    def show(self, number: float) -> str | None:
        """Write a number as the cell shows it; None where the format doesn't fit.

        A percentage is written with all the digits that the number has.

        Examples
        --------
        >>> read_format("000000").show(10000), read_format("0.0%").show(0.1234)
        ('010000', '12.34%')
        """
        if not self.pattern:
            return f"{number * 100:.12g}%" if abs(number) < 1e9 else None
        if number < 0 or number != int(number):
            return None
        zeros = self.pattern.count("0")
        digits = f"{int(number):0{zeros}d}"
        # Digits that there is no zero for stand before the first.
        left, shown = len(digits) - zeros, ""
        for part in self.pattern:
            if part != "0":
                shown += part.removeprefix("\\")
                continue
            take = 1 + left
            shown, digits, left = shown + digits[:take], digits[take:], 0
        return shown


def read_format(code: str) -> Format | None:
    """Read a number format; None for those that show no more than the number.

    Examples
    --------
    >>> read_format("0.00"), read_format("#,##0")
    (None, None)
    >>> read_format('"E"00000000').show(6000007)
    'E06000007'
    """
    first = code.partition(";")[0]
    if "%" in _ASIDE.sub("", first):
        return Format(pattern=())
    if not _PADDED.fullmatch(first):
        return None
    parts = _PART.findall(first)
    if sum(zero != "" for *_, zero in parts) < 2:
        return None
    # A literal is marked, so that a zero among its letters is no digit.
    return Format(
        pattern=tuple(
            zero or "\\" + (quoted or escaped or plain) for quoted, escaped, plain, zero in parts
        )
    )
