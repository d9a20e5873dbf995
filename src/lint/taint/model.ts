/**
 * What somebody else decides: values of a run that an attacker, or anybody who may start the run by hand, can choose, and
 * the way on which they travel. One analysis for every rule that asks; see `document-taint.ts` and `repository-taint.ts`.
 */
import type { Document, Job, Step } from "../../workflow/document/document.ts";
import type { EmbeddedExpression } from "../../workflow/expressions/embedded.ts";
import type { Expression } from "../../workflow/expressions/expression.ts";
import type { ScalarNode, Span } from "../../workflow/yaml/node.ts";

/**
 * Who chooses the value: `anyone` (who can open an issue, a pull request from a fork, ...), or `contributor` (somebody who
 * may already write: who dispatches a run by hand, names a branch or a tag of the repository, writes its commits).
 */
export type Trust = "anyone" | "contributor";

/**
 * `text`: it may hold quotes, `$(...)` or line breaks, so it is code wherever a program reads it as code. `commit`: it says
 * which commit is checked out (a head SHA is harmless as text, and its files are not).
 */
export type TaintKind = "text" | "commit";

/** One stop of a value on its way. */
export interface Stop {
  in: Document;
  at: Span;
  message: string;
}

export interface Taint {
  trust: Trust;
  /** Where the value comes from, for a message: `github.event.issue.title`, `the input \`name\``. */
  source: string;
  /**
   * The events of this workflow on which somebody sets the value; empty where none of them does (the value is then always
   * empty). For called workflows and actions, the events of whoever calls.
   */
  events: readonly string[];
  /** From the source to the last stop before whoever asked. */
  way: readonly Stop[];
}

/** Where an expression is evaluated. */
export interface Place {
  job?: Job | undefined;
  step?: Step | undefined;
}

/** A reference inside of an expression whose value somebody else decides, and which reaches the expression's value. */
export interface TaintedReference {
  reference: Expression;
  taint: Taint;
}

/** The files of the runner that a script hands values on by. */
export type WrittenFile = "GITHUB_OUTPUT" | "GITHUB_ENV" | "GITHUB_PATH";

/** An expansion of a variable that holds somebody else's text. */
export interface TaintedExpansion {
  /** The variable's name. */
  name: string;
  /** In the script's text. */
  pos: number;
  end: number;
  taint: Taint;
}

/** What a script in bash or sh does with values that somebody else decides. */
export interface ShellFlow {
  outputs: ReadonlyMap<string, Taint>;
  /** Whole lines of `$GITHUB_OUTPUT` are somebody else's: every output may be. */
  anyOutput: Taint | undefined;
  env: ReadonlyMap<string, Taint>;
  anyEnv: Taint | undefined;
  path: Taint | undefined;
  expansions: readonly TaintedExpansion[];
  /** Where `$GITHUB_ENV` and `$GITHUB_PATH` take in what somebody else decides. */
  writes: readonly { file: WrittenFile; at: Span; taint: Taint }[];
}

/** The answers for one document. All of them are computed when first asked for, and kept. */
export interface TaintAnalysis {
  /** Every part of an expression that brings somebody else's value into its result. */
  within(embedded: EmbeddedExpression, place: Place, kind?: TaintKind): TaintedReference[];
  /** The worst of them. */
  ofExpression(embedded: EmbeddedExpression, place: Place, kind?: TaintKind): Taint | undefined;
  /** The worst of all `${{ }}` of a scalar; its own text is trusted. */
  ofScalar(node: ScalarNode, place: Place, kind?: TaintKind): Taint | undefined;
  /** The environment variables of a step's script: from `env:` of step, job and workflow, and earlier writes to `$GITHUB_ENV`. */
  variablesOf(step: Step): ReadonlyMap<string, Taint>;
  /** One of them. */
  ofVariable(step: Step, name: string): Taint | undefined;
  /** What the step's script does with them; nothing for actions and for other shells than bash and sh. */
  flowOf(step: Step): ShellFlow | undefined;
  /** `steps.<id>.outputs.<name>`. */
  ofStepOutput(step: Step, name: string, kind?: TaintKind): Taint | undefined;
  /** `needs.<job>.outputs.<name>`. */
  ofJobOutput(job: Job, name: string, kind?: TaintKind): Taint | undefined;
  /** Files of the workspace when the step starts: an artifact of another run, or another's commit, is unpacked in it. */
  filesBefore(step: Step): Taint | undefined;
  /** The events on which a place is reached, by the conditions of its job and step. */
  eventsAt(place: Place): readonly string[];
}
