#!/usr/bin/env bash
# entrypoint.sh web|worker|beat|migrate|manage … - becomes that part of gridgov inside a container.
#
# Secrets come from files in /run/secrets (those of `docker secret`, or the ones that docker/secrets.sh made), or from the
# environment, which wins. What is set but empty counts as not set, so that a compose file may pass on what there is.
set -euo pipefail

while IFS='=' read -r name value; do
  [[ $name != GRIDGOV_* || $value ]] || unset "$name"
done < <(env)

secret() { # NAME file
  [[ ${!1-} || ! -r /run/secrets/$2 ]] || export "$1=$(<"/run/secrets/$2")"
}
secret GRIDGOV_SECRET_KEY secret_key
secret GRIDGOV_CONTACT_KEY contact_key
secret DATABASE_PASSWORD database_password
secret BROKER_PASSWORD broker_password
secret GRIDGOV_S3_SECRET_KEY s3_secret_key

[[ ${GRIDGOV_BROKER-} != rabbitmq ]] || : "${GRIDGOV_BROKER_URL:=amqp://gridgov:${BROKER_PASSWORD-}@rabbitmq/gridgov}"
: "${REDIS_URL:=redis://redis:6379/0}" "${GRIDGOV_BROKER_URL:=redis://redis:6379/1}"
: "${DATABASE_URL:=postgis://gridgov:${DATABASE_PASSWORD-}@postgres:5432/gridgov}"
export REDIS_URL GRIDGOV_BROKER_URL DATABASE_URL
# A browser that was told “https only” for localhost would refuse everything else there for a year.
[[ ${GRIDGOV_SITE:=localhost} != localhost ]] || export GRIDGOV_HSTS_SECONDS=0

load_demo() { python manage.py load_demo --check "$1" || python manage.py load_demo "$1"; }

case $1 in
  web)
    exec granian --interface wsgi --host 0.0.0.0 --port 8000 --workers "${GRIDGOV_WEB_WORKERS:-2}" --blocking-threads 4 \
      --respawn-failed-workers gridgov.wsgi:application
    ;;
  worker) exec celery -A gridgov worker --concurrency "${GRIDGOV_WORKER_PROCESSES:-2}" --loglevel INFO ;;
  beat) exec celery -A gridgov beat --schedule /tmp/beat-schedule --pidfile= --loglevel INFO ;;
  migrate)
    python manage.py migrate --no-input
    [[ ${GRIDGOV_DEMO:-none} == none ]] && exit
    load_demo "$GRIDGOV_DEMO"
    exec python manage.py demo_logins
    ;;
  manage) exec python manage.py "${@:2}" ;;
  *) exec "$@" ;;
esac
