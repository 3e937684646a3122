#!/bin/bash
# tests/systemd.sh BUILD: installs into a Debian of its own, boots that in a container, and sees whether the units
# do what they say: start, answer, reload, come back when killed, drain, and keep each side from what is the
# other's. Wants root, debootstrap and systemd-nspawn. The last line is `N passed, N failed`.
set -u
cd "$(dirname "$0")/.."
build=${1:-build} base=${1:-build}/systemd
packages=systemd,dbus,procps,libzmq5,libuv1,liblmdb0,libmsgpackc2,libsodium23,libyaml-0-2,libutf8proc2,libjansson4
workers="jiandu-worker@530900 jiandu-worker@371000" all="$workers jiandud"

die() { echo "tests/systemd.sh: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || die "wants to be root"
for tool in debootstrap systemd-nspawn nsenter; do command -v $tool > /dev/null || die "wants $tool"; done

# ------------------------------------------------------------ a Debian, made once and copied for each run

codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror() { # this machine's own, from wherever apt is told of it
    apt-get indextargets --format '$(CREATED_BY) $(CODENAME) $(COMPONENT) $(REPO_URI)' |
        awk -v c="$codename" '$1 == "Packages" && $2 == c && $3 == "main" { print $4; exit }'
}
mkdir -p "$base"
base=$(realpath "$base") pristine=$(realpath "$base")/debian root=$(realpath "$base")/root
if [ ! -d "$pristine" ] || [ "$(cat "$pristine.packages" 2> /dev/null)" != "$codename $packages" ]; then
    rm -rf "$pristine" "$pristine.packages"
    debootstrap --variant=minbase --include="$packages" "$codename" "$pristine" "$(mirror)" > "$base/debootstrap.log" 2>&1 ||
        die "debootstrap failed: see $base/debootstrap.log"
    echo "$codename $packages" > "$pristine.packages"
fi
rm -rf "$root"
cp -a --reflink=auto "$pristine" "$root" || die "no room for a copy of $pristine?"
make BUILD="$build" install DESTDIR="$root" PREFIX=/usr > "$base/install.log" 2>&1 || die "install failed: see $base/install.log"

# ------------------------------------------------------------ booting

systemd-nspawn -D "$root" --boot --private-network --register=no --keep-unit --machine="jiandu-$$" \
    < /dev/null > "$base/console.log" 2>&1 &
nspawn=$! init=
finish() {
    kill -TERM $nspawn 2> /dev/null # powers it off
    for _ in $(seq 100); do kill -0 $nspawn 2> /dev/null || return 0; sleep 0.1; done
    kill -KILL $nspawn $init 2> /dev/null
}
trap finish EXIT
trap 'exit 130' INT TERM

inside() { nsenter -t "$init" -m -u -i -n -p -C -r -w env -i PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8 "$@"; }
script() { inside bash -c "$1" inside "${@:2}"; } # script TEXT ARGUMENT...
within() { # within SECONDS COMMAND...: until it holds
    local end=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done
}

passed=0 failed=0
check() { # check NAME COMMAND...
    local name=$1 out
    shift
    if out=$("$@" 2>&1); then
        passed=$((passed + 1))
        echo "ok $((passed + failed)) - $name"
    else
        failed=$((failed + 1))
        echo "not ok $((passed + failed)) - $name"
        echo "$out" | tail -15 | sed 's/^/    /'
    fi
}
not() { ! "$@"; }
is() { [ "$1" = "$2" ] || { echo "'$1', not '$2'"; return 1; }; }

find_init() { init=$(pgrep -x -P $nspawn systemd); } # its first child is a helper that goes again
booted() { inside systemctl is-system-running --wait | grep -qx 'running\|degraded'; }
within 60 find_init || die "the container does not start: see $base/console.log"
within 120 booted || die "the container does not boot: see $base/console.log"

prop() { inside systemctl show -P "$2" "$1"; }
health() { inside jianductl health --division "$1" --timeout 500 --retries 10; }
healthy() { health 530900 && health 371000; }
active() { local u; for u in $all; do is "$(prop $u ActiveState)" active || return 1; done; }
drop_in() { # drop_in UNIT LINE, once the manager reads it
    script 'mkdir -p /run/systemd/system/$1.service.d; printf "[Service]\n%s\n" "$2" > /run/systemd/system/$1.service.d/test.conf
            systemctl daemon-reload' "$@"
}

# ------------------------------------------------------------ starting

owner() { is "$(inside stat -c '%U:%G %a' "$1")" "$2"; }
check "users and groups are made at boot" inside id jiandu-net jiandu-db
check "the runtime folder is both sides', and sticky" owner /run/jiandu 'root:jiandu-ipc 1771'
check "the state folder is the store's side's alone" owner /var/lib/jiandu 'jiandu-db:jiandu-ipc 700'
check "the shipped configuration is good" inside jiandud --check-config
check "all units start" inside systemctl start $all
check "and are active" active
check "the master key is made, for its owner alone" owner /var/lib/jiandu/master.key 'jiandu-db:jiandu-ipc 600'
check "both divisions answer" healthy
check "it listens on the loopback address only where configured" script '
    got=$(awk "\$4 == \"0A\" { print \$2 }" /proc/net/tcp | sort | tr "\n" " ")
    [ "$got" = "0100007F:1D6B 0100007F:1D6C " ] || { echo "$got"; exit 1; }'

# ------------------------------------------------------------ who may talk to it

as() { inside setpriv --reuid=nobody --regid=nogroup "$@"; }
check "a member of the group jiandu may ask" as --groups=jiandu jianductl health --division 530900
check "another user may not" not as --clear-groups jianductl health --division 530900 --timeout 300 --retries 0
connects='use Socket; socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die; connect($s, sockaddr_un($ARGV[0])) or die "$!\n"'
worker_socket=/run/jiandu/worker-530900.sock
check "nor does a member of jiandu get at a worker" not as --groups=jiandu perl -e "$connects" $worker_socket
check "whose socket is the daemon's side's (control)" inside setpriv --reuid=jiandu-net --regid=nogroup \
    --groups=jiandu-ipc test -w $worker_socket

# ------------------------------------------------------------ what each side is kept from

# probe UNIT PROPERTY-CHANGES PERL: runs Perl in the unit's own sandbox; the interpreter is all that is added.
probe() {
    script 'unit=$1
        sed -e "/^\(ExecReload\|Restart\|RestartSec\|WatchdogSec\|RestartPreventExitStatus\|WantedBy\)=/d" \
            -e "s|^Type=.*|Type=oneshot\nStandardError=truncate:/run/probe.err|" -e "s|^ExecPaths=.*|ExecPaths=/usr|" -e "s|^ExecStart=.*|ExecStart=/usr/bin/perl /run/probe.pl|" \
            -e "$2" "/usr/lib/systemd/system/$unit" > /run/systemd/system/probe.service
        printf "%s\n" "$3" > /run/probe.pl
        systemctl daemon-reload
        systemctl start probe && exit
        cat /run/probe.err
        exit 1' "$@"
}
# denied WORDS UNIT PROPERTY-CHANGES PERL: fails, and for that reason.
denied() {
    local out words=$1
    shift
    out=$(probe "$@" 2>&1) && return 1
    echo "$out"
    echo "$out" | grep -q "^$words"
}
net=jiandud.service db=jiandu-worker@.service
reads='opendir(my $d, "/var/lib/jiandu") or die "$!\n"; my @n = grep /master/, readdir $d; die "empty\n" unless @n'
opens='use Socket; socket(my $s, PF_INET, SOCK_STREAM, 0) or die "$!\n"'
opens6='use Socket; socket(my $s, PF_INET6, SOCK_DGRAM, 0) or die "$!\n"'
writes='open(my $f, ">", "/etc/jiandu/probe") or die "$!\n"'
runs='exec("/usr/bin/id") or die "$!\n"'
none='s/^/&/'
check "the daemon cannot read the store" denied "Permission denied" $net "$none" "$reads"
check "not even as root" denied empty $net 's/^User=.*/User=root/; s/^Group=.*//; s/^CapabilityBoundingSet=$/&~/; s/^PrivateUsers=.*//' "$reads"
check "which a worker can (control)" probe $db "$none" "$reads"
check "a worker cannot open a network socket" denied "Address family" $db "$none" "$opens"
check "nor one of IPv6" denied "Address family" $db "$none" "$opens6"
check "which the daemon can (control)" probe $net "$none" "$opens"
check "the daemon cannot run another program" denied "Permission denied" $net 's|^ExecPaths=.*|ExecPaths=/usr/bin/perl /usr/lib|' "$runs"
check "nor can a worker" denied "Permission denied" $db 's|^ExecPaths=.*|ExecPaths=/usr/bin/perl /usr/lib|' "$runs"
check "which where it is not forbidden works (control)" probe $db "$none" "$runs"
check "neither writes elsewhere: the daemon" denied "Read-only" $net "$none" "$writes"
check "neither writes elsewhere: a worker" denied "Read-only" $db "$none" "$writes"

sees_nothing() { is "$(script 'ls -A /proc/$1/root/var/lib/jiandu' "$(prop jiandud MainPID)")" ""; }
check "the running daemon sees no store" sees_nothing
only_lo() { is "$(script 'awk -F: "NR > 2 { print \$1 }" /proc/$1/net/dev | tr -d " "' "$(prop "$1" MainPID)")" lo; }
for unit in $workers; do check "$unit has no network device" only_lo $unit; done
confined() { # no capability, none to come, system calls filtered, no core files
    script 's=/proc/$1/status
        grep -q "^NoNewPrivs:[[:space:]]1" $s && grep -q "^Seccomp:[[:space:]]2" $s && [ "$(grep -c "^Cap.*:[[:space:]]0*$" $s)" = 5 ] &&
        grep -q "^Max core file size  *0  *0 " /proc/$1/limits || { cat $s; exit 1; }' "$(prop "$1" MainPID)"
}
for unit in $all; do check "$unit is confined" confined $unit; done

# ------------------------------------------------------------ reloading

reload_keeps() {
    local pid
    pid=$(prop jiandud MainPID)
    inside systemctl reload jiandud && is "$(prop jiandud MainPID)" "$pid" && active && healthy
}
check "reload" reload_keeps
conf=/etc/jiandu/jiandu.yaml
script "cp $conf /root/kept; echo 'nonsense: yes' >> $conf"
check "a configuration that is wrong is refused by reload, and it runs on" reload_keeps
exits_78() {
    inside systemctl restart jiandud && return 1
    sleep 2.5
    is "$(prop jiandud ActiveState) $(prop jiandud ExecMainStatus)" "failed 78"
}
check "at start it is status 78, and no restart" exits_78
script "cp /root/kept $conf; systemctl reset-failed jiandud; systemctl start jiandud"
check "put right, it starts" healthy

# ------------------------------------------------------------ coming back

replaced() { # replaced UNIT PID
    local pid
    pid=$(prop "$1" MainPID)
    [ "$pid" != "$2" ] && [ "$pid" != 0 ] && active
}
comes_back() { # comes_back SIGNAL SECONDS UNIT
    local pid
    pid=$(prop "$3" MainPID)
    inside kill "-$1" "$pid"
    within "$2" replaced "$3" "$pid" || { inside systemctl --no-pager status "$3"; return 1; }
    healthy
}
for unit in $all; do check "$unit comes back when killed" comes_back KILL 10 $unit; done
for unit in jiandud jiandu-worker@371000; do
    drop_in $unit WatchdogSec=2
    inside systemctl restart $unit
    check "$unit comes back when it hangs" comes_back STOP 30 $unit
done

# ------------------------------------------------------------ stopping under load

applications='BEGIN {
    split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", weight, " ")
    for (i = 0; i < 20000; i++) {
        month = 1 + int(i / 500 / 28); day = 1 + int(i / 500) % 28
        id = sprintf("5309241975%02d%02d%03d", month, day, 2 * (i % 500) + 1)
        sum = 0
        for (k = 1; k <= 17; k++) sum += weight[k] * substr(id, k, 1)
        id = id substr("10X98765432", sum % 11 + 1, 1)
        printf "{\"name\":\"临样甲\",\"sex\":\"1\",\"birth_date\":\"1975-%02d-%02d\",\"id_no\":\"%s\",", month, day, id
        printf "\"phone\":\"0883-0000061\",\"health\":\"1\",\"education\":\"21\",\"major\":\"临床医学\",\"employer\":\"样例单位\","
        printf "\"post\":\"职员\",\"work_years\":8,\"expertise\":[\"medicine\"],\"voluntary\":true,\"unpaid_ack\":true,"
        printf "\"attests_stance\":true,\"signed_on\":\"%s\"}\n", today
    }
}'
script 'awk -v today=$(date +%F) "$1" > /root/load' "$applications"
count() { script 'grep -c "$1" /root/receipts' "$1"; }
recorded() { inside jianductl stats --division 530900 | awk '$1 == "application" { n += $3 } END { print n }'; }
started() { [ "$(count status)" -gt 100 ]; }
load() { script 'jianductl send --json --retries 30 application.submit --division 530900 /root/load > /root/receipts'; }
stop_under_load() {
    local sender
    script ': > /root/receipts'
    load & sender=$!
    within 10 started
    inside systemctl stop "$1" && is "$(prop "$1" Result)" success
    local stopped=$?
    inside systemctl start "$1"
    wait $sender
    [ $stopped = 0 ] || return 1
}
conserved() {
    local got answers
    got=$(recorded) answers=$(count '"status":"ok"')
    echo "$answers acknowledged, $got recorded, of 20000; $(count '"status":"busy"') told to come again"
    [ "$(count status)" = 20000 ] && [ "$answers" = "$got" ] && [ "$got" -gt 100 ]
}
check "the daemon stops cleanly under load" stop_under_load jiandud
check "every request was answered, and what was acknowledged is recorded" conserved
drained() { inside journalctl --no-pager -u jiandud | grep -q draining; }
check "it drained" drained
check "a worker stops cleanly under the same load again" stop_under_load jiandu-worker@530900
all_there() {
    load # the same people, a third time: those who were told to come again come
    is "$(recorded)" 20000
}
check "and then all are recorded, none twice" all_there

# ------------------------------------------------------------ the key from elsewhere, and the end

script 'systemctl stop jiandu-worker@371000; install -m 600 /var/lib/jiandu/master.key /etc/jiandu/master.key; rm /var/lib/jiandu/master.key'
drop_in jiandu-worker@371000 LoadCredential=jiandu-master-key:/etc/jiandu/master.key
check "a worker takes its key as a credential" inside systemctl start jiandu-worker@371000
check "and serves" health 371000
check "without a key of its own" inside test ! -e /var/lib/jiandu/master.key
script 'install -m 600 -o jiandu-db -g jiandu-ipc /etc/jiandu/master.key /var/lib/jiandu/master.key'

check "all stop" inside systemctl stop $all
results() { local u; for u in $all; do is "$(prop $u Result) $(prop $u ActiveState)" "success inactive" || return 1; done; }
check "cleanly" results
check "the stores keep their promises" inside runuser -u jiandu-db -- jiandu-worker --verify --replay
enabled_start() { inside systemctl enable $workers jiandud && inside systemctl start jiandud && within 10 active && healthy; }
check "enabled workers come with the daemon" enabled_start

script 'journalctl --no-pager -u "jiandu*"' > "$base/journal.log" 2>&1
echo "$passed passed, $failed failed"
[ $failed = 0 ]
