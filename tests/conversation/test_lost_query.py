"""A query dies with its worker; whoever asked is told, and no place to wait in is lost."""

import signal

from jd import LINCANG, Daemon, wait_for


def test_a_query_under_way_is_answered_when_its_worker_dies():
    with Daemon(divisions=(LINCANG,)) as d:
        c = d.client()
        for _ in range(3):
            d.kill_worker(LINCANG, signal.SIGSTOP)
            asked = [c.send("stats.get", {}) for _ in range(50)]
            assert c.receive(200) is None
            d.kill_worker(LINCANG)
            answers = [c.receive() for _ in asked]
            assert {a["id"] for a in answers} == set(asked)
            assert {a["code"] for a in answers} == {"worker-down"}
            wait_for(lambda: d.client().query("health.get", {}, timeout=300), 10, "the next worker")
