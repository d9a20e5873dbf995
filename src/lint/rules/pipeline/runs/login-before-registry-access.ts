import { isHosted } from "../../../hosted-job.ts";
import type { Step } from "../../../../workflow/document/document.ts";
import type { Span } from "../../../../workflow/yaml/node.ts";
import { imageKey, isPassing } from "../../../model/image-reference.ts";
import type { Effect, ImageReference, ImageTake, JobRun, Login, Pipeline } from "../../../model/model.ts";
import { pipelineOf } from "../../../model/pipeline.ts";
import { textOf } from "../../../model/value.ts";
import { looksAtForks } from "../../../runs/forks.ts";
import { repositoryRule } from "../../../rule.ts";

export const loginBeforeRegistryAccess = repositoryRule({
  id: "login-before-registry-access",
  family: "pipeline",
  levels: { recommended: "error", strict: "error" },
  summary: "A job logs in to a registry before it pushes there, on every event on which it pushes.",
  why: 'A registry refuses a push without a login ("denied", "unauthorized"), and a login of another job does not count: every job starts on a fresh machine. A login that an `if` leaves out on some events must leave out the push there as well.',
  bad: `on: [push, pull_request]
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/login-action@v3
        if: github.event_name != 'pull_request'
        with:
          registry: ghcr.io
          username: \${{ github.actor }}
          password: \${{ github.token }}
      - run: |
          docker build -t ghcr.io/octo/app:test .
          docker push ghcr.io/octo/app:test
`,
  good: `on: [push, pull_request]
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/login-action@v3
        if: github.event_name != 'pull_request'
        with:
          registry: ghcr.io
          username: \${{ github.actor }}
          password: \${{ github.token }}
      - uses: docker/build-push-action@v6
        with:
          push: \${{ github.event_name != 'pull_request' }}
          tags: ghcr.io/octo/app:test
`,
  repository({ repository, settings, report }) {
    const said = new Set<string>();
    const say = (
      effect: Effect,
      message: string,
      related: readonly { at: Span; message: string }[],
      level?: "warning" | "info",
    ): void => {
      const place = `${effect.document.file.path}:${effect.at.start}`;
      if (said.has(place)) return;
      said.add(place);
      report(effect.document, effect.at, effect.script ? `In ${effect.script.path}: ${message}` : message, {
        related: related.map((each) => ({ in: effect.document, ...each })),
        ...(level ? { level } : {}),
      });
    };
    const pipeline = pipelineOf(repository);
    for (const run of pipeline.runs) {
      if (run.event === "workflow_call") continue;
      for (const job of run.jobs) {
        if (job.happens === false || !startsFresh(job)) continue;
        for (const [index, effect] of job.effects.entries()) {
          const registry = registryPushedTo(effect);
          const pulls = registry === undefined && effect.kind === "take" && comesFromRegistry(effect) && effect.certain;
          if ((registry === undefined && !pulls) || effect.happens === false || effect.tolerated || effect.step?.action)
            continue;
          if (mayLogInOtherwise(job, effect)) continue;
          const logins = job.effects.slice(0, index).filter((other): other is Login => other.kind === "login");
          if (registry !== undefined) {
            // A guard that looks at what a fork has is about the login's secrets.
            if (effect.step && looksAtForks(effect.step.outer, job.job)) continue;
            const fitting = logins.filter((login) => fits(login, registry));
            if (fitting.some(({ happens }) => happens !== false)) continue;
            const skipped = fitting[0] ?? loginElsewhere(job, registry, pipeline);
            if (skipped)
              say(
                effect,
                `On \`${run.event}\` the login to ${named(registry)} is skipped and this push is not, so the registry refuses it. Give both the same condition.`,
                [{ at: skipped.at, message: `Not on \`${run.event}\`.` }],
              );
            else if (logins.length === 0)
              say(
                effect,
                `This pushes to ${named(registry)}, and nothing in \`${job.path}\` has logged in. Add \`docker/login-action\` before it; a login of another job does not count.`,
                [],
              );
            else
              say(
                effect,
                `This pushes to ${named(registry)}, and \`${job.path}\` has logged in to another registry only. Log in to this one as well.`,
                logins.map(({ at }) => ({ at, message: "Another registry." })),
                "warning",
              );
            continue;
          }
          if (
            effect.kind !== "take" ||
            settings.visibility === "public" ||
            logins.length > 0 ||
            hostOf(effect.image) !== "ghcr.io" ||
            !isOwn(effect.image, pipeline)
          )
            continue;
          // Whether the package is private no file tells.
          if (settings.visibility === "private" || settings.preset === "strict")
            say(
              effect,
              `If this package is private, the pull needs a login, and nothing in \`${job.path}\` has logged in to \`ghcr.io\`. Add \`docker/login-action\` with \`\${{ github.token }}\` before it.`,
              [],
              settings.visibility === "private" ? undefined : "info",
            );
        }
      }
    }
  },
});

/** The job's login on another event of the workflow. */
function loginElsewhere(job: JobRun, registry: string, pipeline: Pipeline): Login | undefined {
  for (const run of pipeline.runsOf(job.run.workflow))
    for (const other of run === job.run ? [] : run.jobs)
      if (other.job === job.job)
        for (const effect of other.effects)
          if (effect.kind === "login" && effect.happens !== false && fits(effect, registry)) return effect;
  return undefined;
}

const named = (registry: string): string => (registry === "" ? "a registry" : `\`${registry}\``);

/** Where an image goes; `""` for a registry that is not known. */
function registryPushedTo(effect: Effect): string | undefined {
  if (effect.kind === "build")
    return effect.pushed === true && effect.images.length > 0 ? common(effect.images) : undefined;
  if (effect.kind === "move") return effect.inRegistry && effect.certain ? common([effect.to]) : undefined;
  return effect.kind === "push" && effect.certain ? common([effect.image]) : undefined;
}

function common(images: readonly ImageReference[]): string | undefined {
  // A registry of the job's own, or one that asks nobody's name.
  if (images.some(isPassing)) return undefined;
  const hosts = new Set(images.map(hostOf));
  return hosts.size === 1 ? [...hosts][0] : undefined;
}

/** The registry's name; nothing where a variable may hold it. */
function hostOf({ name }: ImageReference): string | undefined {
  const [first] = name;
  if (first?.kind !== "text") return undefined;
  const host = first.text.split("/", 1)[0] ?? "";
  if (!first.text.includes("/")) return undefined;
  return /[.:]|^localhost$/.test(host) ? host : "docker.io";
}

/** `docker pull`, or a `docker run` of what the job has neither built nor loaded. */
const comesFromRegistry = ({ how, job, step }: ImageTake): boolean =>
  how === "pull" ||
  (how === "run" &&
    !job.effects.some(({ kind }) => kind === "build" || kind === "move" || kind === "download") &&
    !job.steps.some((other) => other !== step && /\b(?:load|import|compose|bake)\b/.test(other.step.run?.value ?? "")));

/** `ghcr.io/<owner of this repository>/...`, or what a workflow of the repository pushes. */
function isOwn(image: ImageReference, pipeline: Pipeline): boolean {
  const owner = image.name[1];
  if (owner?.kind === "symbol" && /^github\.repository(?:_owner)?(?:@|$)/.test(owner.name)) return true;
  const key = imageKey(image);
  return key !== undefined && pipeline.touching(key).some((effect) => registryPushedTo(effect) !== undefined);
}

function fits({ registry }: Login, host: string): boolean {
  const text = textOf(registry);
  if (text === undefined || host === "") return true;
  const plain = text.replace(/^https?:\/\//, "").split("/", 1)[0] ?? "";
  const isHub = (name: string): boolean => name === "" || /^(?:(?:index|registry-1|registry)\.)?docker\.io$/.test(name);
  return isHub(host) ? isHub(plain) : plain === host;
}

/** Only machines of GitHub have surely nobody's login on them. */
const startsFresh = ({ job }: JobRun): boolean => !job.container && isHosted(job);

const LOGS_IN =
  /login|log[-_ ]in|docker config|config\.json|DOCKER_(?:AUTH_)?CONFIG|configure-docker|auth(?:file|_file)?\b|cred(?:s|ential)/i;

/** Some step before it may log in by means that are not understood. */
function mayLogInOtherwise({ job }: JobRun, effect: Effect): boolean {
  const until = effect.step?.outer.index ?? job.steps.length;
  return (
    (effect.script !== undefined && LOGS_IN.test(effect.script.text)) ||
    job.steps.slice(0, until + 1).some((step) => isOpaque(step))
  );
}

function isOpaque({ uses, run, with: inputs }: Step): boolean {
  if (run) return LOGS_IN.test(run.value);
  if (!uses) return false;
  if (uses.kind === "local" || uses.kind === "computed") return true;
  if (uses.kind !== "repository") return false;
  const name = uses.name.toLowerCase();
  return (
    name !== "docker/login-action" &&
    (LOGS_IN.test(name) ||
      /^(?:azure|aws-actions|google-github-actions|redhat-actions|elgohr|mr-smithers-excellent|whoan|crazy-max|depot|tailscale|imjasonh|ko-build)\//.test(
        name,
      ) ||
      inputs.has("username") ||
      inputs.has("registry"))
  );
}
