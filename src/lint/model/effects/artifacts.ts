/** Artifacts of runs: who uploads, takes and deletes them. */
import { isAction } from "../../../workflow/document/uses.ts";
import type { ArtifactDownload, Effect, StepRun } from "../model.ts";
import { literal, textOf } from "../value.ts";
import { effectBase, inputPair, inputPlace, inputTruth, inputValue } from "./effect.ts";

const DELETING_ACTIONS = [
  "geekyeggo/delete-artifact",
  "jimschubert/delete-artifacts-action",
  "c-hive/gha-remove-artifacts",
  "kolpav/purge-artifacts-action",
];

export function artifactEffects(step: StepRun): Effect[] {
  const { uses } = step.step;
  if (isAction(uses, "actions/upload-artifact")) {
    return [
      {
        kind: "upload",
        ...effectBase(step, inputPlace(step, "name"), "actions/upload-artifact"),
        name: inputValue(step, "name") ?? literal("artifact"),
        retentionDays: inputValue(step, "retention-days"),
        overwrite: inputTruth(step, "overwrite"),
        path: inputValue(step, "path"),
      },
    ];
  }
  if (isAction(uses, "actions/upload-artifact/merge")) {
    return [
      {
        kind: "upload",
        ...effectBase(step, inputPlace(step, "name"), "actions/upload-artifact/merge"),
        name: inputValue(step, "name") ?? literal("merged-artifacts"),
        retentionDays: inputValue(step, "retention-days"),
        overwrite: false,
        path: undefined,
      },
    ];
  }
  if (isAction(uses, "actions/upload-pages-artifact")) {
    return [
      {
        kind: "upload",
        ...effectBase(step, inputPlace(step, "name"), "actions/upload-pages-artifact"),
        name: inputValue(step, "name") ?? literal("github-pages"),
        retentionDays: inputValue(step, "retention-days"),
        overwrite: false,
        path: undefined,
      },
    ];
  }
  if (isAction(uses, "actions/download-artifact")) return [download(step)];
  if (isAction(uses, "dawidd6/action-download-artifact")) {
    const regexp = inputTruth(step, "name_is_regexp");
    return [
      {
        kind: "download",
        ...effectBase(step, inputPlace(step, "name"), "dawidd6/action-download-artifact"),
        name: regexp === false ? inputValue(step, "name") : undefined,
        pattern: regexp === false ? undefined : inputValue(step, "name"),
        from:
          inputPair(step, "run_id") ||
          inputPair(step, "workflow") ||
          inputPair(step, "commit") ||
          inputPair(step, "branch") ||
          inputPair(step, "pr")
            ? "other-run"
            : "unknown",
        runId: inputValue(step, "run_id"),
        workflow: inputValue(step, "workflow"),
        hasToken: true,
      },
    ];
  }
  if (isAction(uses, ...DELETING_ACTIONS)) {
    return [
      {
        kind: "delete-artifact",
        ...effectBase(step, inputPlace(step, "name"), uses?.written.split("@")[0] ?? ""),
        name: inputValue(step, "name"),
      },
    ];
  }
  return [];
}

function download(step: StepRun): ArtifactDownload {
  const runId = inputValue(step, "run-id");
  const repository = inputPair(step, "repository");
  const only = runId?.[0]?.[0];
  const own = runId?.length === 1 && runId[0]?.length === 1 && only?.kind === "symbol" && only.name === "github.run_id";
  const name = inputValue(step, "name");
  const byIds = inputPair(step, "artifact-ids") !== undefined;
  return {
    kind: "download",
    ...effectBase(step, inputPlace(step, "name", "pattern"), "actions/download-artifact"),
    name: name && textOf(name) !== "" ? name : undefined,
    pattern: byIds ? literal("*") : inputValue(step, "pattern"),
    from: runId || repository ? (own ? "this-run" : "other-run") : "this-run",
    runId,
    workflow: undefined,
    hasToken: inputPair(step, "github-token") !== undefined,
  };
}
