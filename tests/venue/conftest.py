"""The stores that a venue may have: each test of what is kept is made with both."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.rig.postgresql import RealPostgresql, postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[RealPostgresql]:
    with postgresql() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Return the address of an empty store of each kind."""
    if request.param == "sqlite":
        return URL.create("sqlite", database=str(tmp_path / "venue.sqlite"))
    found: RealPostgresql = request.getfixturevalue("server")
    return found.database()
