# Thin names for the commands of README.md.
.PHONY: demo test check format

demo:
	deploy/install-native.sh
	dotnet run -c Release --project src/AnomalyLine.Server -- --demo

test:
	deploy/install-native.sh --test
	dotnet test --max-parallel-test-modules 1

# Style and contracts, without running a test.
check:
	dotnet format AnomalyLine.sln --verify-no-changes
	cd src/opcua-gateway && npm ci --no-audit --no-fund --loglevel=error && npm run check && npm run lint:proto

format:
	dotnet format AnomalyLine.sln
	cd src/opcua-gateway && npm run format
