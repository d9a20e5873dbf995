import { isAction } from "../../../../workflow/document/uses.ts";
import type { ImageBuild, StepRun } from "../../../model/model.ts";
import { pipelineOf } from "../../../model/pipeline.ts";
import { textOf } from "../../../model/value.ts";
import { repositoryRule } from "../../../rule.ts";

export const buildxRequired = repositoryRule({
  id: "buildx-required",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "What only a BuildKit builder can do runs after `docker/setup-buildx-action`.",
  why: "The `docker` driver of hosted runners refuses to export a cache (`Cache export is not supported for the docker driver`) and to build for several platforms at once (Docker docs, Build drivers), unless its containerd image store is turned on.",
  bad: {
    ".github/actions/image/action.yml": `name: Image
runs:
  using: composite
  steps:
    - uses: docker/build-push-action@v6
      with:
        push: true
        tags: ghcr.io/octo/app:latest
        cache-to: type=gha,mode=max
`,
    ".github/workflows/build.yml": `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/image
`,
  },
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/setup-buildx-action@v3
      - uses: docker/build-push-action@v6
        with:
          push: true
          platforms: linux/amd64,linux/arm64
          tags: ghcr.io/octo/app:latest
          cache-to: type=gha,mode=max
  plain:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          tags: app:test
          cache-to: type=inline
  own:
    runs-on: [self-hosted, builder]
    steps:
      - uses: docker/build-push-action@v6
        with:
          platforms: linux/amd64,linux/arm64
`,
  repository({ repository, report }) {
    for (const effect of pipelineOf(repository).effects) {
      if (effect.kind !== "build" || effect.happens === false || !effect.step || !isBuildx(effect)) continue;
      const need = needOf(effect);
      if (need === undefined || !onHostedLinux(effect) || mayHaveBuilder(effect.step)) continue;
      report(
        effect.document,
        effect.step.step.uses?.node ?? effect.at,
        `${need}, which the runner's own builder cannot do. Add \`docker/setup-buildx-action\` before this step.`,
      );
    }
  },
});

const isBuildx = ({ by }: ImageBuild): boolean =>
  by === "docker/build-push-action" ||
  by === "docker buildx build" ||
  by === "docker/bake-action" ||
  by === "docker buildx bake";

function needOf({ recipe, caches, loaded }: ImageBuild): string | undefined {
  const platforms =
    textOf(recipe.platforms)
      ?.split(/[\s,]+/)
      .filter((platform) => platform !== "") ?? [];
  if (platforms.length > 1 && loaded !== true) return `This builds for ${platforms.length} platforms at once`;
  const cache = caches.find(
    ({ direction, type }) => direction === "to" && (type === "gha" || type === "registry" || type === "local"),
  );
  return cache ? `This exports a cache (\`type=${cache.type ?? ""}\`)` : undefined;
}

function onHostedLinux({ job }: ImageBuild): boolean {
  const node = job.job.runsOn?.value;
  return (
    node?.kind === "scalar" &&
    /^ubuntu-[\w.-]+$/.test(node.value) &&
    !/-(?:cores?|large)/.test(node.value) &&
    !job.job.container
  );
}

const SETS_NO_BUILDER_UP = [
  "docker/login-action",
  "docker/metadata-action",
  "docker/setup-qemu-action",
  "docker/build-push-action",
];

/** Some step before sets a builder up, or may do so. */
function mayHaveBuilder(step: StepRun): boolean {
  const all = step.job.steps;
  for (const before of all.slice(0, all.indexOf(step))) {
    const { uses, run } = before.step;
    if (isAction(uses, "docker/setup-buildx-action")) return true;
    const soundsLikeOne =
      uses?.kind === "repository" && /docker|buildx|builder|buildkit|depot|setup-all/.test(uses.repository);
    if (soundsLikeOne && !isAction(uses, ...SETS_NO_BUILDER_UP)) return true;
    const isReadElsewhere = all.some((inner) => inner.outer === before.step && inner !== before);
    if (uses && uses.kind !== "repository" && before.document === step.document && !isReadElsewhere) return true;
    if (run && /buildx (?:create|use)|containerd-snapshotter|buildkitd|setup|\.\/|make /.test(run.value)) return true;
  }
  return false;
}
