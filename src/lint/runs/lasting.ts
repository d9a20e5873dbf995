/** What a job does that stays when it is cut off half way: releases, deployments, publications, deletions. */
import type { Job, Step, WorkflowDocument } from "../../workflow/document/document.ts";
import { scalarOf, valueOf } from "../../workflow/yaml/node.ts";
import { textOf } from "../model/value.ts";
import type { Run } from "../model/model.ts";
import { commandsIn, type Script, scriptsOf, type ShellCommand } from "../scripts.ts";
import { holds, valueIn } from "./occasions.ts";

/** `replaces`: a static site or an image, of which a newer run makes a newer one; little is lost when it is cut off. */
export type Lasting = "deploys" | "publishes" | "deletes" | "replaces";

const BY_ACTION: readonly (readonly [RegExp, Lasting])[] = [
  [
    /^azure\/(?:webapps-deploy|k8s-deploy|functions-action)$|^aws-actions\/amazon-ecs-deploy-task-definition$|^google-github-actions\/deploy-|^akhileshns\/heroku-deploy$|^appleboy\/ssh-action$/,
    "deploys",
  ],
  [
    /^actions\/deploy-pages$|^peaceiris\/actions-gh-pages$|^jamesives\/github-pages-deploy-action$|^cloudflare\/(?:wrangler|pages)-action$|^amondnet\/vercel-action$|^azure\/static-web-apps-deploy$|^firebaseextended\/action-hosting-deploy$|^nwtgck\/actions-netlify$/,
    "replaces",
  ],
  [
    /^pypa\/gh-action-pypi-publish$|^js-devtools\/npm-publish$|^softprops\/action-gh-release$|^ncipollo\/release-action$|^actions\/create-release$|^goreleaser\/goreleaser-action$|^changesets\/action$|^cycjimmy\/semantic-release-action$/,
    "publishes",
  ],
  [
    /^actions\/delete-package-versions$|^dataaxiom\/ghcr-cleanup-action$|^snok\/container-retention-policy$|^mattkretz\/cleanup-pr-caches$/,
    "deletes",
  ],
];
const PUSHES = /^docker\/(?:build-push|bake)-action$/;

const cache = new WeakMap<WorkflowDocument, Map<Step["owner"], Map<Step, Script>>>();
const NONE: ReadonlyMap<Step, Script> = new Map();

/** The job's scripts by step. */
export function scriptsByStep(job: Job): ReadonlyMap<Step, Script> {
  let byJob = cache.get(job.workflow);
  if (!byJob) {
    byJob = new Map();
    for (const script of scriptsOf(job.workflow)) {
      const scripts = byJob.get(script.step.owner);
      if (scripts) scripts.set(script.step, script);
      else byJob.set(script.step.owner, new Map([[script.step, script]]));
    }
    cache.set(job.workflow, byJob);
  }
  return byJob.get(job) ?? NONE;
}

/** The worst such thing that the job may do in this run. */
export function lastingIn(job: Job, run: Run): Lasting | undefined {
  if (holds(job.if, run) === false) return undefined;
  if (job.environment && isDeployment(job)) return "deploys";
  let mild: Lasting | undefined;
  for (const step of job.steps) {
    if (holds(step.if, run) === false) continue;
    const found = ofStep(step, run) ?? ofScript(scriptsByStep(job).get(step));
    if (found && found !== "replaces") return found;
    mild ??= found;
  }
  return mild;
}

/** Environments also hold secrets for tests; a name that says so is no deployment. */
function isDeployment({ environment }: Job): boolean {
  const name = scalarOf(environment?.value)?.value ?? scalarOf(valueOf(environment?.value, "name"))?.value ?? "";
  return !/test|ci\b|build|lint|check|review|approv|pages|preview/i.test(name);
}

function ofStep({ uses, with: inputs }: Step, run: Run): Lasting | undefined {
  if (uses?.kind !== "repository") return undefined;
  const name = uses.name.toLowerCase();
  for (const [pattern, lasting] of BY_ACTION) if (pattern.test(name)) return lasting;
  const push = scalarOf(inputs.get("push")?.value);
  return PUSHES.test(name) && push && textOf(valueIn(push, run)) === "true" ? "replaces" : undefined;
}

function ofScript(script: Script | undefined): Lasting | undefined {
  let mild: Lasting | undefined;
  for (const command of script ? commandsIn(script) : []) {
    const found = ofCommand(command);
    if (found && found !== "replaces") return found;
    mild ??= found;
  }
  return mild;
}

function ofCommand({ name, args }: ShellCommand): Lasting | undefined {
  const words = args.filter((word) => !word.startsWith("-"));
  const [first = "", second = ""] = words;
  if (args.includes("--dry-run") || args.includes("--dry-run=client")) return undefined;
  switch (name) {
    case "docker":
    case "podman":
      return first === "push" ||
        (first === "buildx" && args.includes("--push")) ||
        (first === "buildx" && second === "imagetools" && words[2] === "create")
        ? "replaces"
        : undefined;
    case "npm":
    case "pnpm":
    case "cargo":
    case "poetry":
    case "gem":
      return first === "publish" || (name === "gem" && first === "push") ? "publishes" : undefined;
    case "twine":
      return first === "upload" ? "publishes" : undefined;
    case "gh":
      return first === "release" && second === "create" ? "publishes" : undefined;
    case "terraform":
    case "tofu":
      return first === "apply" ? "deploys" : undefined;
    case "pulumi":
      return first === "up" ? "deploys" : undefined;
    case "kubectl":
      return first === "apply" || first === "rollout" ? "deploys" : undefined;
    case "helm":
      return first === "upgrade" ? "deploys" : undefined;
    case "flyctl":
    case "fly":
      return first === "deploy" ? "deploys" : undefined;
    case "gcloud":
      return words.includes("deploy") ? "deploys" : undefined;
    default:
      return undefined;
  }
}
