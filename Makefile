# Thin names for the commands of README.md.
.PHONY: demo test test-fast check format benchmarks sbom protos deb

demo:
	deploy/install-native.sh
	dotnet run -c Release --project src/AnomalyLine.Server -- --demo

test:
	deploy/install-native.sh --test
	dotnet restore --locked-mode -v q
	dotnet test --no-restore --max-parallel-test-modules 1 --hangdump --hangdump-timeout 12m --hangdump-type None

# What tells most of a change within a minute or two: no training, no browser, no other program.
test-fast:
	dotnet build AnomalyLine.sln -nologo -v q -tl:off -p:BuildOpcUaGateway=false
	for project in Architecture Inspection Vision Management Cli Camera Server; do \
	  dotnet test --no-build --project tests/AnomalyLine.$$project.Tests --filter-not-trait Speed=Slow || exit 1; done

# The bill of materials, CycloneDX: what the lock files name, with licences where the packages were restored.
sbom:
	mkdir -p artifacts
	node build/sbom.mjs > artifacts/anomalyline.cdx.json

# The contract for programs in other languages (docs/clients.md): artifacts/anomalyline-protos-VERSION.zip.
protos:
	dotnet build src/AnomalyLine.Contracts -t:ZipProtos -nologo -v m -tl:off

# Packages for Debian 12, Ubuntu 22.04 and newer with all that they run on: artifacts/anomalyline_VERSION_amd64.deb, anomalyline-camera_VERSION_amd64.deb.
deb:
	build/deb.sh

# All that docs/benchmarks.md measures without a folder of images, one after another, with the machine in each header; nothing else should run. About half an hour.
benchmarks:
	build/benchmarks.sh

# Style and contracts, without running a test.
check:
	dotnet format whitespace AnomalyLine.sln --verify-no-changes
	cd src/opcua-gateway && npm ci --no-audit --no-fund --loglevel=error && npm run check && npm run lint:proto
	deploy/check/run.sh

format:
	dotnet format AnomalyLine.sln
	cd src/opcua-gateway && npm run format
