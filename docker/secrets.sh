#!/usr/bin/env bash
# secrets.sh - makes the secrets of this installation, once, in two volumes: /secrets/site and /secrets/database.
set -euo pipefail
umask 022 # readable inside the containers that mount the volume, whatever user they run as; nowhere else

make() { # FILE - a new secret, unless there is one
  [[ -s $1 ]] || { head -c 64 /dev/urandom | base64 --wrap=0 | tr -dc 'a-zA-Z0-9' | cut -c1-64 >"$1.new" && mv "$1.new" "$1"; }
}
make /secrets/database/superuser_password
make /secrets/database/database_password
make /secrets/site/secret_key
make /secrets/site/contact_key
cp /secrets/database/database_password /secrets/site/
