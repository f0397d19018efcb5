#!/usr/bin/env bash
# Brings what the machine lacks to build and run AnomalyLine on Debian 12+ or Ubuntu 22.04+ (x64), and prints what it installs.
# With --test also what tests want: PostgreSQL, for the management database's second kind (the tests start a server of their own),
# Chromium, in which the console is tested, with a font for its Chinese, mosquitto, the broker that results are published to, nginx, the proxy of
# deploy/nginx.conf, aravis-tools with a GigE Vision camera and its library, and ffmpeg (the tests start one of their own of each); curl, for
# the calls over REST of docs/operations.md; Python, a C++ compiler and gRPC for both, in which cameras are written (clients/).
# The native files in the build's output need libstdc++6, libgcc-s1 and glibc only, which every Debian with apt has: where the
# .NET SDK and npm are there, this normally has nothing to do.
set -euo pipefail

say() { printf 'install-native: %s\n' "$*"; }

if [[ "$(uname -sm)" != "Linux x86_64" ]]; then
  say "AnomalyLine runs on Linux x64; this is $(uname -sm)." >&2
  exit 1
fi

if ! command -v dotnet > /dev/null; then
  say "the .NET SDK 10 is missing; how to install it: https://learn.microsoft.com/dotnet/core/install/linux" >&2
  exit 1
fi

missing=()
libraries="$(/sbin/ldconfig -p)"
[[ "$libraries" == *libstdc++.so.6* ]] || missing+=(libstdc++6)
[[ "$libraries" == *libgcc_s.so.1* ]] || missing+=(libgcc-s1)
command -v setsid > /dev/null || missing+=(util-linux)
command -v npm > /dev/null || missing+=(npm)

if [[ "${1:-}" == --test ]]; then
  compgen -G '/usr/lib/postgresql/*/bin/initdb' > /dev/null || missing+=(postgresql)
  command -v chromium > /dev/null || missing+=(chromium fonts-dejavu-core)
  [[ -n "$(fc-list :lang=zh-cn 2> /dev/null)" ]] || missing+=(fontconfig fonts-wqy-microhei)
  [[ -x /usr/sbin/mosquitto ]] || missing+=(mosquitto)
  [[ -x /usr/sbin/nginx ]] || missing+=(nginx-light)
  [[ -x /usr/bin/arv-fake-gv-camera-0.8 ]] || missing+=(aravis-tools libaravis-0.8-0)
  [[ -x /usr/bin/ffmpeg ]] || missing+=(ffmpeg)
  command -v curl > /dev/null || missing+=(curl)
  command -v make > /dev/null || missing+=(make)
  [[ -x /usr/bin/protoc && -x /usr/bin/grpc_python_plugin ]] || missing+=(protobuf-compiler protobuf-compiler-grpc)
  [[ -d /usr/lib/python3/dist-packages/grpc && -d /usr/lib/python3/dist-packages/google/protobuf ]] || missing+=(python3 python3-grpcio python3-protobuf)
  [[ -x /usr/bin/g++ && -e /usr/include/grpcpp/grpcpp.h && -e /usr/include/google/protobuf/message.h ]] || missing+=(g++ libgrpc++-dev libprotobuf-dev)
fi

if [[ ${#missing[@]} -eq 0 ]]; then
  say "nothing is missing."
  exit 0
fi

if ! command -v apt-get > /dev/null; then
  say "missing: ${missing[*]} (names of Debian packages). There is no apt here; install them with this system's own tool." >&2
  exit 1
fi

say "installing ${missing[*]}"
as_root=()
[[ "$(id -u)" -eq 0 ]] || as_root=(sudo)
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
