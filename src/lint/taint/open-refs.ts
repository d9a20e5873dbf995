/** Whether the name of a branch or tag that starts a run is anybody's choice. */
import type { WorkflowDocument } from "../../workflow/document/document.ts";
import { leavesTextOpen } from "../../workflow/filters.ts";
import { nodesOf, valueOf } from "../../workflow/yaml/node.ts";

/** A branch or tag that everybody who writes may name: not where `push` lists its branches. */
export const refsAreOpen = (workflow: WorkflowDocument | undefined): boolean =>
  workflow === undefined ||
  workflow.triggers.some(({ event, config }) => {
    if (
      event === "workflow_dispatch" ||
      event === "repository_dispatch" ||
      event === "create" ||
      event === "release" ||
      event === "deployment"
    )
      return true;
    if (event !== "push") return event === "workflow_call";
    const filters = [valueOf(config, "branches"), valueOf(config, "tags")];
    if (filters.every((filter) => filter === undefined)) return true;
    return filters.some(
      (filter) =>
        filter !== undefined &&
        [...nodesOf(filter)].some((node) => node.kind === "scalar" && leavesTextOpen(node.value)),
    );
  });
