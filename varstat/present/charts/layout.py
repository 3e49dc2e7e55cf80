"""Where the panels of small multiples stand."""

from dataclasses import dataclass

from varstat.present.charts.sheet import MARGIN, Sheet

LEFT = 30.0
GUTTER = 14.0
ABOVE = 26.0
BELOW = 16.0
LABELS = 16.0
AROUND = 140.0
OWN = 22.0
NARROWEST = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A grid of panels.

    Attributes
    ----------
    panels, columns : int
    width, height : float
        Of the whole figure, in points.
    """

    panels: int
    columns: int
    width: float
    height: float

    @classmethod
    def of(
        cls, panels: int, *, width: float | None = None, height: float | None = None
    ) -> "Layout":
        """Choose columns so that panels stay readable and the figure fits a page.

        Parameters
        ----------
        panels : int
        width, height : float, optional
            In points; as the panels need by default.

        Returns
        -------
        Layout

        Examples
        --------
        >>> [Layout.of(n).columns for n in (2, 3, 4, 5, 9, 12, 50)]
        [2, 3, 2, 3, 3, 4, 6]
        """
        best = {1: 1, 2: 2, 3: 3, 4: 2}
        columns = best.get(panels, 3 if panels <= 9 else 4 if panels <= 16 else 5)
        columns = 6 if panels > 30 else columns
        if width is None:
            width = (9.0 if columns <= 3 else 11.5) * 72
        else:
            columns = min(columns, max(1, int(width / NARROWEST)))
        panel = (width - 2 * MARGIN - LEFT) / columns
        rows = -(-panels // columns)
        return cls(
            panels=panels,
            columns=columns,
            width=width,
            height=height or AROUND + rows * (min(panel * 0.72, 200.0) + ABOVE),
        )

    def box(self, i: int, sheet: Sheet, *, labelled: bool) -> tuple[float, float, float, float]:
        """Get left, bottom, width and height of the i-th panel, as shares of the figure.

        Every panel has numbers below it if `labelled`, else only those below which there is none.
        """
        rows = -(-self.panels // self.columns)
        row, column = divmod(i, self.columns)
        across = (self.width - 2 * MARGIN - LEFT) / self.columns
        up = (sheet.top - sheet.bottom - BELOW) / rows
        left = MARGIN + LEFT + column * across
        top = sheet.top - row * up - ABOVE
        bottom = top - up + ABOVE + (LABELS if labelled else 4.0)
        # Numbers of its own need room on the left.
        inner = left + (OWN if labelled and column else 0.0)
        return sheet.rectangle(inner, bottom, left + across - GUTTER, top)

    def is_left(self, i: int) -> bool:
        """Tell whether the i-th panel starts a row."""
        return i % self.columns == 0

    def is_lowest(self, i: int) -> bool:
        """Tell whether there is no panel below the i-th."""
        return i + self.columns >= self.panels
