"""The clients of examples/ do what they say, against the real daemon, as somebody would copy them."""

import re
import shutil
import subprocess
import sys

import pytest

from jd import NOW, ROOT, WEIHAI
from jd import Daemon

EXAMPLES = ROOT / "examples"
CLIENTS = {
    "client.py": [sys.executable, EXAMPLES / "client.py"],
    "client.mjs": ["node", EXAMPLES / "client.mjs"],
}
STEPS = ["application.submit ok recorded A-371000-00000001 eligible",
         "application.decide ok recorded A-371000-00000001 appointed",
         "report.submit ok recorded R-371000-00000001 assigned",
         "report.accept ok recorded R-371000-00000001 accepted",
         "events.since ok answered"]
EVENTS = ["R-371000-00000001 assigned service WH-10.1", "R-371000-00000001 accepted service WH-10.2"]


@pytest.mark.parametrize("name", CLIENTS)
def test_apply_report_and_watch(name):
    """WH-5.1, WH-10.1, WH-10.2"""
    if name == "client.mjs" and not (shutil.which("node") and (EXAMPLES / "node_modules/zeromq").is_dir()):
        pytest.skip("examples/node_modules is not there: run `npm install` in examples/")
    with Daemon() as d:
        d.client().wind(NOW, WEIHAI)
        done = subprocess.run([*CLIENTS[name], d.runtime], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        lines = [line.rstrip() for line in done.stdout.splitlines()]
        assert lines[:5] == STEPS
        assert [re.sub(r"^\d+ \S+ ", "", line) for line in lines[5:]] == EVENTS
        again = subprocess.run([*CLIENTS[name], d.runtime], capture_output=True, text=True, timeout=60)
        assert again.returncode == 1 and "already-supervisor" in again.stdout
