/** Whether the name of a branch or tag that starts a run is anybody's choice. */
import type { WorkflowDocument } from "../../workflow/document/document.ts";
import { leavesTextOpen } from "../../workflow/filters.ts";
import { nodesOf, valueOf } from "../../workflow/yaml/node.ts";

const OF_ANY_REF = ["workflow_dispatch", "repository_dispatch", "create", "release", "deployment", "workflow_call"];

/** A branch or tag that everybody who writes may name: not where `push` lists its branches. */
export const refsAreOpen = (workflow: WorkflowDocument | undefined): boolean =>
  workflow === undefined ||
  workflow.triggers.some(({ event, config }) => {
    if (event !== "push") return OF_ANY_REF.includes(event);
    const filters = [valueOf(config, "branches"), valueOf(config, "tags")];
    if (filters.every((filter) => filter === undefined)) return true;
    return filters.some(
      (filter) =>
        filter !== undefined &&
        [...nodesOf(filter)].some((node) => node.kind === "scalar" && leavesTextOpen(node.value)),
    );
  });
