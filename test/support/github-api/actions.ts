/** "Actions" of GitHub's REST API: runs, their jobs and artifacts, and the dispatch events. */
import { type Answer, type Request, type Route, notFound, ok, page, path } from "./route.ts";
import type { Artifact, Run } from "./state.ts";

/** A run as GitHub lists it: without what the state hangs on it. */
function listed(run: Run): unknown {
  const { jobs: _jobs, artifacts: _artifacts, ...rest } = run;
  return rest;
}

function runsOf({ url }: Request, runs: readonly Run[]): Answer {
  const status = url.searchParams.get("status");
  const filters: readonly ((run: Run) => boolean)[] = [
    (run) => status === null || run.status === status || run.conclusion === status,
    ...(["event", "head_sha"] as const).map(
      (name) => (run: Run) => (url.searchParams.get(name) ?? run[name]) === run[name],
    ),
    (run) => (url.searchParams.get("branch") ?? run.head_branch) === run.head_branch,
    (run) => isWithin(url.searchParams.get("created"), run.created_at),
  ];
  const found = runs
    .filter((run) => filters.every((accepts) => accepts(run)))
    .toSorted((a, b) => b.created_at.localeCompare(a.created_at) || b.id - a.id);
  // GitHub's search of runs gives 1,000 results at most.
  return page(url, found.slice(0, 1000), (workflow_runs) => ({
    total_count: found.length,
    workflow_runs: (workflow_runs as readonly Run[]).map(listed),
  }));
}

function isWithin(range: string | null, date: string): boolean {
  if (range === null) return true;
  const [from = "", to] = range.startsWith(">=") ? [range.slice(2)] : range.split("..");
  return Date.parse(date) >= Date.parse(from) && (to === undefined || Date.parse(date) <= Date.parse(to));
}

const runOf = ({ state, parameters: { repository, id } }: Request): Run | undefined =>
  repository === state.repository ? state.runs.find((run) => run.id === Number(id)) : undefined;

/** The id of the one repository; that of a fork, an owner called so in the tests, is another. */
const OWN = 1;
const listedArtifact = (run: Run, { zip: _, ...artifact }: Artifact): unknown => ({
  ...artifact,
  workflow_run: {
    id: run.id,
    head_sha: run.head_sha,
    repository_id: OWN,
    head_repository_id: run.head_repository?.full_name.startsWith("fork/") ? OWN + 1 : OWN,
  },
});

const artifactsOf = (url: URL, artifacts: readonly { run: Run; artifact: Artifact }[]): Answer => {
  const name = url.searchParams.get("name");
  const found = artifacts.filter(({ artifact }) => name === null || artifact.name === name);
  return page(
    url,
    found.map(({ run, artifact }) => listedArtifact(run, artifact)),
    (list) => ({ total_count: found.length, artifacts: list }),
  );
};

const everyArtifact = (runs: readonly Run[]): { run: Run; artifact: Artifact }[] =>
  runs.flatMap((run) => (run.artifacts ?? []).map((artifact) => ({ run, artifact })));

export const actionsRoutes: readonly Route[] = [
  {
    method: "GET",
    path: path("/repos/{repository}/actions/runs"),
    handle: (request) =>
      request.parameters["repository"] === request.state.repository ? runsOf(request, request.state.runs) : notFound(),
  },
  {
    method: "GET",
    path: path("/repos/{repository}/actions/workflows/{workflow}/runs"),
    handle(request) {
      const { state, parameters } = request;
      const ofWorkflow = state.runs.filter(
        (run) =>
          run.path?.endsWith(`/${parameters["workflow"]}`) === true ||
          run.workflow_id === Number(parameters["workflow"]),
      );
      return parameters["repository"] === state.repository ? runsOf(request, ofWorkflow) : notFound();
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/actions/workflows"),
    handle({ state, url }) {
      const known = new Map(
        state.runs.map((run) => [run.name, { id: run.workflow_id ?? 0, name: run.name, path: run.path ?? "" }]),
      );
      return page(url, [...known.values()], (workflows) => ({ total_count: known.size, workflows }));
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/actions/runs/{id}"),
    handle(request) {
      const run = runOf(request);
      return run ? ok(listed(run)) : notFound();
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/actions/runs/{id}/jobs"),
    handle(request) {
      const jobs = runOf(request)?.jobs ?? [];
      return runOf(request)
        ? page(request.url, jobs, (list) => ({ total_count: jobs.length, jobs: list }))
        : notFound();
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/actions/runs/{id}/artifacts"),
    handle(request) {
      const run = runOf(request);
      return run ? artifactsOf(request.url, everyArtifact([run])) : notFound();
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/actions/artifacts"),
    handle: ({ state, url }) => artifactsOf(url, everyArtifact(state.runs)),
  },
  {
    method: "GET",
    path: path("/repos/{repository}/actions/artifacts/{id}/zip"),
    handle({ state, parameters: { id } }) {
      const found = everyArtifact(state.runs).find(({ artifact }) => artifact.id === Number(id))?.artifact;
      if (!found?.zip) return notFound();
      if (found.expired) return { status: 410, body: { message: "Artifact has expired" } };
      return { status: 200, body: found.zip, headers: { "content-type": "application/zip" } };
    },
  },
  {
    method: "POST",
    path: path("/repos/{repository}/actions/workflows/{workflow}/dispatches"),
    handle({ state, parameters: { repository, workflow = "" }, body }) {
      if (repository !== state.repository) return notFound();
      const dispatch = { kind: "workflow_dispatch" as const, workflow, body };
      state.dispatches.push(dispatch);
      state.onDispatch?.(dispatch);
      return { status: 204 };
    },
  },
  {
    method: "POST",
    path: path("/repos/{repository}/dispatches"),
    handle({ state, parameters: { repository }, body }) {
      if (repository !== state.repository) return notFound();
      const dispatch = { kind: "repository_dispatch" as const, workflow: "", body };
      state.dispatches.push(dispatch);
      state.onDispatch?.(dispatch);
      return { status: 204 };
    },
  },
];
