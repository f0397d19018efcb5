// Bundles the gateway into dist/, which then runs on its own anywhere with Node and nothing else.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { patchNodeOpcua } from "./patches.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** node-opcua-server reads its version from the package.json above its own folder; in a bundle that is someone else's. */
const opcuaVersion = {
  name: "opcua-version",
  setup({ onLoad }) {
    onLoad({ filter: /node-opcua-server\/dist\/opcua_server\.js$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(at("node_modules/node-opcua-server/package.json"), "utf8"));
      const source = readFileSync(path, "utf8");
      const reading =
        /JSON\.parse\(fs\.readFileSync\(path\.join\(here, "\.\.", "package\.json"\), "utf8"\)\)\s*\.version/;
      if (!reading.test(source)) {
        throw new Error("node-opcua-server reads its version in another way now: adapt build.mjs");
      }
      return { contents: source.replace(reading, JSON.stringify(version)), loader: "js" };
    });
  },
};

patchNodeOpcua();
rmSync(at("dist"), { recursive: true, force: true });
const { metafile } = await build({
  metafile: true,
  entryPoints: [at("src/main.ts")],
  outfile: at("dist/gateway.mjs"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  keepNames: true,
  legalComments: "none",
  // Optional; its user falls back to its own locks.
  external: ["proper-lockfile"],
  // CommonJS packages inside the bundle call require().
  banner: { js: 'import{createRequire as _r}from"node:module";const require=_r(import.meta.url);' },
  plugins: [opcuaVersion],
});
// node-opcua looks for a package.json at or above its folder when it is loaded.
const { name, version, license } = JSON.parse(readFileSync(at("package.json"), "utf8"));
writeFileSync(at("dist/package.json"), JSON.stringify({ name, version, license, type: "module" }));
writeFileSync(at("dist/LICENSES.txt"), licenses(Object.keys(metafile.inputs)));
for (const folder of ["anomalyline", "google"]) {
  cpSync(at(`../../protos/${folder}`), at(`dist/protos/${folder}`), { recursive: true });
}
mkdirSync(at("dist/nodesets"));
for (const model of ["Opc.Ua.NodeSet2", "Opc.Ua.MachineVision.NodeSet2"]) {
  cpSync(at(`node_modules/node-opcua-nodesets/nodesets/${model}.ndjson.gz`), at(`dist/nodesets/${model}.ndjson.gz`));
}

cpSync(at("nodesets"), at("dist/nodesets"), { recursive: true });

/** The licence texts of all packages in the bundle. */
function licenses(inputs) {
  const found = inputs.map((input) => /^(?:.*node_modules\/)((?:@[^/]+\/)?[^/]+)\//.exec(input)).filter(Boolean);
  const folders = new Map(found.map(([folder, name]) => [name, at(folder)]));
  const texts = [...folders].sort().map(([name, folder]) => {
    const { version, license } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
    const text = files.map((file) => readFileSync(`${folder}${file}`, "utf8").trim()).join("\n\n");
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
