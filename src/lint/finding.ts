/** What the lint pass says. */
import type { Span } from "../workflow/yaml/node.ts";
import type { Position } from "../workflow/yaml/position.ts";

export type Family = "language" | "checklist" | "security" | "pipeline" | "script";
export const FAMILIES: readonly Family[] = ["language", "checklist", "security", "pipeline", "script"];

/** `error` breaks the run or its security, `warning` costs time, money or sleep, `info` is advice. */
export type Level = "error" | "warning" | "info";

/** What a preset or a setting makes of a rule. */
export type PresetLevel = Level | "off";

export interface Finding {
  rule: string;
  family: Family;
  level: Level;
  /** From the repository's root, with `/`. */
  file: string;
  /** Offsets in the file's text. */
  span: Span;
  start: Position;
  end: Position;
  /** What is wrong and what to do: one or two sentences. */
  message: string;
  related: RelatedPlace[];
  fix?: Fix;
}

/** A second place that belongs to the finding. */
export interface RelatedPlace {
  file: string;
  span: Span;
  start: Position;
  end: Position;
  message: string;
}

/** A mechanical change of the finding's own file. */
export interface Fix {
  /** An imperative: "Add `timeout-minutes: 15`". */
  title: string;
  edits: TextEdit[];
  /** Applied only where it is asked for by name, since not everyone can use what it writes. */
  optIn?: boolean;
}

/** Replaces a span of the file's text. Edits of one fix do not overlap. */
export interface TextEdit extends Span {
  text: string;
}
