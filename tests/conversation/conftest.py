"""One daemon of both cities a module, for tests that need nothing of it but that it is there: each takes
people nobody else has used. It is verified, with replay, when the module ends."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import jd  # noqa: E402


@pytest.fixture(scope="module")
def daemon():
    with jd.Daemon() as d:
        yield d


@pytest.fixture
def c(daemon):
    return daemon.client()
