/** A rule's examples as files. */
import { type Example, EXAMPLE_PATH } from "./rule.ts";

export interface ExampleFile {
  path: string;
  text: string;
}

export const listOf = (examples: Example | readonly Example[]): readonly Example[] =>
  Array.isArray(examples) ? (examples as readonly Example[]) : [examples as Example];

export const filesOf = (example: Example): ExampleFile[] =>
  Object.entries(typeof example === "string" ? { [EXAMPLE_PATH]: example } : example).map(([path, text]) => ({
    path,
    text,
  }));
