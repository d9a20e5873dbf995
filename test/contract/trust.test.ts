/** Pipeline contract, "Every emitted workflow": who holds which scope and secret, and what runs beside them. */
import { describe, expect, it } from "vitest";
import { publishedSecrets } from "../../src/pipeline/secrets.ts";
import { readProgram } from "../support/read-programs.ts";
import {
  type EmittedJob,
  type EmittedStep,
  expressionsIn,
  expressionsOf,
  withoutStrings,
} from "../support/read-workflows.ts";
import { type System, systems } from "../support/systems.ts";

const jobsOf = ({ workflows }: System): EmittedJob[] => workflows.flatMap((workflow) => workflow.jobs);

const canWrite = (job: EmittedJob): boolean => Object.values(job.permissions).includes("write");
const SECRET = /\bsecrets\.(\w+)/g;
/** The job's own token reaches only as far as the job's permissions; what counts here are secrets of the repository. */
const hasSecrets = (job: EmittedJob): boolean =>
  expressionsOf(job).some((expression) => /\bsecrets\./.test(expression));
/** A command of the config, and not a program of Pipewright's own. */
const isForeign = (step: EmittedStep): boolean =>
  step.run !== undefined && step.program === undefined && step.run !== 'sleep "$SECONDS_TO_WAIT"\n';
/** BuildKit runs a Dockerfile's commands in a sandbox that sees neither the runner's files nor its environment. */
const buildsAnImage = (job: EmittedJob): boolean =>
  job.steps.some((step) => ["docker/build-push-action", "docker/bake-action"].includes(step.action ?? ""));

describe.each(systems)("in $name", (system) => {
  it("each job holds just the scopes that its steps need", () => {
    const wrong = jobsOf(system).flatMap((job) => {
      const needed = job.calls ? scopesOfCalled(system, job.calls.path) : scopesNeededBy(system, job);
      const granted = Object.entries(job.permissions).map(([scope, level]) => `${scope}: ${level}`);
      const missing = [...needed].filter(
        (scope) => !granted.includes(scope) && !granted.includes(scope.replace("read", "write")),
      );
      const idle = granted.filter((scope) => !needed.has(scope));
      return [
        ...missing.map((scope) => `${job.where} lacks ${scope}`),
        ...idle.map((scope) => `${job.where} has no use for ${scope}`),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it("no job with a secret or a scope to write runs code of a checkout", () => {
    const wrong = jobsOf(system).filter((job) => canWrite(job) && job.steps.some(isForeign));
    expect(wrong.map((job) => job.where)).toEqual([]);
    const checkingOut = jobsOf(system).filter(
      (job) => (canWrite(job) || hasSecrets(job)) && job.steps.some((step) => step.action === "actions/checkout"),
    );
    for (const job of checkingOut) {
      if (job.steps.some(isForeign) || isTestJob(job)) continue;
      const reads = job.steps
        .filter((step) => step.program === undefined && step.action !== undefined)
        .map((step) => step.action);
      // An image's Dockerfile, an ignore file of the scan, or the history: read, never run.
      const readsHistory = job.id === "plan" || job.steps.some((step) => step.program === "release-notes");
      expect(buildsAnImage(job) || reads.includes("aquasecurity/trivy-action") || readsHistory, job.where).toBe(true);
      expect(job.permissions["id-token"], job.where).toBeUndefined();
    }
  });

  it("code under test runs where nothing can be written, with secrets for this repository's own events only", () => {
    for (const job of jobsOf(system).filter((one) => one.steps.some(isForeign))) {
      const allowed = ["contents: read", "packages: read", "actions: read"];
      expect(
        Object.entries(job.permissions)
          .map(([scope, level]) => `${scope}: ${level}`)
          .filter((scope) => !allowed.includes(scope)),
        job.where,
      ).toEqual([]);
      for (const step of job.steps) {
        for (const expression of expressionsIn([step.env, step.with])) {
          for (const [, secret] of expression.matchAll(SECRET)) {
            if (step.program === "log-in")
              expect(
                TRUSTED.some((condition) => conditionsOf(job, step).includes(condition)),
                step.where,
              ).toBe(true);
            else if (!alwaysGranted(system).includes(`${job.where}: ${secret}`) && !deploys(job))
              expect(
                TRUSTED.some((condition) =>
                  [`${condition} && secrets.${secret} || ''`, `(${condition}) && secrets.${secret} || ''`].includes(
                    expression,
                  ),
                ),
                `${step.where}: ${expression}`,
              ).toBe(true);
          }
        }
      }
      expect(
        Object.values(job.env)
          .flatMap(expressionsIn)
          .filter((expression) => /secrets\.|github\.token/.test(expression)),
        job.where,
      ).toEqual([]);
    }
  });

  it("every checkout leaves no token behind, and a fork's commit is let in only where nothing can be written", () => {
    for (const job of jobsOf(system)) {
      for (const step of job.steps.filter((one) => one.action === "actions/checkout")) {
        expect(step.with["persist-credentials"], step.where).toBe(false);
        if (step.with["allow-unsafe-pr-checkout"] !== undefined) expect(canWrite(job), step.where).toBe(false);
      }
    }
  });

  it("secrets go to steps that need them, never to a whole job, and only those that the config names", () => {
    const named = secretsNamedBy(system);
    const used = jobsOf(system).flatMap((job) =>
      expressionsOf(job).flatMap((expression) =>
        [...withoutStrings(expression).matchAll(SECRET)].map(([, name]) => name ?? ""),
      ),
    );
    expect(used.filter((name) => !named.includes(name))).toEqual([]);
    expect(jobsOf(system).filter((job) => /secrets/.test(JSON.stringify(job.env)))).toEqual([]);
  });

  it("no value that a stranger chooses stands where GitHub or a shell would run it", () => {
    const chosen =
      /github\.(head_ref|event\.(pull_request\.(title|body|head\.(ref|label))|head_commit|commits|issue|comment|workflow_run\.(head_branch|head_commit|display_title)))/;
    for (const job of jobsOf(system)) {
      for (const step of job.steps)
        for (const expression of expressionsIn(step.with)) expect(expression, step.where).not.toMatch(chosen);
    }
  });
});

/** Nothing of a pull request is deployed, and no checkout stands beside the commands that do. */
const deploys = (job: EmittedJob): boolean =>
  job.id.startsWith("deliver-") && !job.steps.some((step) => step.action === "actions/checkout");

/** How a step asks whether the commit is this repository's own: of the run that it follows, of the event, or of the run that calls it. */
const TRUSTED = [
  "needs.resolve.outputs.trusted == 'true'",
  "(github.event.pull_request.head.repo.full_name == github.repository || github.event_name != 'pull_request')",
  "(inputs.trusted || !inputs.head-sha)",
  "inputs.trusted",
];

/** The jobs where a config's commands or actions run on a checkout. */
const isTestJob = (job: EmittedJob): boolean => job.id === "test" || job.id === "check";

/** A step's condition, with that of the step on whose failure it depends. */
function conditionsOf(job: EmittedJob, step: EmittedStep): string {
  const earlier = /^steps\.([\w-]+)\.outcome == 'failure'$/.exec(step.if ?? "")?.[1];
  return `${job.steps.find((one) => earlier !== undefined && one.id === earlier)?.if ?? ""} ${step.if ?? ""}`;
}

/** Secrets that the config hands out whatever the event, as `file > job: SECRET`. The invariants keep forks away. */
const alwaysGranted = ({ pipeline }: System): string[] =>
  pipeline.consumers
    .filter((consumer) => consumer.secrets.grant === "always")
    .flatMap((consumer) => consumer.secrets.names.map((name) => `${consumer.path.split("/").at(-1)} > test: ${name}`));

function secretsNamedBy({ pipeline }: System): string[] {
  const registries = [pipeline.registry, ...pipeline.copies].flatMap((registry) => [
    registry?.username,
    registry?.password,
  ]);
  return [
    ...registries,
    ...pipeline.notify.map((channel) => channel.webhook),
    ...pipeline.consumers.flatMap((consumer) => consumer.secrets.names),
    ...pipeline.bases.map((base) => base.token),
    ...pipeline.publish.flatMap(publishedSecrets),
  ].filter((name) => name !== undefined);
}

/** The scopes that a job's steps need, as `scope: level`. */
/** A called workflow can only be granted what its caller holds, and asks for what its jobs do. */
const scopesOfCalled = ({ workflows }: System, path: string): Set<string> =>
  new Set(
    workflows
      .filter((workflow) => `./${workflow.path}` === path)
      .flatMap((workflow) =>
        workflow.jobs.flatMap((job) => Object.entries(job.permissions).map(([scope, level]) => `${scope}: ${level}`)),
      ),
  );

/** Logs in to ghcr.io with the job's token, or lists and deletes packages through GitHub's API. */
const usesGithubsRegistry = ({ pipeline }: System, job: EmittedJob): boolean =>
  job.steps.some(
    (step) =>
      (step.program === "log-in" && step.with["registry"] === "ghcr.io") ||
      (step.program !== undefined && pipeline.registry?.host === "ghcr.io" && step.with["password"] === TOKEN) ||
      String(step.with["subject-name"]).startsWith("ghcr.io/") ||
      (LISTING.includes(step.program ?? "") && pipeline.registry?.cleanup === "packages"),
  );

const TOKEN = "${{ github.token }}";
/** Programs that ask GitHub's package API, where the registry is GitHub's. */
const LISTING = ["clean-run", "cleanup", "metrics", "withdraw-tags"];

const publishesAsItself = ({ pipeline }: System, key: string): boolean =>
  pipeline.publish.some(
    (target) =>
      target.key === key &&
      target.kind === "npm" &&
      (target.token === undefined || (target.access === "public" && target.registry === undefined)),
  );

function scopesNeededBy(system: System, job: EmittedJob): Set<string> {
  const needed = new Set<string>();
  const hasLogin = job.steps.some(
    (step) => step.program === "log-in" || (step.program !== undefined && step.with["password"] !== undefined),
  );
  for (const step of job.steps) {
    // A run by hand names its image, and asks GitHub for nothing.
    const byHand = step.program === "resolve-image" && job.if === "!inputs.head-sha";
    // Without a token nothing is asked; that of somebody else has scopes of its own.
    const ownToken = step.with["gh-token"] === TOKEN;
    for (const scope of step.program && ownToken && !byHand ? readProgram(step.program).scopes : []) needed.add(scope);
    if (step.action === "actions/checkout") needed.add("contents: read");
    if (step.action === "actions/download-artifact" && step.with["run-id"] !== undefined) needed.add("actions: read");
    // Action's docs: in private repositories the upload also reads the run and the commit.
    if (step.action === "github/codeql-action/upload-sarif")
      for (const scope of ["security-events: write", "actions: read", "contents: read"]) needed.add(scope);
    // Who trusts this workflow, and who signs for it, asks for its identity.
    if (
      step.program === "sign-image" ||
      (step.program === "publish-npm" && publishesAsItself(system, String(step.with["target"])))
    )
      needed.add("id-token: write");
    if (step.action === "actions/attest-build-provenance")
      for (const scope of ["attestations: write", "id-token: write", "packages: write"]) needed.add(scope);
    if (["docker/build-push-action", "docker/bake-action"].includes(step.action ?? "") && step.with["push"] === true)
      needed.add("packages: write");
    if (step.program === "export-image" && step.with["to"] === "push") needed.add("packages: write");
    if (
      step.program !== undefined &&
      ["clean-run", "cleanup", "copy-image", "promote", "publish-image", "withdraw-tags"].includes(step.program)
    )
      needed.add("packages: write");
  }
  if (hasLogin && !needed.has("packages: write")) needed.add("packages: read");
  // Other registries know nothing of the job's token.
  if (!usesGithubsRegistry(system, job))
    for (const scope of ["packages: read", "packages: write"]) needed.delete(scope);
  for (const scope of [...needed]) if (scope.endsWith(": write")) needed.delete(scope.replace("write", "read"));
  return needed;
}
