"""`make install` puts everything in its place, and the units are as strict as ARCHITECTURE.md says by systemd's own
judgement. What they do in a running systemd is for `make test-systemd`."""

import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest

import jd

DAEMON, WORKER = "jiandud.service", "jiandu-worker@.service"
NEEDS_SYSTEMD = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")


def install(dest, prefix, sysconfdir="/etc"):
    """As `make install` does, but without making anything first: other tests run beside this one."""
    done = subprocess.run([jd.ROOT / "mk" / "install.sh", jd.BUILD, dest, prefix, sysconfdir, "9.8.7"],
                          cwd=jd.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def analyze(*args):
    done = subprocess.run(["systemd-analyze", *map(str, args)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    """Installed for a package: below DESTDIR, to be used from /opt/jd."""
    dest = tmp_path_factory.mktemp("staged")
    install(dest, "/opt/jd")
    return dest


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """Installed to be used where it lies."""
    root = tmp_path_factory.mktemp("here")
    said = install("", root / "usr", root / "etc")
    assert "systemctl enable --now" in said
    return root


# ------------------------------------------------------------ install


@pytest.mark.parametrize("path, mode", [
    ("bin/jiandud", 0o755), ("bin/jiandu-worker", 0o755), ("bin/jianductl", 0o755),
    ("lib/libjiandu.so.0", 0o644), ("include/jiandu/jiandu.h", 0o644), ("lib/pkgconfig/jiandu.pc", 0o644),
    ("share/jiandu/policies/530900.yaml", 0o644), ("share/jiandu/policies/371000.yaml", 0o644),
    ("share/jiandu/policies/calendar-cn.csv", 0o644), ("share/man/man1/jianductl.1", 0o644),
    ("share/man/man3/libjiandu.3", 0o644), (f"lib/systemd/system/{DAEMON}", 0o644),
    (f"lib/systemd/system/{WORKER}", 0o644), ("lib/sysusers.d/jiandu.conf", 0o644), ("lib/tmpfiles.d/jiandu.conf", 0o644)])
def test_each_file_is_in_its_place(staged, path, mode):
    assert stat.S_IMODE((staged / "opt/jd" / path).stat().st_mode) == mode


def test_the_library_is_found_by_its_plain_name(staged):
    assert os.readlink(staged / "opt/jd/lib/libjiandu.so") == "libjiandu.so.0"


def test_every_man_page_is_installed(staged):
    for page in (jd.ROOT / "docs" / "man").iterdir():
        assert (staged / f"opt/jd/share/man/man{page.suffix[1:]}" / page.name).read_text() == page.read_text()


def test_paths_are_those_of_the_prefix(staged):
    texts = [f.read_text() for f in (staged / "opt/jd/lib/systemd/system").iterdir()]
    texts += [(staged / "etc/jiandu/jiandu.yaml").read_text(), (staged / "opt/jd/lib/pkgconfig/jiandu.pc").read_text()]
    for text in texts:
        assert "/opt/jd" in text
        assert not re.search(r"/usr/(bin|share)/|@[A-Z]+@", text)
        assert str(staged) not in text, "DESTDIR is no path of the installed system"
    assert "Version: 9.8.7" in texts[-1]


def test_a_configuration_that_is_there_stays(tmp_path):
    install(tmp_path, "/usr")
    config = tmp_path / "etc/jiandu/jiandu.yaml"
    config.write_text("divisions: [530900]\n")
    assert "kept" in install(tmp_path, "/usr")
    assert config.read_text() == "divisions: [530900]\n"


def test_the_shipped_configuration_is_good_and_has_its_policies(here):
    done = subprocess.run([here / "usr/bin/jiandud", "-c", here / "etc/jiandu/jiandu.yaml", "--check-config"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    text = (here / "etc/jiandu/jiandu.yaml").read_text()
    policies = pathlib.Path(re.search(r"^policies: (\S+)", text, re.M)[1])
    divisions = re.findall(r"^  - (\d{6})", text, re.M)
    assert divisions == list(jd.CITIES)
    assert all((policies / f"{d}.yaml").exists() for d in divisions)
    assert re.search(r"^  start: service-manager", text, re.M)


# ------------------------------------------------------------ units


@NEEDS_SYSTEMD
@pytest.mark.parametrize("unit, limit", [(DAEMON, 15), (WORKER, 5)])  # exposure, times ten
def test_exposure(unit, limit):
    code, said = analyze("security", "--offline=true", f"--threshold={limit}", jd.ROOT / "systemd" / unit)
    assert code == 0, said


@NEEDS_SYSTEMD
@pytest.mark.parametrize("unit", [DAEMON, "jiandu-worker@530900.service"])
def test_systemd_understands_every_line(here, unit):
    code, said = analyze("verify", "--man=no", here / "usr/lib/systemd/system" / unit)
    ours = [line for line in said.splitlines() if "jiandu" in line]
    assert code == 0 and not ours, said


def settings(unit):
    lines = (jd.ROOT / "systemd" / unit).read_text().splitlines()
    return [line for line in lines if "=" in line and not line.startswith("#")]


@pytest.mark.parametrize("unit", [DAEMON, WORKER])
@pytest.mark.parametrize("line", [
    "Type=notify", "Restart=always", "StartLimitIntervalSec=0", "RestartPreventExitStatus=64 78", "LimitCORE=0",
    "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "MemoryDenyWriteExecute=yes"])
def test_both_units_say(unit, line):
    assert line in settings(unit)


def test_each_side_is_kept_from_what_is_the_others():
    daemon, worker = settings(DAEMON), settings(WORKER)
    assert "InaccessiblePaths=/var/lib/jiandu" in daemon
    assert "PrivateNetwork=yes" in worker and "RestrictAddressFamilies=AF_UNIX" in worker
    assert "User=jiandu-net" in daemon and "User=jiandu-db" in worker


def test_libzmq_may_set_its_scheduler():
    """Without this one call it aborts at start; it has to stand behind the line that denies it."""
    filters = [line for line in settings(DAEMON) if line.startswith("SystemCallFilter=")]
    assert filters[-1] == "SystemCallFilter=sched_setscheduler"
    assert not any("sched_setscheduler" in line for line in settings(WORKER))


def test_both_may_say_how_they_take_turns():
    """base/turns.h; behind the line that denies it, too."""
    for unit in DAEMON, WORKER:
        filters = [line for line in settings(unit) if line.startswith("SystemCallFilter=")]
        denied = next(at for at, line in enumerate(filters) if "~" in line)
        assert "SystemCallFilter=sched_setattr" in filters[denied + 1:]
