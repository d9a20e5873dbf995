import { actionIn } from "../../../repository.ts";
import { type Document, triggerOf, type WorkflowDocument } from "../../../../workflow/document/document.ts";
import { expressionsOf } from "../../../../workflow/document/expression-sites.ts";
import { referencesIn } from "../../../../workflow/expressions/expression.ts";
import { type Pair, scalarOf, valueOf, type YamlNode } from "../../../../workflow/yaml/node.ts";
import type { ImageBuild, JobRun, Known, Run } from "../../../model/model.ts";
import type { Span } from "../../../../workflow/yaml/node.ts";
import { comesAfter, pipelineOf } from "../../../model/pipeline.ts";
import { isPushed } from "../../../model/publications.ts";
import { textOf } from "../../../model/value.ts";
import { repositoryRule, type RepositoryContext } from "../../../rule.ts";
import { inScript } from "./in-script.ts";

/** Names by which an input takes a finished image. */
const IMAGE_INPUT =
  /^(?:pre[-_]?built[-_]?)?(?:docker[-_]?|container[-_]?|app[-_]?)?image(?:[-_]?(?:url|uri|ref|reference|digest|tag|name))?$/i;

export const unusedImageInput = repositoryRule({
  id: "unused-image-input",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A called workflow or action gets the image that is there.",
  why: "A workflow that takes an image as an input and builds one where none is given builds again for every caller that forgets it.",
  bad: {
    ".github/workflows/ci.yml": `on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          docker build -t registry.fly.io/app:\${{ github.sha }} .
          docker push registry.fly.io/app:\${{ github.sha }}
  integration:
    needs: image
    uses: ./.github/workflows/integration.yml
`,
    ".github/workflows/integration.yml": `on:
  workflow_call:
    inputs:
      image:
        type: string
        default: ''
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - env:
          IMAGE: \${{ inputs.image }}
        run: |
          if [ -n "$IMAGE" ]; then
            flyctl deploy --app test --image "$IMAGE"
          else
            flyctl deploy --app test
          fi
`,
  },
  good: {
    ".github/workflows/ci.yml": `on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          docker build -t registry.fly.io/app:\${{ github.sha }} .
          docker push registry.fly.io/app:\${{ github.sha }}
  integration:
    needs: image
    uses: ./.github/workflows/integration.yml
    with:
      image: registry.fly.io/app:\${{ github.sha }}
`,
    ".github/workflows/integration.yml": `on:
  workflow_call:
    inputs:
      image:
        type: string
        default: ''
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - env:
          IMAGE: \${{ inputs.image }}
        run: |
          if [ -n "$IMAGE" ]; then
            flyctl deploy --app test --image "$IMAGE"
          else
            flyctl deploy --app test
          fi
`,
  },
  repository(context) {
    const { repository } = context;
    for (const run of pipelineOf(repository).runs) {
      if (run.event === "workflow_call") continue;
      for (const job of run.jobs) {
        if (job.happens === false) continue;
        const called = run.jobs.filter((inner) => inner.caller === job);
        const [first] = called;
        if (first && job.job.uses) {
          const inputs = valueOf(triggerOf(first.job.workflow, "workflow_call")?.config, "inputs");
          ignoredIn(first.job.workflow, job, called, inputs, context);
          judge(
            {
              inputs,
              passed: job.job.with,
              at: job.job.uses.node,
              document: job.job.workflow,
              name: job.job.uses.written,
              job,
              run,
              builds: called.flatMap((inner) => buildsOf(inner)),
            },
            context,
          );
        }
        for (const step of job.steps) {
          const { uses } = step.step;
          const action = uses?.kind === "local" ? actionIn(repository, uses.path) : undefined;
          if (!action || !uses || uses.kind !== "local") continue;
          const inside = job.steps.filter((inner) => inner.outer === step.outer && inner.action === action);
          const builds = buildsOf(job).filter((build) => build.step !== undefined && inside.includes(build.step));
          judge(
            {
              inputs: valueOf(action.root, "inputs"),
              passed: step.step.with,
              at: uses.node,
              document: step.document,
              name: uses.written,
              job,
              run,
              builds,
            },
            context,
          );
        }
      }
    }
  },
});

/** The image is passed, and the called workflow builds without having read it anywhere. */
function ignoredIn(
  workflow: WorkflowDocument,
  caller: JobRun,
  called: readonly JobRun[],
  inputs: YamlNode | undefined,
  { report }: RepositoryContext,
): void {
  if (inputs?.kind !== "mapping") return;
  const build = called.flatMap(buildsOf)[0];
  const read = inputsRead(workflow);
  if (!build || read === "all") return;
  for (const { key } of inputs.pairs) {
    if (!IMAGE_INPUT.test(key.value) || !caller.job.with.has(key.value) || read.has(key.value.toLowerCase())) continue;
    inScript(report, build)(
      build.document,
      build.at,
      `This builds an image although \`${caller.path}\` passes one as \`${key.value}\`, which nothing here reads. ${build.by === "flyctl deploy" ? `Deploy it: \`flyctl deploy --image\` with \`\${{ inputs.${key.value} }}\`, through \`env\`.` : `Use \`\${{ inputs.${key.value} }}\`, or remove the input.`}`,
      { related: [{ in: workflow, at: key, message: "The image comes in here." }] },
    );
    return;
  }
}

/** Lower-cased names of inputs that a workflow reads; `all` where they are handed on as a whole. */
function inputsRead(workflow: WorkflowDocument): ReadonlySet<string> | "all" {
  const read = new Set<string>();
  for (const { expression } of expressionsOf(workflow))
    for (const { path } of expression ? referencesIn(expression) : []) {
      const at = path.lastIndexOf("inputs");
      if (at === -1 && path.length > 0 && (path.join(".") === "github" || path.join(".") === "github.event"))
        return "all";
      if (at === -1) continue;
      const name = path[at + 1];
      if (name === undefined || name === "*") return "all";
      read.add(name);
    }
  return read;
}

interface Call {
  inputs: YamlNode | undefined;
  passed: ReadonlyMap<string, Pair>;
  at: Span;
  document: Document;
  name: string;
  job: JobRun;
  run: Run;
  builds: ImageBuild[];
}

const buildsOf = (job: JobRun): ImageBuild[] =>
  job.effects.filter((effect): effect is ImageBuild => effect.kind === "build" && effect.happens !== false);

function judge({ inputs, passed, at, document, name, job, run, builds }: Call, { report }: RepositoryContext): void {
  if (inputs?.kind !== "mapping" || builds.length === 0) return;
  for (const { key, value } of inputs.pairs) {
    if (
      !IMAGE_INPUT.test(key.value) ||
      passed.has(key.value) ||
      isTrue(scalarOf(valueOf(value, "required"))?.value) ||
      (scalarOf(valueOf(value, "default"))?.value ?? "") !== ""
    )
      continue;
    const build = builds.find((candidate) => recipeText(candidate) !== undefined);
    const maker =
      build &&
      run.jobs.find(
        (other) =>
          other !== job &&
          other.caller !== job &&
          other.happens !== false &&
          !comesAfter(other, job) &&
          buildsOf(other).some((made) => isPushed(made) === true && recipeText(made) === recipeText(build)),
      );
    if (!maker) continue;
    const waits: Known = comesAfter(job, maker);
    report(
      document,
      at,
      `\`${name}\` takes an image as \`${key.value}\` and builds one where none is given, although \`${maker.path}\` has pushed it${waits ? "" : " in this run"}. Pass it on: \`${key.value}: \${{ needs.${maker.job.id}.outputs.${outputOf(maker)} }}\`${waits ? "" : `, with \`${maker.job.id}\` in \`needs\``}.`,
      { related: [{ in: maker.job.workflow, at: maker.job.key, message: "The image is made here." }] },
    );
    return;
  }
}

/** The output that hands the image on, or a name for one. */
const outputOf = ({ job }: JobRun): string => [...job.outputs.keys()].find((name) => IMAGE_INPUT.test(name)) ?? "image";

const isTrue = (text: string | undefined): boolean => text === "true";

const recipeText = ({ recipe }: ImageBuild): string | undefined => {
  const [file, context, target] = [textOf(recipe.file), textOf(recipe.context), textOf(recipe.target)];
  return file === undefined || context === undefined || target === undefined
    ? undefined
    : `${context}\n${file}\n${target}`;
};
