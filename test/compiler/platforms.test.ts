/** Which platforms a run builds is asked of the event; the answer must be what the plan has for that kind of run. */
import { expect, test } from "vitest";
import { parse } from "yaml";
import charon from "../../examples/charon/ci.config.ts";
import { compile } from "../../src/compiler/compile.ts";
import { planOf } from "../support/plan-of.ts";
import { interpolate } from "../player/expressions.ts";

const { pipeline } = planOf(charon);
const text = compile(pipeline).find(({ path }) => path.endsWith("/builds.yml"))?.body ?? "";
const { platform } = parse(text).jobs["build-charon"].strategy.matrix;

const branch = (name: string) => ({ event_name: "push", ref_type: "branch", ref_name: name });

test.each([
  ["pullRequest", { event_name: "pull_request", ref_type: "branch", ref_name: "12/merge" }],
  ["queue", { event_name: "merge_group", ref_type: "branch", ref_name: "gh-readonly-queue/main/pr-1" }],
  ["main", branch("main")],
  ["integration", branch("development")],
  ["feature", branch("feature/login")],
  ["release", { event_name: "push", ref_type: "tag", ref_name: "v1.2.3" }],
  ["nightly", { event_name: "schedule", ref_type: "branch", ref_name: "main" }],
  ["manual", { event_name: "workflow_dispatch", ref_type: "branch", ref_name: "main" }],
] as const)("a run of the class %s builds what is planned for it", (event, github) => {
  const build = pipeline.builds.find(({ key }) => key === "charon");
  const planned = build?.kind === "image" ? build.entries[event]?.map(({ name }) => name) : undefined;
  expect(interpolate(platform, { contexts: { github } })).toEqual(planned);
});
