# Runs the throw-away PostgreSQL in directory $1 with the programs in $2 for as long as process $3, started at $4, lives.
# Arguments from the fifth on are for initdb. No set -e: whatever fails, the directory is removed at the end.
dir=$1 bin=$2 pid=$3 start=$4
shift 4
trap '' HUP
umask 077

# One watcher per directory.
mkdir "$dir/watcher" 2>/dev/null || exit 0

# A process is known by its number and the time of its start, which is field 22 of its stat: the 20th after the name.
alive() {
    if [ "$start" = - ]; then
        kill -0 "$pid" 2>/dev/null
        return
    fi
    { read -r line <"/proc/$pid/stat"; } 2>/dev/null || return 1
    set -- ${line##*) }
    [ "$1" != Z ] && [ "${20}" = "$start" ]
}

if alive && "$bin/initdb" -D "$dir/data" --auth=trust --no-sync "$@"; then
    "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c port=5432 -c unix_socket_permissions=0700 \
        -c logging_collector=off -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off \
        -c max_connections=300 -c shared_buffers=128MB &
    server=$!
    while alive && kill -0 "$server" 2>/dev/null; do
        sleep 0.05
    done
    kill -QUIT "$server" 2>/dev/null
    wait "$server"
fi

# The server failed although it is still wanted: leave the log to be read.
: >"$dir/failed"
while alive; do
    sleep 0.05
done
rm -rf -- "$dir"
