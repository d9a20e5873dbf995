import type { Job } from "../../../../workflow/document/document.ts";
import { fixOf, replaceScalar } from "../../../edits.ts";
import { passesFilter } from "../../../../workflow/filters.ts";
import type { Run } from "../../../model/model.ts";
import { symbolsIn } from "../../../model/value.ts";
import { cancels, type Group, groupsOf, namesOf, uniqueSymbol } from "../../../runs/concurrency.ts";
import { type Lasting, lastingIn } from "../../../runs/lasting.ts";
import { holds, occasionsOf } from "../../../runs/occasions.ts";
import { rule } from "../../../rule.ts";
import type { LintSettings } from "../../../settings.ts";

export const cancelsMain = rule({
  id: "cancels-main",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "Runs on protected branches, releases, deployments and cleanups are not cancelled by newer ones.",
  why: "A run that is cancelled on the default branch leaves its commit without a verdict, and one that was publishing, deploying or deleting stops half way. Only superseded runs of pull requests are worth cancelling. Under `recommended` this is said where a package is published, something deployed or deleted, under `strict` also where only an image, a site or a verdict is lost.",
  bad: `on:
  push:
    branches: [main]
  pull_request:
concurrency:
  group: \${{ github.workflow }}-\${{ github.ref }}
  cancel-in-progress: true
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  good: `on:
  push:
    branches: [main]
  pull_request:
concurrency:
  group: \${{ github.workflow }}-\${{ github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  fixable: true,
  workflow(workflow, { settings, report }) {
    for (const group of groupsOf(workflow)) {
      const { cancelInProgress } = group.concurrency;
      if (!cancelInProgress) continue;
      for (const run of occasionsOf(workflow)) {
        const loss = lostIn(group, run, settings);
        if (!loss) continue;
        const pulls = ["pull_request", "pull_request_target"].find((event) =>
          workflow.triggers.some((trigger) => trigger.event === event),
        );
        const wanted = pulls === undefined ? "false" : `\${{ github.event_name == '${pulls}' }}`;
        report(cancelInProgress, `${loss} Write \`cancel-in-progress: ${wanted}\`.`, {
          fix: fixOf(
            `Set \`cancel-in-progress\` to \`${wanted}\``,
            replaceScalar(workflow.file, cancelInProgress, pulls === undefined ? false : wanted),
          ),
        });
        break;
      }
    }
  },
});

const WORDS: Readonly<Record<Lasting, string>> = {
  deploys: "a deployment",
  publishes: "a publication",
  deletes: "a cleanup",
  replaces: "the push of what it built",
};

/** What a newer run destroys, as a sentence. */
function lostIn(group: Group, run: Run, settings: LintSettings): string | undefined {
  if (cancels(group.concurrency, run) !== true || !isShared(group, run)) return undefined;
  const jobs = (group.job ? [group.job] : group.workflow.jobs).filter((job) => holds(job.if, run) !== false);
  const worst = worstOf(jobs, run);
  const lasting = worst?.what === "replaces" && settings.preset !== "strict" ? undefined : worst;
  switch (run.event) {
    case "push": {
      if (run.ref === "tag")
        return (
          lasting &&
          `A newer tag cancels the run of the one before it, and ${WORDS[lasting.what]} in \`${lasting.job.id}\` stays half done.`
        );
      const branch = protectedBranch(run, settings);
      if (branch === undefined || jobs.length === 0) return undefined;
      if (lasting)
        return `A newer push to \`${branch}\` cancels the run of the commit before it, and ${WORDS[lasting.what]} in \`${lasting.job.id}\` stays half done.`;
      return settings.preset === "strict"
        ? `A newer push to \`${branch}\` cancels the run of the commit before it, which is then left without a verdict.`
        : undefined;
    }
    case "release":
    case "schedule":
    case "workflow_dispatch":
    case "workflow_run":
    case "repository_dispatch":
      return (
        lasting &&
        `A newer run on \`${run.event}\` cancels the one in progress, and ${WORDS[lasting.what]} in \`${lasting.job.id}\` stays half done.`
      );
    default:
      return undefined;
  }
}

/** Whether runs of different commits meet in the group. */
function isShared({ concurrency }: Group, run: Run): boolean {
  const names = namesOf(concurrency, run);
  return (
    names.length > 0 &&
    names.every((name) => {
      if (uniqueSymbol(name, run) !== undefined || name.some(({ kind }) => kind === "hole")) return false;
      return (
        run.ref !== "tag" ||
        !symbolsIn(name).some((symbol) => /^github\.(?:ref|ref_name|event\.release\..*)(?:@|$)/.test(symbol))
      );
    })
  );
}

function worstOf(jobs: readonly Job[], run: Run): { job: Job; what: Lasting } | undefined {
  let mild: { job: Job; what: Lasting } | undefined;
  for (const job of jobs) {
    const what = lastingIn(job, run);
    if (what && what !== "replaces") return { job, what };
    if (what) mild ??= { job, what };
  }
  return mild;
}

/** The protected branch whose pushes start this run. */
function protectedBranch({ branches }: Run, { defaultBranch }: LintSettings): string | undefined {
  return [defaultBranch, "main", "master"].find((name) => !branches || passesFilter(branches, name));
}
