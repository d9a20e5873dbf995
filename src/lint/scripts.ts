/** The `run:` blocks of a document as scripts. */
import type { Command, ParsedScript, SyntaxNode } from "unbash";
import { commandsOf, type ShellCommand } from "../shell/commands.ts";
import { applySet, optionsAt as optionsAlong, type ShellOptions } from "../shell/options.ts";
import { parseShell } from "../shell/parse.ts";
import { type VariableRead, type Variables, variablesOf } from "../shell/variables.ts";
import { PLACEHOLDER } from "../shell/words.ts";
import type { ShellStart } from "../shell/effective-shell.ts";
import type { Document, Step } from "../workflow/document/document.ts";
import { stepsOf } from "../workflow/document/document.ts";
import { expressionsOf } from "../workflow/document/expression-sites.ts";
import type { EmbeddedExpression } from "../workflow/expressions/embedded.ts";
import type { ScalarNode, Span } from "../workflow/yaml/node.ts";
import { sourceSpan } from "../workflow/yaml/scalar-source.ts";
import { type ShellOrigin, shellOfStep } from "./step-shell.ts";

export type { ShellCommand } from "../shell/commands.ts";
export { literalOf } from "../shell/words.ts";

export interface Script {
  document: Document;
  step: Step;
  /** The `run:` scalar. */
  node: ScalarNode;
  shell: "bash" | "sh";
  /** What decides the shell. */
  shellFrom: ShellOrigin;
  /** The options that the shell starts with. */
  start: ShellStart;
  /** The scalar's value, expressions and all. */
  text: string;
  /** `text` with every `${{ }}` replaced by as many underscores, so that offsets hold. */
  source: string;
  /** The tree of `source`; parsed when it is first asked for. */
  ast: ParsedScript;
  /** What has been read of `source` so far; ask `commandsIn` and its like. */
  reading: Reading;
  expressions: readonly EmbeddedExpression[];
  /** The shell has it, or the script sets it somewhere; `optionsAt` is exact. */
  pipefail: boolean;
  /** The shell has it, or the script sets it somewhere; `optionsAt` is exact. */
  errexit: boolean;
}

const scripts = new WeakMap<Document, Script[]>();

/** What a script's text says, each part worked out when it is first asked for. */
export interface Reading {
  ast?: ParsedScript;
  commands?: ShellCommand[];
  byNode?: Map<Command, ShellCommand>;
  outer?: Map<Command, ShellCommand>;
  variables?: Variables;
  readsByCommand?: Map<Command, VariableRead[]>;
  optionChanges?: ShellCommand[];
}

/** The same script often stands in many jobs, and in generated files in many workflows: it is read once. */
const readings = new Map<string, Reading>();
let remembered = 0;
/** UTF-16 code units of the scripts that are remembered at a time. */
const MOST_REMEMBERED = 2_000_000;

function readingOf(source: string): Reading {
  let reading = readings.get(source);
  if (!reading) {
    remembered += source.length;
    if (remembered > MOST_REMEMBERED) {
      readings.clear();
      remembered = source.length;
    }
    reading = {};
    readings.set(source, reading);
  }
  return reading;
}

/** Scripts in bash or sh, in file order; those of other shells are nobody's business here. */
export function scriptsOf(document: Document): Script[] {
  let found = scripts.get(document);
  if (!found) {
    found = collect(document);
    scripts.set(document, found);
  }
  return found;
}

function collect(document: Document): Script[] {
  const expressions = new Map<ScalarNode, EmbeddedExpression[]>();
  for (const site of expressionsOf(document)) {
    const together = expressions.get(site.node);
    if (together) together.push(site);
    else expressions.set(site.node, [site]);
  }
  return stepsOf(document).flatMap((step) => {
    const found = step.run && shellOfStep(step);
    return step.run && found ? [scriptFrom(document, step, step.run, found, expressions.get(step.run) ?? [])] : [];
  });
}

function scriptFrom(
  document: Document,
  step: Step,
  node: ScalarNode,
  { start, origin }: { start: ShellStart; origin: ShellOrigin },
  expressions: readonly EmbeddedExpression[],
): Script {
  let set: ShellOptions | undefined;
  const source = withoutExpressions(node.value, expressions);
  const reading = readingOf(source);
  const script: Script = {
    document,
    step,
    node,
    shell: start.shell,
    shellFrom: origin,
    start,
    text: node.value,
    source,
    reading,
    get ast() {
      return (reading.ast ??= parseShell(source));
    },
    expressions,
    get pipefail() {
      return start.pipefail || (set ??= setIn(script)).pipefail;
    },
    get errexit() {
      return start.errexit || (set ??= setIn(script)).errexit;
    },
  };
  return script;
}

/** Each `${{ }}` as a word of its own length, so that a shell's parser reads on and offsets hold. */
export function withoutExpressions(text: string, expressions: readonly EmbeddedExpression[]): string {
  let source = "";
  let from = 0;
  for (const { within, implicit } of expressions) {
    // One that is not closed is the grammar's business.
    if (implicit || !text.startsWith("}}", within.end - 2)) continue;
    source += text.slice(from, within.start) + PLACEHOLDER.repeat(within.end - within.start);
    from = within.end;
  }
  return source + text.slice(from);
}

function setIn(script: Script): ShellOptions {
  const options: ShellOptions = { errexit: false, pipefail: false, nounset: false, xtrace: false };
  for (const command of commandsIn(script)) {
    const before = { ...options };
    applySet(options, command);
    options.errexit ||= before.errexit;
    options.pipefail ||= before.pipefail;
  }
  return options;
}

const byStep = new WeakMap<Document, ReadonlyMap<Step, Script>>();

/** A step's script, in bash or sh. */
export function scriptOf(step: Step): Script | undefined {
  const document = step.owner.kind === "job" ? step.owner.workflow : step.owner;
  let known = byStep.get(document);
  if (!known) {
    known = new Map(scriptsOf(document).map((script) => [script.step, script]));
    byStep.set(document, known);
  }
  return known.get(step);
}

/** Every simple command at any depth, in the order in which they are written. */
export const commandsIn = ({ reading, ast }: Script): ShellCommand[] => (reading.commands ??= commandsOf(ast));

/** The command with its circumstances that a node of the tree is. */
export function commandOf(script: Script, node: SyntaxNode | undefined): ShellCommand | undefined {
  if (node?.type !== "Command") return undefined;
  script.reading.byNode ??= new Map(commandsIn(script).map((command) => [command.node, command]));
  return script.reading.byNode.get(node);
}

/** The command among whose words the substitution stands that a command is in: `A=$(x)` for `x`. */
export function outerCommand(script: Script, { node }: ShellCommand): ShellCommand | undefined {
  let { outer } = script.reading;
  if (!outer) {
    outer = new Map();
    const open: ShellCommand[] = [];
    for (const command of commandsIn(script)) {
      while ((open.at(-1)?.node.end ?? Number.POSITIVE_INFINITY) < command.node.end) open.pop();
      const around = open.at(-1);
      if (around && around.node.pos <= command.node.pos) outer.set(command.node, around);
      open.push(command);
    }
    script.reading.outer = outer;
  }
  return outer.get(node);
}

/** The variables that the words of a command name. */
export function readsOf(script: Script, { node }: ShellCommand): readonly VariableRead[] {
  let { readsByCommand } = script.reading;
  if (!readsByCommand) {
    readsByCommand = new Map();
    for (const read of variablesIn(script).reads) {
      if (!read.command) continue;
      const together = readsByCommand.get(read.command);
      if (together) together.push(read);
      else readsByCommand.set(read.command, [read]);
    }
    script.reading.readsByCommand = readsByCommand;
  }
  return readsByCommand.get(node) ?? [];
}

/** The variables that the script sets and reads. */
export const variablesIn = ({ reading, ast }: Script): Variables => (reading.variables ??= variablesOf(ast));

/** The shell's options at an offset of the script. */
export function optionsAt(script: Script, offset: number): ShellOptions {
  script.reading.optionChanges ??= commandsIn(script).filter(({ name }) => name === "set" || name === "shopt");
  return optionsAlong(script.start, script.reading.optionChanges, offset);
}

/** Where a part of the script stands in the file. */
export const spanInScript = (script: Script, { start, end }: Span): Span =>
  sourceSpan(script.document.file.text, script.node, { start, end });

/** Where a node of the script's tree stands in the file. */
export const spanOf = (script: Script, { pos, end }: { pos: number; end: number }): Span =>
  spanInScript(script, { start: pos, end });

/** The expressions that stand within a part of the script. */
export const expressionsInside = (
  { expressions }: Script,
  { pos, end }: { pos: number; end: number },
): EmbeddedExpression[] => expressions.filter(({ within }) => within.start >= pos && within.end <= end);
