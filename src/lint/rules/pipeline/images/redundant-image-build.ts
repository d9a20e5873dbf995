import { checkedOut } from "../../../model/step-scripts.ts";
import type { ImageBuild, Pipeline, Recipe } from "../../../model/model.ts";
import { comesAfter, pipelineOf } from "../../../model/pipeline.ts";
import { imageKey } from "../../../model/image-reference.ts";
import { readable } from "../../../model/render.ts";
import { artifactOf, isPushed } from "../../../model/publications.ts";
import { mayCoincide, originOf } from "../../../model/runs.ts";
import { isUnknown, symbolsIn, textOf } from "../../../model/value.ts";
import { repositoryRule } from "../../../rule.ts";
import { severalJobs } from "./matrix-tag-clash.ts";
import { inScript } from "./in-script.ts";

/** More builds of one image than these are compared with the first ones only. */
const MOST = 60;
/** Build arguments that name a build and do not change what is in it. */
const NAMING =
  /version|revision|commit|sha|vcs|git|date|time|ref|branch|build|cache|token|source|label|^ci$|^tag$|inline/i;

export const redundantImageBuild = repositoryRule({
  id: "redundant-image-build",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "An image is built once for an event, and everybody else takes it.",
  why: "Each further build of the same Dockerfile costs its minutes again, and gives an image with another digest than the one that was tested. `flyctl deploy` without `--image` is a build as well.",
  bad: [
    {
      ".github/workflows/build.yml": `name: Build
on: pull_request
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:pr-\${{ github.event.number }}
`,
      ".github/workflows/integration.yml": `name: Integration
on: pull_request
jobs:
  integration:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: docker build -t app:local .
      - run: docker run --rm app:local make integration
`,
    },
    {
      ".github/workflows/deploy.yml": `name: Deploy
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          docker build -t registry.fly.io/app:\${{ github.sha }} .
          docker push registry.fly.io/app:\${{ github.sha }}
  deploy:
    needs: image
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: flyctl deploy --app app --remote-only
`,
    },
  ],
  good: {
    ".github/workflows/build.yml": `name: Build
on: pull_request
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:pr-\${{ github.event.number }}
`,
    ".github/workflows/integration.yml": `name: Integration
on: pull_request
jobs:
  tools:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: docker build -t tools:local -f tools/Dockerfile .
      - run: docker build -t app-docs:local --target docs .
`,
  },
  repository({ repository, report }) {
    const pipeline = pipelineOf(repository);
    const told = new Map<string, { build: ImageBuild; main: ImageBuild; events: Set<string> }>();
    const pushing = new Set(
      pipeline.effects.flatMap((effect) =>
        effect.kind === "build" && isPushed(effect) !== false && effect.by !== "flyctl deploy" ? [placeOf(effect)] : [],
      ),
    );
    for (const builds of byRecipe(pipeline).values()) {
      const jobs = new Set(builds.map(({ job }) => job.job));
      if (jobs.size < 2) continue;
      for (const build of builds) {
        const others = builds
          .slice(0, MOST)
          .filter(
            (other) =>
              other.job.job !== build.job.job &&
              isMain(other, build, pushing) &&
              mayCoincide(other.job.run, build.job.run) &&
              sameImage(other, build),
          );
        const [main] = others;
        if (!main) continue;
        const key = placeOf(build);
        const before = told.get(key);
        if (before) before.events.add(originOf(build.job.run).event);
        else told.set(key, { build, main, events: new Set([originOf(build.job.run).event]) });
      }
    }
    for (const build of pipeline.effects) {
      if (build.kind !== "build" || told.has(placeOf(build)) || !buildsForEach(build)) continue;
      told.set(placeOf(build), { build, main: build, events: new Set() });
      report(
        build.document,
        build.at,
        `Each job of the matrix of \`${build.job.path}\` builds the same image: \`flyctl deploy\` without \`--image\` is a build. Build once in a job before it, push it to \`registry.fly.io\`, and deploy it with \`--image\`.`,
      );
    }
    for (const { build, main, events } of told.values()) {
      if (main === build) continue;
      const at = build.step?.step.run ? build.at : (build.step?.step.uses?.node ?? build.at);
      const where =
        main.job.job.workflow === build.job.job.workflow
          ? `job \`${main.job.path}\``
          : `\`${main.job.path}\` in ${main.job.job.workflow.file.path}`;
      inScript(report, build)(
        build.document,
        at,
        `This builds \`${textOf(build.recipe.file) ?? "the image"}\` again, which ${where} builds on the same ${[...events].map((event) => `\`${event}\``).join(" and ")}. ${advice(build, main)}`,
        {
          related: [{ in: main.document, at: main.at, message: "The same image is built here." }],
          ...(sharesCache(build, main) ? { level: "info" as const } : {}),
        },
      );
    }
  },
});

function byRecipe(pipeline: Pipeline): Map<string, ImageBuild[]> {
  const groups = new Map<string, ImageBuild[]>();
  for (const effect of pipeline.effects) {
    if (effect.kind !== "build" || effect.happens === false || effect.job.run.event === "workflow_call") continue;
    const { recipe } = effect;
    const [file, context, target] = [textOf(recipe.file), textOf(recipe.context), textOf(recipe.target)];
    if (
      file === undefined ||
      context === undefined ||
      target === undefined ||
      !recipe.complete ||
      /^(?:https?:|git@|-$)/.test(context)
    )
      continue;
    const source = sourceOf(effect);
    if (source === undefined) continue;
    const key = [file, context, target, source].join("\n");
    const group = groups.get(key);
    if (group) group.push(effect);
    else groups.set(key, [effect]);
  }
  return groups;
}

/** What was checked out; a build from somewhere else is another image. */
function sourceOf({ recipe, step, job }: ImageBuild): string | undefined {
  if (recipe.git) return "tested";
  if (!step) return undefined;
  const value = checkedOut(step);
  if (isUnknown(value)) return undefined;
  const [name] = symbolsIn(value[0] ?? []);
  return name === "github.sha" && job.run.event === "workflow_run" ? "default" : "tested";
}

/** The one that others should take: it pushes, it surely runs, it is in the file that comes first. */
function isMain(candidate: ImageBuild, other: ImageBuild, pushing: ReadonlySet<string>): boolean {
  // Where neither is certain, one may be there for want of the other; and of two that stand in for a third, nobody can take.
  if (
    candidate.happens === undefined &&
    other.happens === undefined &&
    (candidate.job.run !== other.job.run || !pushing.has(placeOf(candidate)))
  )
    return false;
  if (candidate.job.happens === undefined && other.job.happens === undefined) return false;
  const weight = (build: ImageBuild): number =>
    build.by === "flyctl deploy" ? 0 : pushing.has(placeOf(build)) ? 2 : 1;
  const [a, b] = [weight(candidate), weight(other)];
  if (a !== b) return a > b;
  if (comesAfter(other.job, candidate.job)) return true;
  if (comesAfter(candidate.job, other.job)) return false;
  const builds = ({ images, certain }: ImageBuild): number => images.length + (certain ? 0 : 1);
  return builds(candidate) !== builds(other) ? builds(candidate) > builds(other) : placeOf(candidate) < placeOf(other);
}

const placeOf = ({ document, at }: ImageBuild): string => `${document.file.path}\n${String(at.start).padStart(9, "0")}`;

function sameImage(a: ImageBuild, b: ImageBuild): boolean {
  if (!argumentsAgree(a.recipe, b.recipe) || !platformsMeet(a.recipe, b.recipe) || runnerOf(a) !== runnerOf(b))
    return false;
  if (a.pushed !== false && b.pushed !== false && a.images.length > 0 && b.images.length > 0) {
    const names = new Set(a.images.map(imageKey));
    if (!b.images.some((image) => names.has(imageKey(image)))) return false;
  }
  // What a matrix builds may depend on it in ways that no argument shows.
  return !(a.job.matrix && dependsOnMatrix(a)) && !(b.job.matrix && dependsOnMatrix(b));
}

function argumentsAgree(a: Recipe, b: Recipe): boolean {
  for (const [x, y] of [
    [a, b],
    [b, a],
  ] as const)
    for (const [name, value] of x.buildArgs) {
      const text = textOf(value);
      const other = y.buildArgs.get(name);
      if (other && text !== undefined && textOf(other) !== undefined && text !== textOf(other)) return false;
      if (!other && text !== undefined && !NAMING.test(name)) return false;
      if (value.some((template) => symbolsIn(template).some((symbol) => symbol.startsWith("matrix.")))) return false;
    }
  return true;
}

function platformsMeet(a: Recipe, b: Recipe): boolean {
  const list = (recipe: Recipe): string[] | undefined => {
    const text = textOf(recipe.platforms);
    return text === undefined
      ? undefined
      : text
          .split(/[\s,]+/)
          .filter((platform) => platform !== "")
          .map((platform) => platform.replace(/^linux\//, ""));
  };
  const [x, y] = [list(a), list(b)];
  if (!x || !y) return true;
  const [p, q] = [x.length > 0 ? x : ["amd64"], y.length > 0 ? y : ["amd64"]];
  return p.some((platform) => q.includes(platform));
}

const runnerOf = ({ job }: ImageBuild): string =>
  /arm|aarch/i.test(job.job.workflow.file.text.slice(job.job.runsOn?.value.start ?? 0, job.job.runsOn?.value.end ?? 0))
    ? "arm"
    : "other";

function dependsOnMatrix({ job, step }: ImageBuild): boolean {
  const { text } = job.job.workflow.file;
  const { runsOn, steps } = job.job;
  const until = step ? step.outer.node.end : (steps.at(-1)?.node.end ?? 0);
  return (
    /\bmatrix\b/.test(text.slice(runsOn?.value.start ?? 0, runsOn?.value.end ?? 0)) ||
    /\bmatrix\./.test(text.slice(steps[0]?.node.start ?? 0, until)) ||
    job.caller?.matrix === true
  );
}

/** A deployment that builds in several jobs of one matrix, which chooses where to and not what. */
function buildsForEach({ by, job, step, recipe, happens }: ImageBuild): boolean {
  if (by !== "flyctl deploy" || happens !== true || !step || step.action) return false;
  const isKnown = textOf(recipe.file) !== undefined && recipe.complete;
  if (!isKnown || !job.job.matrix || !severalJobs(job.job)) return false;
  const { text } = job.job.workflow.file;
  return !/\bmatrix\b/.test(text.slice(job.job.steps[0]?.node.start ?? 0, step.outer.node.start));
}

/** A build from the same cache takes a minute, not ten. */
function sharesCache(a: ImageBuild, b: ImageBuild): boolean {
  const scopes = (build: ImageBuild): string[] =>
    build.caches.map(
      (cache) =>
        `${cache.type ?? "?"}:${cache.scope ? (textOf(cache.scope) ?? "?") : cache.image ? (imageKey(cache.image) ?? "?") : ""}`,
    );
  const other = new Set(scopes(b));
  return scopes(a).some((scope) => other.has(scope));
}

function advice(build: ImageBuild, main: ImageBuild): string {
  if (build.by === "flyctl deploy") return "Give `flyctl deploy` that image with `--image`.";
  const artifact = artifactOf(main)?.[0];
  if (artifact && isPushed(main) !== true)
    return `It is in the artifact \`${readable(artifact)}\` that \`${main.job.path}\` uploads: ${build.job.run === main.job.run ? "download it" : "download it after a `workflow_run`"} and \`docker load\` it.`;
  if (isPushed(main) === true)
    return build.job.run === main.job.run
      ? "Pull the image that it pushes, by digest."
      : "Wait for it with `workflow_run` and pull the image that it pushes, by digest.";
  return build.job.run === main.job.run
    ? "Build once, pass the image on as an artifact (`docker save`) or through a registry, and let this job load it."
    : "Build once, push it or upload it as an artifact, and let this workflow take it after a `workflow_run`.";
}
