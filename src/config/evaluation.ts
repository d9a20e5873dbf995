/** What the thread that evaluates a config tells the thread that asked for it. */
import type { Location, Problem } from "./problem.ts";

export interface EvaluationRequest {
  /** The config file's absolute path. */
  file: string;
  /** Where transformed TypeScript is kept for the next start; false keeps none. */
  cache: string | false;
}

export type Evaluation =
  /** The default export, as plain data. */
  | { kind: "value"; value: unknown; problems: Problem[] }
  /** The config could not be evaluated. `location.file` is absolute. */
  | { kind: "failure"; message: string; hint?: string; location?: Location }
  /** It could not be parsed; whoever shows the message may parse again for a better one. */
  | { kind: "syntax"; message: string; location: Location };
