#!/bin/sh
# Measures all that docs/benchmarks.md has tables of and that needs no images, one case after another.
#   build/benchmarks.sh [FOLDER]     where the tables go, a file each; artifacts/benchmarks unless said
# PYTHON names a Python that has PyTorch (Debian: apt-get install -y --no-install-recommends python3-torch); without one, that comparison is left out.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-artifacts/benchmarks}
python=${PYTHON:-/usr/bin/python3}
mkdir -p "$folder"
dotnet build -c Release --nologo -v quiet tests/AnomalyLine.Benchmarks

measure() {
    echo "== $*"
    dotnet tests/AnomalyLine.Benchmarks/bin/Release/net10.0/AnomalyLine.Benchmarks.dll "$@" > "$folder/$1.txt"
    cat "$folder/$1.txt"
}

measure stages --rounds 5 --seconds 0.3
measure overhead --rounds 4 --seconds 4
measure loopback --rounds 5 --seconds 2
measure log --rounds 5 --seconds 2
measure threads --rounds 3 --seconds 0.6
measure methods --rounds 3 --seconds 0.2
measure onnx --rounds 5 --seconds 0.15
if "$python" -c 'import torch' 2> /dev/null; then
    measure pytorch --rounds 5 --seconds 0.3 --python "$python"
else
    echo "$python has no PyTorch: not compared with it"
fi
measure swap --rounds 1 --seconds 40
measure soak --rounds 1
