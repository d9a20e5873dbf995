import { type Document, type EnvBlock, jobsOf, stepsOf } from "../../../../workflow/document/document.ts";
import type { YamlNode } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";

/** Those that GitHub sets itself and that cannot be overwritten (reference: "Variables", default environment variables). */
const DEFAULTS = new Set(
  (
    "GITHUB_ACTION GITHUB_ACTION_PATH GITHUB_ACTION_REPOSITORY GITHUB_ACTIONS GITHUB_ACTOR GITHUB_ACTOR_ID GITHUB_API_URL GITHUB_BASE_REF GITHUB_ENV GITHUB_EVENT_NAME GITHUB_EVENT_PATH " +
    "GITHUB_GRAPHQL_URL GITHUB_HEAD_REF GITHUB_JOB GITHUB_OUTPUT GITHUB_PATH GITHUB_REF GITHUB_REF_NAME GITHUB_REF_PROTECTED GITHUB_REF_TYPE GITHUB_REPOSITORY GITHUB_REPOSITORY_ID " +
    "GITHUB_REPOSITORY_OWNER GITHUB_REPOSITORY_OWNER_ID GITHUB_RETENTION_DAYS GITHUB_RUN_ATTEMPT GITHUB_RUN_ID GITHUB_RUN_NUMBER GITHUB_SERVER_URL GITHUB_SHA GITHUB_STEP_SUMMARY " +
    "GITHUB_TRIGGERING_ACTOR GITHUB_WORKFLOW GITHUB_WORKFLOW_REF GITHUB_WORKFLOW_SHA GITHUB_WORKSPACE RUNNER_ARCH RUNNER_DEBUG RUNNER_ENVIRONMENT RUNNER_NAME RUNNER_OS RUNNER_TEMP RUNNER_TOOL_CACHE"
  ).split(" "),
);

export const envName = rule({
  id: "env-name",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Names of environment variables are such that a process can have them.",
  why: "A name with `=`, `&` or a blank cannot be set as it is written. The variables that GitHub sets itself, such as `GITHUB_REF`, keep GitHub's value whatever `env:` says.",
  bad: `on: push
env:
  LEVEL=1: yes
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        env:
          MY LEVEL: 1
          GITHUB_SHA: abc
`,
  good: `on: push
env:
  LEVEL: 1
  GITHUB_TOKEN: \${{ github.token }}
  npm_config_//registry/:_authToken: none
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  document(document, { report }) {
    for (const { variables } of envBlocksOf(document))
      for (const { key, value } of variables.values()) {
        const name = key.value;
        if (name.includes("${{") || name === "") continue;
        const strange = /[=&\s]/.exec(name)?.[0];
        if (strange !== undefined)
          report(
            key,
            `\`${name}\` cannot be the name of an environment variable: it contains ${/\s/.test(strange) ? "a blank" : `\`${strange}\``}.`,
          );
        else if (DEFAULTS.has(name.toUpperCase()) && !isSameValue(name, value))
          report(key, `\`${name}\` is set by GitHub and keeps GitHub's value. Choose another name.`, {
            level: "warning",
          });
      }
  },
});

function envBlocksOf(document: Document): EnvBlock[] {
  const blocks = [document.kind === "workflow" ? document.env : undefined];
  for (const job of jobsOf(document)) blocks.push(job.env, job.container?.env, ...job.services.map(({ env }) => env));
  for (const step of stepsOf(document)) blocks.push(step.env);
  return blocks.filter((block) => block !== undefined);
}

/** `GITHUB_REPOSITORY: ${{ github.repository }}` says what is so anyway. */
const isSameValue = (name: string, value: YamlNode): boolean =>
  value.kind === "scalar" &&
  value.value.replaceAll(/\s/g, "").toLowerCase() === `\${{${name.toLowerCase().replace("_", ".")}}}`;
