/** Charon with everything: seven consumers, twelve end-to-end jobs, from a pull request to latest. */
import { describe, expect, test } from "vitest";
import { missing } from "../../support/tools.ts";
import { builds, change, IMAGE, leaked, playCharon, short, troubles } from "./charon.ts";

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("Charon in full", () => {
  test("a push to main is built once a platform, tested by all, and promoted", async () => {
    const world = await playCharon({ full: true });
    const sha = await world.push("main", change("whole"));
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(builds(world, sha)).toEqual({ "linux/amd64": 1, "linux/arm64": 1 });
    expect(world.verdicts(sha)).toEqual({
      "Integration Test: CrowdSec": "success",
      "Integration Test: Cerberus": "success",
      "Integration Test: WAF": "success",
      "Integration Test: Rate Limiting": "success",
      "Supply Chain": "success",
      "Security Scan": "success",
      "E2E Tests": "success",
    });
    expect(world.run("E2E Tests").jobs.filter((job) => job.key === "test")).toHaveLength(12);
    expect(world.run("E2E Tests").artifacts).toHaveLength(12);
    const tags = await world.tags(IMAGE);
    expect(tags["latest"]).toBe(tags[`sha-${short(sha)}`]);
    expect(leaked(world)).toEqual([]);
  }, 120_000);
});
