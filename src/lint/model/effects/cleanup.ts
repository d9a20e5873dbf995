/** Actions that delete container images from GitHub's registry. */
import { isAction } from "../../../workflow/document/uses.ts";
import type { ImageDelete, StepRun } from "../model.ts";
import { textOf, type Value } from "../value.ts";
import { effectBase, inputPair, inputPlace, inputText, inputTruth, inputValue } from "./effect.ts";

const count = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d+$/.test(value.trim()) ? Number(value) : undefined;

export function cleanupEffects(step: StepRun): ImageDelete[] {
  const { uses } = step.step;
  const effect = (
    by: string,
    place: ImageDelete["at"],
    name: Value | undefined,
    selects: ImageDelete["selects"],
    keeps: number | undefined,
  ): ImageDelete => ({
    kind: "delete-image",
    ...effectBase(step, place, by),
    package: name,
    image: undefined,
    selects,
    keeps,
  });
  if (isAction(uses, "actions/delete-package-versions")) {
    const type = inputText(step, "package-type");
    if (type !== undefined && type !== "container" && type !== "docker") return [];
    const untagged = inputTruth(step, "delete-only-untagged-versions");
    return [
      effect(
        "actions/delete-package-versions",
        inputPlace(step, "package-name", "package-version-ids"),
        inputValue(step, "package-name"),
        untagged === true ? "untagged" : untagged === false ? "any" : "unknown",
        count(inputText(step, "min-versions-to-keep")) ?? (inputPair(step, "min-versions-to-keep") ? undefined : 0),
      ),
    ];
  }
  if (isAction(uses, "snok/container-retention-policy")) {
    const which = inputText(step, "tag-selection");
    const untagged = inputTruth(step, "untagged-only");
    const names = inputValue(step, "image-names");
    return [
      effect(
        "snok/container-retention-policy",
        inputPlace(step, "image-names"),
        names && textOf(names) !== undefined ? names : names,
        which === "untagged" || untagged === true ? "untagged" : which === "tagged" ? "tagged" : "any",
        count(inputText(step, "keep-n-most-recent", "keep-at-least")),
      ),
    ];
  }
  if (isAction(uses, "dataaxiom/ghcr-cleanup-action")) {
    const tags = inputPair(step, "delete-tags") !== undefined;
    return [
      effect(
        "dataaxiom/ghcr-cleanup-action",
        inputPlace(step, "package", "packages"),
        inputValue(step, "package", "packages"),
        tags ? "tagged" : "untagged",
        count(inputText(step, "keep-n-tagged", "keep-n-untagged")),
      ),
    ];
  }
  return [];
}
