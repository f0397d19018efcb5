import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "tests/setup.ts",
    include: ["tests/**/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Each file starts servers of its own; one at a time keeps the timings honest on a small machine.
    fileParallelism: false,
  },
});
