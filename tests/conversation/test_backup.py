"""Backups taken under load and put back; what verify finds in a store that somebody changed."""

import os
import re
import shutil
import signal
import subprocess

import pytest

import faulty
import jd
from jd import BUILD, LINCANG, run, wait_for
from oracle import Oracle, Sender, assert_nothing_lost, check_events, examine

CHECKPOINTS = "checkpoints: { entries: 20 }"


def backup(site, name):
    done = site.ctl("backup", str(site.dir / name), "-c", str(site.config))
    assert done.returncode == 0, done.stdout + done.stderr
    return site.dir / name


def restore(site, folder, again=True):
    done = site.ctl("restore", str(folder), "--division", LINCANG, "-c", str(site.config), check=0)
    assert "prepared; restart the worker" in done.stdout
    if again:
        assert site.end_worker() == 0
        site.start_worker()
        wait_for(lambda: site.up(LINCANG), "the worker to be back")


def epoch(client):
    return client.ok("health.get", {})["health"]["epoch"]


def test_backups_under_load_are_exact():
    """Each is a prefix of the journal: what was acknowledged before it began is in it, and nothing is twice."""
    with faulty.Site(extra=CHECKPOINTS) as site:
        o = Oracle(site)
        sender = Sender(o, 6000, 6)
        sender.start()
        taken = []
        for n in range(3):
            before = set(o.ok)
            taken.append((backup(site, f"backup-{n}"), before))
        sender.finish.set()
        sender.join()
        for folder, before in taken:
            there = [key.hex() for key, _ in faulty.rows(folder / LINCANG, "requests")]
            assert {i.replace("-", "") for i in before} <= set(there) and len(there) == len(set(there))
            status, said = faulty.verify(site.config, "--replay", "--state", folder)
            assert status == 0, said
            assert not list(folder.rglob("*.key")), "the key is kept elsewhere"
        assert_nothing_lost(o)
        again = site.ctl("backup", str(taken[0][0]), "-c", str(site.config))
        assert again.returncode == 1 and "a backup is there already" in again.stdout


def test_restored_into_a_running_system():
    """What came after the backup is sent again and recorded again; who listens is told that numbers begin anew."""
    with faulty.Site(extra=CHECKPOINTS) as site:
        o = Oracle(site)
        o.send(10, 2)
        o.settle()
        kept, folder = set(o.ok), backup(site, "backup")
        o.send(10, 2)
        o.settle()
        assert epoch(o.client) == 0
        last = o.client.last_seq()
        env = {"JIANDU_RUNTIME": str(site.runtime)}
        watch = subprocess.Popen([BUILD / "jianductl", "watch", "--since", str(last)], env=env, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        o.send(1)
        o.settle()
        assert watch.stdout.readline()
        heard = site.subscribe("S.heartbeat")
        beats = {jd.event(heard)[1]["divisions"][0]["epoch"]}
        restore(site, folder)
        assert epoch(o.client) > 0
        wait_for(lambda: beats.add(jd.event(heard)[1]["divisions"][0]["epoch"]) or epoch(o.client) in beats, "a heartbeat")
        assert watch.wait(15) != 0 and "was restored from a backup" in watch.stderr.read()
        assert o.client.last_seq() < last
        after = set(o.ok) - kept
        assert check_events(o, jd.all_events(o.client, LINCANG)) == after, "the backup's, and none that came later"
        for id in after:
            del o.ok[id]
        o.settle()
        assert_nothing_lost(o)


def test_restored_where_the_daemon_starts_the_workers():
    """SIGHUP is what makes the worker take it up."""
    with jd.Daemon([LINCANG]) as d:
        o = Oracle(d)
        o.send(5, 1)
        o.settle()
        folder = backup(d, "backup")
        restore(d, folder, again=False)
        assert epoch(o.client) == 0
        d.process.send_signal(signal.SIGHUP)
        wait_for(lambda: (h := o.client.query("health.get", {})) and h["health"]["epoch"] > 0, "the restored store")
        assert_nothing_lost(o)


@pytest.mark.parametrize("broken_off_after", ["data.mdb", "checkpoints", "epoch"])
def test_a_restore_that_is_broken_off(broken_off_after):
    """By a cut of power at any of its renames: the next start ends it."""
    with faulty.Site(extra=CHECKPOINTS) as site:
        o = Oracle(site)
        o.send(5)
        o.settle()
        folder = backup(site, "backup")
        o.send(5)
        o.settle()
        site.end_worker()
        restore(site, folder, again=False)
        store, new = site.store(), (site.store() / "restore/epoch").read_text().strip()
        for name in ("data.mdb", "checkpoints", "epoch"):
            if name == "epoch":
                (store / "restore/epoch").rename(store / "epoch")
            else:
                (store / name).rename(store / f"{name}.replaced-{new}")
            if name == broken_off_after:
                break
        site.start_worker()
        wait_for(lambda: site.up(LINCANG), "the worker")
        assert epoch(o.client) == int(new) and not (store / "restore").exists()
        assert {p.name for p in store.iterdir()} >= {f"data.mdb.replaced-{new}", f"checkpoints.replaced-{new}"}
        before = dict(o.ok)
        lost = check_events(o, jd.all_events(o.client, LINCANG))
        assert len(lost) == 5
        for id in lost:
            del o.ok[id]
        o.settle()
        assert o.ok.keys() == before.keys()
        assert not examine([o])


@pytest.mark.skipif(faulty.SANITIZED, reason="the sanitizer's allocator bears no other library before it")
@pytest.mark.parametrize("fault, status", [("write:2:ENOSPC", 1), ("write:1:half", -9), ("write:2:kill", -9), ("sync:1:EIO", 1)])
def test_a_backup_that_is_broken_off(original, tmp_path, fault, status):
    """By its disk or a signal: nothing that looks like a backup, and the store as it was."""
    env = {**os.environ, "LD_PRELOAD": str(faulty.SHIM), "JD_FAULT": fault, "JD_FAULT_FILE": f"/{LINCANG}/data.mdb"}
    before = (original.store() / "data.mdb").read_bytes()
    done = run("jiandu-worker", "-c", original.config, "--backup", tmp_path, env=env)
    assert done.returncode == status and not (tmp_path / LINCANG).exists(), (done.returncode, done.stdout)
    assert status != 1 or "FAILED" in done.stdout
    assert (original.store() / "data.mdb").read_bytes() == before
    done = run("jiandu-worker", "-c", original.config, "--backup", tmp_path)
    assert done.returncode == 0 and (tmp_path / LINCANG / "manifest").exists(), done.stdout


def test_a_backup_that_was_changed_is_not_restored():
    with faulty.Site() as site:
        folder = backup(site, "backup")
        data = folder / LINCANG / "data.mdb"
        whole = bytearray(data.read_bytes())
        whole[len(whole) // 2] ^= 1
        data.write_bytes(whole)
        done = site.ctl("restore", str(folder), "--division", LINCANG, "-c", str(site.config))
        assert done.returncode == 1 and not (site.store() / "restore").exists(), done.stdout
        assert "is not what the manifest says" in done.stdout
        done = site.ctl("restore", str(site.dir), "--division", LINCANG, "-c", str(site.config))
        assert done.returncode == 1 and "no backup of this division" in done.stderr


# ---------------------------------------------------------------- a copy that somebody changed

@pytest.fixture(scope="module")
def original():
    """A store with three signed heads, its configuration, and the checkpoints."""
    with faulty.Site(extra=CHECKPOINTS) as site:
        o = Oracle(site)
        for _ in range(4):
            o.send(14, 1)
            o.settle()
        site.end_worker()
        yield site
        site.start_worker()
        wait_for(lambda: site.up(LINCANG), "the worker")


def journal(folder):
    return faulty.rows(folder, "journal")


def change(folder, at=12):
    key, value = journal(folder)[at - 1]
    faulty.put_row(folder, "journal", key, value[:40] + bytes([value[40] ^ 1]) + value[41:])


def remove(folder, at=12):
    faulty.delete_row(folder, "journal", journal(folder)[at - 1][0])


def reorder(folder, at=12):
    (k1, v1), (k2, v2) = journal(folder)[at - 1:at + 1]
    faulty.put_row(folder, "journal", k1, v2)
    faulty.put_row(folder, "journal", k2, v1)


def add(folder):
    key, value = journal(folder)[-1]
    faulty.put_row(folder, "journal", (int.from_bytes(key, "big") + 1).to_bytes(8, "big"), value)


def drop_last(folder):
    faulty.delete_row(folder, "journal", journal(folder)[-1][0])


def index(folder):
    faulty.delete_row(folder, "requests", faulty.rows(folder, "requests")[3][0])


def case(folder):
    faulty.delete_row(folder, "cases", faulty.rows(folder, "cases")[5][0])


@pytest.mark.parametrize("how, named", [
    (change, "journal entry 12"), (remove, "journal entry 12 is missing"), (reorder, "journal entry 12"),
    (add, "journal entry 7"), (drop_last, "entries are missing at the end"), (index, "promise 7"), (case, "promise")])
def test_what_was_changed_in_a_copy_is_named(original, tmp_path, how, named):
    """The first entry that is not what it was."""
    folder = tmp_path / LINCANG
    folder.mkdir()
    shutil.copy(original.store() / "data.mdb", folder)
    assert faulty.verify(original.config, "--state", tmp_path)[0] == 0
    how(folder)
    status, said = faulty.verify(original.config, "--state", tmp_path)
    assert status == 1 and "BROKEN" in said and named in said, said


@pytest.mark.skipif(faulty.SANITIZED, reason="the sanitizer takes the signal")
def test_a_file_that_is_shorter_than_it_was(original, tmp_path):
    """Not a crash: a message and the status of the disk, or a broken promise. Of a backup, which has no free pages: what
    a store's file is cut of may have been free, and then nothing is missing."""
    folder, data = tmp_path / LINCANG, (backup(original, "whole") / LINCANG / "data.mdb").read_bytes()
    folder.mkdir()
    for part in (0.3, 0.6, 0.9):
        (folder / "data.mdb").write_bytes(data[:int(len(data) * part) // 4096 * 4096])
        status, said = faulty.verify(original.config, "--state", tmp_path)
        assert status in (1, 74) and ("shorter than it says" in said or "BROKEN" in said), (status, said)


def test_a_tail_that_was_cut(original, tmp_path):
    """An older state of the store is whole in itself: only a head that was signed later shows it, beside the store or
    kept elsewhere. A head that was changed, or signed by another key, is none."""
    folder, kept = tmp_path / LINCANG, tmp_path / "kept"
    shutil.copytree(original.store(), folder)
    original.start_worker()
    wait_for(lambda: original.up(LINCANG), "the worker")
    o = Oracle(original, name="later")
    o.send(30)
    o.settle()
    original.end_worker()
    shutil.copy(original.store() / "checkpoints", kept)
    assert faulty.verify(original.config, "--checkpoint", kept)[0] == 0
    assert faulty.verify(original.config, "--state", tmp_path)[0] == 0
    status, said = faulty.verify(original.config, "--state", tmp_path, "--checkpoint", kept)
    assert status == 1 and "its tail was cut" in said, said
    shutil.copy(kept, folder / "checkpoints")
    status, said = faulty.verify(original.config, "--state", tmp_path)
    assert status == 1 and "its tail was cut" in said, said
    lines = kept.read_text().splitlines()
    forged = lines[-1].split(" ")
    forged[3] = str(int(forged[3]) - 1)
    kept.write_text(" ".join(forged) + "\n")
    status, said = faulty.verify(original.config, "--checkpoint", kept)
    assert status == 1 and "its signature is wrong" in said, said
    kept.write_text(lines[0] + "\n" + lines[-1][:100])  # as a cut of power leaves it
    assert faulty.verify(original.config, "--checkpoint", kept)[0] == 0


# ---------------------------------------------------------------- formats

def test_a_store_of_a_newer_format_is_left_alone():
    """By the worker, which says so with a status that is not tried again, and by verify."""
    with faulty.Site() as site:
        site.end_worker()
        number = lambda n: n.to_bytes(8, "big")
        assert dict(faulty.rows(site.store(), "meta"))[b"format"] == number(1)
        faulty.put_row(site.store(), "meta", b"format", number(2))
        before = (site.store() / "data.mdb").read_bytes()
        done = run("jiandu-worker", "-c", site.config, "--division", LINCANG, timeout=10)
        assert done.returncode == 78 and "format is newer than this program" in done.stderr
        status, said = faulty.verify(site.config)
        assert status == 1 and "newer than this program" in said
        assert (site.store() / "data.mdb").read_bytes() == before
        faulty.put_row(site.store(), "meta", b"format", number(1))
        site.start_worker()
        wait_for(lambda: site.up(LINCANG), "the worker")


def test_a_store_of_an_older_format_is_brought_up(tmp_path):
    """When its worker starts; before, verify says what to do. Killed within, it is begun anew."""
    with faulty.Site() as site:
        o = Oracle(site)
        o.send(5, 1)
        o.settle()
        site.end_worker()
        faulty.delete_row(site.store(), "meta", b"format")
        status, said = faulty.verify(site.config)
        assert status == 1 and "format is 0" in said and "its worker brings it up to date" in said
        if not faulty.SANITIZED:
            for call in ("sync:1:kill", "write:1:half"):
                assert site.start_worker(fault=call).wait(10) == -9
        site.start_worker()
        wait_for(lambda: site.up(LINCANG), "the worker")
        assert "the store's format is 1 now, it was 0" in site.logged()
        assert_nothing_lost(o)


KEPT = sorted((jd.ROOT / "tests/stores").glob("*.tar.xz"))


def test_there_is_a_store_of_this_version():
    """make keep-store"""
    version = re.search(r"^VERSION +:= (\S+)", (jd.ROOT / "Makefile").read_text(), re.M)[1]
    assert f"{version}.tar.xz" in [p.name for p in KEPT]


@pytest.mark.parametrize("packed", KEPT, ids=lambda p: p.name)
def test_stores_of_released_versions(tmp_path, packed):
    """Each in tests/stores (tests/keep_store.py) opens, is brought up to this program's format, says what it said, goes
    on recording, and can be backed up; and at the end it keeps every promise and replays."""
    shutil.unpack_archive(packed, tmp_path)
    with faulty.Site([p.name for p in tmp_path.iterdir() if p.is_dir()], state=tmp_path) as site:
        c = site.client()
        for division in site.divisions:
            before = jd.all_events(c, division)
            some = {e["entity"]: e["id"] for e in before if e["entity"] in jd.ENTITIES}
            assert len(before) > 100 and len(some) > 10
            for id in some.values():
                assert c.case(id)["id"] == id
            assert c.content(some["report"]) and c.explain(some["application"])
            c.at = before[-1]["at"]
            supervisor = jd.appoint(c, None, division)
            c.ok("report.submit", jd.clue(supervisor), division)
            after = jd.all_events(c, division)
            assert after[:len(before)] == before and len(after) > len(before) + 3
        folder = backup(site, "backup")
        status, said = faulty.verify(site.config, "--replay", "--state", folder)
        assert status == 0, said
