#!/usr/bin/env bash
# postgres.sh - runs once in the database container, when its cluster is new: the site's role (no superuser) and its database.
set -euo pipefail
password=$(</run/secrets/database_password)
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
CREATE ROLE gridgov LOGIN PASSWORD '$password';
CREATE DATABASE gridgov OWNER gridgov;
\connect gridgov
CREATE EXTENSION IF NOT EXISTS postgis;
SQL
