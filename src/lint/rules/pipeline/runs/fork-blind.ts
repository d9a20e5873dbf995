import { type Job, type Step, triggerOf, type WorkflowDocument } from "../../../../workflow/document/document.ts";
import { expressionsOf } from "../../../../workflow/document/expression-sites.ts";
import { isAction } from "../../../../workflow/document/uses.ts";
import { spanInFile } from "../../../../workflow/expressions/embedded.ts";
import { referencesIn } from "../../../../workflow/expressions/expression.ts";
import { scalarOf, type ScalarNode, type Span } from "../../../../workflow/yaml/node.ts";
import { sourceSpan } from "../../../../workflow/yaml/scalar-source.ts";
import { valueOfScalar } from "../../../model/evaluate.ts";
import type { JobRun, Scope, StepRun } from "../../../model/model.ts";
import { pipelineOf } from "../../../model/pipeline.ts";
import { textOf } from "../../../model/value.ts";
import { workflowsOf } from "../../../repository.ts";
import { looksAtForks } from "../../../runs/forks.ts";
import { scriptsByStep } from "../../../runs/lasting.ts";
import { obstacleOf } from "../../../runs/reach.ts";
import { type RepositoryContext, repositoryRule } from "../../../rule.ts";
import { commandsIn, type ShellCommand, spanOf } from "../../../scripts.ts";

export const forkBlind = repositoryRule({
  id: "fork-blind",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "What needs a secret, a login or a write token on pull requests has a path for those from forks.",
  why: "For a pull request from a fork secrets are empty and `GITHUB_TOKEN` can only read, whatever `permissions` says; `github.event.workflow_run.pull_requests` is empty too. The job then fails for every outside contributor. Set `visibility: private` where nobody can fork the repository.",
  bad: [
    `on: pull_request
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/login-action@v3
        with:
          username: \${{ secrets.DOCKERHUB_USERNAME }}
          password: \${{ secrets.DOCKERHUB_TOKEN }}
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: octo/app:test
`,
    `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: ./test.sh "pr-\${{ github.event.workflow_run.pull_requests[0].number }}"
`,
  ],
  good: [
    `on: pull_request
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/login-action@v3
        if: github.event.pull_request.head.repo.full_name == github.repository
        with:
          username: \${{ secrets.DOCKERHUB_USERNAME }}
          password: \${{ secrets.DOCKERHUB_TOKEN }}
      - uses: docker/build-push-action@v6
        with:
          push: \${{ github.event.pull_request.head.repo.full_name == github.repository }}
          tags: octo/app:test
`,
    `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          if [[ -z "$NUMBER" ]]; then NUMBER=$(./find-pull-request.sh); fi
          ./test.sh "pr-$NUMBER"
        env:
          NUMBER: \${{ github.event.workflow_run.pull_requests[0].number }}
`,
  ],
  repository(context) {
    const { repository, settings } = context;
    if (settings.visibility !== "private") {
      const said = new Set<Step>();
      for (const run of pipelineOf(repository).runs)
        if (run.event === "pull_request") for (const job of run.jobs) judgeJob(job, said, context);
    }
    for (const workflow of workflowsOf(repository))
      if (triggerOf(workflow, "workflow_run"))
        judgeNumbers(workflow, (at, message) => context.report(workflow, at, message));
  },
});

/** One finding a job: what comes after it fails for the same reason. */
function judgeJob(jobRun: JobRun, said: Set<Step>, { report }: RepositoryContext): void {
  const { job, run } = jobRun;
  if (jobRun.happens === false || obstacleOf(job, run) || job.uses || mayFail(job) || isGuarded(jobRun)) return;
  for (const stepRun of jobRun.steps) {
    const { step, outer } = stepRun;
    if (stepRun.happens === false || looksAtForks(outer, job) || mayFail(outer) || mayFail(step)) continue;
    if (
      stepRun.action &&
      [step.if, outer.if].some((condition) => condition !== undefined && condition.value.includes("inputs."))
    )
      continue;
    const blind = stepRun.action ? ofAction(stepRun) : ofStep(stepRun, job);
    if (!blind) continue;
    if (said.has(outer)) return;
    said.add(outer);
    report(
      job.workflow,
      blind.at,
      `${blind.message} Add a condition such as \`github.event.pull_request.head.repo.full_name == github.repository\`, and another way for forks.`,
    );
    return;
  }
}

/** The job, or one that calls it, looks at where the pull request comes from. */
function isGuarded(job: JobRun): boolean {
  for (let current: JobRun | undefined = job; current; current = current.caller)
    if (looksAtForks(undefined, current.job)) return true;
  return false;
}

/** A step of a composite action that surely pushes, said at the step that runs the action. */
function ofAction({ job, step, outer }: StepRun): Blind | undefined {
  const push = job.effects.find(
    (effect) =>
      effect.step?.step === step &&
      effect.step.outer === outer &&
      effect.happens !== false &&
      !effect.tolerated &&
      (effect.kind === "push" || (effect.kind === "build" && effect.pushed === true)),
  );
  return (
    push && {
      at: outer.uses?.node ?? outer.node,
      message: `For a pull request from a fork the token can only read and secrets are empty, so the \`${push.by}\` in this action fails.`,
    }
  );
}

const mayFail = ({ continueOnError }: Step | Job): boolean =>
  continueOnError !== undefined && continueOnError.value !== "false";

interface Blind {
  at: Span;
  message: string;
}

function ofStep({ step, scope }: StepRun, job: Job): Blind | undefined {
  const { uses } = step;
  const script = scriptsByStep(job).get(step);
  if (script) {
    const push = commandsIn(script).find((command) => pushes(command));
    return (
      push && {
        at: spanOf(script, push.node),
        message: "For a pull request from a fork the token can only read and secrets are empty, so this push fails.",
      }
    );
  }
  if (uses?.kind !== "repository") return undefined;
  if (isAction(uses, "docker/build-push-action", "docker/bake-action")) {
    const push = scalarOf(step.with.get("push")?.value);
    const tags = scalarOf(step.with.get("tags")?.value)?.value ?? "";
    const local = /\blocalhost\b|127\.0\.0\.1|ttl\.sh/.test(tags);
    return push && !local && textOf(valueOfScalar(push, scope)) === "true"
      ? {
          at: push,
          message: "For a pull request from a fork the token can only read and secrets are empty, so this push fails.",
        }
      : undefined;
  }
  if (isAction(uses, "stefanzweifel/git-auto-commit-action", "endbug/add-and-commit", "ad-m/github-push-action"))
    return { at: uses.node, message: "For a pull request from a fork the token can only read, so this push fails." };
  const required = requiredSecret(step, job, scope);
  return (
    required && {
      at: required.at,
      message: `For a pull request from a fork \`${required.name}\` is empty, and \`${uses.name}\` fails without it.`,
    }
  );
}

/** Inputs without which the action stops: it logs in with them, or its README calls them required. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  "docker/login-action": ["password"],
  "azure/login": ["creds", "client-id"],
  "aws-actions/configure-aws-credentials": ["aws-secret-access-key", "role-to-assume"],
  "google-github-actions/auth": ["credentials_json", "workload_identity_provider"],
  "actions/checkout": ["token", "ssh-key"],
  "actions/github-script": ["github-token"],
  "actions/create-github-app-token": ["private-key"],
  "tibdex/github-app-token": ["private_key"],
  "webfactory/ssh-agent": ["ssh-private-key"],
  "shimataro/ssh-key-action": ["key"],
  "crazy-max/ghaction-import-gpg": ["gpg_private_key"],
  "appleboy/ssh-action": ["key", "password"],
  "chromaui/action": ["projectToken"],
  "firebaseextended/action-hosting-deploy": ["firebaseServiceAccount"],
  "azure/static-web-apps-deploy": ["azure_static_web_apps_api_token"],
  "cloudflare/wrangler-action": ["apiToken"],
};
/** An OpenID Connect login asks for no secret but for a token that forks do not get. */
const BY_OIDC = new Set(["role-to-assume", "workload_identity_provider", "client-id"]);

function requiredSecret({ uses, with: inputs }: Step, job: Job, scope: Scope): { at: Span; name: string } | undefined {
  const name = uses?.kind === "repository" ? uses.name.toLowerCase() : "";
  for (const input of Object.hasOwn(REQUIRED, name) ? (REQUIRED[name] ?? []) : []) {
    const value = scalarOf(inputs.get(input)?.value);
    if (!value) continue;
    const secret = secretIn(value, job);
    if (secret !== undefined && textOf(valueOfScalar(value, scope)) !== "") return { at: value, name: secret };
    if (secret === undefined && BY_OIDC.has(input)) return { at: value, name: "the OpenID Connect token" };
  }
  return undefined;
}

/** The secret that the whole value is; one with a fallback is none that must be there. */
function secretIn({ value }: ScalarNode, job: Job): string | undefined {
  const only = /^\s*\$\{\{\s*(secrets|env)\.([\w-]+)\s*\}\}\s*$/.exec(value);
  const [, context, name = ""] = only ?? [];
  if (context === "secrets") return /^GITHUB_TOKEN$/i.test(name) ? undefined : `secrets.${name}`;
  if (context !== "env") return undefined;
  for (const block of [job.env, job.workflow.env]) {
    const given = scalarOf(block?.variables.get(name)?.value);
    if (given) return /^\s*\$\{\{\s*env\./.test(given.value) ? undefined : secretIn(given, job);
  }
  // A step before it put the secret into the environment.
  for (const { run } of job.steps) {
    const written =
      run && new RegExp(`\\b${name}=\\$\\{\\{\\s*secrets\\.([\\w-]+)\\s*\\}\\}["']?\\s*>>`).exec(run.value)?.[1];
    if (written !== undefined && !/^GITHUB_TOKEN$/i.test(written)) return `secrets.${written}`;
  }
  return undefined;
}

function pushes({ name, args, orElse, inCondition, inFunction }: ShellCommand): boolean {
  if (orElse || inCondition || inFunction !== undefined) return false;
  const words = args.filter((arg) => !arg.startsWith("-"));
  if (args.some((arg) => /localhost|127\.0\.0\.1|ttl\.sh|kind-registry|--dry-run/.test(arg))) return false;
  return (
    (name === "docker" || name === "podman") &&
    (words[0] === "push" || (words[0] === "buildx" && words[1] === "build" && args.includes("--push")))
  );
}

/** `pull_requests[0]` where nobody asks whether there is one. */
function judgeNumbers(workflow: WorkflowDocument, report: (at: Span, message: string) => void): void {
  const { file } = workflow;
  const said = new Set<ScalarNode>();
  for (const site of expressionsOf(workflow)) {
    const { expression, job, step, node, path } = site;
    if (!expression || path.at(-1) === "if" || said.has(node) || asks(step?.if) || asks(job?.if)) continue;
    if (expression.kind !== "access") continue;
    const [reference] = referencesIn(expression);
    if (!reference?.path.join(".").startsWith("github.event.workflow_run.pull_requests.") || reference.path.length < 5)
      continue;
    if (step && copes(step, node, site.within.start)) continue;
    said.add(node);
    report(
      spanInFile(file.text, site, expression),
      `\`pull_requests\` is empty when the run was for a pull request from a fork, and then this is an empty text. Find the pull request by \`head_repository\` and \`head_sha\` where it is empty, or test for it first.`,
    );
  }
  for (const job of workflow.jobs)
    for (const step of job.steps) {
      const code = isAction(step.uses, "actions/github-script") ? scalarOf(step.with.get("script")?.value) : undefined;
      const at = code && /workflow_run\.pull_requests\[0\]\.\w/.exec(code.value);
      if (!code || !at || asks(step.if) || asks(job.if) || LOOKS_FIRST.test(code.value)) continue;
      report(
        sourceSpan(file.text, code, { start: at.index, end: at.index + at[0].length - 2 }),
        "`pull_requests` is empty when the run was for a pull request from a fork, and then this throws. Use `pull_requests[0]?.` and find the pull request by `head_repository` and `head_sha` where there is none.",
      );
    }
}

/** Code that looks whether there is a pull request, or takes all that there are. */
const LOOKS_FIRST =
  /pull_requests(?:\?\.|\.)(?:length|find|map|filter|some|forEach)|pull_requests\s*(?:\|\||\?\?)|pull_requests\[0\]\s*(?:\)|\?|&&|===|!==|==|!=)/;

const asks = (condition: ScalarNode | undefined): boolean =>
  condition !== undefined && /pull_requests|head_repository|\.fork\b/.test(condition.value);

/** The script tests what it is given: the variable that holds the number, or the text in its place. */
function copes(step: Step, node: ScalarNode, from: number): boolean {
  const script = step.run?.value;
  if (script === undefined) return false;
  const variable = [...(step.env?.variables ?? [])].find(([, { value }]) => value === node)?.[0];
  const given = variable ?? /\b(\w+)=["']?$/.exec(node.value.slice(0, from).trimEnd())?.[1];
  if (given === undefined) return /-[zn]\s+["']?\$\{\{[^}]*pull_requests/.test(script);
  return new RegExp(
    `(?:-[zn]\\s+|[=!]=?\\s*|\\[\\[?\\s+!?\\s*)["']?\\$\\{?${given}\\b|\\$\\{${given}:?[-?+=]|\\$\\{?${given}\\}?["']?\\s*(?:=|!=|==|=~)`,
  ).test(script);
}
