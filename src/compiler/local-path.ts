import { type Commented, withComment } from "../workflow/model.ts";

/** A path in this repository, as every GitHub knows it; zizmor would have it written with `$/`. */
export const localPath = (path: string): Commented =>
  withComment(`./${path}`, "zizmor: ignore[self-repository] not every GitHub and not every tool knows $/ yet");
