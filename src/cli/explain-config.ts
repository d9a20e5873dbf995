/** `pipewright explain-config`: the plan, for people and for programs. */
import type { Command } from "commander";
import { requestWarning } from "../pipeline/api-requests.ts";
import { inDigits } from "../workflow/limits.ts";
import { explain, type Explanation } from "./explanation.ts";
import type { Finish, GlobalOptions } from "./command.ts";
import type { Io } from "./io.ts";
import { type Paint, paintFor } from "./paint.ts";
import { loadProject } from "./project.ts";
import { table } from "./table.ts";

export function registerExplainConfig(program: Command, io: Io, finish: Finish): void {
  program
    .command("explain-config")
    .description("Show what runs on which event, which tags appear, who consumes them, and how long things live.")
    .addHelpText(
      "after",
      "\nExamples:\n  $ pipewright explain-config\n  $ pipewright explain-config --json | jq '.tags'",
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { config, pipelines } = await loadProject(io, options);
      const [own, ...others] = pipelines;
      const members = Object.fromEntries(
        others.map((pipeline) => [pipeline.member ?? pipeline.project, explain(pipeline)]),
      );
      if (options.json)
        io.stdout.write(
          `${JSON.stringify({ version: 1, command: "explain-config", ok: true, config, ...explain(own), ...(others.length > 0 && { pipelines: members }) }, undefined, 2)}\n`,
        );
      else {
        const warning = requestWarning(pipelines);
        io.stdout.write(
          [explain(own), ...Object.values(members)]
            .map((explanation) => render(paintFor(io.env, io.stdout), config, explanation))
            .join("\n"),
        );
        if (warning !== undefined) io.stdout.write(`${paintFor(io.env, io.stdout).yellow("warning")} ${warning}\n`);
      }
      finish(0);
    });
}

function render(
  paint: Paint,
  config: string,
  { project, builds, workflows, events, tags, artifacts, statuses, runs, apiRequests }: Explanation,
): string {
  const section = (title: string, columns: readonly string[], rows: readonly (readonly string[])[]): string =>
    rows.length === 0 ? "" : `\n${paint.bold(title)}\n${table(paint, columns, rows)}`;
  return [
    `${paint.bold(project)}, as ${config} declares it\n`,
    section(
      "What is built",
      ["build", "gives", "on"],
      builds.map((build) => [
        build.name,
        build.gives,
        build.on
          .map(({ event, platforms }) => (platforms.length > 0 ? `${event} (${platforms.join(", ")})` : event))
          .join("; "),
      ]),
    ),
    section(
      "What runs",
      ["workflow", "file", "on"],
      workflows.map((workflow) => [workflow.name, workflow.path, workflow.on.join("; ")]),
    ),
    section(
      "What each event sets off",
      ["event", "tag", "tested by"],
      events.map((event) => [event.event, event.tags.join(", "), event.consumers.join(", ") || "nobody"]),
    ),
    ...runs.map(({ workflow, stages }) =>
      section(
        `The stages of ${workflow}`,
        ["job", "waits for"],
        stages.map(({ job, needs }) => [job, needs.join(", ") || "nothing"]),
      ),
    ),
    section(
      "Tags and how long they live",
      ["event", "tag", "for example", "moves", "kept"],
      tags.map((tag) => [
        tag.event,
        tag.patterns.join(", "),
        tag.examples.join(", "),
        tag.moves ? "yes" : "no",
        tag.kept,
      ]),
    ),
    section(
      "Artifacts",
      ["artifact", "of", "kept"],
      artifacts.map((artifact) => [artifact.name, artifact.of, artifact.kept]),
    ),
    section(
      "What a branch rule can require",
      ["name", "kind", "from"],
      statuses.map((status) => [status.name, status.kind, status.from]),
    ),
    `\nA push to the main branch asks GitHub's API at most about ${apiRequests.ofPush} times, of ${inDigits(apiRequests.anHour)} an hour.\n`,
  ].join("");
}
