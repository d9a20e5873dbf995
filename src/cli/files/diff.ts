/** A unified diff as git prints it, from what lies there to what the config declares. */
import { createTwoFilesPatch } from "diff";
import { sameButEndings, type FileStatus } from "./changes.ts";

/** The patch that would bring the file to the declared state; empty when there is nothing to change. */
export function unifiedDiff({ path, before, after }: Pick<FileStatus, "path" | "before" | "after">): string {
  if (before === after || (before && after?.equals(before))) return "";
  if (before !== undefined && after !== undefined && sameButEndings(before, after)) {
    return `--- a/${path}\n+++ b/${path}\n(only the line endings differ)\n`;
  }
  return createTwoFilesPatch(
    before === undefined ? "/dev/null" : `a/${path}`,
    after === undefined ? "/dev/null" : `b/${path}`,
    before?.toString("utf8") ?? "",
    after?.toString("utf8") ?? "",
    undefined,
    undefined,
    { context: 3, headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true } },
  );
}
