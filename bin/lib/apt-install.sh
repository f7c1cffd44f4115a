#!/usr/bin/env bash
# apt-install.sh NAME… - as root: installs packages; makes no cluster and starts no service that was not there before.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1

# Debian makes and starts a cluster “main” with the server: not here. The setting is gone again when we are done.
conf=/etc/postgresql-common/createcluster.d/gridgov.conf
[[ -d ${conf%/*} ]] || made=1
trap 'rm -f "$conf"; [[ -z ${made-} ]] || rmdir --ignore-fail-on-non-empty "${conf%/*}"' EXIT
mkdir -p "${conf%/*}"
printf 'create_main_cluster = false\n' >"$conf"

apt=(apt-get -o Acquire::Retries=2 -o APT::Update::Error-Mode=any -o DPkg::Lock::Timeout=120)
"${apt[@]}" update
"${apt[@]}" install --yes --no-install-recommends "$@"
