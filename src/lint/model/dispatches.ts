/** Workflows that start others by a dispatch, where a script names them in plain words. */
import { triggerOf, type WorkflowDocument } from "../../workflow/document/document.ts";
import { scalarsOf, valueOf } from "../../workflow/yaml/node.ts";
import { commandsIn, scriptsOf, type ShellCommand, spanOf } from "../scripts.ts";
import type { Start } from "./model.ts";

export function startsByDispatch(
  workflows: readonly WorkflowDocument[],
  named: (name: string) => readonly WorkflowDocument[],
): Start[] {
  const starts: Start[] = [];
  for (const from of workflows) {
    if (!/\bgh workflow run\b|\/dispatches\b/.test(from.file.text)) continue;
    for (const script of scriptsOf(from))
      for (const command of commandsIn(script)) {
        const add = (to: WorkflowDocument, by: Start["by"], types: readonly string[]): void =>
          void starts.push({ from, to, by, types, document: from, at: spanOf(script, command.node) });
        const wanted = dispatchedWorkflow(command);
        if (wanted !== undefined)
          for (const to of [...named(wanted), ...workflows.filter(({ file }) => file.path.endsWith(`/${wanted}`))])
            if (triggerOf(to, "workflow_dispatch")) add(to, "workflow_dispatch", []);
        const type = dispatchedEvent(command);
        if (type === undefined) continue;
        for (const to of workflows) {
          const trigger = triggerOf(to, "repository_dispatch");
          const types = scalarsOf(valueOf(trigger?.config, "types")).map(({ value }) => value);
          if (trigger && (types.length === 0 || types.includes(type))) add(to, "repository_dispatch", [type]);
        }
      }
  }
  return starts;
}

/** `gh workflow run build.yml`, and a POST to `.../workflows/build.yml/dispatches`. Another repository's are another's business. */
function dispatchedWorkflow({ name, args }: ShellCommand): string | undefined {
  if (name === "gh" && args[0] === "workflow" && args[1] === "run" && !args.some((arg) => /^(?:-R|--repo)/.test(arg)))
    return args.slice(2).find((arg) => !arg.startsWith("-"));
  const path = name === "gh" && args[0] === "api" ? args.find((arg) => arg.includes("/dispatches")) : undefined;
  return path === undefined ? undefined : /\/workflows\/([^/]+)\/dispatches/.exec(path)?.[1];
}

/** `gh api repos/{owner}/{repo}/dispatches -f event_type=deploy`. */
function dispatchedEvent({ name, args }: ShellCommand): string | undefined {
  if (name !== "gh" || args[0] !== "api" || !args.some((arg) => /(?:^|\/)repos\/[^/]*\/[^/]*\/dispatches$/.test(arg)))
    return undefined;
  return args.flatMap((arg) => /^event_type=([\w.-]+)$/.exec(arg)?.[1] ?? [])[0];
}
