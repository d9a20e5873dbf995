/** Tests that deploy in workflows of their own, which follow the build: the same places, and the same choices by hand. */
import { describe, expect, test, vi } from "vitest";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { missing } from "../../support/tools.ts";
import { short, troubles } from "./charon.ts";
import { deployed, imageChange, IMAGE, playSindri, tested } from "./sindri.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 180_000 });

const following = (config: ConfigInput): ConfigInput => {
  const { after: _after, ...extension } = config.consumers?.["per-extension"] ?? {};
  return { ...config, topology: "workflow_run", consumers: { "per-extension": extension } };
};

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))(
  "tests that follow the build and deploy",
  () => {
    test("take its image by digest, report on the commit, and pick one value by hand", async () => {
      const world = await playSindri({ change: following });
      const pull = await world.openPull({ number: 12, branch: "fix", files: imageChange("fix") });
      await world.settle();

      expect(troubles(world)).toBe("");
      const tag = `pr-12-${short(pull.headSha)}`;
      const image = `registry.fly.io/${IMAGE}@${(await world.tags(IMAGE, "registry.fly.io"))[tag]}`;
      expect(deployed(world)).toEqual([image, image]);
      expect(world.verdicts(pull.headSha)).toEqual({ "Per-Extension Tests": "success" });
      expect(world.fly.apps.size).toBe(0);

      await world.dispatch("per-extension.yml", { image_tag: tag, extension: "python", skip_cleanup: true });
      await world.settle();
      expect(troubles(world)).toBe("");
      expect(deployed(world)).toEqual([image, image, image]);
      const [kept, ...others] = [...world.fly.apps.keys()];
      expect(others).toEqual([]);
      expect(tested(world)[kept ?? ""]).toMatch(/^tested \S+ python$/m);
    });

    test("deploy nothing for a fork", async () => {
      const world = await playSindri({ change: following });
      await world.openPull({ number: 13, branch: "main", files: imageChange("from a fork"), fork: "mallory/sindri" });
      await world.settle();
      expect(troubles(world)).toBe("");
      expect(deployed(world)).toEqual([]);
    });
  },
);
