"""What every section of a card is: frozen, and without unknown keys."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of a card; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)
