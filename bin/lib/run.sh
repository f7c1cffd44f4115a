#!/usr/bin/env bash
# run.sh postgres|redis|web|worker|beat - becomes that program. The supervisor calls it, in the directory the program stands in.
set -euo pipefail
: "${GRIDGOV_ROOT:?}" "${GRIDGOV_LOCAL:?}" "${GRIDGOV_SOCKETS:?}"
python=$GRIDGOV_ROOT/.venv/bin/python
as=(setpriv --pdeathsig TERM) # if the supervisor is killed, the kernel ends the program too

case $1 in
  postgres)
    # shellcheck disable=SC2086
    exec setpriv --pdeathsig INT "$GRIDGOV_ROOT/bin/lib/as-postgres.sh" "$GRIDGOV_POSTGRES" -c listen_addresses= \
      -c unix_socket_directories="$GRIDGOV_SOCKETS/postgres" -c unix_socket_permissions=0700 -c shared_buffers=256MB \
      -c work_mem=16MB -c random_page_cost=1.1 ${GRIDGOV_POSTGRES_OPTIONS-}
    ;;
  redis)
    exec "${as[@]}" "$GRIDGOV_LOCAL/run/redis-server" --port 0 --unixsocket "$GRIDGOV_SOCKETS/redis.sock" --unixsocketperm 700 \
      --dir . --appendonly yes --save ""
    ;;
  web)
    exec "${as[@]}" "$python" -m granian --interface wsgi --host "$GRIDGOV_BIND" --port "$GRIDGOV_PORT" --workers 2 \
      --blocking-threads 4 --workers-kill-timeout 10 --respawn-failed-workers gridgov.wsgi:application
    ;;
  worker)
    # Processes share semaphores, which not every system lets every account make; threads need none.
    pool=prefork
    "$python" -c 'import multiprocessing; multiprocessing.Lock()' 2>/dev/null || pool=threads
    exec "${as[@]}" "$python" -m celery -A gridgov worker --pool "$pool" --concurrency 2 --loglevel INFO
    ;;
  beat) exec "${as[@]}" "$python" -m celery -A gridgov beat --schedule beat-schedule --pidfile= --loglevel INFO ;;
esac
