import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { UserError } from "../../src/config/user-error.ts";
import { plan } from "../../src/pipeline/plan.ts";

describe("mistakes of shape and of sense, said at once", () => {
  let folder = "";
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "pipewright-salvage-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const mistakes = async (yaml: string): Promise<string[]> => {
    await writeFile(join(folder, "ci.config.yaml"), yaml);
    try {
      await loadConfig({ cwd: folder, check: (config) => plan(config).problems });
    } catch (error) {
      if (error instanceof UserError)
        return error.problems.map(({ location, message }) => `${location?.line}: ${message}`);
      throw error;
    }
    return [];
  };

  it("finds an unknown build beside an unknown key, a wrong name and a wrong duration", async () => {
    const found = await mistakes(
      "project: Bad Name\nregistry: { host: ghcr.io, namespace: acme }\nbuilds:\n  app: { kind: image }\nconsumers:\n  a: { needs: ap, run: x, timout: 5m }\n  b: { needs: app, run: x, timeout: five }\n",
    );
    expect(found).toHaveLength(4);
    expect(found[0]).toMatch(/^1: `project`/);
    expect(found[1]).toMatch(/^6: .*"ap", which is not declared/);
    expect(found[2]).toMatch(/^6: `timout` is no setting/);
    expect(found[3]).toMatch(/^7: .*timeout/);
  });

  it("says nothing that only follows from another mistake", async () => {
    // Without its registry, the image would seem to have none.
    expect(await mistakes("project: p\nregistry: { hots: ghcr.io }\nbuilds:\n  app: { kind: image }\n")).toHaveLength(
      1,
    );
    // Without its command, the consumer would seem to run nothing.
    expect(
      await mistakes(
        "project: p\nregistry: { host: ghcr.io, namespace: acme }\nbuilds:\n  app: { kind: image }\nconsumers:\n  a: { needs: app, run: 5 }\n",
      ),
    ).toHaveLength(1);
  });

  it("takes wrong items out of lists from the back", async () => {
    const found = await mistakes(
      "project: p\nregistry: { host: ghcr.io, namespace: acme }\nbuilds:\n  app: { kind: image, platforms: [amd64, linux/amd64, arm64] }\nconsumers:\n  a: { needs: web, run: x }\n",
    );
    expect(found.map((text) => text.slice(0, 2))).toEqual(["4:", "4:", "6:"]);
  });
});
