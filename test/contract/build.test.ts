/**
 * Pipeline contract, "Build workflow". What only running can show (one build for two events, retries against a failing
 * registry, digests kept, what the bake file says) is in test/execution/{reuse,export-image,publish-image}.test.ts and
 * test/execution/pipeline; here is what the programs are given, when, and under which lock.
 */
import { describe, expect, it } from "vitest";
import { groupKeyOf, groupsOf, type BuildGroup } from "../../src/pipeline/build-groups.ts";
import { planFile } from "../../src/pipeline/plan-file.ts";
import {
  buildJobId,
  buildsIn,
  entriesOf,
  GATE_JOB,
  merges,
  publishesAlone,
  publishJobId,
  type Runs,
  runsThatBuild,
  SCAN_JOB,
  callsBuilds,
} from "../../src/pipeline/runs.ts";
import type { EventClass, ImageBuild } from "../../src/pipeline/types.ts";
import { type Contexts, evaluate, holds, interpolate } from "../player/expressions.ts";
import type { Json } from "../player/json.ts";
import { decide, decided, jobOfRun, planningStep, workflowsOfRun } from "../support/building.ts";
import {
  type EmittedJob,
  type EmittedStep,
  type EmittedWorkflow,
  expressionsIn,
  stepOf,
} from "../support/read-workflows.ts";
import { COMMIT, events, MERGE_COMMIT, REPOSITORY } from "../support/run-step.ts";
import { type System, systemNamed, systems } from "../support/systems.ts";

type ImageGroup = BuildGroup & { kind: "image" };

const buildOf = (system: System): EmittedWorkflow => {
  const workflow = system.workflows.find(({ name }) => name === system.pipeline.workflows.build?.name);
  if (!workflow) throw new Error(`${system.name} has no build workflow.`);
  return workflow;
};
const imagesOf = (system: System): ImageBuild[] => system.pipeline.builds.filter((build) => build.kind === "image");
/** The kinds of run whose builds stand where those of a push do. */
const runsOf = ({ pipeline }: System): Runs => (callsBuilds(pipeline) ? runsThatBuild(pipeline) : "build");
const groupsIn = (system: System): ImageGroup[] =>
  groupsOf(buildsIn(system.pipeline, runsOf(system))).filter((group): group is ImageGroup => group.kind === "image");
const jobIn = (system: System, group: ImageGroup): EmittedJob => jobOfRun(system, buildJobId(group.first));
const stepWith = (job: EmittedJob, program: EmittedStep["program"], to?: string): EmittedStep => {
  const found = job.steps.filter((step) => step.program === program && (to === undefined || step.with["to"] === to));
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) throw new Error(`${job.where} uses ${program} ${found.length} times.`);
  return only;
};
const builderOf = (job: EmittedJob): EmittedStep => {
  const found = job.steps.find((step) => step.action === "docker/bake-action");
  if (!found) throw new Error(`${job.where} does not build.`);
  return found;
};
const positionOf = (job: EmittedJob, step: EmittedStep): number => job.steps.indexOf(step);
const allSucceeded = { success: () => true, failure: () => false, cancelled: () => false };
const failed = { success: () => false, failure: () => true, cancelled: () => false };

/** What the steps behind `prepare-build` see of it, and of those between. */
const steps = (outputs: Record<string, string>, others: Record<string, Record<string, string>> = {}): Contexts => ({
  steps: Object.fromEntries(
    Object.entries({ plan: { push: "true", class: "main" }, image: outputs, ...others }).map(([id, given]) => [
      id,
      { outputs: given },
    ]),
  ),
  inputs: { plan: JSON.stringify({ push: others["plan"]?.["push"] !== "false", class: "main" }), version: "1.0" },
  needs: { plan: { result: "success", outputs: { push: "true", class: "main", ...others["plan"] } } },
  runner: { temp: "/tmp" },
});
const runs = (step: EmittedStep, contexts: Contexts, status = allSucceeded): boolean =>
  holds(step.if, { contexts, status });

const withImages = systems.filter((system) => imagesOf(system).length > 0);
const charon = systemNamed("Charon");
const charonPlan = (system: System) => planFile([system.pipeline], {}).pipelines[""]?.builds["charon"];
const imagePart = (system: System) => {
  const part = charonPlan(system);
  if (part?.kind !== "image") throw new Error(`${system.name} does not build charon.`);
  return part;
};
const [charonGroup] = groupsIn(charon);
if (!charonGroup) throw new Error("Charon builds nothing.");

describe.each(withImages)("in $name", (system) => {
  const groups = groupsIn(system);

  it("each image has one job that builds it, in a group of the image, the platform and the commit, which never cancels", () => {
    for (const group of groups) {
      const job = jobIn(system, group);
      const lock = job.concurrency?.group ?? "";
      expect(lock).toMatch(new RegExp(`^${system.config.project}/image/${group.key}/`));
      expect(lock.includes("/${{ matrix.platform }}/")).toBe(job.matrix !== undefined);
      const commitOf = (contexts: Contexts): Json =>
        interpolate(lock, { contexts: { ...contexts, matrix: { platform: "amd64" } } });
      // Both events of a commit wait for each other, and no other one's.
      expect(commitOf(events.pullRequest("a"))).toBe(commitOf(events.push("a")));
      expect(commitOf(events.pullRequest("a"))).toContain(COMMIT);
      if (system.pipeline.nightly && callsBuilds(system.pipeline))
        expect(commitOf(events.schedule())).not.toContain(COMMIT);
      expect(job.concurrency?.["cancel-in-progress"]).toBe(false);
      expect(job.concurrency?.queue).toBe(system.pipeline.queue === "max" ? "max" : undefined);
    }
  });

  it("under that lock it first looks for an image that will do, and builds only without one", () => {
    for (const group of groups) {
      const job = jobIn(system, group);
      const looking = stepWith(job, "prepare-build");
      expect(looking.with["group"]).toBe(group.key);
      expect(looking.with["entry"]).toBe(job.matrix === undefined ? undefined : "${{ matrix.platform }}");
      const exporting = job.steps.filter(({ program }) => program === "export-image");
      for (const step of [builderOf(job), ...exporting]) {
        expect(positionOf(job, step), step.where).toBeGreaterThan(positionOf(job, looking));
        expect(runs(step, steps({ missing: "false", push: "false", save: "false" })), step.where).toBe(false);
        expect(runs(step, steps({ missing: "true", push: "true", save: "true" })), step.where).toBe(true);
      }
    }
  });

  it("the plan says of each image what it is made from, which recipe that is, and who builds it for which event", () => {
    const part = planFile([system.pipeline], {}).pipelines[system.pipeline.member ?? ""];
    for (const build of imagesOf(system)) {
      const planned = part?.builds[build.key];
      expect(planned).toMatchObject({
        kind: "image",
        image: build.image,
        recipe: build.recipe,
        args: build.args,
        inputs: build.inputs ?? null,
        fallback: build.fallback,
        bake: build.bake ?? null,
      });
      expect(planned?.kind === "image" && Object.keys(planned.entries).sort()).toEqual(
        Object.keys(build.entries).sort(),
      );
    }
  });

  it("only the first step builds: what saves and pushes has the layers of the same files, by the same builder", () => {
    for (const group of groups) {
      const job = jobIn(system, group);
      const build = builderOf(job);
      const { bake } = group.first;
      expect(build.with).toEqual({
        source: ".",
        files: bake ? `${bake.file}\n\${{ runner.temp }}/bake.json\n` : "${{ runner.temp }}/bake.json",
        targets: "pipewright-layers",
        provenance: "false",
      });
      const push = stepWith(job, "export-image", "push");
      const archive = stepWith(job, "export-image", "archive");
      expect(push.with).toMatchObject({ group: group.key });
      expect(archive.with).toMatchObject({ to: "archive", group: group.key });
      expect([archive, push].map((step) => positionOf(job, step) > positionOf(job, build))).toEqual([true, true]);
      expect(job.steps.filter(({ action }) => action === "docker/setup-buildx-action")).toHaveLength(1);
    }
  });

  it("what is checked out and built is the commit that people mean, without credentials", () => {
    for (const group of groups) {
      const job = jobIn(system, group);
      const [checkout, ...others] = job.steps.filter((step) => step.action === "actions/checkout");
      expect(others).toEqual([]);
      const plan = JSON.stringify({ sha: COMMIT });
      const refOf = (contexts: Contexts): Json =>
        interpolate(checkout?.with["ref"] as Json, {
          contexts: {
            ...contexts,
            inputs: { plan },
            needs: { plan: { result: "success", outputs: { sha: COMMIT, plan } } },
          },
        });
      expect([refOf(events.pullRequest()), refOf(events.queue()), refOf(events.push("main"))]).toEqual([
        COMMIT,
        COMMIT,
        COMMIT,
      ]);
      expect(checkout?.with["persist-credentials"]).toBe(false);
      const readsHistory = group.builds.some(({ inputs }) => inputs !== undefined);
      if (readsHistory) expect(checkout?.with["fetch-depth"]).toBe(0);
    }
  });

  it("without a token that can push, and beside the push as a fallback, the image is saved for a day", () => {
    for (const group of groups) {
      const job = jobIn(system, group);
      for (const build of group.builds) {
        const upload = stepOf(job, build.bake ? `Upload ${build.key}` : "Upload the image");
        expect(upload.with).toMatchObject({ name: `image-${build.key}`, "retention-days": 1, overwrite: true });
        const saved = (outputs: Record<string, string>): boolean => runs(upload, steps(outputs));
        expect([saved({ save: "true", saved: build.key }), saved({ save: "false", saved: "" })]).toEqual([true, false]);
      }
    }
  });

  it("a push that fails for good fails the job, unless the program says that the archive will do", () => {
    for (const group of groups) {
      const job = jobIn(system, group);
      const push = stepWith(job, "export-image", "push");
      expect([push.continueOnError, push.minutes !== undefined]).toEqual([false, true]);
      expect(String(push.with["class"])).toMatch(/class \}\}$/);
      if (!publishesAlone(system.pipeline, runsOf(system), group)) continue;
      const publish = stepWith(job, "publish-image");
      const outputs = { alone: "true", missing: "true", push: "true" };
      expect([
        runs(publish, steps(outputs)),
        runs(publish, steps(outputs, { push: { unpushed: "true" } })),
        runs(publish, steps({ ...outputs, alone: "false" })),
        runs(publish, steps(outputs, { plan: { push: "false", class: "main" } })),
        runs(publish, steps(outputs), failed),
      ]).toEqual([true, false, false, false, false]);
    }
  });

  it("one job does what one job can: it publishes what it has built alone, and another one merges what several have built", () => {
    for (const group of groups) {
      const job = jobIn(system, group);
      const all = runsOf(system);
      const publishes = job.steps.some(({ program }) => program === "publish-image");
      expect(publishes).toBe(publishesAlone(system.pipeline, all, group));
      const merging = workflowsOfRun(system)
        .flatMap(({ jobs }) => jobs)
        .filter(({ id }) => id === publishJobId(group.first));
      expect(merging).toHaveLength(merges(system.pipeline, all, group) ? 1 : 0);
      for (const one of merging) {
        expect(stepWith(one, "publish-image").with).toMatchObject({
          group: group.key,
          images: `\${{ needs.${job.id}.outputs.unchanged }}`,
        });
        const starts = (result: string, outputs: Record<string, string>): boolean => {
          const plan = { push: "true", plan: JSON.stringify({ push: true }) };
          return holds(one.if, {
            contexts: {
              needs: {
                [job.id]: { result, outputs: { ...plan, ...outputs } },
                plan: { result: "success", outputs: plan },
              },
              inputs: { plan: plan.plan },
            },
            status: { success: () => false, failure: () => false, cancelled: () => false },
          });
        };
        expect(["success", "failure", "cancelled", "skipped"].map((result) => starts(result, {}))).toEqual([
          true,
          false,
          false,
          false,
        ]);
        if (publishes) expect(starts("success", { alone: "true" })).toBe(false);
      }
    }
  });

  it("the workflow hands on image, tag, digest and source commit: to the tests of the run, or as a record of those after it", () => {
    const records = workflowsOfRun(system)
      .flatMap(({ jobs }) => jobs)
      .filter((job) => job.steps.some(({ program }) => program === "write-record"));
    expect(records.length > 0).toBe(system.pipeline.topology === "workflow_run");
    for (const job of records) {
      const at = job.steps.findIndex(({ program }) => program === "write-record");
      const record = job.steps[at];
      expect(Object.keys(record?.with ?? {})).toEqual(
        expect.arrayContaining(["plan", record?.with["needs"] === undefined ? "images" : "needs"]),
      );
      expect(job.steps.slice(at + 1).map((step) => step.with["name"])).toEqual(["build-record"]);
      expect(job.steps[at + 1]?.if).toBe(record?.if);
      // Nothing that scans comes after it: what is recorded has passed.
      expect(job.steps.findLastIndex(({ action }) => action === "aquasecurity/trivy-action")).toBeLessThan(at);
    }
    for (const group of groups) {
      const job = publishesAlone(system.pipeline, runsOf(system), group)
        ? jobIn(system, group)
        : jobOfRun(system, publishJobId(group.first));
      // Without tests and a record after it nobody asks.
      if (records.length === 0 && system.pipeline.consumers.length === 0) continue;
      const handed = Object.values(job.outputs);
      // What nobody reads is not handed on: one image's facts are outputs of their own.
      expect(handed.some((value) => /^\$\{\{ steps\.publish\.outputs\.(images|digest) \}\}$/.test(String(value)))).toBe(
        true,
      );
    }
  });

  it("every image is scanned by the digest that was built, on every event, and findings block and go to code scanning where the config says so", () => {
    for (const group of groups) {
      const jobs = workflowsOfRun(system)
        .flatMap((workflow) => workflow.jobs)
        .filter(({ id }) => id === buildJobId(group.first) || id === publishJobId(group.first));
      const scans = jobs.flatMap((job) => job.steps.filter(({ action }) => action === "aquasecurity/trivy-action"));
      const scanned = group.builds.filter(({ scan }) => scan !== false && !scan.apart);
      if (scanned.length === 0) {
        expect(scans).toEqual([]);
        continue;
      }
      for (const build of scanned) {
        const own = scans.filter(({ name }) => name === `Scan ${build.key}` || name.startsWith(`Scan ${build.key} (`));
        expect(own.length, build.key).toBeGreaterThan(0);
        for (const step of own) {
          expect(String(step.with["image-ref"]), step.where).toContain(build.image);
          expect(String(step.with["image-ref"]), step.where).toMatch(/steps\.publish\.outputs\./);
          expect(step.if, step.where).not.toMatch(/github\.event_name|class/);
          if (!build.scan) continue;
          expect(step.with).toMatchObject({
            severity: build.scan.severities.join(","),
            "exit-code": build.scan.block ? "1" : "0",
            "limit-severities-for-sarif": true,
            format: "sarif",
          });
        }
        const uploads = jobs
          .flatMap((job) => job.steps)
          .filter(
            (step) =>
              step.action === "github/codeql-action/upload-sarif" &&
              String(step.with["category"]).includes(`${build.key}-`),
          );
        expect(uploads.length > 0).toBe(build.scan !== false && build.scan.sarif);
        // Found vulnerabilities fail the scan, and are reported all the same; where code scanning is not available nothing fails.
        for (const upload of uploads)
          expect([upload.continueOnError, upload.if?.startsWith("!cancelled()")]).toEqual([true, true]);
      }
    }
  });

  it("what is scanned beside the tests is scanned once, by the digest or from what was saved, and all that follows waits for it", () => {
    const { pipeline, workflows } = system;
    const apart = imagesOf(system).filter(({ scan }) => scan && scan.apart);
    const file = workflows.find(({ path }) => path === pipeline.workflows.scan?.path);
    expect(file !== undefined).toBe(apart.length > 0);
    const calls = workflows.flatMap(({ jobs }) => jobs.filter((job) => job.calls?.path === `./${file?.path}`));
    for (const build of apart) {
      const job = file?.jobs.find(({ id }) => id === SCAN_JOB);
      const own = job?.steps.filter(
        ({ name }) => name === `Scan ${build.key}` || name.startsWith(`Scan ${build.key} (`),
      );
      const given = (digest: string, taken: string): Json[] => {
        const contexts = {
          inputs: { [build.key]: digest, class: "main" },
          steps: { [`take-${build.key}`]: { outcome: taken, outputs: {} } },
          runner: { temp: "/tmp" },
        };
        const [first] = own ?? [];
        const value = (name: string): Json => interpolate((first?.with[name] ?? "") as Json, { contexts });
        return [first !== undefined && runs(first, contexts), value("image-ref"), value("input")];
      };
      expect(given("sha256:1", "skipped")).toEqual([true, `${build.image}@sha256:1`, ""]);
      expect(given("", "success")).toEqual([true, "", `/tmp/image-${build.key}.tar`]);
      // Another run may leave it out.
      expect(given("", "failure")[0]).toBe(false);
      for (const step of own ?? []) expect(step.with["exit-code"]).toBe(build.scan && build.scan.block ? "1" : "0");
      expect(calls.every((call) => String(call.calls?.with[build.key]).includes("digest"))).toBe(true);
    }
    for (const call of calls) {
      const run = workflows.find(({ jobs }) => jobs.includes(call));
      const waiting = run?.jobs.filter(({ needs }) => needs.includes(call.id)).map(({ id }) => id) ?? [];
      expect(waiting).toContain(GATE_JOB);
      expect(waiting.filter((id) => id.startsWith("test-"))).toEqual([]);
      expect(call.needs.filter((id) => id.startsWith("test-"))).toEqual([]);
    }
    expect(calls.length > 0).toBe(apart.length > 0);
  });

  it("the scan takes the published image, or the saved one where nothing could be pushed", () => {
    for (const group of groups.filter((one) => publishesAlone(system.pipeline, runsOf(system), one))) {
      const job = jobIn(system, group);
      for (const build of group.builds.filter(({ scan }) => scan && !scan.apart)) {
        const scan = job.steps.find(({ name }) => name.startsWith(`Scan ${build.key}`));
        const given = (publish: Record<string, string>, outputs: Record<string, string>): Json[] => {
          const contexts = steps({ scan: "true", platforms: "linux/amd64 linux/arm64", ...outputs }, { publish });
          const value = (name: string): Json => interpolate((scan?.with[name] ?? "") as Json, { contexts });
          return [scan !== undefined && runs(scan, contexts), value("image-ref"), value("input")];
        };
        const published = { digest: "sha256:1", images: JSON.stringify({ [build.key]: { digest: "sha256:1" } }) };
        expect(given(published, {})).toEqual([true, `${build.image}@sha256:1`, ""]);
        expect(given({}, { saved: build.key })).toEqual([true, "", `/tmp/image-${build.key}.tar`]);
        expect(scan && runs(scan, steps({ scan: "false" }))).toBe(false);
      }
    }
  });
});

describe("the build's events", () => {
  it("are pushes to all branch groups, pull requests into the long-lived ones, the merge queue, and a run by hand with a tag", () => {
    expect(buildOf(charon).on).toEqual({
      push: { branches: ["main", "development", "feature/**"] },
      pull_request: { branches: ["main", "development"] },
      merge_group: { branches: ["main", "development"] },
      workflow_dispatch: { inputs: { tag: { description: expect.any(String), type: "string" } } },
    });
  });

  it("leave out a merge queue's branches where a pattern of feature branches would match them", () => {
    expect(buildOf(systemNamed("a system with every part")).on.push).toEqual({
      branches: ["main", "**", "!gh-readonly-queue/**"],
    });
  });

  it("cancel superseded runs of one pull request, and nothing else", () => {
    const { group } = buildOf(charon).concurrency;
    const groupOf = (contexts: Contexts): Json => evaluate(expressionsIn(group)[0] ?? "", { contexts });
    expect(groupOf(events.pullRequest("a"))).toBe("pr-12");
    expect(groupOf(events.push("main"))).toBe(`refs/heads/main-${COMMIT}`);
    expect(groupOf(events.manual())).toBe("4242");
    expect(buildOf(charon).concurrency["cancel-in-progress"]).toBe("${{ github.event_name == 'pull_request' }}");
  });

  it("build the head of a pull request, not the merge commit", () => {
    expect(decided(charon, events.pullRequest()).sha).toBe(COMMIT);
    expect(decided(charon, events.pullRequest()).sha).not.toBe(MERGE_COMMIT);
    expect([decided(charon, events.queue()).sha, decided(charon, events.push("main")).sha]).toEqual([COMMIT, COMMIT]);
  });

  it("push images, but for forks, and where the config keeps pull requests out of the registry", () => {
    const push = (system: System, contexts: Contexts): string | undefined => decide(system, contexts).outputs["push"];
    expect(push(charon, events.pullRequest())).toBe("true");
    expect(push(charon, events.pullRequest("main", "somebody/Charon"))).toBe("false");
    expect(push(charon, events.push("main"))).toBe("true");
    const kept = systemNamed("Charon whose pull requests stay out of the registry");
    expect([push(kept, events.pullRequest()), push(kept, events.push("main"))]).toEqual(["false", "true"]);
  });

  it("share one image between the events of a commit: each names the tags under which the other may have left it", () => {
    const { candidates } = decided(charon, events.pullRequest("feature/x"));
    expect(candidates).toEqual(["pr-12-abc1234", "sha-abc1234", "feature-x-abc1234"]);
    expect(decided(charon, events.push("feature/x")).candidates).toContain("feature-x-abc1234");
    expect(decided(charon, events.push("main")).candidates).toContain("mq-abc1234");
    expect(decided(charon, events.manual()).candidates).toEqual([]);
    // Both stage under one tag, so the lock's second holder finds what the first has pushed.
    expect(decided(charon, events.pullRequest("feature/x")).staging).toBe(
      decided(charon, events.push("feature/x")).staging,
    );
  });

  it("do without what forks bring where the config leaves forks out", () => {
    const conditionsOf = (system: System): (string | undefined)[] => {
      const where = planningStep(system).where;
      const job = workflowsOfRun(system)
        .flatMap(({ jobs }) => jobs)
        .find(({ steps: own }) => own.some((step) => step.where === where));
      return [job?.if];
    };
    const [ignoring] = conditionsOf(systemNamed("Charon that ignores forks"));
    const starts = (contexts: Contexts): boolean => holds(ignoring, { contexts, status: allSucceeded });
    expect([
      starts(events.pullRequest("x", "somebody/Charon")),
      starts(events.pullRequest("x", REPOSITORY)),
      starts(events.push("main")),
    ]).toEqual([false, true, true]);
    expect(conditionsOf(systemNamed("Charon that builds forks"))).toEqual([undefined]);
  });
});

describe("an image whose inputs did not change", () => {
  it("is looked for in the whole history of the commit, and handed on with the commit that it came from", () => {
    const job = jobIn(charon, charonGroup);
    expect(stepOf(job, "Check out the code").with["fetch-depth"]).toBe(0);
    expect(imagePart(charon).inputs).toEqual(["Dockerfile", ".dockerignore", "backend/**", "frontend/**"]);
    const publish = stepWith(jobOfRun(charon, "publish-charon"), "publish-image");
    expect(publish.with["images"]).toBe("${{ needs.build-charon.outputs.unchanged }}");
    expect(job.outputs["unchanged"]).toBe("${{ steps.image.outputs.images }}");
  });

  it("needs no build, and is published all the same", () => {
    const job = jobIn(charon, charonGroup);
    const found = steps({ missing: "false", push: "false", alone: "true", scan: "true" });
    expect([builderOf(job), stepWith(job, "publish-image")].map((step) => runs(step, found))).toEqual([false, true]);
  });

  it("is not looked for where the config declares no inputs", () => {
    expect(imagePart(systemNamed("Charon without inputs and cache")).inputs).toBeNull();
    const [group] = groupsIn(systemNamed("the minimal example"));
    expect(
      group && stepOf(jobIn(systemNamed("the minimal example"), group), "Check out the code").with,
    ).not.toHaveProperty("fetch-depth");
  });
});

describe("platforms", () => {
  /** The jobs of the matrix, as the event itself tells. */
  const startedBy = (system: System, contexts: Contexts): Json => {
    const job = jobOfRun(system, "build-charon");
    const [expression] = expressionsIn(job.matrix);
    return expression === undefined ? null : evaluate(expression, { contexts });
  };
  const runnerOf = (system: System, platform: string): Json => {
    const raw = jobOfRun(system, "build-charon").raw as { "runs-on": string };
    return interpolate(raw["runs-on"], { contexts: { matrix: { platform } } });
  };

  it("are all for main, one job each on a native runner, merged by digest", () => {
    for (const contexts of [events.push("main"), events.push("development"), events.manual(), events.schedule()])
      expect(startedBy(charon, contexts)).toEqual(["amd64", "arm64"]);
    expect(startedBy(charon, events.release("v1.2.3"))).toEqual(["amd64", "arm64"]);
    expect([runnerOf(charon, "amd64"), runnerOf(charon, "arm64")]).toEqual(["ubuntu-24.04", "ubuntu-24.04-arm"]);
    expect(imagePart(charon).entries["main"]).toEqual([
      { name: "amd64", platforms: ["linux/amd64"], runner: "ubuntu-24.04" },
      { name: "arm64", platforms: ["linux/arm64"], runner: "ubuntu-24.04-arm" },
    ]);
  });

  it("are what the config says for other events, in one job that does everything", () => {
    for (const contexts of [events.pullRequest(), events.push("feature/x"), events.queue()])
      expect(startedBy(charon, contexts)).toEqual(["amd64"]);
    expect(imagePart(charon).entries["pullRequest"]).toHaveLength(1);
  });

  it("or all in one job that emulates", () => {
    const system = systemNamed("Charon on emulated platforms");
    expect(jobOfRun(system, "build-charon").matrix).toBeUndefined();
    expect(imagePart(system).entries["main"]).toMatchObject([
      { name: "all", platforms: ["linux/amd64", "linux/arm64"], runner: "ubuntu-24.04" },
    ]);
    const actionsOf = (one: System): (string | undefined)[] =>
      jobOfRun(one, "build-charon").steps.map((step) => step.action);
    expect(actionsOf(system)).toContain("docker/setup-qemu-action");
    expect(actionsOf(charon)).not.toContain("docker/setup-qemu-action");
  });

  it("start no job that has nothing to do, where the event alone tells which there are", () => {
    for (const system of withImages) {
      for (const group of groupsIn(system)) {
        const job = jobIn(system, group);
        const [expression] = expressionsIn(job.matrix);
        if (expression === undefined) continue;
        const namesOf = (event: EventClass): string[] => entriesOf(group, event).map(({ name }) => name);
        const tell: [EventClass, Contexts][] = [
          ["pullRequest", events.pullRequest()],
          ["main", events.push(system.pipeline.branches.main)],
          ["queue", events.queue()],
        ];
        for (const [event, contexts] of tell.filter(([one]) => system.pipeline.events.includes(one)))
          if (namesOf(event).length > 0)
            expect(evaluate(expression, { contexts }), `${job.where} ${event}`).toEqual(namesOf(event));
      }
    }
  });
});

describe("a cache", () => {
  it("is GitHub's, the registry's, or none, as the plan says", () => {
    const cacheOf = (name: string) => imagePart(systemNamed(name)).cache;
    expect(["Charon", "Charon with its cache in the registry", "Charon without inputs and cache"].map(cacheOf)).toEqual(
      ["gha", "registry", null],
    );
    expect(imagePart(charon).cacheScope).toBe("charon");
  });

  it("is of the branch that is built, and main's for what is of no branch of the repository", () => {
    expect(decided(charon, events.push("feature/DNS")).cacheBranch).toBe("feature-dns");
    expect(decided(charon, events.pullRequest("x", "somebody/Charon")).cacheBranch).toBe("main");
    expect(decided(charon, events.queue()).cacheBranch).toBe("main");
  });
});

describe("attestations", () => {
  it("come with images of people, and with no other where the config wants none", () => {
    expect(imagePart(charon)).toMatchObject({ attested: true, sbom: true, provenance: "max" });
    expect(imagePart(systemNamed("Charon without attestations"))).toMatchObject({
      attested: false,
      sbom: false,
      provenance: null,
    });
  });

  it("are also signed by GitHub on request, for the published digest, by a job that checks nothing out", () => {
    const attest = jobOfRun(charon, "attest-charon");
    // A storage record would need one more write scope, and exists for organisations only.
    expect(attest.steps.at(-1)?.with).toMatchObject({
      "create-storage-record": false,
      "subject-name": "ghcr.io/wikid82/charon",
      "subject-digest": "${{ needs.publish-charon.outputs.digest || needs.build-charon.outputs.digest }}",
    });
    expect(attest.steps.map((step) => step.action)).not.toContain("actions/checkout");
    const classes = (of: string): boolean =>
      holds(attest.if, {
        contexts: {
          needs: {
            "build-charon": { result: "success", outputs: { class: of, digest: "sha256:1" } },
            "publish-charon": { result: "skipped", outputs: {} },
          },
        },
        status: allSucceeded,
      });
    expect(["main", "integration", "nightly", "release", "manual"].map(classes)).toEqual(Array(5).fill(true));
    expect(["pullRequest", "feature", "queue"].map(classes)).toEqual([false, false, false]);
    const without = systemNamed("Charon without attestations");
    expect(workflowsOfRun(without).flatMap(({ jobs }) => jobs.map((job) => job.id))).not.toContain("attest-charon");
  });
});

it("other registries get copies, never builds", () => {
  for (const system of withImages.filter((one) => one.pipeline.copies.length > 0)) {
    const hosts = system.pipeline.copies.map((copy) => copy.host);
    const pushed = imagesOf(system).map(({ image }) => image.split("/")[0] ?? "");
    expect(pushed.filter((host) => hosts.includes(host))).toEqual([]);
  }
});

it("files are built once, uploaded once, and kept as long as the config says", () => {
  const own = systemNamed("this project");
  const upload = stepOf(jobOfRun(own, "build-package"), "Upload the files");
  expect(upload.with).toMatchObject({
    name: "files-package",
    path: "pipewright-*.tgz",
    "retention-days": 7,
    "if-no-files-found": "error",
  });
  expect(
    own.workflows
      .flatMap((workflow) => workflow.jobs.flatMap((one) => one.steps))
      .filter((step) => step.run?.includes("npm pack"))
      .map((step) => step.where.replace(/ > [^>]*$/, "")),
  ).toEqual(["build.yml > build-package"]);
});

it("the verdict on the builds looks at every job of them, whatever happened", () => {
  for (const system of systems) {
    for (const workflow of workflowsOfRun(system)) {
      const gate = workflow.jobs.find(({ steps: own }) =>
        own.some(({ program, with: given }) => program === "judge-run" && given["consumer"] === undefined),
      );
      const ready = workflow.jobs.find(({ id }) => id === "ready");
      for (const job of [gate, ready].filter((one) => one !== undefined)) {
        expect(job.if, job.where).toMatch(/^always\(\)/);
        const building = workflow.jobs.filter(
          ({ id, calls }) => /^(plan|build|publish|attest)(-|$)/.test(id) && (calls === undefined || job === gate),
        );
        expect(
          building.map(({ id }) => id).filter((id) => !job.needs.includes(id)),
          job.where,
        ).toEqual([]);
        expect(job.steps[0]?.with["needs"]).toBe("${{ toJSON(needs) }}");
      }
    }
  }
});

it("an image's key leads to the job that builds it", () => {
  for (const system of withImages)
    for (const build of imagesOf(system)) expect(buildJobId(build)).toBe(`build-${groupKeyOf(build)}`);
});
