/** Moves a `${{ }}` out of code into `env:`, and names the variable where it stood. */
import type { Document, Step } from "../../../workflow/document/document.ts";
import type { ExpressionSite } from "../../../workflow/document/expression-sites.ts";
import { wholeSpanInFile } from "../../../workflow/expressions/embedded.ts";
import { type Expression, pathOf, referencesIn } from "../../../workflow/expressions/expression.ts";
import { scalarOf, type Span } from "../../../workflow/yaml/node.ts";
import { sourceSpan } from "../../../workflow/yaml/scalar-source.ts";
import { forEachChild, type SyntaxNode } from "unbash";
import { fixOf, setIn } from "../../edits.ts";
import type { Fix, TextEdit } from "../../finding.ts";
import { type Script, scriptsOf } from "../../scripts.ts";
import type { CodeSink } from "./code-sinks.ts";

/** The fix; nothing where the change could mean something else. */
export function injectionFix(document: Document, sink: CodeSink, site: ExpressionSite): Fix | undefined {
  if (!site.expression || document.file.text.slice(sink.node.content.start, sink.node.content.end).includes("\t"))
    return undefined;
  const known = variableOf(site.expression, sink.step) ?? holderOf(sink.step, site);
  const name = known ?? freeName(nameFor(site.expression), sink.step, site);
  if (name === undefined) return undefined;
  const replacement = replacementFor(document, sink, site, name);
  if (!replacement) return undefined;
  const declared = known !== undefined || isDeclared(sink.step, name, site);
  const env = declared
    ? []
    : setIn(document.file, sink.step.node, "env", name, `\${{${site.text}}}`, {
        after: ["uses", "name", "id", "if"],
        before: ["run", "with"],
      });
  return fixOf(declared ? `Use the variable \`${name}\`` : `Pass it through \`env:\` as \`${name}\``, replacement, env);
}

/** `env.X`: the variable is there already. */
function variableOf(expression: Expression, step: Step): string | undefined {
  const path = pathOf(expression);
  if (path?.length !== 2 || path[0] !== "env" || expression.kind !== "access") return undefined;
  const job = step.owner.kind === "job" ? step.owner : undefined;
  const name = expression.property;
  return name !== undefined &&
    /^[A-Za-z_]\w*$/.test(name) &&
    [step.env, job?.env, job?.workflow.env].some((env) => env?.variables.has(name))
    ? name
    : undefined;
}

/** The step has a variable of this value already. */
function holderOf(step: Step, site: ExpressionSite): string | undefined {
  for (const name of step.env?.variables.keys() ?? [])
    if (/^[A-Za-z_]\w*$/.test(name) && isDeclared(step, name, site)) return name;
  return undefined;
}

/** `github.event.issue.title` as `ISSUE_TITLE`. */
function nameFor(expression: Expression): string {
  const [first] = referencesIn(expression);
  const path = first?.path.filter((part) => part !== "*") ?? [];
  const [context, ...rest] = path;
  if (context === "secrets" && rest.length === 1) return (rest[0] ?? "").replace(/\W+/g, "_").toUpperCase();
  const words =
    context === "github"
      ? rest[0] === "event"
        ? rest.slice(1)
        : rest
      : context === "steps" || context === "needs"
        ? [rest[0] ?? "", ...rest.slice(2)]
        : context === "inputs"
          ? ["input", ...rest]
          : path;
  const name = words.slice(-3).join("_").replace(/\W+/g, "_").toUpperCase();
  return /^[A-Z_]/.test(name) && !/^(?:GITHUB|RUNNER)_/.test(name) ? name : `VALUE_${name}`;
}

const written = (site: ExpressionSite): string => site.text.trim();
const isDeclared = (step: Step, name: string, site: ExpressionSite): boolean =>
  scalarOf(step.env?.variables.get(name)?.value)?.value.replace(/^\$\{\{\s*|\s*\}\}$/g, "") === written(site);

const inScripts = new WeakMap<Step, Map<string, boolean>>();

/** The script has a word of this name, outside of expressions. */
function isInScript(step: Step, name: string): boolean {
  const known = inScripts.get(step) ?? new Map<string, boolean>();
  inScripts.set(step, known);
  let found = known.get(name);
  if (found === undefined) {
    found =
      step.run !== undefined &&
      step.run.value.includes(name) &&
      new RegExp(`(?<!\\w)${name}\\b`).test(step.run.value.replace(/\$\{\{[^]*?\}\}/g, ""));
    known.set(name, found);
  }
  return found;
}

function freeName(base: string, step: Step, site: ExpressionSite): string | undefined {
  if (step.env?.computed) return undefined;
  const job = step.owner.kind === "job" ? step.owner : undefined;
  const isTaken = (name: string): boolean =>
    (step.env?.variables.has(name) && !isDeclared(step, name, site)) === true ||
    job?.env?.variables.has(name) === true ||
    job?.workflow.env?.variables.has(name) === true ||
    (isInScript(step, name) && !isDeclared(step, name, site));
  for (const name of [base, `${base}_TEXT`, `${base}_VALUE`]) if (!isTaken(name)) return name;
  return undefined;
}

function replacementFor(
  document: Document,
  sink: CodeSink,
  site: ExpressionSite,
  name: string,
): TextEdit[] | undefined {
  const whole = wholeSpanInFile(document.file.text, site);
  const { start, end } = site.within;
  const around = (opening: string, closing = opening): Span | undefined =>
    sink.node.value[start - 1] === opening && sink.node.value[end] === closing
      ? sourceSpan(document.file.text, sink.node, { start: start - 1, end: end + 1 })
      : undefined;
  switch (sink.language) {
    case "bash":
    case "sh":
      return inShell(document, sink, site, name);
    case "pwsh": {
      const quoted = around('"');
      return quoted && [{ ...quoted, text: `"$env:${name}"` }];
    }
    case "python": {
      const quoted = around('"') ?? around("'");
      return quoted && /^\s*import os\b/m.test(sink.node.value)
        ? [{ ...quoted, text: `os.environ["${name}"]` }]
        : undefined;
    }
    case "javascript": {
      const quoted = around('"') ?? around("'") ?? around("`");
      return quoted && whole.end > whole.start ? [{ ...quoted, text: `process.env.${name}` }] : undefined;
    }
    default:
      return undefined;
  }
}

const INTERPRETERS = /^(?:eval|ssh|bash|sh|zsh|dash|su|python3?|node|perl|ruby|php|psql|mysql|pwsh|osascript)$/;

const byNode = new WeakMap<Document, ReadonlyMap<unknown, Script>>();

function scriptAt(document: Document, node: CodeSink["node"]): Script | undefined {
  let scripts = byNode.get(document);
  if (!scripts) byNode.set(document, (scripts = new Map(scriptsOf(document).map((script) => [script.node, script]))));
  return scripts.get(node);
}

/** Arithmetic, and backticks, in which a backslash means something else. */
const isNoPlainWord = (node: SyntaxNode): boolean =>
  node.type === "ArithmeticExpansion" ||
  node.type === "ArithmeticCommand" ||
  (node.type === "CommandExpansion" && node.text.startsWith("`"));

/** What another program reads as its code stays code, in whatever variable it comes. */
function runsItsWords(node: SyntaxNode): boolean {
  const name = node.type === "Command" ? (node.name?.value ?? "") : "";
  if (node.type !== "Command" || !INTERPRETERS.test(name)) return false;
  return node.args.some((word) => /^-[a-z]*[ce]$/.test(word.text) || /^(?:eval|ssh)$/.test(name));
}

function inShell(document: Document, sink: CodeSink, site: ExpressionSite, name: string): TextEdit[] | undefined {
  const script = scriptAt(document, sink.node);
  if (!script || (script.ast.errors?.length ?? 0) > 0) return undefined;
  const chain = nodesAround(script, site.within);
  const spanned = (from: number, to: number): Span =>
    sourceSpan(document.file.text, sink.node, { start: from, end: to });
  const { start, end } = site.within;
  const innermost = chain.at(-1);
  if (!innermost || chain.some(isNoPlainWord) || chain.some(runsItsWords)) return undefined;
  const heredoc = chain.findLast((node) => node.type === "HereDoc");
  const inSubstitution = chain.findLastIndex((node) => node.type === "CommandExpansion");
  if (heredoc && chain.indexOf(heredoc) > inSubstitution)
    return heredoc.delimiter?.quoted === false ? [{ ...spanned(start, end), text: `\${${name}}` }] : undefined;
  const quotes = chain.findLastIndex(
    (node) => node.type === "DoubleQuoted" || node.type === "SingleQuoted" || node.type === "AnsiCQuoted",
  );
  const quote = quotes > inSubstitution ? chain[quotes] : undefined;
  if (quote?.type === "DoubleQuoted") return [{ ...spanned(start, end), text: `\${${name}}` }];
  if (quote?.type === "SingleQuoted")
    return quote.pos + 1 === start && quote.end - 1 === end
      ? [{ ...spanned(quote.pos, quote.end), text: `"\${${name}}"` }]
      : undefined;
  if (quote) return undefined;
  // Without quotes a shell splits it into words; that may be meant where the value is a list.
  const words = chain.findLast((node) => node.type === "Word" || node.type === "Assignment");
  const [reference] = site.expression ? referencesIn(site.expression) : [];
  if (!words || reference?.path[0] !== "github") return undefined;
  return [{ ...spanned(start, end), text: `"\${${name}}"` }];
}

/** The nodes of the tree that hold a span, outermost first. */
function nodesAround({ ast, source }: Script, { start, end }: Span): SyntaxNode[] {
  const chain: SyntaxNode[] = [];
  const mayHoldHereDoc = source.includes("<<");
  const visit = (node: SyntaxNode): void => {
    if (node.pos > start || node.end < end || ("source" in node && node.source !== undefined)) {
      // A heredoc's body stands behind its redirection's own end.
      if (
        node.type !== "HereDoc" &&
        node.type !== "Command" &&
        node.type !== "Redirected" &&
        node.type !== "Statement" &&
        node.type !== "Pipeline" &&
        node.type !== "AndOr"
      )
        return;
      if (!mayHoldHereDoc || !holdsHereDoc(node, start, end)) return;
    }
    chain.push(node);
    forEachChild(node, visit);
  };
  visit(ast);
  return chain;
}

function holdsHereDoc(node: SyntaxNode, start: number, end: number): boolean {
  if (node.type === "HereDoc") return node.body.pos <= start && node.body.end >= end;
  let found = false;
  forEachChild(node, (child) => {
    found ||= holdsHereDoc(child, start, end);
  });
  return found;
}
