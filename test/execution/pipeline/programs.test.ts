/** Programs taken from the commit of the workflow, by `$/` or by a checkout: every job does the same either way. */
import { describe, expect, test, vi } from "vitest";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { missing } from "../../support/tools.ts";
import { builds, change, IMAGE, leaked, playCharon, pulledBy, results, short, troubles, WAF } from "./charon.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 300_000 });

const FORMS: readonly ConfigInput["programs"][] = ["self", "checkout"];

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("where programs come from", () => {
  test("a pull request and its merge give the same results", async () => {
    const outcomes = [];
    for (const programs of FORMS) {
      const world = await playCharon({ change: (config) => ({ ...config, programs }) });
      const pull = await world.openPull({
        number: 12,
        branch: "fix/login",
        files: change("fix"),
        title: "$(touch /tmp/owned)",
      });
      await world.settle();
      const merged = await world.push("main", change("merged"));
      await world.settle();
      expect(troubles(world), programs).toBe("");
      const named = (text: string): string =>
        text.replaceAll(short(pull.headSha), "<pull>").replaceAll(short(merged), "<merged>");
      outcomes.push({
        // Which of two promotions that wait gives way to a third depends on which test ends first.
        runs: world.player.runs
          .filter((run) => run.workflowName !== "Promote Images")
          .map((run) => [run.workflowName, run.event.name, run.conclusion, results(run)])
          .sort(),
        promoted: world.player.runs
          .filter((run) => run.workflowName === "Promote Images")
          // A pull request's tests start one that has nothing to do.
          .every(({ conclusion }) => ["success", "cancelled", "skipped"].includes(conclusion ?? "")),
        tags: Object.keys(await world.tags(IMAGE))
          .map(named)
          .sort(),
        verdicts: [world.verdicts(pull.headSha), world.verdicts(merged)],
        builds: builds(world, pull.headSha),
        pulls: new Set(pulledBy(world, WAF)).size,
        leaked: leaked(world),
        refused: world.ghcr.gate.refused,
      });
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[0]).toMatchObject({
      builds: { "linux/amd64": 1 },
      tags: expect.arrayContaining(["latest"]),
      leaked: [],
      refused: [],
      promoted: true,
    });
  });
});
