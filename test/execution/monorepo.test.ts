/** Several pipelines on one commit: what each is told decides, in a real repository and with a real registry, what is built and what is reused. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRepository, type GitRepository } from "../support/git-repository.ts";
import { pushImage } from "../support/images.ts";
import { monorepo } from "../support/monorepo.ts";
import { jobOf, stepOf } from "../support/read-workflows.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type Machine, startMachine } from "../support/run-program.ts";
import { systemsOf } from "../support/systems.ts";
import { missing } from "../support/tools.ts";

/** What the run of a push to main puts in the place of expressions. */
const RUN = { CLASS: "main", BRANCH: "main", PR_NUMBER: "", PLATFORMS_NEEDED: "linux/amd64", RECIPE: "r1" };

describe.skipIf(missing("bash", "jq", "git", "docker-registry", "skopeo"))(
  "a commit that changes one of two systems",
  () => {
    let registry: Registry;
    let machine: Machine;
    let repository: GitRepository;
    beforeAll(async () => {
      registry = await startRegistry();
      machine = startMachine({ "ghcr.io": registry.host });
      repository = createRepository();
    });
    afterAll(async () => {
      repository.remove();
      await machine.stop();
      await registry.stop();
    });

    /** Runs the very step of a pipeline's build workflow that looks for an unchanged image. */
    async function unchanged(member: string): Promise<string | undefined> {
      const system =
        systemsOf("a monorepo", monorepo).find(({ pipeline }) => pipeline.member === member) ?? expect.fail(member);
      const file = system.pipeline.workflows.build?.path.split("/").at(-1) ?? "";
      const { env } = stepOf(jobOf(system.workflows, file, "plan"), "Look for an image of unchanged app");
      const told = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
      expect(Object.entries(told).filter(([name, value]) => value.includes("${{") && !(name in RUN))).toEqual([]);
      const { code, outputs } = await machine.run("find-unchanged", { ...told, ...RUN }, { cwd: repository.folder });
      expect(code).toBe(0);
      return outputs["digest"];
    }

    it("is built by the one, and by the other its image is reused", async () => {
      const sha = repository.commit({
        "api/Dockerfile": "FROM scratch",
        "api/main.go": "1",
        "web/Dockerfile": "FROM scratch",
        "web/index.js": "1",
      });
      const built = Object.fromEntries(
        await Promise.all(
          ["api", "web"].map(async (name) => {
            const labels = {
              "org.opencontainers.image.revision": sha,
              "org.opencontainers.image.created": "2026-02-04T10:00:00Z",
              "pipewright.recipe": "r1",
            };
            const { digest } = await pushImage(registry, `acme/${name}`, {
              tag: `sha-${sha.slice(0, 7)}`,
              layers: [name],
              labels,
            });
            return [name, digest] as const;
          }),
        ),
      );

      repository.commit({ "api/main.go": "2" });
      expect([await unchanged("api"), await unchanged("web")]).toEqual(["", built["web"]]);

      // What belongs to neither is no reason to build any more than before.
      repository.commit({ "README.md": "new" });
      expect([await unchanged("api"), await unchanged("web")]).toEqual(["", built["web"]]);

      repository.commit({ "web/index.js": "2" });
      expect([await unchanged("api"), await unchanged("web")]).toEqual(["", ""]);
    });
  },
);
