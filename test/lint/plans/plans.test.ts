/** Every defect that a reader finds in the five design documents: a rule finds it, or a sentence says why none can. */
import { describe, expect, it } from "vitest";
import { findingsIn, ruleNamed } from "../../support/lint.ts";
import { PLANS } from "./plans.ts";

describe.each(PLANS.map(({ system, defects }) => [system, defects] as const))("%s", (_system, defects) => {
  it.each(defects.filter((defect) => "rule" in defect).map((defect) => [defect.rule, defect.fault, defect] as const))(
    "%s: %s",
    async (id, _fault, { files, settings }) => {
      expect((await findingsIn(files, [ruleNamed(id)], settings)).map(({ rule }) => rule)).toContain(id);
    },
  );

  it("gives a reason where no rule can know", () => {
    for (const defect of defects) if ("unknowable" in defect) expect(defect.unknowable).toMatch(/^[A-Z`].{20,}\.$/s);
  });
});
