#!/bin/sh
# mk/install.sh BUILD DESTDIR PREFIX SYSCONFDIR VERSION: everything where Debian and systemd look for it. A
# configuration that is there stays as it is.
set -eu
build=$1 dest=$2 prefix=$3 etc=$4 version=$5

put() { mode=$1 to=$dest$2; shift 2; install -d "$to"; install -m "$mode" "$@" "$to"; }
# Units and configuration are written for /usr.
filled() { sed -e "s|/usr/bin/|$prefix/bin/|g; s|/usr/share/|$prefix/share/|g; s|/etc/jiandu|$etc/jiandu|g" "$1"; }
put_filled() { install -d "$dest$1"; filled "$2" > "$dest$1/$3"; chmod 644 "$dest$1/$3"; }

put 755 "$prefix/bin" "$build/jiandud" "$build/jiandu-worker" "$build/jianductl"
put 644 "$prefix/lib" "$build/libjiandu.so.0"
ln -sf libjiandu.so.0 "$dest$prefix/lib/libjiandu.so"
put 644 "$prefix/include/jiandu" include/jiandu/*.h
install -d "$dest$prefix/lib/pkgconfig"
sed "s|@PREFIX@|$prefix|; s|@VERSION@|$version|" ctl/lib/jiandu.pc.in > "$dest$prefix/lib/pkgconfig/jiandu.pc"

put 644 "$prefix/share/jiandu/policies" policies/*.yaml policies/*.csv
put 644 "$prefix/share/jiandu/samples" samples/*.jsonl
for page in docs/man/*.[1-8]; do put 644 "$prefix/share/man/man${page##*.}" "$page"; done
docs=$(ls README.md README.zh.md ARCHITECTURE.md PROTOCOL.md SECURITY.md LICENSE docs/*.md 2>/dev/null || true)
[ -z "$docs" ] || put 644 "$prefix/share/doc/jiandu" $docs
put 644 "$prefix/share/doc/jiandu/examples" $(find examples -maxdepth 1 -type f)

put_filled "$prefix/lib/systemd/system" systemd/jiandud.service jiandud.service
put_filled "$prefix/lib/systemd/system" systemd/jiandu-worker@.service jiandu-worker@.service
put_filled "$prefix/lib/sysusers.d" systemd/jiandu.sysusers jiandu.conf
put_filled "$prefix/lib/tmpfiles.d" systemd/jiandu.tmpfiles jiandu.conf
if [ -e "$dest$etc/jiandu/jiandu.yaml" ]; then
    echo "kept $dest$etc/jiandu/jiandu.yaml"
else
    put_filled "$etc/jiandu" systemd/jiandu.yaml jiandu.yaml
fi

[ -z "$dest" ] || exit 0
cat <<TEXT
Installed. What makes it a service (as root; docs/operations.md has the rest):
  ldconfig && systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload
  edit $etc/jiandu/jiandu.yaml
  systemctl enable --now jiandu-worker@530900 jiandu-worker@371000 jiandud
TEXT
