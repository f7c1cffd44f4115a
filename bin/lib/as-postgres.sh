#!/usr/bin/env bash
# as-postgres.sh PROGRAM … - becomes that PostgreSQL program, with the current directory as its data directory.
#
# PostgreSQL refuses to run as root, so Debian's account “postgres” takes root's place. A checkout may lie where that account
# cannot walk (/root): it is handed the open directory, not the path to it.
set -euo pipefail
exec 9<.
cd /
export PGDATA=/proc/self/fd/9
((EUID)) && exec "$@"
exec setpriv --reuid=postgres --regid=postgres --clear-groups --pdeathsig INT "$@"
