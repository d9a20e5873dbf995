/** The types of a document's expressions, judged once for all rules that report on them. */
import { supersetOf } from "../../../../actions/versions.ts";
import type { Document, Step } from "../../../../workflow/document/document.ts";
import { expressionsOf, type ExpressionSite } from "../../../../workflow/document/expression-sites.ts";
import { isWholly, spanInFile, wholeSpanInFile } from "../../../../workflow/expressions/embedded.ts";
import { checkTypes } from "../../../../workflow/expressions/types/check.ts";
import { scopesOf } from "../../../../workflow/expressions/types/document-scope.ts";
import { keyTypeAt } from "../../../../workflow/expressions/types/key-types.ts";
import { describe, type Type, type TypeProblemCode } from "../../../../workflow/expressions/types/type.ts";
import type { ScalarNode, Span } from "../../../../workflow/yaml/node.ts";
import type { Level } from "../../../finding.ts";
import type { DocumentRule } from "../../../rule.ts";
import { versionRefOf } from "./known-uses.ts";
import { writtenOutputs } from "./written-outputs.ts";

export interface LocatedProblem {
  /** In the file. */
  at: Span;
  message: string;
  /** Where it is less than the rule's own. */
  level: Level | undefined;
}

interface Typing {
  problems: ReadonlyMap<TypeProblemCode, readonly LocatedProblem[]>;
  /** Of scalars that are one expression and nothing else. */
  types: ReadonlyMap<ScalarNode, Type>;
}

const known = new WeakMap<Document, Typing>();

/** What the type checker says of a document, by the rule that reports it. */
export const typeProblemsOf = (document: Document): Typing["problems"] => typingOf(document).problems;

/** The type of a scalar that is one expression and nothing else. */
export const typeOfWhole = (document: Document, node: ScalarNode): Type | undefined =>
  typingOf(document).types.get(node);

function typingOf(document: Document): Typing {
  let typing = known.get(document);
  if (!typing) {
    typing = collect(document);
    known.set(document, typing);
  }
  return typing;
}

/** The visitor of a rule that reports one kind of these problems. */
export const reportTypeProblems =
  (code: TypeProblemCode): NonNullable<DocumentRule["document"]> =>
  (document, { report }) => {
    for (const { at, message, level } of typeProblemsOf(document).get(code) ?? [])
      report(at, message, level ? { level } : {});
  };

function collect(document: Document): Typing {
  const types = new Map<ScalarNode, Type>();
  const found = new Map<TypeProblemCode, LocatedProblem[]>();
  const add = (code: TypeProblemCode, problem: LocatedProblem): void => {
    const before = found.get(code);
    if (before) before.push(problem);
    else found.set(code, [problem]);
  };
  const scopeAt = scopesOf(document, (step) => outputsOfStep(document, step));
  const { text } = document.file;
  for (const site of expressionsOf(document)) {
    if (site.error?.kind === "arguments")
      add("function-arguments", {
        at: spanInFile(text, site, site.error),
        message: site.error.message,
        level: undefined,
      });
    if (!site.expression) continue;
    const scope = scopeAt(site);
    const { type, problems } = checkTypes(site.expression, scope);
    const isRefused = scope.availability?.contexts.length === 0 && scope.availability.functions.length === 0;
    if (isRefused && !problems.some(({ code }) => code === "context-availability"))
      add("context-availability", {
        at: wholeSpanInFile(text, site),
        message: "GitHub evaluates no expressions at this place, and refuses them. Write the value itself.",
        level: undefined,
      });
    for (const { code, start, end, message, mild } of problems)
      add(code, {
        at: spanInFile(text, site, { start, end }),
        message,
        level: code === "unknown-event-property" && isVariable(site) ? "info" : mild ? "warning" : undefined,
      });
    if (isWholly(site) && !site.inKey) types.set(site.node, type);
    const misplaced = isRefused ? undefined : misplacedValue(site, type);
    if (misplaced)
      add(misplaced.code, {
        at: site.implicit ? site.node : wholeSpanInFile(text, site),
        message: misplaced.message,
        level: undefined,
      });
  }
  return { problems: found, types };
}

/** The whole of a variable: a script that several workflows share may expect it to be empty. */
const isVariable = (site: ExpressionSite): boolean => site.path.at(-2) === "env" && isWholly(site);

/** A value whose type its place cannot take. */
function misplacedValue(site: ExpressionSite, type: Type): { code: TypeProblemCode; message: string } | undefined {
  if (site.implicit) return undefined;
  const key = site.path.findLast((step) => step !== "*") ?? "";
  const keyType = site.inKey ? "text" : keyTypeAt(site.path);
  if (!isWholly(site) && keyType !== "free" && keyType !== "text" && keyType !== "label")
    return {
      code: "expression-type",
      message: `\`${key}\` takes ${TAKEN[keyType]}, but text with an expression in it is a string. Remove what stands around the expression.`,
    };
  if (type.kind === "any") return undefined;
  const wanted = isWholly(site) ? keyType : "text";
  switch (wanted) {
    case "free":
      return undefined;
    case "label":
      return type.kind === "bool" || type.kind === "number" || type.kind === "null"
        ? { code: "expression-type", message: `\`${key}\` takes text or a list, but this is ${describe(type)}.` }
        : undefined;
    case "text":
      if (type.kind === "object" || type.kind === "array") {
        return {
          code: "object-as-string",
          message: `This is ${describe(type)}, which becomes the word \`${type.kind === "object" ? "Object" : "Array"}\` in text. Take one of its ${type.kind === "object" ? "properties" : "items"}, or write it as JSON with \`toJSON\`${type.kind === "array" ? " or in one line with `join`" : ""}.`,
        };
      }
      return type.kind === "null"
        ? { code: "object-as-string", message: "This is null, which becomes nothing in text." }
        : undefined;
    case "number":
    case "bool":
      if (type.kind === wanted) return undefined;
      return {
        code: "expression-type",
        message: `\`${key}\` takes ${wanted === "number" ? "a number" : "true or false"}, but this is ${describe(type)}.${type.kind === "string" ? " GitHub does not convert it: write `fromJSON(...)` around it." : ""}`,
      };
    case "array":
      return type.kind === "array"
        ? undefined
        : {
            code: "expression-type",
            message: `\`${key}\` takes a list, but this is ${describe(type)}.${type.kind === "string" ? " Text that holds JSON becomes a list by `fromJSON`." : ""}`,
          };
    case "object":
      return type.kind === "object"
        ? undefined
        : {
            code: "expression-type",
            message: `\`${key}\` takes an object, but this is ${describe(type)}.${type.kind === "string" ? " Text that holds JSON becomes an object by `fromJSON`." : ""}`,
          };
  }
}

const TAKEN = { number: "a number", bool: "true or false", object: "an object", array: "a list" };

/** Actions that give outputs which their metadata cannot list: by filter, by file group, by script. */
const OPEN_OUTPUTS = new Set([
  "actions/github-script",
  "dorny/paths-filter",
  "tj-actions/changed-files",
  "github/codeql-action/start-proxy",
  "docker/bake-action/subaction/matrix",
]);

function outputsOfStep(document: Document, step: Step): { names: readonly string[]; source: string } | undefined {
  const { uses } = step;
  if (!uses) return step.run ? writtenOutputs(step.run) : undefined;
  if (uses.kind !== "repository" || OPEN_OUTPUTS.has(uses.name.toLowerCase())) return undefined;
  const version = supersetOf(uses.name, versionRefOf(uses, document));
  return version && { names: version.outputs, source: `\`${uses.name}\` does not give it` };
}
