/** The names of base images. */
import { afterAll, describe, expect, it } from "vitest";
import { BASE_TAG } from "../../src/compiler/workflows/bases.ts";
import { startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

describe.skipIf(missing("bash"))("name-base.sh", () => {
  const machine = startMachine();
  afterAll(() => machine.stop());

  it("gives each attempt of each run a tag of its own, which the cleanup knows", async () => {
    const tags: string[] = [];
    for (const [RUN, ATTEMPT] of [
      [41, 1],
      [41, 2],
      [42, 1],
    ] as const) {
      const { code, outputs } = await machine.run("name-base", { RUN, ATTEMPT });
      expect(code).toBe(0);
      expect(outputs["created"]).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
      tags.push(outputs["tag"] ?? "");
    }
    expect(new Set(tags).size).toBe(3);
    expect(tags.filter((tag) => !new RegExp(BASE_TAG).test(tag))).toEqual([]);
  });

  it("takes no text for a number", async () => {
    for (const RUN of ["", "1;x", "$(touch owned)", "1".repeat(11)])
      expect((await machine.run("name-base", { RUN, ATTEMPT: 1 })).code).toBe(1);
  });
});
