#!/bin/sh
# Writes the query data in .sqlx, which lets everybody build without a database: starts a throw-away PostgreSQL, migrates
# it, and compiles the store against it, which is what `cargo sqlx prepare` does. Whether it is fresh is tested in
# tests/tests/database/store/saved_queries.rs, without compiling anything.
#
# Needs PostgreSQL's programs: on the PATH, in PLEDGEGRAPH_PG_BIN, or where Debian keeps them.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD

bin=${PLEDGEGRAPH_PG_BIN:-}
for candidate in /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb || echo /)")"; do
    [ -n "$bin" ] || { [ -x "$candidate/initdb" ] && bin=$candidate; }
done
[ -n "$bin" ] || { echo "prepare: no initdb found; install PostgreSQL or set PLEDGEGRAPH_PG_BIN" >&2; exit 1; }

work=$(mktemp -d)
# The server refuses to run as root.
as_owner=
if [ "$(id -u)" = 0 ]; then
    account=postgres
    id "$account" >/dev/null 2>&1 || account=nobody
    chown "$account" "$work"
    as_owner="setpriv --reuid=$account --regid=$(id -gn "$account") --clear-groups --"
fi
stop() {
    $as_owner "$bin/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' INT TERM

(
    cd "$work"
    $as_owner "$bin/initdb" -D "$work/data" -U prepare -E UTF8 --locale=C --auth=trust --no-sync >/dev/null
    $as_owner "$bin/pg_ctl" -D "$work/data" -l "$work/log" -w \
        -o "-k $work -c listen_addresses= -c fsync=off -c port=5432" start >/dev/null
)
for migration in "$root"/migrations/*.sql; do
    "$bin/psql" -h "$work" -U prepare -d postgres -q -v ON_ERROR_STOP=1 -1 -f "$migration"
done

mkdir "$work/sqlx"
chmod 755 "$work"
# A target directory of its own would compile sqlx again. The build script's environment differs from an ordinary
# build's, so cargo compiles the store anew, and every macro writes its file.
touch crates/store/src/lib.rs
DATABASE_URL="postgresql://prepare@localhost/postgres?host=$work" SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$work/sqlx" \
    cargo check --quiet --release -p pledgegraph-store

rm -rf "$root/.sqlx"
mkdir "$root/.sqlx"
cp "$work"/sqlx/*.json "$root/.sqlx/"
