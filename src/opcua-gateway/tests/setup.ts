import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of a gateway's keys, shared by test files: making RSA keys takes seconds. */
    pki: string;
    clientPki: string;
  }
}

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "opcua-gateway-tests-"));
  project.provide("pki", join(folder, "gateway"));
  project.provide("clientPki", join(folder, "client"));
  return () => rmSync(folder, { recursive: true, force: true });
}
