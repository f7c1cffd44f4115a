# shellcheck shell=bash
# services.sh - one supervisor, and under it PostgreSQL and Redis of our own (and, for bin/up, the site). Reached by sockets only.
# Takes ROOT and LOCAL. An instance is a directory LOCAL (`.local`, or `.local/test`): postgres/ redis/ run/ log/ lie in it.

# Sockets have 107 bytes for their path, so they lie in a short one of their own; postgres/ in it is the server's.
SOCKETS=/tmp/gridgov-$EUID-$(sha256sum <<<"$LOCAL" | cut -c1-12)
SUPERVISOR_PID=

# take_lock - one at a time per instance; the lock goes with this process, however it ends. Returns 1 if it is taken.
take_lock() {
  mkdir -p "$LOCAL"/{run,log,redis}
  exec {LOCK_FD}>>"$LOCAL/lock"
  flock --nonblock "$LOCK_FD"
}

# Processes of this instance, and of no other: they stand in its directories, whatever they call themselves.
our_processes() {
  local place proc
  for proc in /proc/[0-9]*; do
    for place in postgres redis run; do
      [[ $proc/cwd -ef $LOCAL/$place ]] || continue
      case $(readlink "$proc/exe") in */postgres* | */redis* | */python*) echo "${proc#/proc/}" ;; esac
    done
  done
}

# stop_leftovers - ends what a killed run left behind, gently first; removes the pid files that would stand in the way.
stop_leftovers() {
  local signal pids
  for signal in TERM INT KILL; do
    pids=$(our_processes)
    [[ $pids ]] || break
    # shellcheck disable=SC2086
    kill -s "$signal" $pids 2>/dev/null || true
    wait_until 15 no_process_left || true
  done
  no_process_left || fail "上次运行的进程无法结束：$(our_processes | paste -sd ' ')。" "Processes of the last run cannot be stopped: $(our_processes | paste -sd ' ')."
  rm -f "$LOCAL/postgres/postmaster.pid" "$SOCKETS"/postgres/.s.* "$SOCKETS"/*.sock
}
no_process_left() { [[ -z $(our_processes) ]]; }

# wait_until SECONDS command… - true as soon as the command is, false when the time is up.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# make_sockets - the directory of the sockets, ours alone.
make_sockets() {
  mkdir -m 711 "$SOCKETS" 2>/dev/null || true
  [[ -d $SOCKETS && ! -L $SOCKETS && -O $SOCKETS ]] || fail "$SOCKETS 被其他用户占用。" "$SOCKETS belongs to somebody else."
  mkdir -m 700 "$SOCKETS/postgres" 2>/dev/null || true
  ((EUID)) || chown postgres:postgres "$SOCKETS/postgres"
  ln -sf "$(command -v redis-server || command -v redis-check-rdb)" "$LOCAL/run/redis-server" # one program, two names
}

make_cluster() {
  [[ -e $LOCAL/postgres/PG_VERSION ]] && return
  local new=$LOCAL/postgres.new
  rm -rf "$new" && mkdir -m 700 "$new" || return
  ((EUID)) || chown postgres:postgres "$new" || return
  # Collation C: sorting never depends on the machine, and a prefix of a path is an index range.
  (cd "$new" && exec "$ROOT/bin/lib/as-postgres.sh" "$POSTGRESQL_BIN/initdb" --username=postgres --auth=trust --encoding=UTF8 \
    --lc-collate=C --lc-ctype=C.UTF-8 --lc-messages=C --data-checksums) || return
  rm -rf "$LOCAL/postgres" && mv "$new" "$LOCAL/postgres"
}

# start_services - the supervisor with PostgreSQL and Redis; the site waits until it is asked for. Stops with a sentence if they do not come.
start_services() {
  make_sockets
  [[ -e $LOCAL/postgres/PG_VERSION ]] || step "建立数据库" "Making the database cluster" make_cluster
  export GRIDGOV_ROOT=$ROOT GRIDGOV_LOCAL=$LOCAL GRIDGOV_SOCKETS=$SOCKETS GRIDGOV_POSTGRES=$POSTGRESQL_BIN/postgres
  export PYTHONPATH=$ROOT PYTHONUNBUFFERED=1 LANG=C.UTF-8
  # A session of its own: Ctrl-C and a closed terminal reach us, and we end it in order. If we are killed, the kernel tells it.
  (cd "$LOCAL/run" && exec setsid setpriv --pdeathsig TERM "$PYTHON" -m supervisor.supervisord --nodaemon --silent \
    --configuration "$ROOT/bin/lib/supervisord.conf") {LOCK_FD}>&- >>"$LOG" 2>&1 </dev/null &
  SUPERVISOR_PID=$!
  wait_until 60 services_answer || explain "启动数据库" "Starting the database" "$(tail -n 20 "$LOCAL"/log/{supervisor,postgres,redis}.log 2>/dev/null)"
  sql template1 "SELECT 1 FROM pg_roles WHERE rolname = 'gridgov'" | grep -q 1 || prepare_cluster
}

services_answer() {
  "$POSTGRESQL_BIN/pg_isready" --quiet --host="$SOCKETS/postgres" && [[ $(redis-cli -s "$SOCKETS/redis.sock" ping 2>/dev/null) == PONG ]]
}

sql() { "$POSTGRESQL_BIN/psql" --host="$SOCKETS/postgres" --username=postgres --dbname="$1" --no-psqlrc --quiet -v ON_ERROR_STOP=1 -tAc "$2"; }

# The site is no superuser; PostGIS, which only one may create, is in the template of every database.
prepare_cluster() {
  sql template1 "CREATE EXTENSION IF NOT EXISTS postgis" >/dev/null
  sql template1 "CREATE ROLE gridgov LOGIN CREATEDB" >/dev/null
}

make_database() {
  sql template1 "SELECT 1 FROM pg_database WHERE datname = '$1'" | grep -q 1 || sql template1 "CREATE DATABASE $1 OWNER gridgov" >/dev/null
}

database_url() { echo "postgis://gridgov@/$SOCKETS/postgres/$1"; }
redis_url() { echo "unix://$SOCKETS/redis.sock?db=$1"; }
broker_url() { echo "redis+socket://$SOCKETS/redis.sock?virtual_host=$1"; }

control() { "$PYTHON" -m supervisor.supervisorctl --configuration "$ROOT/bin/lib/supervisord.conf" "$@"; }

# stop_services - all of them, in order: the site first, then Redis and PostgreSQL, each told to finish what it does.
stop_services() {
  [[ $SUPERVISOR_PID ]] || return 0
  kill -s TERM "$SUPERVISOR_PID" 2>/dev/null || true
  wait "$SUPERVISOR_PID" 2>/dev/null || true
  SUPERVISOR_PID=
  stop_leftovers
}
