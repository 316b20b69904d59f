"""What it takes to reach Datafordeler's GraphQL service for CVR (notes/cvr.md §2.2)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from adapters.cvr.origin import plain_origin

LONGEST_LIST = 100
"""What an ``in`` filter takes: ``@filterBounds(MaxListSize: 100)`` in the service's schema, else DAF-GQL-0016."""


class DatafordelerSettings(BaseModel):
    """Address, key and patience. All times are in seconds.

    The key travels in the query string, which is the only place where the service looks for it. `read_timeout` is for
    each of up to six requests; the service itself gives up after 60 s.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(plain_origin)] = "https://graphql.datafordeler.dk"
    path: str = Field(default="/CVR/v2", pattern=r"^/[^\s?#]+$")
    api_key: SecretStr = SecretStr("")
    batch_size: int = Field(default=LONGEST_LIST, ge=1, le=LONGEST_LIST)
    page_size: int = Field(default=1000, ge=1, le=1000)
    connect_timeout: float = Field(default=2.0, gt=0)
    read_timeout: float = Field(default=10.0, gt=0)
