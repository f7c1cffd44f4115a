# shellcheck shell=bash
# site.sh - the environment file, the database of a demo, and the site itself. Takes LOCAL, services.sh running.

# env_set NAME VALUE - in the environment file; what else stands there is the owner's and stays.
env_set() {
  local file=$LOCAL/env
  touch "$file" && chmod 600 "$file"
  { grep -v "^$1=" "$file" || true; echo "$1='$2'"; } >"$file.new"
  chmod 600 "$file.new" && mv "$file.new" "$file"
}
env_has() { grep -q "^$1=." "$LOCAL/env" 2>/dev/null; }
secret() { head -c 64 /dev/urandom | base64 --wrap=0 | tr -dc 'a-zA-Z0-9' | cut -c1-64; }

# write_env DATABASE CACHE - secrets once, the rest as it is now. Nothing of the caller's shell points elsewhere.
write_env() {
  umask 077
  env_has GRIDGOV_SECRET_KEY || env_set GRIDGOV_SECRET_KEY "$(secret)"
  env_has GRIDGOV_CONTACT_KEY || env_set GRIDGOV_CONTACT_KEY "$(secret)"
  env_set DATABASE_URL "$(database_url "$1")"
  env_set REDIS_URL "$(redis_url "$2")"
  env_set GRIDGOV_BROKER_URL "$(broker_url $(($2 + 1)))"
  env_set GRIDGOV_MEDIA_DIR "$LOCAL/media/$1"
  env_set GRIDGOV_TILE_DIR "$LOCAL/tiles/$1"
  umask 022
  unset DATABASE_URL REDIS_URL GRIDGOV_BROKER_URL DJANGO_SETTINGS_MODULE
  export GRIDGOV_ENV_FILE=$LOCAL/env
}

# manage … - manage.py, in a place where a run that was killed is found again, and ended with us.
manage() { in_run "$ROOT/manage.py" "$@"; }
in_run() { (cd "$LOCAL/run" && exec setpriv --pdeathsig TERM "$PYTHON" "$@"); }

prepare_site() {
  step "更新数据库结构" "Migrating the database" manage migrate --no-input
  local sources=$LOCAL/sources
  digest_sources >"$sources.now"
  cmp --silent "$sources.now" "$sources" && [[ -e $ROOT/staticfiles/staticfiles.json ]] && return
  step "准备文字与静态文件" "Preparing texts and static files" prepare_files
  mv "$sources.now" "$sources"
}
digest_sources() {
  (cd "$ROOT" && find gridgov ./*/static mapui/{bundling,modules,storage}.py node_modules/.installed .venv/installed -type f ! -name '*.mo' ! -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum)
}
prepare_files() { compile_texts && manage collectstatic --no-input --clear --verbosity 0; }
compile_texts() { (cd "$ROOT/gridgov" && "$PYTHON" "$ROOT/manage.py" compilemessages); }

# load_demo bairin|boston - once; a load that was interrupted is taken up again.
load_demo() {
  manage load_demo --check "$1" >>"$LOG" 2>&1 && return
  say "正在载入演示数据（仅第一次）…" "Loading the demo territory (the first time only) …"
  local from
  from=$(stat -c %s "$LOG")
  in_run "$ROOT/bin/lib/manage_quietly.py" "$LOG" load_demo "$1" {LOCK_FD}>&- ||
    explain "载入演示数据" "Loading the demo territory" "$(tail -c "+$((from + 1))" "$LOG")"
}

# start_site ADDRESS - web, worker and beat; back when the site answers there and the worker takes orders.
start_site() {
  local from
  from=$(stat -c %s "$LOCAL/log/worker.log" 2>/dev/null || echo 0)
  control start web worker beat >>"$LOG" 2>&1 || true
  wait_until 60 site_answers "$1" || explain "启动网站" "Starting the site" "$(tail -n 20 "$LOCAL/log/web.log")"
  wait_until 60 worker_is_ready "$from" || explain "启动后台任务" "Starting the worker" "$(tail -n 20 "$LOCAL/log/worker.log")"
}
# worker_is_ready BYTES - whether it says so in its log beyond these; a log that is shorter by now was begun anew.
worker_is_ready() {
  local from=$1
  (($(stat -c %s "$LOCAL/log/worker.log" 2>/dev/null || echo 0) >= from)) || from=0
  tail -c "+$((from + 1))" "$LOCAL/log/worker.log" 2>/dev/null | grep -q 'celery@.* ready\.'
}
site_answers() {
  "$PYTHON" -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' "$1/healthz" 2>/dev/null
}

# port_is_free ADDRESS PORT
port_is_free() {
  /usr/bin/python3 - "$1" "$2" 2>/dev/null <<'PYTHON'
import socket, sys
with socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET) as door:
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind((sys.argv[1], int(sys.argv[2])))
PYTHON
}
