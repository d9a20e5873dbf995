/**
 * Pipeline contract, "Cleanup". The decision is proven on random registries in test/templates/cleanup-decision.test.ts, the
 * deletes in test/execution/cleanup-packages.test.ts and cleanup-oci.test.ts; here is what the program is told.
 */
import { describe, expect, it } from "vitest";
import { classOf, isProtected, readPolicy, settingsOf } from "../../templates/lib/decide.mjs";
import { plannedFor } from "../support/plan-of.ts";
import { type EmittedWorkflow, stepOf } from "../support/read-workflows.ts";
import { type System, systemNamed, systems } from "../support/systems.ts";

const cleanupOf = (system: System): EmittedWorkflow => {
  const workflow = system.workflows.find(({ name }) => name === system.pipeline.workflows.cleanup?.name);
  if (!workflow) throw new Error(`${system.name} has no cleanup.`);
  return workflow;
};
const stepIn = (system: System) => {
  const [job] = cleanupOf(system).jobs;
  if (!job) throw new Error("The cleanup has no job.");
  return stepOf(job, "Delete expired images");
};
const planOf = (system: System) => {
  const { retention, packages, ...rest } = plannedFor(system.pipeline);
  if (!retention || !packages) throw new Error(`${system.name} has no cleanup.`);
  return { ...rest, retention, packages };
};

const hasCaches = (system: System): boolean =>
  system.pipeline.builds.some((build) => build.kind === "image" && build.cache === "registry");

const cleaning = systems.filter((system) => system.pipeline.workflows.cleanup);
const charon = systemNamed("Charon");
const unplanned = systemNamed("a system that no one planned for");

/** The class that the program gives a tag: what is kept for ever first, then the classes in their order. */
function classIn(plan: ReturnType<typeof planOf>, tag: string): string {
  const policy = readPolicy(settingsOf(plan));
  return isProtected(tag, policy) ? "for ever" : (classOf(tag, policy)?.name ?? "none");
}

describe("the cleanup", () => {
  it("runs daily, one at a time, and is never cancelled", () => {
    for (const system of cleaning) {
      const workflow = cleanupOf(system);
      expect(workflow.on.schedule?.[0]?.cron.split(" ").slice(2)).toEqual(["*", "*", "*"]);
      expect(workflow.concurrency).toEqual({ group: `${system.config.project}/cleanup`, "cancel-in-progress": false });
    }
  });

  it("only says what it would delete until the config says otherwise, and by hand as asked", () => {
    const minimal = systemNamed("the minimal example");
    expect([minimal, charon].map((system) => planOf(system).retention.dryRun)).toEqual([true, false]);
    expect(cleanupOf(minimal).on.workflow_dispatch?.inputs?.["dry_run"]?.default).toBe(true);
    expect(cleanupOf(charon).on.workflow_dispatch?.inputs?.["dry_run"]?.default).toBe(false);
  });

  it("knows every class's age, and a minimum age of 48 hours unless the config has another", () => {
    for (const system of cleaning) {
      const settings = planOf(system).retention;
      const { retention } = system.pipeline;
      expect(Object.fromEntries(settings.classes.map((entry) => [entry.class, entry.hours]))).toEqual(
        retention && {
          ...retention.hours,
          ...(hasCaches(system) && { cache: retention.caches.hours }),
          ...(system.pipeline.bases.length > 0 && { base: retention.bases.hours }),
        },
      );
      expect(settings.minimumAgeHours).toBe(48);
    }
  });

  it("keeps main's layers in the registry, and the newest of other branches", () => {
    const system = systemNamed("Charon with its cache in the registry");
    expect(planOf(system).retention.classes.find((entry) => entry.class === "cache")).toEqual({
      class: "cache",
      tags: ["buildcache-(amd64)-.+", "buildcache-(arm64)-.+"],
      hours: 168,
      keepNewest: 5,
      keepAlways: ["buildcache-(amd64)-main", "buildcache-(arm64)-main"],
    });
    const unprotected = { ...planOf(system), retention: { ...planOf(system).retention, protect: [] } };
    expect(classIn(unprotected, "buildcache-amd64-feature-x-abc1234")).toBe("cache");
  });

  it.each(cleaning)("tells the tags of $name apart as the build makes them", (system) => {
    const plan = planOf(system);
    for (const channel of system.pipeline.channels) expect(classIn(plan, channel.tag)).toBe("for ever");
    for (const tag of ["v1.2.3", "1.2", "1", "v2.0.0-rc.1"]) expect(classIn(plan, tag), tag).toBe("for ever");
    expect(classIn(plan, "manual-4242")).toBe("manual");
    expect(classIn(plan, "somebody's own")).toBe("none");
    expect(classIn(plan, `sha256-${"0".repeat(64)}`)).toBe("none");
  });

  it("tells staging tags, nightly ones and those of pull requests apart, by each system's own patterns", () => {
    const own = planOf(systemNamed("Charon with tags of its own"));
    expect(
      [
        "review-12-abc1234",
        "queue-abc1234",
        "night-2026-02-04",
        "tmp-abc1234-amd64",
        "tmp-n4242-arm64",
        "main-abc1234",
        "feature-x-abc1234",
      ].map((tag) => classIn(own, tag)),
    ).toEqual(["pullRequest", "queue", "nightly", "staging", "staging", "commit", "branch"]);
    expect(
      [
        "pr-12-abc1234",
        "mq-abc1234",
        "nightly-2026-02-04",
        "stage-abc1234-amd64",
        "sha-abc1234",
        "feature-x-abc1234",
      ].map((tag) => classIn(planOf(charon), tag)),
    ).toEqual(["pullRequest", "queue", "nightly", "staging", "commit", "branch"]);
  });

  it("never deletes protected tags", () => {
    expect(classIn(planOf(charon), "buildcache-amd64")).toBe("for ever");
    expect(classIn(planOf(unplanned), "stable-2026-02")).toBe("for ever");
  });

  it("deletes at most as many versions a run as the config says", () => {
    expect([charon, unplanned].map((system) => planOf(system).retention.maxDeletions)).toEqual([300, 200]);
  });

  it("keeps what a run still pulls, with an hour's grace: it knows all workflows that build and test", () => {
    for (const system of cleaning) {
      const { build, nightly, release } = system.pipeline.workflows;
      const consumers = system.pipeline.consumers.map(({ workflow }) => workflow);
      const pulling = [build, nightly, release].flatMap((workflow) => workflow?.name ?? []).concat(consumers);
      const emitted = system.workflows.map((workflow) => workflow.name).filter((name) => pulling.includes(name));
      expect(planOf(system).retention.workflows.toSorted()).toEqual([...new Set(emitted)].toSorted());
    }
  });

  it("looks after every image of the registry, and of no other", () => {
    for (const system of cleaning) {
      const { builds, bases } = planOf(system);
      const images = Object.values(builds).flatMap((build) => (build.kind === "image" ? [build.image] : []));
      expect([...images, ...Object.values(bases).map(({ image }) => image)]).toEqual([
        ...system.pipeline.builds.flatMap((build) => (build.kind === "image" ? [build.image] : [])),
        ...system.pipeline.bases.map((base) => base.image),
      ]);
    }
  });

  it("deletes through GitHub's package API, or by digest where the registry speaks OCI, with the registry's credentials", () => {
    expect([charon, unplanned].map((system) => planOf(system).packages.mode)).toEqual(["packages", "oci"]);
    expect(stepIn(unplanned).env).toMatchObject({
      REGISTRY_USERNAME: "${{ secrets.QUAY_USER }}",
      REGISTRY_PASSWORD: "${{ secrets.QUAY_TOKEN }}",
    });
    // GitHub's own registry takes the job's token, which the program holds anyway.
    expect(stepIn(charon)).toMatchObject({ env: {}, with: { "gh-token": "${{ github.token }}" } });
  });

  it("is not there where the config switches it off, or no image is built", () => {
    for (const name of ["Charon with little around it", "this project"])
      expect(systemNamed(name).pipeline.workflows.cleanup).toBeUndefined();
  });
});
