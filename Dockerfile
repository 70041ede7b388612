# Two images of one program.
#
#   docker build --target static -t firsttoken .                            no GPU telemetry: no libc, no shell, 20 MB
#   docker build --target dcgm   -t firsttoken:dcgm .                       with NVIDIA's libdcgm.so.4
#   docker build --target dcgm   --build-arg DCGM_VERSION=none -t … .       without it: mount the host's, see below
#
# Neither needs a GPU, root, or --cap-add: the program is a client of nv-hostengine. docs/gpu.md says how to reach one.
#
# The library in the image must not be newer than the host engine that it talks to. To use the host's own:
#   -v /usr/lib/x86_64-linux-gnu/libdcgm.so.4:/usr/local/lib/dcgm/libdcgm.so.4:ro
#
# Two things would break the dcgm image, and a test holds this file to them. go-dcgm leaves the library's symbols
# undefined until it has loaded it, so nothing may bind them at start: no "-z now", no "-bindnow", no LD_BIND_NOW; and
# no musl, whose loader knows no other way. And a static binary cannot load a library at all.

ARG GO_IMAGE=golang:1.26-bookworm

FROM ${GO_IMAGE} AS source
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .

# Where the ledger lives: a volume belongs here, so that what was spent outlives the container.
RUN mkdir /state

FROM source AS build-static
ARG VERSION=dev
ARG REVISION=unknown
RUN CGO_ENABLED=0 go build -trimpath -tags nodcgm -ldflags "-s -w -X github.com/prometheus/common/version.Version=${VERSION} -X github.com/prometheus/common/version.Revision=${REVISION}" -o /out/firsttoken ./cmd/firsttoken

# gcc comes with the image. "-z lazy" stands last, so that it wins over a hardened toolchain's default.
FROM source AS build-dcgm
ARG VERSION=dev
ARG REVISION=unknown
RUN CGO_ENABLED=1 go build -trimpath -ldflags "-s -w -X github.com/prometheus/common/version.Version=${VERSION} -X github.com/prometheus/common/version.Revision=${REVISION} -extldflags '-Wl,-z,lazy'" -o /out/firsttoken ./cmd/firsttoken

# NVIDIA's library alone, out of its package: the engine, its modules and the tools stay behind.
FROM debian:bookworm-slim AS library
ARG DCGM_VERSION=4.5.3
ARG TARGETARCH=amd64
RUN mkdir -p /out && if [ "${DCGM_VERSION}" != none ]; then \
      set -eu; \
      case "${TARGETARCH}" in arm64) repo=sbsa ;; *) repo=x86_64 ;; esac; \
      apt-get update; \
      apt-get install -y --no-install-recommends ca-certificates curl; \
      curl -fsSLo /tmp/keyring.deb "https://developer.download.nvidia.com/compute/cuda/repos/debian12/${repo}/cuda-keyring_1.1-1_all.deb"; \
      dpkg -i /tmp/keyring.deb; \
      apt-get update; \
      cd /tmp; \
      apt-get download "datacenter-gpu-manager-4-core=1:${DCGM_VERSION}-1"; \
      dpkg -x datacenter-gpu-manager-4-core_*.deb /tmp/package; \
      find /tmp/package -name 'libdcgm.so.4*' -exec cp -a {} /out/ ';'; \
      test -e /out/libdcgm.so.4; \
    fi

FROM gcr.io/distroless/cc-debian12:nonroot AS dcgm
COPY --from=library /out/ /usr/local/lib/dcgm/
COPY --from=build-dcgm /out/firsttoken /usr/local/bin/firsttoken
COPY --from=source --chown=nonroot:nonroot /state /var/lib/firsttoken
ENV FIRSTTOKEN_BUDGET_FILE=/var/lib/firsttoken/ledger.db
ENV LD_LIBRARY_PATH=/usr/local/lib/dcgm
EXPOSE 9977
ENTRYPOINT ["/usr/local/bin/firsttoken"]

FROM gcr.io/distroless/static-debian12:nonroot AS static
COPY --from=build-static /out/firsttoken /usr/local/bin/firsttoken
COPY --from=source --chown=nonroot:nonroot /state /var/lib/firsttoken
ENV FIRSTTOKEN_BUDGET_FILE=/var/lib/firsttoken/ledger.db
EXPOSE 9977
ENTRYPOINT ["/usr/local/bin/firsttoken"]
