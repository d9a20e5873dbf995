/**
 * What is published, when, and by whom: each condition with every result of every job that it hangs on, as GitHub's own
 * expressions evaluate it. Whole runs are played in test/execution/pipeline/webauthn.test.ts.
 */
import { describe, expect, it } from "vitest";
import { CLASSES_OF, planJobId, publishedIn, type RunKind, requiredIn, targetsIn } from "../../src/pipeline/runs.ts";
import type { EventClass, ImageBuild, PublishTarget } from "../../src/pipeline/types.ts";
import { planFile } from "../../src/pipeline/plan-file.ts";
import { digestOf } from "../../src/compiler/jobs/image/outputs.ts";
import { holds } from "../player/expressions.ts";
import {
  ancestorsOf,
  type EmittedJob,
  type EmittedStep,
  type EmittedWorkflow,
  expressionsOf,
  jobOf,
  stepOf,
} from "../support/read-workflows.ts";
import { type System, systemNamed, systemOf, systems } from "../support/systems.ts";

const running = { success: () => true, failure: () => false, cancelled: () => false };
const ended = { ...running, cancelled: () => true };
const NOT_SUCCESS = ["failure", "cancelled", "skipped"] as const;

interface Subject {
  name: string;
  system: System;
  run: RunKind;
  target: PublishTarget;
  workflow: EmittedWorkflow;
  job: EmittedJob;
}

const RUNS: readonly RunKind[] = ["build", "nightly", "release"];
const subjects: Subject[] = systems.flatMap((system) =>
  RUNS.flatMap((run) =>
    targetsIn(system.pipeline, run).flatMap((target) => {
      const workflow = system.workflows.find(({ name }) => name === system.pipeline.workflows[run]?.name);
      return workflow
        ? [
            {
              name: `${system.name}: ${target.key} (${run})`,
              system,
              run,
              target,
              workflow,
              job: jobOf([workflow], workflow.file, `deliver-${target.key}`),
            },
          ]
        : [];
    }),
  ),
);

interface Situation {
  class: EventClass;
  results?: Readonly<Record<string, string>>;
  changed?: boolean;
  force?: boolean;
  branch?: string;
  status?: typeof running;
}

/** Whether the job runs, where everything before it succeeded but what the situation says. */
function runs(
  { job }: Pick<Subject, "job">,
  { class: event, results = {}, changed = true, force = false, branch = "main", status = running }: Situation,
): boolean {
  const outputs = new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => (name === "class" ? event : String(name).endsWith("-changed") ? String(changed) : undefined),
      has: () => true,
    },
  );
  const known: Record<string, string> = { class: event };
  for (const [, name] of (job.if ?? "").matchAll(/needs\.[\w-]+\.outputs\.([\w-]+)/g))
    if (name) known[name] = outputs[name] ?? "";
  const needs = Object.fromEntries(job.needs.map((id) => [id, { result: results[id] ?? "success", outputs: known }]));
  return holds(job.if, { contexts: { needs, inputs: { force_publish: force }, github: { ref_name: branch } }, status });
}

const first = ({ target, run }: Subject): EventClass => publishedIn(target, run)[0] ?? "main";

describe("something is published", () => {
  it("by each kind of target", () => {
    expect([...new Set(subjects.map(({ target }) => target.kind))].sort()).toEqual([
      "deploy",
      "githubRelease",
      "images",
      "maven",
      "npm",
    ]);
  });

  it.each(subjects)(
    "when all before it has succeeded, and not when any of it failed, was cancelled or skipped: $name",
    (subject) => {
      const situation = { class: first(subject) };
      expect(runs(subject, situation)).toBe(true);
      const gate = jobOf([subject.workflow], subject.workflow.file, "gate");
      // The gate passes on success alone: test/execution/gates.test.ts.
      const withGate = (id: string, result: string): Record<string, string> => ({
        [id]: result,
        ...(gate.needs.includes(id) && { gate: "failure" }),
      });
      for (const id of subject.job.needs) {
        for (const result of NOT_SUCCESS) {
          // Only a job that asks reviewers of major releases may be left out.
          const expected = id.startsWith("approve-") && result === "skipped";
          expect(runs(subject, { ...situation, results: withGate(id, result) }), `${id}: ${result}`).toBe(expected);
        }
      }
      expect(runs(subject, { ...situation, status: ended })).toBe(false);
    },
  );

  it.each(subjects)(
    "behind every required test, every build and every scan: $name",
    ({ system, run, workflow, job, target }) => {
      const behind = ancestorsOf(workflow, job).map(({ id }) => id);
      expect(job.needs).toContain("gate");
      for (const { key } of requiredIn(system.pipeline, run)) expect(behind).toContain(`test-${key}`);
      const building = workflow.jobs.filter((one) => /^(build|publish)(-|$)/.test(one.id));
      expect(building.length).toBeGreaterThan(0);
      for (const { id } of building) expect(behind).toContain(id);
      for (const key of target.after)
        if (workflow.jobs.some(({ id }) => id === `deliver-${key}`)) expect(job.needs).toContain(`deliver-${key}`);
    },
  );

  it.each(subjects)("on its own events alone: $name", (subject) => {
    for (const event of CLASSES_OF[subject.run])
      expect(runs(subject, { class: event }), event).toBe(publishedIn(subject.target, subject.run).includes(event));
  });

  it.each(subjects.filter(({ run }) => run === "build"))(
    "by hand only when it is asked for, on main: $name",
    (subject) => {
      const { main } = subject.system.pipeline.branches;
      const onMain = subject.target.on.some((event) => event === "main");
      expect(runs(subject, { class: "manual", force: true, branch: main })).toBe(onMain);
      expect(runs(subject, { class: "manual", force: true, branch: "elsewhere" })).toBe(false);
      expect(runs(subject, { class: "manual", branch: main })).toBe(false);
      for (const event of ["pullRequest", "feature", "queue"] as const)
        expect(runs(subject, { class: event, force: true, branch: main }), event).toBe(false);
    },
  );

  it.each(subjects)("again only where its inputs changed; a release publishes all of its own: $name", (subject) => {
    const { target, run } = subject;
    const compared =
      run === "build" && (target.kind === "npm" || target.kind === "maven") && target.from.inputs !== undefined;
    expect(runs(subject, { class: first(subject), changed: false })).toBe(!compared);
  });

  it.each(subjects)("one at a time, never cancelled, in its environment: $name", ({ job, target }) => {
    // Three tags at once lose none: a group by itself keeps one that waits.
    expect(job.raw).toMatchObject({ concurrency: { "cancel-in-progress": false, queue: "max" } });
    const { environment } = target;
    if (environment?.when !== "always") expect(job.raw).not.toHaveProperty("environment");
    else
      expect(job.raw).toHaveProperty(
        "environment",
        environment.url === undefined ? environment.name : { name: environment.name, url: environment.url },
      );
  });

  it.each(subjects)("from what this run has tested, and from nothing else: $name", ({ job, target, system, run }) => {
    const tested = (build: ImageBuild): string => `\${{ ${digestOf(system.pipeline, run, build)} }}`;
    if (target.kind === "npm" || target.kind === "maven") {
      expect(stepOf(job, `Take what was tested: ${target.from.key}`).with).toMatchObject({
        name: target.from.artifact,
      });
      expect(stepOf(job, `Take what was tested: ${target.from.key}`).with["run-id"]).toBeUndefined();
    }
    if (target.kind === "images")
      expect(job.steps.filter(({ program }) => program === "copy-image").map((step) => step.with)).toMatchObject(
        target.images.map(({ build }) => ({ build: build.key, target: target.key, digest: tested(build) })),
      );
    if (target.kind === "deploy" && target.images[0])
      expect(job.env["IMAGE"]).toBe(`${target.images[0].image}@${tested(target.images[0])}`);
    const built = job.steps.filter(({ action }) =>
      ["docker/build-push-action", "docker/bake-action"].includes(action ?? ""),
    );
    expect(built).toEqual([]);
  });
});

describe("moving tags in another registry", () => {
  const { workflows, pipeline } = systemNamed("a shop that publishes everything");
  const copies = (file: string): EmittedStep["with"] =>
    stepOf(jobOf(workflows, file, "deliver-quay"), "Copy the tested image of app").with;

  it("are told from a version and a commit's own tag, which are given always", () => {
    expect(planFile([pipeline], {}).pipelines[""]?.publish["quay"]).toMatchObject({
      names: { app: "quay.io/acme/app" },
      tags: [
        { pattern: "{version}", moves: false },
        { pattern: "{channel}", moves: true },
        { pattern: "newest", moves: true },
      ],
    });
  });

  it("are left to the branch's newest commit", () => {
    expect(copies("build.yml")).toMatchObject({
      version: "${{ needs.plan.outputs.version }}",
      channel: "${{ needs.plan.outputs.channel }}",
      "gh-token": "${{ github.token }}",
    });
  });

  it("of releases and nightly builds move as these come", () => {
    for (const file of ["release.yml", "nightly-build.yml"]) expect(copies(file)).not.toHaveProperty("gh-token");
  });

  it("are signed only where the image is there", () => {
    const to = { host: "quay.io", namespace: "acme", username: "A", password: "B" };
    const signed = (tags: string[]) => {
      const { config } = systemNamed("the WebAuthn server");
      const target = { kind: "images" as const, to, images: "webauthn-server", tags, sign: true };
      const job = jobOf(
        systemOf("signed", { ...config, publish: { quay: target } }).workflows,
        "main-ci-cd.yml",
        "deliver-quay",
      );
      return stepOf(job, "Sign webauthn-server").if;
    };
    expect(signed(["{channel}"])).toBe("steps.copy-webauthn-server.outputs.copied == 'true'");
    expect(signed(["{channel}", "{version}"])).toBeUndefined();
  });
});

describe("secrets", () => {
  const shop = systemNamed("a shop that publishes everything");
  const webauthn = systemNamed("the WebAuthn server");
  const needed = (job: EmittedJob): string[] =>
    job.steps
      .filter(({ program }) => program === "preflight")
      .flatMap((step) =>
        Object.keys(JSON.parse(String(step.with["present"]).replace(/\$\{\{.*?\}\}/g, "true")) as object),
      );

  it("of the repository are looked for before anything is built, and never in a pull request", () => {
    const plan = jobOf(webauthn.workflows, "main-ci-cd.yml", "plan");
    expect(needed(plan)).toEqual([
      "DOCKER_USERNAME",
      "DOCKER_PASSWORD",
      "CENTRAL_PORTAL_USERNAME",
      "CENTRAL_PORTAL_PASSWORD",
      "SIGNING_KEY",
      "SIGNING_PASSWORD",
    ]);
    const names = plan.steps.map(({ name }) => name);
    expect(stepOf(plan, "Look for missing secrets").if).toBe("github.event_name != 'pull_request'");
    // Only the code is there before.
    expect(names.slice(0, names.indexOf("Look for missing secrets"))).toEqual(["Check out the code"]);
  });

  it("of an environment are looked for by its own jobs, before these do anything", () => {
    expect(needed(jobOf(shop.workflows, "build.yml", "plan"))).toEqual([
      "CENTRAL_USER",
      "CENTRAL_PASSWORD",
      "SIGNING_KEY",
    ]);
    const quay = jobOf(shop.workflows, "build.yml", "deliver-quay");
    expect(needed(quay)).toEqual(["QUAY_USER", "QUAY_PASSWORD"]);
    expect(quay.steps[0]?.name).toBe("Look for missing secrets");
  });

  it("are never seen by the program that looks for them", () => {
    for (const system of [shop, webauthn]) {
      for (const step of system.workflows
        .flatMap(({ jobs }) => jobs)
        .flatMap((job) => job.steps.filter(({ program }) => program === "preflight"))) {
        expect(
          String(step.with["present"])
            .match(/\$\{\{[^}]*\}\}/g)
            ?.every((value) => /^\$\{\{ secrets\.\w+ != '' \}\}$/.test(value)),
        ).toBe(true);
      }
    }
  });
});

describe("the clean-up at a run's end", () => {
  const cleaning = systems.flatMap((system) =>
    system.workflows.flatMap((workflow) =>
      workflow.jobs.filter(({ id }) => id === "clean").map((job) => ({ name: system.name, system, workflow, job })),
    ),
  );

  it("is that of several systems", () => expect(cleaning.length).toBeGreaterThan(2));

  it.each(cleaning)("comes after every other job but the one that tells people: $name", ({ workflow, job }) => {
    const others = workflow.jobs.map(({ id }) => id).filter((id) => id !== "clean" && id !== "notify");
    expect([...job.needs].sort()).toEqual(others.sort());
  });

  it.each(cleaning)(
    "runs whatever became of them, but where nothing was pushed, or the run was cancelled: $name",
    ({ job, system }) => {
      const plan = planJobId(system.pipeline, "build");
      const given = (push: string, results: Record<string, string> = {}, status = running): boolean =>
        holds(job.if, {
          contexts: {
            needs: Object.fromEntries(
              job.needs.map((id) => [id, { result: results[id] ?? "success", outputs: id === plan ? { push } : {} }]),
            ),
          },
          status,
        });
      expect(given("true")).toBe(true);
      for (const id of job.needs)
        for (const result of NOT_SUCCESS)
          // Where the job that decides builds as well, it may have pushed before it failed.
          expect(given("true", { [id]: result }), `${id}: ${result}`).toBe(id !== "plan");
      expect(given("false")).toBe(false);
      expect(given("true", {}, ended)).toBe(false);
    },
  );
});

describe("`publishing: false`", () => {
  it("is one line that takes what is published out, and leaves every other job as it was", () => {
    const on = systemNamed("the WebAuthn server");
    const off = systemNamed("the WebAuthn server that publishes nothing");
    const jobs = ({ workflows }: System) => workflows.flatMap((workflow) => workflow.jobs);
    const gone = jobs(on)
      .map(({ where }) => where)
      .filter((where) => !jobs(off).some((job) => job.where === where));
    expect(gone.map((where) => where.split(" > ")[1])).toEqual([
      "deliver-dockerhub",
      "deliver-npm",
      "deliver-central",
      "published",
    ]);
    // Who waited for them waits no more, and nobody looks for what they would need.
    const touched = jobs(off).filter(
      (job) => JSON.stringify(job.raw) !== JSON.stringify(jobs(on).find(({ where }) => where === job.where)?.raw),
    );
    expect(touched.map(({ where }) => where.split(" > ")[1]).sort()).toEqual(["clean", "notify", "plan"]);
    expect(jobs(off).flatMap(expressionsOf).join("\n")).not.toMatch(/force_publish|DOCKER_|CENTRAL_|SIGNING_/);
  });

  it("is what every target's config compiles to, whatever else it says", () => {
    const { config } = systemNamed("a shop that publishes everything");
    const off = systemOf("off", { ...config, publishing: false });
    expect(
      off.workflows.flatMap(({ jobs }) => jobs.map(({ id }) => id)).filter((id) => /^(deliver-|published$)/.test(id)),
    ).toEqual([]);
  });
});
