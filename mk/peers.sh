#!/bin/sh
# What the benchmark measures jiandu beside: private instances on the loopback address, everything they keep in the
# folder they are given, with the settings written here. They run in the foreground; who starts them ends them.
#
#   mk/peers.sh there NAME            0: installed, 3: not
#   mk/peers.sh run NAME FOLDER PORT
#
# Each acknowledges what it has on disk, except NATS: Debian's 2.9 syncs every two minutes and cannot be told otherwise.
set -eu
mode=$1 name=$2

first() { # of the files that match
    for file in "$@"; do [ -x "$file" ] && { echo "$file"; return; }; done
    return 1
}

case $name in
beanstalkd) program=$(command -v beanstalkd || first /usr/bin/beanstalkd) ;;
redis)      program=$(command -v redis-server || first /usr/bin/redis-server) ;;
nats)       program=$(command -v nats-server || first /usr/sbin/nats-server) ;;
rabbitmq)   program=$(first /usr/lib/rabbitmq/bin/rabbitmq-server) ;;
postgres)   program=$(first /usr/lib/postgresql/*/bin/postgres) ;;
*)          echo "mk/peers.sh: no peer '$name'" >&2; exit 64 ;;
esac || exit 3
[ "$mode" = run ] || exit 0

folder=$(realpath "$3") port=$4
exec </dev/null

# Each put is written to the binlog and synced before it is answered; files as large as they may be, so that making
# them costs least.
run_beanstalkd() {
    exec "$program" -l 127.0.0.1 -p "$port" -b "$folder" -f 0 -z 65535
}

# The append-only file is synced before what was read in one round is answered; nothing else is written.
run_redis() {
    cat > "$folder/redis.conf" <<CONF
bind 127.0.0.1
port $port
dir $folder
save ""
appendonly yes
appendfsync always
auto-aof-rewrite-percentage 0
stream-node-max-bytes 4096
stream-node-max-entries 100
CONF
    exec "$program" "$folder/redis.conf"
}

run_nats() {
    cat > "$folder/nats.conf" <<CONF
listen: 127.0.0.1:$port
max_pending: 256MB
jetstream { store_dir: "$folder/store", max_memory_store: 256MB, max_file_store: 8GB }
CONF
    exec "$program" -c "$folder/nats.conf"
}

# A node by itself with a port mapper of its own; persistent messages and confirms are the client's to ask for.
run_rabbitmq() {
    export ERL_EPMD_PORT=$((port + 1)) ERL_EPMD_ADDRESS=127.0.0.1 HOME="$folder"
    cat > "$folder/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$port
disk_free_limit.absolute = 1GB
log.console = true
log.file = false
CONF
    : > "$folder/plugins"
    epmd &
    export RABBITMQ_NODENAME="bench$port@localhost" RABBITMQ_DIST_PORT=$((port + 2)) RABBITMQ_CONF_ENV_FILE=/dev/null
    export RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" RABBITMQ_MNESIA_BASE="$folder/data" RABBITMQ_LOG_BASE="$folder"
    export RABBITMQ_ENABLED_PLUGINS_FILE="$folder/plugins" RABBITMQ_PID_FILE="$folder/pid"
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
    exec "$program"
}

# fsync, full_page_writes and synchronous_commit are on, as they are by default; more memory, and no checkpoint falls
# into a round. It does not run as root.
run_postgres() {
    as=
    if [ "$(id -u)" = 0 ]; then
        as="setpriv --reuid=postgres --regid=postgres --clear-groups --pdeathsig=KILL"
        chown postgres "$folder"
    fi
    $as "$(dirname "$program")/initdb" -D "$folder/data" -U postgres -A trust -N -E UTF8 --locale=C
    cat >> "$folder/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 50
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 512MB
wal_buffers = 64MB
max_wal_size = 8GB
checkpoint_timeout = 30min
CONF
    exec $as "$program" -D "$folder/data"
}

run_"$name"
