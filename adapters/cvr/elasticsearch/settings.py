"""What it takes to reach CVR's Elasticsearch service (notes/cvr.md §1.1 to §1.3)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from adapters.cvr.origin import plain_origin


class ElasticsearchSettings(BaseModel):
    """Address, credentials and patience. All times are in seconds.

    The register's own address is plain HTTP, so the password crosses the wire in clear unless the operator
    puts an encrypting proxy before it. That is why `url` is configurable, and why the credentials should
    serve CVR alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(plain_origin)] = "http://distribution.virk.dk"
    search_path: str = Field(default="/cvr-permanent/_search", pattern=r"^/[^\s?#]+$")
    user: str = ""
    password: SecretStr = SecretStr("")
    batch_size: int = Field(default=200, ge=1, le=200)
    connect_timeout: float = Field(default=2.0, gt=0)
    read_timeout: float = Field(default=5.0, gt=0)
