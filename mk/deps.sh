#!/bin/sh
# Installs what is missing of the named sets of Debian packages: run, test, lint, fuzz, systemd, bench. Quiet, quick and
# without the network when nothing is missing; asks for nothing. The only list of dependencies.
set -eu

packages() {
    case $1 in
    run)  echo libc6-dev libuv1-dev libzmq3-dev liblmdb-dev libmsgpack-dev libsodium-dev \
               libyaml-dev libutf8proc-dev libjansson-dev libsystemd-dev
          command -v cc >/dev/null || echo gcc ;;
    test) echo libcmocka-dev python3 python3-zmq python3-msgpack python3-pytest python3-prometheus-client procps valgrind ;;
    lint) echo clang clang-format clang-tidy cppcheck ;;
    systemd) echo debootstrap systemd-container ;;
    fuzz) echo clang libclang-rt-14-dev ;;
    bench) echo beanstalkd redis-server rabbitmq-server nats-server postgresql libpq-dev librabbitmq-dev pkg-config \
                valgrind ;;
    *)    echo "usage: mk/deps.sh [run|test|lint|fuzz|systemd|bench]..." >&2; exit 64 ;;
    esac
}

wanted=$(for set in "$@"; do packages "$set" || exit; done)
if ! command -v dpkg-query >/dev/null; then
    echo "mk/deps.sh: not a Debian system; needed here are the equivalents of:" $wanted >&2
    exit 0
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
            sed -n 's/^installed //p' | sort -u)
missing=$(printf '%s\n' $wanted | sort -u | grep -vxF "$installed" || true)
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "mk/deps.sh: as root: apt-get install" $missing >&2; exit 1; }
    as_root="sudo -n"
fi
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null; }

# The servers of the benchmark are started by it, privately: what Debian would start on installing, now and at every
# boot, stays off.
quiet=/usr/sbin/policy-rc.d
keep_quiet() {
    case " $* " in *" bench "*) ;; *) return 0 ;; esac
    [ -e $quiet ] && return 0
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $quiet >/dev/null
    $as_root chmod 755 $quiet
    trap '$as_root rm -f $quiet' EXIT
}
switch_off() { # PACKAGE UNIT...
    case " $missing " in *"$1"*) shift; $as_root systemctl disable "$@" >/dev/null 2>&1 || true ;; esac
}
switch_off_all() {
    switch_off beanstalkd beanstalkd.service
    switch_off redis-server redis-server.service
    switch_off rabbitmq-server rabbitmq-server.service epmd.service epmd.socket
    switch_off postgresql postgresql.service
}

echo "installing" $missing
keep_quiet "$@"
apt update || echo "mk/deps.sh: going on with the package lists that are here" >&2
apt install -y --no-install-recommends $missing >/dev/null
case " $* " in *" bench "*) switch_off_all ;; esac
