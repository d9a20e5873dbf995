/** Jobs that call a workflow of the same repository. */
import { type Job, type Trigger, triggerOf, type WorkflowDocument } from "../../../../workflow/document/document.ts";
import { scalarOf, valueOf, type YamlNode } from "../../../../workflow/yaml/node.ts";
import { type Repository, workflowsOf } from "../../../repository.ts";
import { rootOf } from "./local-actions.ts";

export interface LocalCall {
  document: WorkflowDocument;
  job: Job;
  /** From the repository's root. */
  path: string;
  called: WorkflowDocument | undefined;
  trigger: Trigger | undefined;
}

const known = new WeakMap<Repository, LocalCall[]>();

export function localCallsOf(repository: Repository): readonly LocalCall[] {
  let calls = known.get(repository);
  if (!calls) {
    const workflows = workflowsOf(repository);
    const byPath = new Map(workflows.map((workflow) => [workflow.file.path, workflow]));
    calls = workflows.flatMap((document) =>
      document.jobs.flatMap((job): LocalCall[] => {
        if (job.uses?.kind !== "local") return [];
        const path = rootOf(document) + job.uses.path;
        const called = byPath.get(path);
        return [{ document, job, path, called, trigger: called && triggerOf(called, "workflow_call") }];
      }),
    );
    known.set(repository, calls);
  }
  return calls;
}

/** What stands under `inputs`, `secrets` or `outputs` of `workflow_call`, by name. */
export function declaredIn(trigger: Trigger, section: "inputs" | "secrets" | "outputs"): Map<string, YamlNode> {
  const node = valueOf(trigger.config, section);
  return new Map(node?.kind === "mapping" ? node.pairs.map(({ key, value }) => [key.value, value] as const) : []);
}

export const isRequired = (node: YamlNode): boolean => /^true$/i.test(scalarOf(valueOf(node, "required"))?.value ?? "");
