# syntax=docker/dockerfile:1
# Warder as a small image: no shell, no package manager, not root, nothing to write. Pin the bases by digest where it is built:
#   docker build --build-arg BUILD_IMAGE=node:24-bookworm-slim@sha256:… --build-arg RUN_IMAGE=gcr.io/distroless/nodejs24-debian12@sha256:… .
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG RUN_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The Node that development pins is left out: the image brings its own.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npx tsc -p tsconfig.build.json
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${RUN_IMAGE}
LABEL org.opencontainers.image.title="Warder" \
      org.opencontainers.image.description="Kubernetes admission policy server" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build --chown=0:0 --chmod=a-w /app/package.json ./
COPY --from=build --chown=0:0 /app/node_modules node_modules
COPY --from=build --chown=0:0 /app/dist dist
COPY --chown=0:0 policies policies
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 8443
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli/main.js"]
CMD ["serve"]
