/** What one pull request takes of machines, read from what is emitted; and that what reads it reads it right. */
import { describe, expect, it } from "vitest";
import { CHARON_IN_ONE_RUN, type Example, exampleNamed } from "../support/example-files.ts";
import {
  EVENTS,
  type EventName,
  happeningOf,
  readRepository,
  runsOf,
  type StartedRun,
} from "../support/jobs-of-run.ts";

/** The runs that an event starts, the config check not counted. */
function countedRuns({ files, configCheck }: Example, event: EventName): StartedRun[] {
  const repository = readRepository(files);
  return runsOf(repository, happeningOf(repository, event)).filter(({ path }) => path !== configCheck);
}

const jobsOf = (example: Example, event: EventName): string[] =>
  countedRuns(example, event).flatMap(({ path, jobs }) => jobs.map((job) => `${path.split("/").at(-1)}: ${job}`));

describe("a pull request takes no more jobs than are worth it, the config check not counted", () => {
  it.each([
    ["minimal", 3],
    ["kyklos", 12],
    ["webauthn", 11],
    ["django", 5],
  ])("%s: %i", (name, most) => {
    const jobs = jobsOf(exampleNamed(name), "pull request");
    expect(jobs.length, jobs.join("\n")).toBeLessThanOrEqual(most);
  });

  it("charon: 27, of which 12 are its E2E tests", () => {
    const jobs = jobsOf(exampleNamed("charon"), "pull request");
    expect(jobs.length, jobs.join("\n")).toBeLessThanOrEqual(27);
    expect(jobs.filter((job) => job.startsWith("e2e-tests.yml: Test "))).toHaveLength(12);
  });

  it("charon in one run: 20, which are 19 and the gate", () => {
    const jobs = jobsOf(CHARON_IN_ONE_RUN, "pull request");
    expect(jobs.length, jobs.join("\n")).toBeLessThanOrEqual(20);
    expect(jobs.filter((job) => job.includes("Run E2E Tests / Test"))).toHaveLength(12);
    expect(jobs.filter((job) => job.endsWith(": All checks"))).toHaveLength(1);
  });

  it("sindri: 4 beside its 56 machines", () => {
    const jobs = jobsOf(exampleNamed("sindri"), "pull request");
    const machines = jobs.filter((job) => job.includes(" / Test") && !job.includes("Validation"));
    expect(machines).toHaveLength(56);
    expect(jobs.length, jobs.join("\n")).toBeLessThanOrEqual(4 + 56);
  });
});

describe("what else takes no machine", () => {
  it("one event is one run with all its jobs, where the topology is workflow_call", () => {
    for (const example of ["minimal", "django", "kyklos", "sindri", "webauthn"].map(exampleNamed))
      expect(countedRuns(example, "pull request"), example.name).toHaveLength(1);
  });

  it("promotion starts for no pull request, and neither do tests that the pull request's own run does", () => {
    const charon = exampleNamed("charon");
    for (const event of ["pull request", "pull request from a fork"] as const)
      expect(jobsOf(charon, event).filter((job) => job.startsWith("promote.yml"))).toEqual([]);
    const covered = jobsOf(charon, "push to a feature branch with an open pull request");
    expect(covered.filter((job) => /e2e-tests|integration|security-pr|supply-chain-pr/.test(job))).toEqual([]);
    expect(jobsOf(CHARON_IN_ONE_RUN, "push to a feature branch with an open pull request")).toEqual([
      "docker-build.yml: Build / Build charon (amd64)",
      "docker-build.yml: All checks",
    ]);
  });

  it("a release of a tested commit tests nothing again that has a verdict", () => {
    const jobs = jobsOf(exampleNamed("charon"), "release tag");
    expect(jobs.filter((job) => /e2e-tests|integration/.test(job))).toEqual([]);
  });
});

/** A repository of some workflows, without any program. */
const repositoryOf = (workflows: Readonly<Record<string, string>>) =>
  readRepository(
    new Map(Object.entries(workflows).map(([name, text]) => [`.github/workflows/${name}.yml`, text.trim()])),
  );

const runsIn = (workflows: Readonly<Record<string, string>>, event: EventName) => {
  const repository = repositoryOf(workflows);
  return runsOf(repository, happeningOf(repository, event)).map(({ path, jobs, isEmpty }) => ({
    file: path.split("/").at(-1),
    jobs,
    isEmpty,
  }));
};

describe("how jobs are counted", () => {
  const ci = `
name: CI
run-name: "\${{ github.event_name }} of \${{ github.head_ref }}"
on: [push, pull_request]
jobs:
  a: { runs-on: u, steps: [{ run: x }], outputs: { list: '["1","2"]' } }
  never: { needs: [a], if: failure(), runs-on: u, steps: [{ run: x }] }
  after: { needs: [never], runs-on: u, steps: [{ run: x }] }
  legs:
    needs: [a]
    runs-on: u
    strategy: { matrix: { n: "\${{ fromJSON(needs.a.outputs.list) }}" } }
    steps: [{ run: x }]
  call: { uses: ./.github/workflows/called.yml, with: { text: y } }
  last: { needs: [call], if: needs.call.outputs.said == 'y', runs-on: u, steps: [{ run: x }] }
`;
  const called = `
on:
  workflow_call:
    inputs: { text: { type: string } }
    outputs: { said: { value: "\${{ jobs.in.outputs.said }}" } }
jobs:
  in: { runs-on: u, steps: [{ run: x }], outputs: { said: "\${{ inputs.text }}" } }
`;

  it("each combination, what a called workflow holds, and nothing that is skipped", () => {
    expect(runsIn({ ci, called }, "push to main")).toEqual([
      { file: "ci.yml", jobs: ["a", "call / in", "legs (1)", "legs (2)", "last"], isEmpty: false },
    ]);
  });

  it("what follows a run that has ended, by the name that the run goes by", () => {
    const next = `
on: { workflow_run: { workflows: [CI], types: [completed] } }
jobs:
  a:
    if: github.event.workflow_run.display_title != 'pull_request of feature/login'
    runs-on: u
    steps: [{ run: x }]
`;
    expect(runsIn({ ci, called, next }, "push to main").at(-1)).toEqual({
      file: "next.yml",
      jobs: ["a"],
      isEmpty: false,
    });
    expect(runsIn({ ci, called, next }, "pull request").at(-1)).toEqual({
      file: "next.yml",
      jobs: [],
      isEmpty: true,
    });
  });

  it("no further than GitHub follows", () => {
    const chain = (name: string, after: string) => `
name: ${name}
on: { workflow_run: { workflows: [${after}], types: [completed] } }
jobs: { a: { runs-on: u, steps: [{ run: x }] } }
`;
    const links = { b: chain("B", "CI"), c: chain("C", "B"), d: chain("D", "C"), e: chain("E", "D") };
    expect(runsIn({ ci, called, ...links }, "push to main").map(({ file }) => file)).toEqual([
      "ci.yml",
      "b.yml",
      "c.yml",
      "d.yml",
    ]);
  });

  it("a program of which nobody says what it hands on is a loud stop", () => {
    const using = `
on: push
jobs: { a: { runs-on: u, steps: [{ id: s, uses: $/.github/pipewright/unheard-of }] } }
`;
    const repository = { ...repositoryOf({ using }), plans: readRepository(exampleNamed("minimal").files).plans };
    expect(() => runsOf(repository, happeningOf(repository, "push to main"))).toThrow("unheard-of");
  });

  it("every event of the page is one that GitHub knows", () => {
    const repository = repositoryOf({ ci, called });
    for (const event of EVENTS) expect(happeningOf(repository, event).event.sha).toMatch(/^[a-c]{40}$/);
  });
});
