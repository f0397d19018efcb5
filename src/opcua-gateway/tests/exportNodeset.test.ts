import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { AddressSpace, generateAddressSpace, type UAObject, type UAVariable } from "node-opcua";
import { beforeAll, expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { NAMESPACE } from "../src/part.ts";
import { TAGS } from "../src/tags.ts";
import { FakeServer } from "./fakeServer.ts";
import { DIST, laboratory, start, temporaryFolder } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

const SCHEMA = join(import.meta.dirname, "../node_modules/node-opcua-nodesets/nodesets/UANodeSet.xsd");
const run = promisify(execFile);
const STATIONS = ["press-1", "A.b_c"];

async function exported(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(DIST, "gateway.mjs"), "export-nodeset", ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

let whole: string;
let flat: string;

beforeAll(async () => {
  whole = await exported("--stations", STATIONS.join(","));
  flat = await exported("--stations", STATIONS.join(","), "--no-machine-vision");
});

/** A fresh address space with the standard's models and an exported document. */
async function imported(xml: string, ...models: string[]): Promise<AddressSpace> {
  const file = join(temporaryFolder(), "line.NodeSet2.xml");
  writeFileSync(file, xml);
  const addressSpace = AddressSpace.create();
  const known = ["Opc.Ua.NodeSet2", ...models].map((name) => join(DIST, `nodesets/${name}.ndjson.gz`));
  await generateAddressSpace(addressSpace, [...known, file]);
  return addressSpace;
}

test.each(["whole", "flat"])("export_%s_IsValidAgainstTheStandardsSchema", async (which) => {
  const xml = [{ fileName: "line.xml", contents: which === "whole" ? whole : flat }];
  const schema = [{ fileName: "UANodeSet.xsd", contents: readFileSync(SCHEMA, "utf8") }];
  expect(await validateXML({ xml, schema })).toMatchObject({ valid: true, errors: [] });
});

test("export_PublicationDate_HasNoFractionsOfASecond", () => {
  expect(flat.match(/PublicationDate="[^"]*"/g)).toContain('PublicationDate="2026-11-30T00:00:00Z"');
  expect(flat).not.toMatch(/PublicationDate="[^"]*\.\d+Z"/);
});

test("schema_DamagedDocument_IsNotValid", async () => {
  const xml = [{ fileName: "line.xml", contents: flat.replace("<DisplayName>", "<Displayed/><DisplayName>") }];
  const schema = [{ fileName: "UANodeSet.xsd", contents: readFileSync(SCHEMA, "utf8") }];
  expect((await validateXML({ xml, schema })).valid).toBe(false);
});

test("export_Flat_ImportsWithEveryTagTypedAndTheEventType", async () => {
  const addressSpace = await imported(flat);
  const namespace = addressSpace.getNamespace(NAMESPACE);
  for (const station of STATIONS) {
    const object = namespace.findNode(`s=${station}`) as UAObject;
    // Bit 0: events can be subscribed to; bit 2: their history can be read (OPC 10000-3, 8.59).
    expect(object.eventNotifier).toBe(0b101);
    for (const [tag, { type }] of Object.entries(TAGS)) {
      const variable = namespace.findNode(`s=${station}.${tag}`) as UAVariable;
      expect([tag, variable.dataType.value]).toEqual([tag, tag === "Part" ? "Types/Part" : type]);
    }
  }
  expect(addressSpace.findEventType("InspectionEventType", namespace.index)?.subtypeOf?.value).toBe(2041);
  addressSpace.dispose();
});

test("export_Whole_ImportsBesideTheStandardsModel", async () => {
  const addressSpace = await imported(whole, "Opc.Ua.MachineVision.NodeSet2");
  const namespace = addressSpace.getNamespace(NAMESPACE);
  const vision = namespace.findNode("s=MachineVision/press-1/") as UAObject;
  expect(vision.typeDefinitionObj.browseName.name).toBe("VisionSystemType");
  expect(namespace.findNode("s=MachineVision/press-1/-ResultManagement-GetResultById")).not.toBeNull();
  addressSpace.dispose();
});

test("export_EveryNodeAndArgument_SaysWhatItIs", () => {
  const nodes = [...flat.matchAll(/<UA\w+ NodeId="ns=1;([^"]+)".*?<\/UA\w+>/gs)];
  expect(nodes.length).toBeGreaterThan(300);
  expect(nodes.filter(([xml]) => !xml.includes("<Description>")).map(([, id]) => id)).toEqual([]);
  const inputs = [...flat.matchAll(/<(?:uax:)?Argument>.*?<\/(?:uax:)?Argument>/gs)].map(([xml]) => xml);
  expect(inputs.length).toBeGreaterThan(30);
  expect(inputs.filter((xml) => !/Description>\s*<(?:uax:)?(?:Locale|Text)/.test(xml))).toEqual([]);
});

test("export_NodeIds_AreThoseOfARunningGateway", async () => {
  const server = new FakeServer();
  server.addStation("press-1");
  await server.start();
  const gateway = await start(await laboratory(server.port));
  const plc = await Plc.connect(gateway.endpoint);
  await plc.until("press-1.Heartbeat", (value) => value.statusCode.isGood());
  const ids = [...whole.matchAll(/ NodeId="ns=1;s=([^"]+)"/g)].map(([, id]) => id ?? "");
  const shared = ids.filter((id) => !id.includes("A.b_c"));
  expect(shared.length).toBeGreaterThan(80);
  const namespace = plc.nodeId("");
  const names = await plc.session.read(shared.map((id) => ({ nodeId: `${namespace}${id}`, attributeId: 3 })));
  expect(shared.filter((_, index) => !names[index]?.statusCode.isGood())).toEqual([]);
  await plc.disconnect();
  await gateway.stop();
  server.stop();
});

test("export_NoStations_HasTypesAlone", async () => {
  const xml = await exported("--no-machine-vision");
  expect(xml).toContain("InspectionEventType");
  expect(xml).not.toContain("press-1");
});

test.each([["--stations", "a b"], ["--nonsense"]])("export_WrongUsage%s_ExitsWith2", async (...args) => {
  await expect(exported(...args)).rejects.toMatchObject({ code: 2, stdout: "" });
});
