import { defineConfig } from "vitest/config";

/** Measurements, started by hand: npm run measure -- NAME. They take minutes and print figures. */
export default defineConfig({
  test: {
    globalSetup: "tests/setup.ts",
    include: ["measure/**/*.measure.ts"],
    testTimeout: 4 * 60 * 60 * 1000,
    hookTimeout: 60_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});
