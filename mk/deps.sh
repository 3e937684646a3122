#!/bin/sh
# Installs what is missing of the named sets of Debian packages: run, test, lint, fuzz, systemd. Quiet, quick and
# without the network when nothing is missing; asks for nothing. The only list of dependencies.
set -eu

packages() {
    case $1 in
    run)  echo libc6-dev libuv1-dev libzmq3-dev liblmdb-dev libmsgpack-dev libsodium-dev \
               libyaml-dev libutf8proc-dev libjansson-dev libsystemd-dev
          command -v cc >/dev/null || echo gcc ;;
    test) echo libcmocka-dev python3 python3-zmq python3-msgpack python3-pytest procps ;;
    lint) echo clang clang-format clang-tidy cppcheck ;;
    systemd) echo debootstrap systemd-container ;;
    fuzz) echo clang libclang-rt-14-dev ;;
    *)    echo "usage: mk/deps.sh [run|test|lint|fuzz|systemd]..." >&2; exit 64 ;;
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

echo "installing" $missing
apt update || echo "mk/deps.sh: going on with the package lists that are here" >&2
apt install -y --no-install-recommends $missing >/dev/null
