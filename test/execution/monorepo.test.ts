/** Several pipelines on one commit: what each is told decides, in a real repository and with a real registry, what is built and what is reused. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRepository, type GitRepository } from "../support/git-repository.ts";
import { pushImage } from "../support/images.ts";
import { monorepo } from "../support/monorepo.ts";
import { plannedFor } from "../support/plan-of.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type Machine, startMachine } from "../support/run-program.ts";
import { systemsOf } from "../support/systems.ts";
import { missing } from "../support/tools.ts";

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

    const systemOf = (member: string) =>
      systemsOf("a monorepo", monorepo).find(({ pipeline }) => pipeline.member === member) ?? expect.fail(member);
    const planOf = (member: string) => plannedFor(systemOf(member).pipeline);
    /** What the recipe of an image on main is called, with its attestations. */
    function recipeOf(member: string): string {
      const build = planOf(member).builds["app"];
      return build?.kind === "image" ? `${build.recipe}${build.attested ? "-attested" : ""}` : expect.fail(member);
    }

    /** Runs the very program of a pipeline's build that looks for an unchanged image, with the plan of that pipeline. */
    async function unchanged(member: string, sha: string): Promise<string | undefined> {
      const short = sha.slice(0, 7);
      const run = {
        class: "main",
        tag: `sha-${short}`,
        sha,
        version: `0.0.0-sha-${short}`,
        created: "2026-02-05T10:00:00Z",
        push: true,
        candidates: [`sha-${short}`],
        staging: `stage-${short}-{platform}`,
        cacheBranch: "main",
        branch: "main",
      };
      const { code, outputs } = await machine.run(
        "prepare-build",
        { GROUP: "app", PLAN: JSON.stringify(run) },
        { plan: planOf(member), cwd: repository.folder, env: { GITHUB_REF_NAME: "main" } },
      );
      expect(code).toBe(0);
      return (JSON.parse(outputs["images"] || "{}") as Record<string, { digest?: string }>)["app"]?.digest;
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
              "pipewright.recipe": recipeOf(name),
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

      const api = repository.commit({ "api/main.go": "2" });
      expect([await unchanged("api", api), await unchanged("web", api)]).toEqual([undefined, built["web"]]);

      // What belongs to neither is no reason to build any more than before.
      const neither = repository.commit({ "README.md": "new" });
      expect([await unchanged("api", neither), await unchanged("web", neither)]).toEqual([undefined, built["web"]]);

      const web = repository.commit({ "web/index.js": "2" });
      expect([await unchanged("api", web), await unchanged("web", web)]).toEqual([undefined, undefined]);
    });
  },
);
