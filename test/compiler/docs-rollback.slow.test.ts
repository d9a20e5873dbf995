/** Each row of the rollback table is applied, compiled and linted. */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.ts";
import { rollbackRows } from "../../src/compiler/docs/rollback.ts";
import { findingsInEmitted } from "../support/lint-emitted.ts";
import { planOf } from "../support/plan-of.ts";
import { systemNamed } from "../support/systems.ts";

/** What these ask for in so many words is found before the rollback as well. */
const subjects = [
  "Charon",
  "Charon in one run",
  "a system with every part",
  "a system that no one planned for",
  "the minimal example",
  "this project",
].map(systemNamed);

describe.each(subjects)("after a rollback of $name", ({ config, pipeline }) => {
  it("each row has no finding that was not there before", { timeout: 60_000 }, async () => {
    const rulesIn = (findings: readonly string[]) => findings.map((finding) => finding.split(" ")[1]?.replace(":", ""));
    const before = new Set(rulesIn(await findingsInEmitted(compile(pipeline))));
    for (const row of rollbackRows(pipeline)) {
      const findings = await findingsInEmitted(compile(planOf(row.apply(config)).pipeline));
      const others = findings.filter((finding) => !rulesIn([finding]).some((rule) => before.has(rule)));
      expect(others, row.line).toEqual([]);
    }
  });
});
