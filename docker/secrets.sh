#!/usr/bin/env bash
# secrets.sh - makes the secrets of this installation, once, in three volumes: /secrets/site, /secrets/database and /secrets/broker.
set -euo pipefail
umask 022 # readable inside the containers that mount the volume, whatever user they run as; nowhere else

make() { # FILE - a new secret, unless there is one
  [[ -s $1 ]] || { head -c 64 /dev/urandom | base64 --wrap=0 | tr -dc 'a-zA-Z0-9' | cut -c1-64 >"$1.new" && mv "$1.new" "$1"; }
}
make /secrets/database/superuser_password
make /secrets/database/database_password
make /secrets/site/secret_key
make /secrets/site/contact_key
make /secrets/broker/broker_password
cp /secrets/database/database_password /secrets/broker/broker_password /secrets/site/
# RabbitMQ reads its settings from there. A task is confirmed when it is done, and a sweep over a province may take its time (ms).
cat >/secrets/broker/20-gridgov.conf <<CONF
default_user = gridgov
default_vhost = gridgov
default_pass = $(</secrets/broker/broker_password)
consumer_timeout = 14400000
log.console = true
CONF
