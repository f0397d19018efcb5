#!/usr/bin/env bash
# Shows whether and how well models are judged on this machine's card, unattended and within 8 minutes, as one Markdown file: versions, each method beside the processor, milliseconds a frame, share of
# the card's peak, cameras through a server, swaps under load, memory after 50 of them. The first run builds before that, which takes some minutes more.
#   build/card-check.sh                                 # on a card, by CUDA; writes card-check.md
#   build/card-check.sh --provider TensorRt --output tensorrt.md
#   build/card-check.sh --provider Cpu --short          # without a card: shows that the check itself runs
# Further arguments go to the benchmarks program: --peak TFLOPS (the maker's figure for float32, else measured), --only TEXT. PROGRAM names a folder with a built one.
set -euo pipefail
cd "$(dirname "$0")/.."

provider=Cuda output=card-check.md short='' more=()
while (($#)); do
  case $1 in
    --provider) provider=$2; shift 2 ;;
    --output) output=$2; shift 2 ;;
    --short) short=1; shift ;;
    *) more+=("$1"); shift ;;
  esac
done

if [[ -z ${PROGRAM:-} ]]; then
  flavour=gpu
  [[ $provider != Cpu ]] || flavour=cpu
  dotnet build tests/AnomalyLine.Benchmarks -c Release -p:OnnxBackend=$flavour -p:RestoreLockedMode=true -p:BuildOpcUaGateway=false -p:RunAnalyzers=false -nologo -v q -tl:off
  PROGRAM=tests/AnomalyLine.Benchmarks/bin/Release/net10.0
  [[ $flavour == cpu ]] || PROGRAM=artifacts/gpu/bin/AnomalyLine.Benchmarks/release_linux-x64
fi

arguments=(card --provider "$provider" --minutes 7 --rounds 3 --seconds 0.2)
[[ -z $short ]] || arguments=(card --provider "$provider" --short --rounds 1 --seconds 0.3 --swaps 2 --only 'ae-l2, fast, 128')
start=$SECONDS outcome=0
{
  printf '# Judging by %s\n\n%s, %s\n\n' "$provider" "$(date -u +%FT%TZ)" "$(uname -sr)"
  if command -v nvidia-smi >/dev/null; then
    printf '```\n'
    nvidia-smi --query-gpu=index,name,driver_version,memory.total,memory.used,utilization.gpu --format=csv || true
    printf '```\n\n'
  fi
  timeout --kill-after=10s 8m dotnet "$PROGRAM/AnomalyLine.Benchmarks.dll" "${arguments[@]}" "${more[@]}" || outcome=$?
  ((outcome == 0)) || printf '\n**It ended with code %d; what it said is on the standard error.**\n' "$outcome"
  printf '%d s in all.\n' $((SECONDS - start))
} >"$output"
echo "$output"
exit "$outcome"
