#!/usr/bin/env bash
# Holds the manifests to the schemas of Kubernetes, and reads the rules for Prometheus and the dashboard of Grafana.
set -euo pipefail
cd "$(dirname "$0")"
[[ node_modules/.package-lock.json -nt package-lock.json ]] || npm ci --no-audit --no-fund --loglevel=error
node check.mjs
