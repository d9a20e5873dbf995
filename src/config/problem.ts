/** A place in a user's file. Lines and columns count from 1, as editors show them. */
export interface Location {
  file: string;
  line: number;
  column: number;
}

/**
 * Something wrong with what the user wrote. `path` leads through the config's value (`["consumers", "e2e", "needs"]`);
 * the loader turns it into a line and column of the file.
 */
export interface Problem {
  path: readonly PropertyKey[];
  /** A sentence: what is wrong. */
  message: string;
  /** A sentence: what to do, or the nearest valid name. */
  hint?: string | undefined;
  /** Point at the key rather than at its value: for a key that should not be there. */
  at?: "key" | "value";
}
