/** What an expression may name at its place. */
import type { Type } from "./type.ts";

export interface Scope {
  /** The type of a context by its lower-cased name; nothing: there is no such context anywhere. */
  contextType(name: string): Type | undefined;
  /** Contexts and functions that GitHub gives this place; nothing: unknown. Functions without a place of their own are everywhere. */
  availability: { contexts: readonly string[]; functions: readonly string[] } | undefined;
}
