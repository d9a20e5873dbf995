/** All of Sindri in one pull request: one build, every extension and every other test on a machine of its own. */
import { describe, expect, test, vi } from "vitest";
import config from "../../../examples/sindri/ci.config.ts";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { missing } from "../../support/tools.ts";
import { builds, results, short, troubles } from "./charon.ts";
import { BUILD, deployed, DEPLOYING, imageChange, IMAGE, machinesOf, playSindri, tested } from "./sindri.ts";

const consumers: NonNullable<ConfigInput["consumers"]> = config.consumers ?? {};

vi.setConfig({ testTimeout: 1_200_000 });

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("the whole of Sindri", () => {
  test("builds one image, deploys it to more than fifty machines by its digest, and leaves none of them behind", async () => {
    const world = await playSindri({ full: true });
    const pull = await world.openPull({ number: 1, branch: "feature/all", files: imageChange("all") });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(builds(world, pull.headSha)).toEqual({ "linux/amd64": 1 });
    const digest = (await world.tags(IMAGE, "registry.fly.io"))[`pr-1-${short(pull.headSha)}`];
    const machines = machinesOf(consumers);
    expect(machines).toBeGreaterThan(50);
    expect(deployed(world)).toHaveLength(machines);
    expect(new Set(deployed(world))).toEqual(new Set([`registry.fly.io/${IMAGE}@${digest}`]));
    expect(Object.keys(tested(world))).toHaveLength(machines);
    expect(new Set(world.fly.destroyed).size).toBe(machines);
    expect(world.fly.apps.size).toBe(0);
    const names = Object.entries(consumers).flatMap(([key, { name }]) =>
      DEPLOYING.includes(key) ? [`Run ${name ?? key}`] : [],
    );
    expect(names.map((name) => [name, results(world.run(BUILD))[name]])).toEqual(
      names.map((name) => [name, "success"]),
    );
  });
});
