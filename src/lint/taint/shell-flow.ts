/**
 * How values that somebody else decides travel through one script in bash or sh: into variables, and out of it through
 * `$GITHUB_OUTPUT`, `$GITHUB_ENV` and `$GITHUB_PATH`. Statements are followed in the order in which they stand, a loop
 * once; what a program makes of its input is known for the usual filters and assumed harmless for all others.
 */
import type { AndOr, Case, Command, CommandNode, CompoundList, If, PipelineNode, Redirection, Word } from "unbash";
import type { EmbeddedExpression } from "../../workflow/expressions/embedded.ts";
import type { Span } from "../../workflow/yaml/node.ts";
import { type Script, spanInScript } from "../scripts.ts";
import { alwaysLeaves, checkedIn, literalPatterns } from "./shell-checks.ts";
import { type Emission, fileWritten, type FileWrites, newWrites, printed, readWrites } from "./shell-output.ts";
import type { ShellSource } from "./shell-programs.ts";
import type { ShellFlow, Taint, WrittenFile } from "./model.ts";
import { shellValues } from "./shell-values.ts";
import { through, worst } from "./way.ts";

export interface ShellSurroundings {
  script: Script;
  variables: ReadonlyMap<string, Taint>;
  ofExpression(embedded: EmbeddedExpression): Taint | undefined;
  /** What files of the workspace hold, where they are somebody else's. */
  files: Taint | undefined;
  /** What a program says about the event, the pull request or the commits. */
  ofSource(source: ShellSource, at: Span): Taint | undefined;
}

export function shellFlow({ script, variables, ofExpression, files, ofSource }: ShellSurroundings): ShellFlow {
  const vars = new Map(variables);
  const { pieces, taintOf, inputFrom, emissions, commandOutput, expansions } = shellValues({
    script,
    vars,
    ofExpression,
    files,
    ofSource,
  });
  const writes: FileWrites = newWrites();
  const document = script.document;
  const place = ({ pos, end }: { pos: number; end: number }): Span => spanInScript(script, { start: pos, end });
  let branches = 0;
  let depth = 0;

  const assign = (name: string, taint: Taint | undefined, at: { pos: number; end: number }): void => {
    if (taint) vars.set(name, through(taint, { in: document, at: place(at), message: `\`${name}\` takes it.` }));
    else if (branches === 0) vars.delete(name);
  };
  const withoutTaint = (names: readonly string[], inside: () => void): void => {
    const before = names.map((name) => [name, vars.get(name)] as const);
    for (const name of names) vars.delete(name);
    inside();
    for (const [name, taint] of before) if (taint && !vars.has(name)) vars.set(name, taint);
  };
  const inBranch = (inside: () => void): void => {
    branches++;
    inside();
    branches--;
  };

  const visitList = (list: CompoundList | undefined, stdin: readonly Emission[]): void => {
    for (const { command } of list?.commands ?? []) visit(command, stdin);
  };

  const visit = (node: PipelineNode | AndOr, stdin: readonly Emission[]): void => {
    if (++depth > 200) {
      depth--;
      return;
    }
    visitInside(node, stdin);
    depth--;
  };

  const visitInside = (node: PipelineNode | AndOr, stdin: readonly Emission[]): void => {
    switch (node.type) {
      case "Command":
        visitCommand(node, stdin);
        return;
      case "AndOr":
        node.commands.forEach((command, at) =>
          at === 0 ? visit(command, stdin) : inBranch(() => visit(command, stdin)),
        );
        for (const name of checkedBefore(node)) vars.delete(name);
        return;
      case "Pipeline": {
        let input = stdin;
        for (const command of node.commands) {
          visit(command, input);
          input = emissions(command, input);
        }
        return;
      }
      case "If":
        visitIf(node, stdin);
        return;
      case "For": {
        const words = node.wordlist ?? [];
        assign(node.name.value, worst(words.map(taintOf)), node.name);
        inBranch(() => visitList(node.body, stdin));
        return;
      }
      case "While":
        inBranch(() => {
          visitList(node.clause, stdin);
          visitList(node.body, stdin);
        });
        return;
      case "Case":
        visitCase(node, stdin);
        return;
      case "BraceGroup":
      case "Subshell":
        visitList(node.body, stdin);
        return;
      case "Redirected": {
        const input = inputFrom(node.redirects) ?? stdin;
        visit(node.command, input);
        writeTo(node.redirects, () => emissions(node.command, input), node);
        return;
      }
      case "Function":
        if (node.body.type !== "CompoundList") inBranch(() => visit(node.body as CommandNode, []));
        return;
      default:
        return;
    }
  };

  /** `[[ $X =~ ^[0-9]+$ ]] || exit 1`. */
  const checkedBefore = ({ commands, operators }: AndOr): string[] => {
    const [test, escape] = commands;
    return operators.length === 1 && operators[0] === "||" && test && escape && alwaysLeaves(escape)
      ? checkedIn(test, true)
      : [];
  };

  const visitIf = (node: If, stdin: readonly Emission[]): void => {
    visitList(node.clause, stdin);
    const test = node.clause.commands.at(-1)?.command;
    withoutTaint(test ? checkedIn(test, true) : [], () => inBranch(() => visitList(node.then, stdin)));
    for (const { clause, then } of node.elif) {
      visitList(clause, stdin);
      const other = clause.commands.at(-1)?.command;
      withoutTaint(other ? checkedIn(other, true) : [], () => inBranch(() => visitList(then, stdin)));
    }
    if (node.else) {
      const inElse = node.else;
      withoutTaint(test ? checkedIn(test, false) : [], () => inBranch(() => visitList(inElse, stdin)));
    }
    // A script that ends where the check fails goes on with what the check lets through.
    if (test && node.then.commands.some(({ command }) => alwaysLeaves(command)))
      for (const name of checkedIn(test, false)) vars.delete(name);
    if (test && node.else?.commands.some(({ command }) => alwaysLeaves(command)))
      for (const name of checkedIn(test, true)) vars.delete(name);
  };

  const visitCase = (node: Case, stdin: readonly Emission[]): void => {
    const { variable, clean, rest } = literalPatterns(node);
    for (const item of node.items) {
      if (variable !== undefined && clean.has(item))
        withoutTaint([variable], () => inBranch(() => visitList(item.body, stdin)));
      else inBranch(() => visitList(item.body, stdin));
    }
    if (
      variable !== undefined &&
      rest?.body.commands.some(({ command }) => alwaysLeaves(command)) &&
      node.items.every((item) => item === rest || clean.has(item))
    )
      vars.delete(variable);
  };

  const visitCommand = (node: Command, stdin: readonly Emission[]): void => {
    for (const word of node.args) pieces(word);
    if (node.name) pieces(node.name);
    const name = node.name?.value;
    const input = inputFrom(node.redirects) ?? stdin;
    const declared =
      name === "export" || name === "local" || name === "declare" || name === "readonly" || name === "typeset";
    for (const part of [...node.prefix, ...(declared ? node.suffix : [])])
      if (part.type === "Assignment" && (name === undefined || declared))
        assign(part.name, worst([part.append ? vars.get(part.name) : undefined, taintOf(part.value)]), part);
    if (name === "read" || name === "mapfile" || name === "readarray") {
      const taint = worst(input.map((emission) => emission.taint));
      const names = node.args.filter((word): word is Word => word.type === "Word" && /^[A-Za-z_]\w*$/.test(word.text));
      for (const word of names) assign(word.text, taint, word);
    }
    const [flag, variable] = node.args;
    if (name === "printf" && flag?.text === "-v" && variable)
      assign(variable.text, worst(node.args.slice(2).map(taintOf)), variable);
    if (name === "tee") {
      for (const word of node.args) {
        const file = fileWritten(word.text);
        if (file) record(file, input, node);
      }
    }
    if (name === "echo" || name === "printf") recordCommands(printed(name, node.args.map(pieces)), node);
    writeTo(node.redirects, () => commandOutput(node, stdin, true), node);
  };

  const writeTo = (
    redirects: readonly Redirection[],
    content: () => Emission[],
    at: { pos: number; end: number },
  ): void => {
    for (const redirect of redirects) {
      if (redirect.type !== "Redirect" || !/^(?:>>?|&>>?|>\|)$/.test(redirect.operator)) continue;
      const file = fileWritten(redirect.target?.text ?? "");
      if (file) record(file, content(), at);
    }
  };

  const record = (file: WrittenFile, content: readonly Emission[], at: { pos: number; end: number }): void => {
    const stop =
      (target: string) =>
      (taint: Taint): Taint =>
        through(taint, { in: document, at: place(at), message: `This writes it to ${target}.` });
    readWrites(writes, file, content, stop, place(at));
  };

  /** `::set-output name=x::` and `::set-env name=X::` on standard output. */
  const recordCommands = (content: readonly Emission[], at: { pos: number; end: number }): void => {
    const command = /^::set-(output|env) name=([\w-]+)::/.exec(content[0]?.text ?? "");
    const taint = worst(content.map((emission) => emission.taint));
    if (!command || !taint) return;
    const target = command[1] === "env" ? writes.env : writes.outputs;
    target.set(
      command[2] ?? "",
      through(taint, { in: document, at: place(at), message: `This writes it to \`${command[2]}\`.` }),
    );
  };

  try {
    for (const { command } of script.ast.commands) visit(command, []);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return {
    outputs: writes.outputs,
    anyOutput: writes.anyOutput,
    env: writes.env,
    anyEnv: writes.anyEnv,
    path: writes.path,
    expansions: [...expansions.values()],
    writes: writes.places,
  };
}
