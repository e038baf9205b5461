# syntax=docker/dockerfile:1

# The service alone: no sandbox, no tests, no npm, no build tools. It runs as a user without rights, needs no write access
# but to /data (and only with STORE=sqlite), and is meant for a read-only root:
#   docker build -t relevo .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     --volume relevo:/data --env-file relevo.env --publish 8080:8080 relevo
# Secrets come as variables or, with _FILE behind the name, from mounted files.

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# no script of any package runs, and no native addon is asked for
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
# what a running service has no use for, an intruder might
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
    /usr/local/bin/yarn /usr/local/bin/yarnpkg \
  && install -d -o node -g node -m 0700 /data
WORKDIR /app
# owned by root: the process can change nothing of itself
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY src ./src
ENV NODE_ENV=production ENVIRONMENT=production HOST=0.0.0.0 PORT=8080 SQLITE_PATH=/data/relevo.db
USER node
VOLUME /data
EXPOSE 8080
# SIGTERM stops in good order within SHUTDOWN_TIMEOUT (20 s): give it a little more, `docker stop --time 25`
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=4", "--initial-heap-size=128", "src/main/server.ts"]
