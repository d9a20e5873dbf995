/** The names of base images, and the file that builds them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BASE_TAG } from "../../src/pipeline/retention.ts";
import { startMachine } from "../support/run-program.ts";

describe("prepare-base.mjs", () => {
  const machine = startMachine();
  afterAll(() => machine.stop());
  const prepare = (run: string | number, attempt: string | number) =>
    machine.run(
      "prepare-base",
      { BASE: "site", GITHUB_RUN_NUMBER: run, GITHUB_RUN_ATTEMPT: attempt },
      {
        plan: {
          bases: {
            site: {
              args: { PYTHON: "3.13" },
              branch: "base-images/site",
              context: ".",
              dockerfile: "deploy/base.Dockerfile",
              image: "ghcr.io/acme/site-base",
              ownToken: true,
              pins: ["Dockerfile"],
              platforms: ["linux/amd64"],
            },
          },
        },
      },
    );
  const bakeFile = (): Record<string, unknown> => JSON.parse(readFileSync(join(machine.temp, "bake.json"), "utf8"));

  it("gives each attempt of each run a tag of its own, which the cleanup knows", async () => {
    const tags: string[] = [];
    for (const [run, attempt] of [
      [41, 1],
      [41, 2],
      [42, 1],
    ] as const) {
      const { code, outputs } = await prepare(run, attempt);
      expect(code).toBe(0);
      tags.push(outputs["tag"] ?? "");
      const text = JSON.stringify(bakeFile());
      expect(text).toContain(`ghcr.io/acme/site-base:${outputs["tag"]}`);
      expect(text).toMatch(/"org\.opencontainers\.image\.created":"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z"/);
    }
    expect(new Set(tags).size).toBe(3);
    expect(tags.filter((tag) => !new RegExp(`^${BASE_TAG}$`).test(tag))).toEqual([]);
  });

  it("takes no text for a number", async () => {
    for (const run of ["", "1;x", "$(touch owned)", "1".repeat(11)]) expect((await prepare(run, 1)).code).toBe(1);
  });
});
