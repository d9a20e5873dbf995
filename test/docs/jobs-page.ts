/** The page of what events take of machines, made from what the examples emit. */
import { CHARON_IN_ONE_RUN, type Example, EXAMPLES } from "../support/example-files.ts";
import {
  EVENTS,
  type Happening,
  happeningOf,
  readRepository,
  type Repository,
  runsOf,
  scheduledIn,
  type StartedRun,
} from "../support/jobs-of-run.ts";

interface Row {
  readonly what: string;
  readonly happenings: readonly Happening[];
}

function rowsOf(repository: Repository): Row[] {
  const scheduled = scheduledIn(repository);
  const nightly = scheduled.filter(({ builds }) => builds).map(({ happening }) => happening);
  const others = scheduled.filter(({ builds }) => !builds).map(({ happening }) => happening);
  return [
    ...EVENTS.map((name) => ({ what: capital(name), happenings: [happeningOf(repository, name)] })),
    { what: "Nightly build", happenings: nightly },
    { what: "What else the clock starts, once each", happenings: others },
  ];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function tableOf(example: Example): string[] {
  const repository = readRepository(example.files);
  const rows = rowsOf(repository).flatMap(({ what, happenings }) => {
    const all = happenings.flatMap((happening) => runsOf(repository, happening)).filter(({ isEmpty }) => !isEmpty);
    if (all.length === 0) return [];
    const check = all.filter(({ path }) => path === example.configCheck);
    const counted = all.filter(({ path }) => path !== example.configCheck);
    const jobs = jobsIn(counted);
    // A job is billed by whole minutes.
    const minutes = jobs;
    const figures = counted.length === 0 ? ["–", "–", "–"] : [counted.length, jobs, minutes].map(String);
    return `| ${[what, ...figures, check.length === 0 ? "–" : String(jobsIn(check))].join(" | ")} |`;
  });
  return ["| Event | Runs | Jobs | Billed minutes, at least | Config check |", "|---|--:|--:|--:|--:|", ...rows];
}

const jobsIn = (runs: readonly StartedRun[]): number => runs.reduce((sum, { jobs }) => sum + jobs.length, 0);

/** `charon.yml`: its jobs, combinations of a matrix together. */
function listOf(example: Example): string[] {
  const repository = readRepository(example.files);
  return runsOf(repository, happeningOf(repository, "pull request"))
    .filter(({ path, isEmpty }) => path !== example.configCheck && !isEmpty)
    .map(({ path, jobs }) => `- \`${path.split("/").at(-1)}\`: ${together(jobs).join(", ")}`);
}

function together(jobs: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const job of jobs) {
    const name = job.replace(/ \([^()]*\)$/, "");
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count} of them)`));
}

const TITLES: Readonly<Record<string, string>> = {
  minimal: "The minimal example",
  webauthn: "WebAuthn",
  charon: 'charon, as its config says: `topology: "workflow_run"`',
  "charon in one run": 'charon with `topology: "workflow_call"`',
};

const PAGE_ORDER: readonly Example[] = EXAMPLES.flatMap((example) =>
  example.name === "charon" ? [example, CHARON_IN_ONE_RUN] : [example],
);

export function jobsPage(): string {
  return [
    "# Jobs and minutes of an event",
    "",
    "What an event takes of machines, for each example and for this repository.",
    "",
    "The figures are computed from the emitted workflows, not counted by hand: `test/support/jobs-of-run.ts` reads their texts, decides by GitHub's own expressions which runs and jobs start, and follows called workflows and `workflow_run`. All jobs succeed; nothing has been built before, everything that can be published has changed, and the commit of a release has been built and tested on main. A job that is skipped is none, each combination of a matrix is one. A run in which every job is skipped takes no machine and is none; an event that starts nothing is left out. GitHub bills a job by whole minutes, so that its minutes are at least as many as the jobs; how long tests take is the system's own affair.",
    "",
    "The config check is the workflow that compares these files with the config. It is not counted in the first columns, and stands beside them.",
    "",
    "Made by `UPDATE_DOCS=1 npx vitest run test/docs`.",
    ...PAGE_ORDER.flatMap((example) => [
      "",
      `## ${capital(TITLES[example.name] ?? example.name)}`,
      "",
      ...tableOf(example),
      "",
      "A pull request runs:",
      "",
      ...listOf(example),
    ]),
    "",
  ].join("\n");
}
