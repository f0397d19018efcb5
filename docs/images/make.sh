#!/usr/bin/env bash
# Makes the pictures of README.md from the demonstration: starts it with data of its own, has it train a candidate, and photographs its pages.
# Takes about five minutes; needs Chromium (deploy/install-native.sh --test). DEMO_PICTURES names another folder for the pictures.
set -euo pipefail
cd "$(dirname "$0")/../.."

http=18080 grpc=18081
data="$(mktemp -d)"
log="$data/server.log"
dotnet build tests/AnomalyLine.Server.Tests -c Release -nologo -v q -tl:off
mkdir -p "$data/line/datasets"
ln -s ../parts "$data/line/datasets/parts"
src/AnomalyLine.Server/bin/Release/net10.0/AnomalyLine.Server --demo --data "$data/line" --max-minutes 1 \
  --AnomalyLine:HttpPort=$http --AnomalyLine:GrpcPort=$grpc --AnomalyLine:OpcUa:Enabled=false > "$log" 2>&1 &
server=$!
trap 'kill $server 2> /dev/null; wait $server 2> /dev/null || true; rm -rf "$data"' EXIT

for ((second = 0; second < 400; second++)); do
  curl -fsS "http://127.0.0.1:$http/health/ready" > /dev/null 2>&1 && break
  kill -0 $server 2> /dev/null || { cat "$log" >&2; exit 1; }
  sleep 1
done
sleep 30 # the charts want parts

DEMO_HTTP="http://127.0.0.1:$http" DEMO_GRPC="http://127.0.0.1:$grpc" DEMO_PICTURES="${DEMO_PICTURES:-$PWD/docs/images}" \
  dotnet run --no-build -c Release --project tests/AnomalyLine.Server.Tests -- -explicit only -class '*DemoPictures'
