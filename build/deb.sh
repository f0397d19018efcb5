#!/usr/bin/env bash
# Builds the Debian packages (amd64), each with the .NET runtime, compiled ahead of time for a sooner start:
#   anomalyline          server, command line and OPC UA gateway with its Node.js, in /opt/anomalyline
#   anomalyline-camera   the camera program, without an engine, in /opt/anomalyline-camera
# into artifacts/, and prints of each its size and what it is made of. Wants dpkg-deb, the .NET SDK and npm.
# --without-opcua leaves the gateway out.
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
gateway=true
[[ "${1:-}" != --without-opcua ]] || gateway=false
stage="$PWD/artifacts/deb"
version="$(dotnet msbuild src/AnomalyLine.Server -getProperty:Version)"
SOURCE_DATE_EPOCH="$(git log -1 --format=%ct 2> /dev/null || date +%s)"
export SOURCE_DATE_EPOCH

# Apart from the outputs of other builds, which need no runtime of their own.
publish() {
  dotnet publish "src/AnomalyLine.$1" -c Release --self-contained --artifacts-path "$stage/build" -o "$2" \
    -p:PublishReadyToRun=true -p:RestoreLockedMode=true -p:RunAnalyzers=false -p:BuildOpcUaGateway=$gateway -nologo -v q -tl:off
}

# A file of the package: from, to.
install_file() { install -D -m 644 "$1" "$root/$2"; }

begin() {
  package="$1"
  root="$stage/$package"
  rm -rf "$root"
  mkdir -p "$root/DEBIAN" "$root/etc/anomalyline"
  install_file "deploy/$package.service" "usr/lib/systemd/system/$package.service"
  cat LICENSE NOTICE | install -D -m 644 /dev/stdin "$root/usr/share/doc/$package/copyright"
  install_file CHANGELOG.md "usr/share/doc/$package/CHANGELOG.md"
}

end() {
  local script file
  chmod -R u=rwX,go=rX "$root"
  for script in postinst prerm postrm; do
    sed "s/@PACKAGE@/$package/g" "deploy/debian/$script" > "$root/DEBIAN/$script"
    chmod 755 "$root/DEBIAN/$script"
  done
  (cd "$root" && find etc -type f -printf '/%p\n' | sort) > "$root/DEBIAN/conffiles"
  (cd "$root" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum) > "$root/DEBIAN/md5sums"
  sed "s/@VERSION@/$version/; s/@KIBIBYTES@/$(du -sk --apparent-size "$root" | cut -f1)/" "deploy/debian/$package.control" > "$root/DEBIAN/control"
  file="artifacts/${package}_${version}_amd64.deb"
  dpkg-deb --root-owner-group -Zzstd -z10 --build "$root" "$file" > /dev/null
  printf '%s: %d MB, installed %d MB; the largest of %d files:\n' \
    "$file" $(($(stat -c %s "$file") / 1000000)) $(($(du -sb "$root" | cut -f1) / 1000000)) "$(find "$root" -type f | wc -l)"
  find "$root" -type f -printf '%s %P\n' | sort -nr | head -8 | awk '{ printf "  %7.1f MB  /%s\n", $1 / 1e6, $2 }'
}

begin anomalyline-camera
publish Camera "$root/opt/anomalyline-camera"
install_file deploy/70-anomalyline-camera.rules usr/lib/udev/rules.d/70-anomalyline-camera.rules
install_file deploy/debian/anomalyline-camera.sysusers usr/lib/sysusers.d/anomalyline-camera.conf
install_file deploy/cameras.sample.json "usr/share/doc/$package/examples/cameras.sample.json"
"$root/opt/anomalyline-camera/AnomalyLine.Camera" --version > /dev/null
end

# The server over the command line: what they share is in the folder once.
begin anomalyline
publish Cli "$root/opt/anomalyline"
publish Server "$root/opt/anomalyline"
mkdir -p "$root/usr/bin"
ln -s /opt/anomalyline/anomalyline "$root/usr/bin/anomalyline"
sed 's|"DataFolder": "data"|"DataFolder": "/var/lib/anomalyline"|' src/AnomalyLine.Server/appsettings.json > "$root/etc/anomalyline/appsettings.json"
for sample in appsettings.sample.json nginx.conf; do install_file "deploy/$sample" "usr/share/doc/$package/examples/$sample"; done
for folder in grafana prometheus; do
  for sample in "deploy/$folder"/*; do install_file "$sample" "usr/share/doc/$package/examples/$folder/$(basename "$sample")"; done
done
"$root/opt/anomalyline/anomalyline" --version > /dev/null
end
