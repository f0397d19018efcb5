// Holds deploy/kubernetes to the schemas of Kubernetes and to itself, with each overlay applied, and reads what Prometheus and Grafana are given.
// Prints a line for each mistake and ends with 1 where there is one.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseAllDocuments } from "yaml";

const deploy = resolve(import.meta.dirname, "..");
const options = readFileSync(join(deploy, "../docs/operations.md"), "utf8");
const problems = [];
let checked = 0;

function read(file) {
  return parseAllDocuments(readFileSync(file, "utf8"), { uniqueKeys: true }).map((document) => {
    for (const error of document.errors) problems.push(`${name(file)}: ${error.message}`);
    return document.toJS();
  });
}

function name(file) {
  return relative(deploy, file);
}

/** Objects of a kustomization with its patches and images, as kubectl apply -k would send them: each with the file that it is from. */
function build(folder) {
  const file = join(folder, "kustomization.yaml");
  const [kustomization] = read(file);
  const known = ["apiVersion", "kind", "namespace", "resources", "images", "patches"];
  for (const key of Object.keys(kustomization).filter((key) => !known.includes(key))) problems.push(`${name(file)}: this check does not know ${key}`);
  const objects = [];
  for (const resource of kustomization.resources) {
    const path = join(folder, resource);
    if (!existsSync(path)) problems.push(`${name(file)}: there is no ${resource}`);
    else if (path.endsWith(".yaml")) objects.push(...read(path).map((object) => ({ file: path, object })));
    else objects.push(...build(path));
  }
  for (const { target, patch } of kustomization.patches ?? []) {
    const targets = objects.filter(({ object }) => object.kind === target.kind && object.metadata.name === target.name);
    if (targets.length !== 1) problems.push(`${name(file)}: a patch is for ${target.kind} ${target.name}, of which there are ${targets.length}`);
    for (const { object } of targets) for (const operation of parseAllDocuments(patch)[0].toJS()) apply(object, operation, file);
  }
  for (const image of kustomization.images ?? []) {
    const uses = objects.flatMap(({ object }) => containers(object)).filter((container) => container.image.split(":")[0] === image.name);
    if (uses.length === 0) problems.push(`${name(file)}: no container has the image ${image.name}`);
    for (const container of uses) container.image = `${image.name}:${image.newTag}`;
  }
  return objects;
}

/** One operation of RFC 6902 of those that the overlays use. */
function apply(object, { op, path, value }, file) {
  const steps = path.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = steps.pop();
  const parent = steps.reduce((at, step) => at?.[step], object);
  if (parent === undefined || op !== "add") problems.push(`${name(file)}: ${op} ${path} leads nowhere`);
  else if (Array.isArray(parent)) parent.splice(last === "-" ? parent.length : Number(last), 0, value);
  else parent[last] = value;
}

function containers(object) {
  const spec = object.spec?.template?.spec;
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

async function holdToSchema({ file, object }) {
  const where = `${name(file)}: ${object.kind} ${object.metadata.name}`;
  const [version, group = "core"] = object.apiVersion.split("/").reverse();
  const schema = ["io", "k8s", "api", group.split(".")[0], version].map((word) => word[0].toUpperCase() + word.slice(1)).join("") + object.kind;
  const model = await import(`kubernetes-models/_schemas/${schema}`).catch(() => undefined);
  if (model === undefined) return problems.push(`${where}: Kubernetes has no such thing in ${object.apiVersion}`);
  const unread = new Set();
  if (!model.validate(watched(object, "", unread))) {
    for (const error of model.validate.errors) problems.push(`${where}: ${error.instancePath} breaks ${error.keyword} ${JSON.stringify(error.params)}`);
  }
  for (const field of unread) problems.push(`${where}: Kubernetes has no field ${field}`);
  checked++;
}

/** The value, with the paths of its fields in the set until somebody reads them: the schemas let fields pass that they do not have, and never read those. */
function watched(value, path, unread) {
  if (value === null || typeof value !== "object") return value;
  const of = (key) => `${path}/${key}`;
  if (!Array.isArray(value)) for (const key of Object.keys(value)) unread.add(of(key));
  const inner = Array.isArray(value) ? value.map((item, index) => watched(item, of(index), unread)) : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, watched(item, of(key), unread)]));
  return new Proxy(inner, {
    get(target, key) {
      if (typeof key === "string") unread.delete(of(key));
      return target[key];
    },
  });
}

/** What no schema says: names that lead somewhere. */
function holdTogether(folder, objects) {
  const fail = (text) => problems.push(`${name(folder)}: ${text}`);
  const all = (kind) => objects.map(({ object }) => object).filter((object) => object.kind === kind);
  const [server] = all("StatefulSet");
  const pod = server.spec.template;
  const ports = containers(server).flatMap((container) => container.ports.map((port) => port.name));
  const volumes = [...pod.spec.volumes, ...server.spec.volumeClaimTemplates.map((claim) => claim.metadata)].map((volume) => volume.name);
  const selects = (selector) => Object.entries(selector).every(([key, value]) => pod.metadata.labels[key] === value);
  const selectors = [server.spec.selector.matchLabels, ...all("Service").map((service) => service.spec.selector)];
  for (const policy of [...all("PodDisruptionBudget"), ...all("NetworkPolicy")]) selectors.push((policy.spec.selector ?? policy.spec.podSelector).matchLabels);
  if (!selectors.every(selects)) fail("a selector does not select the pod");
  if (!all("Service").some((service) => service.metadata.name === server.spec.serviceName)) fail(`there is no Service ${server.spec.serviceName}`);
  const named = [
    ...all("Service").flatMap((service) => service.spec.ports.map((port) => port.targetPort)),
    ...all("NetworkPolicy").flatMap((policy) => policy.spec.ingress.flatMap((rule) => rule.ports.map((port) => port.port))),
    ...containers(server).flatMap((container) => [container.startupProbe, container.livenessProbe, container.readinessProbe].map((probe) => probe.httpGet.port)),
  ];
  for (const port of named.filter((port) => !ports.includes(port))) fail(`no container has the port ${port}`);
  for (const container of containers(server)) {
    for (const mount of container.volumeMounts.filter((mount) => !volumes.includes(mount.name))) fail(`there is no volume ${mount.name}`);
    for (const { configMapRef } of container.envFrom) {
      if (configMapRef && !all("ConfigMap").some((map) => map.metadata.name === configMapRef.name)) fail(`there is no ConfigMap ${configMapRef.name}`);
    }
  }
  for (const option of all("ConfigMap").flatMap((map) => Object.keys(map.data)).filter((key) => key.startsWith("AnomalyLine__"))) {
    const text = option.split("__").slice(1).join(":");
    if (!options.includes(`\`${text}\``)) fail(`docs/operations.md has no option ${text}`);
  }
}

function readRules(file) {
  for (const group of read(file)[0].groups) {
    for (const rule of group.rules) {
      const where = `${name(file)}: ${rule.alert ?? "a rule"}`;
      if (!/^[A-Z][A-Za-z]+$/.test(rule.alert ?? "")) problems.push(`${where} has no name`);
      if (typeof rule.expr !== "string") problems.push(`${where} has no expression`);
      if (!["critical", "warning"].includes(rule.labels?.severity)) problems.push(`${where} is neither critical nor a warning`);
      if (!rule.annotations?.summary || !rule.annotations?.description) problems.push(`${where} does not say what it is and what to do`);
      if (rule.for !== undefined && !/^\d+[smh]$/.test(rule.for)) problems.push(`${where}: ${rule.for} is no time`);
      checked++;
    }
  }
}

function readDashboard(file) {
  const dashboard = JSON.parse(readFileSync(file, "utf8"));
  const variables = dashboard.templating.list.map((variable) => variable.name);
  const ids = dashboard.panels.map((panel) => panel.id);
  if (new Set(ids).size !== ids.length) problems.push(`${name(file)}: two panels have one id`);
  for (const panel of dashboard.panels.filter((panel) => panel.type !== "row")) {
    if (panel.datasource?.uid !== "${datasource}") problems.push(`${name(file)}: ${panel.title} asks a data source of its own`);
    for (const target of panel.targets) {
      for (const [, variable] of target.expr.matchAll(/\$(\w+)/g)) {
        if (!variables.includes(variable) && !variable.startsWith("__")) problems.push(`${name(file)}: ${panel.title}: there is no variable ${variable}`);
      }
    }
    checked++;
  }
}

for (const folder of ["kubernetes/base", "kubernetes/card"].map((folder) => join(deploy, folder))) {
  const objects = build(folder);
  for (const object of objects) await holdToSchema(object);
  holdTogether(folder, objects);
}
for (const file of readdirSync(join(deploy, "prometheus"))) readRules(join(deploy, "prometheus", file));
for (const file of readdirSync(join(deploy, "grafana"))) readDashboard(join(deploy, "grafana", file));
for (const problem of problems) console.error(problem);
console.log(`${checked} objects, rules and panels, ${problems.length} mistakes`);
process.exitCode = problems.length === 0 ? 0 : 1;
