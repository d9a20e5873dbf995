/**
 * A script run by reading: which commands it runs with which words if nothing fails, and what it writes to
 * `$GITHUB_OUTPUT` and `$GITHUB_ENV`. Branches whose condition is known are taken or left; of the others both are, and
 * what happens in them is not certain.
 */
import type { AndOr, Command, CommandNode, CompoundList, PipelineNode, Statement } from "unbash";
import type { Known } from "./model.ts";
import { branches, type Frame, type RunScript, within } from "./shell-frame.ts";
import {
  environmentOf,
  forgetPositionals,
  mayBeScript,
  positionals,
  setPositionals,
  shift,
} from "./shell-arguments.ts";
import { plainTest, testHolds } from "./shell-tests.ts";
import { redirectTarget, write, writeTarget } from "./shell-writes.ts";
import { type ShellState, valueOfWord } from "./shell-words.ts";
import { resolvedPath } from "./paths.ts";
import { concat, HOLE, literal, textOf, type Value } from "./value.ts";

/** Longer than any script that people write, functions and loops unrolled. */
const MOST_STATEMENTS = 1_500;
const MOST_TURNS = 20;

export function runScript(state: ShellState): RunScript {
  const result: RunScript = { commands: [], outputs: new Map(), env: new Map(), cuts: state.cuts };
  const budget = { left: MOST_STATEMENTS };
  const frame: Frame = {
    state,
    result,
    functions: new Map(),
    happens: true,
    tolerated: false,
    background: false,
    depth: 0,
    ended: false,
    writesTo: undefined,
    budget,
  };
  runList(state.script.ast.commands, frame);
  // What was not read to its end has said nothing.
  if (budget.left <= 0)
    return {
      commands: result.commands.map((command) => ({ ...command, happens: undefined })),
      outputs: allHoles(result.outputs),
      env: allHoles(result.env),
      cuts: [],
    };
  return result;
}

const allHoles = (map: ReadonlyMap<string, Value>): Map<string, Value> =>
  new Map([...map.keys()].map((name) => [name, HOLE]));

function runList(statements: readonly Statement[], frame: Frame): void {
  for (const { command, background } of statements) {
    if (frame.ended || frame.budget.left-- <= 0 || frame.depth > 30) return;
    const before = frame.background;
    frame.background ||= background === true;
    runNode(command, frame);
    frame.background = before;
  }
}

function runNode(node: PipelineNode | AndOr, frame: Frame): Known {
  switch (node.type) {
    case "AndOr":
      return runAndOr(node, frame);
    case "Pipeline": {
      const [first] = node.commands;
      const negated = node.prefixes.some(({ type }) => type === "Negation");
      if (node.commands.length === 1 && first) {
        const known = runNode(first, frame);
        return negated ? (known === undefined ? undefined : !known) : known;
      }
      const last = node.commands.at(-1);
      const target =
        last?.type === "Command" && last.name?.value === "tee"
          ? writeTarget(last.args.map((word) => word.text).join(" "))
          : undefined;
      // Each part runs in a shell of its own.
      for (const command of node.commands)
        within(
          frame,
          { state: { ...frame.state, variables: new Map(frame.state.variables) }, writesTo: target ?? frame.writesTo },
          (inner) => void runNode(command, inner),
        );
      return undefined;
    }
    default:
      return runCommandNode(node, frame);
  }
}

function runAndOr(node: AndOr, frame: Frame): Known {
  const [first, ...rest] = node.commands;
  const last = rest.at(-1);
  const forgiven =
    node.operators.at(-1) === "||" &&
    last?.type === "Command" &&
    /^(?:true|:|echo|printf)$/.test(last.name?.value ?? "");
  let status: Known;
  within(frame, { tolerated: frame.tolerated || forgiven || node.operators[0] === "||" }, (inner) => {
    status = first && runNode(first, inner);
    frame.ended ||= inner.ended;
  });
  const assumed = (command: PipelineNode | undefined): boolean => command?.type === "Command" && !isQuestion(command);
  let succeeds: Known = status ?? (assumed(first) ? true : undefined);
  for (const [index, command] of rest.entries()) {
    const operator = node.operators[index];
    const runs = operator === "&&" ? succeeds : succeeds === undefined ? undefined : !succeeds;
    // A fallback for a failure is there because failures happen.
    if (runs === false && (operator === "&&" || status !== undefined)) continue;
    let next: Known;
    if (runs === true) next = runNode(command, frame);
    else branches(frame, [(inner) => void (next = runNode(command, inner)), () => {}]);
    status = runs === true ? next : undefined;
    if (runs === true) succeeds = next ?? (assumed(command) ? true : undefined);
    else if (succeeds !== true) succeeds = undefined;
  }
  return status;
}

const isQuestion = (command: Command): boolean =>
  /^(?:grep|egrep|diff|cmp|which|command|type|test|\[|git|docker|curl|gh|false|read)$/.test(
    command.name?.value ?? "",
  ) &&
  !(
    command.name?.value === "docker" &&
    /^(?:build|buildx|push|tag|login)$/.test(command.args[0]?.type === "Word" ? command.args[0].value : "")
  );

function runCommandNode(node: CommandNode, frame: Frame): Known {
  switch (node.type) {
    case "Command":
      return runCommand(node, frame);
    case "Redirected":
      within(frame, { writesTo: redirectTarget(node.redirects) ?? frame.writesTo }, (inner) => {
        runCommandNode(node.command, inner);
        frame.ended = inner.ended;
      });
      return undefined;
    case "BraceGroup":
      runList(node.body.commands, frame);
      return undefined;
    case "Subshell":
      within(frame, { state: { ...frame.state, variables: new Map(frame.state.variables) } }, (inner) =>
        runList(node.body.commands, inner),
      );
      return undefined;
    case "If":
      runIf([{ clause: node.clause, then: node.then }, ...node.elif], node.else, frame);
      return undefined;
    case "For": {
      const words = node.wordlist?.map((word) => valueOfWord(word, frame.state));
      const literals = words?.flatMap(
        (word) =>
          textOf(word)
            ?.split(/\s+/)
            .filter((piece) => piece !== "") ?? [undefined],
      );
      if (literals && literals.length <= MOST_TURNS && literals.every((word) => word !== undefined)) {
        for (const word of literals) {
          frame.state.variables.set(node.name.value, literal(word));
          within(frame, {}, (inner) => runList(node.body.commands, inner));
        }
        return undefined;
      }
      return maybe(node.body, frame, node.name.value);
    }
    case "While":
      return maybe({ ...node.body, commands: [...node.clause.commands, ...node.body.commands] }, frame);
    case "ArithmeticFor":
    case "Select":
      return maybe(node.body, frame);
    case "Case": {
      const ways = node.items.map(
        (item) =>
          (inner: Frame): void =>
            runList(item.body.commands, inner),
      );
      const subject = valueOfWord(node.word, frame.state);
      const text = textOf(subject);
      const patterns = node.items.map((item) => item.pattern.map((word) => textOf(valueOfWord(word, frame.state))));
      if (
        text !== undefined &&
        patterns.flat().every((pattern) => pattern !== undefined && (!/[*?[]/.test(pattern) || pattern === "*"))
      ) {
        const taken = patterns.findIndex((list) => list.some((pattern) => pattern === text || pattern === "*"));
        const way = ways[taken];
        if (way) way(frame);
        return undefined;
      }
      branches(frame, patterns.some((list) => list.includes("*")) ? ways : [...ways, () => {}]);
      return undefined;
    }
    case "Function":
      frame.functions.set(node.name.value, node);
      return undefined;
    case "TestCommand":
      return testHolds(node.expression, frame.state);
    default:
      return undefined;
  }
}

function maybe(body: CompoundList, frame: Frame, variable?: string): undefined {
  branches(frame, [
    (inner) => {
      if (variable !== undefined) inner.state.variables.set(variable, HOLE);
      runList(body.commands, inner);
      inner.ended = false;
    },
    () => {},
  ]);
}

function runIf(
  arms: readonly { clause: CompoundList; then: CompoundList }[],
  otherwise: CompoundList | undefined,
  frame: Frame,
): void {
  const [arm, ...rest] = arms;
  if (!arm) {
    if (otherwise) runList(otherwise.commands, frame);
    return;
  }
  let holds: Known;
  within(frame, { tolerated: true }, (inner) => {
    for (const { command } of arm.clause.commands) holds = runNode(command, inner);
  });
  if (holds === true) runList(arm.then.commands, frame);
  else if (holds === false) runIf(rest, otherwise, frame);
  else branches(frame, [(inner) => runList(arm.then.commands, inner), (inner) => runIf(rest, otherwise, inner)]);
}

function runCommand(node: Command, frame: Frame): Known {
  const { state, result } = frame;
  for (const assignment of node.prefix)
    if (assignment.type === "Assignment" && !node.name)
      assign(
        assignment.name,
        assignment.value.type === "Word" ? valueOfWord(assignment.value, state) : HOLE,
        assignment.append === true,
        frame,
      );
  if (!node.name) return true;
  const name = node.name.value;
  const prefixed = node.prefix.some(({ type }) => type === "Assignment");
  const saved = prefixed ? new Map(state.variables) : undefined;
  if (prefixed)
    for (const assignment of node.prefix)
      if (assignment.type === "Assignment")
        state.variables.set(
          assignment.name,
          assignment.value.type === "Word" ? valueOfWord(assignment.value, state) : HOLE,
        );
  const words = [
    valueOfWord(node.name, state),
    ...node.args.flatMap((word) => positionals(word.text, state) ?? [valueOfWord(word, state)]),
  ];
  if (/^(?:export|declare|local|readonly|typeset)$/.test(name)) {
    const exports = name === "export" || node.args.some(({ text }) => /^-\w*x/.test(text));
    for (const argument of node.args) {
      if (argument.type === "Assignment")
        assign(argument.name, argument.value.type === "Word" ? valueOfWord(argument.value, state) : HOLE, false, frame);
      if (exports) state.exported.add(argument.type === "Assignment" ? argument.name : argument.value);
    }
    return true;
  }
  const called = frame.functions.get(name);
  if (called && frame.depth < 12) {
    const before = new Map(state.variables);
    within(frame, {}, (inner) => {
      setPositionals(state, words.slice(1));
      const body = called.body;
      if (body.type === "CompoundList") runList(body.commands, inner);
      else runCommandNode(body, inner);
    });
    for (const key of state.variables.keys()) if (/^(?:#|\d+)$/.test(key)) state.variables.delete(key);
    for (const [key, value] of before) if (/^(?:#|\d+)$/.test(key)) state.variables.set(key, value);
    return undefined;
  }
  result.commands.push({
    node,
    words,
    happens: frame.happens,
    tolerated: frame.tolerated,
    background: frame.background,
    folder: state.folder,
    ...(mayBeScript(words) ? { environment: environmentOf(node, state) } : {}),
  });
  if (name === "cd" || name === "pushd")
    state.folder = words.length === 2 ? resolvedPath(state.folder, textOf(words[1] ?? HOLE)) : undefined;
  if (name === "popd") state.folder = undefined;
  if (name === "shift") shift(state, words[1] ? Number(textOf(words[1]) ?? Number.NaN) : 1);
  if (
    name === "set" &&
    node.args.some(({ text }) => text === "--" || !/^[-+]/.test(text)) &&
    !node.args.some(({ text }) => /^-\w*o$/.test(text))
  )
    forgetPositionals(state);
  for (const word of [node.name, ...node.args]) substitutions(word, frame);
  if (name === "exit" || name === "return" || name === "continue" || name === "break") frame.ended = true;
  if (name === "source" || name === "." || name === "eval")
    for (const variable of state.variables.keys()) state.variables.set(variable, HOLE);
  if (
    name === "read" ||
    name === "mapfile" ||
    name === "readarray" ||
    name === "printf" ||
    name === "getopts" ||
    name === "let"
  )
    for (const argument of words.slice(1)) if (textOf(argument)) state.variables.set(textOf(argument) ?? "", HOLE);
  if (name === "unset") for (const argument of words.slice(1)) state.variables.set(textOf(argument) ?? "", literal(""));
  write(node, words, frame);
  if (saved) frame.state.variables = saved;
  if (name === "[" || name === "test") return plainTest(words.slice(1, name === "[" ? -1 : undefined));
  return name === "true" || name === ":" ? true : name === "false" ? false : undefined;
}

/** Commands inside of `$( )` run as well. */
function substitutions(word: Command["args"][number], frame: Frame): void {
  const parts = word.type === "Word" ? word.parts : word.value.type === "Word" ? word.value.parts : undefined;
  for (const part of parts ?? [])
    for (const inner of part.type === "DoubleQuoted" ? part.parts : [part])
      if (inner.type === "CommandExpansion" && inner.script && inner.script.source === undefined) {
        const { commands } = inner.script;
        within(
          frame,
          { state: { ...frame.state, variables: new Map(frame.state.variables) }, writesTo: undefined },
          (nested) => runList(commands, nested),
        );
      }
}

function assign(name: string, value: Value, append: boolean, frame: Frame): void {
  frame.state.variables.set(name, append ? concat([frame.state.variables.get(name) ?? literal(""), value]) : value);
}
