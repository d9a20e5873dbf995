/** Calls of functions: whether they exist, may stand here, and get what they take. */
import { didYouMean } from "../../../nearest.ts";
import type { Call, Expression } from "../expression.ts";
import { type Checking, sourceOf } from "./checking.ts";
import { accepts, FUNCTION_NAMES, type FunctionSignature, functionNamed, placeholdersOf } from "./functions.ts";
import { typeOfJson } from "./json-type.ts";
import { ANY, BOOL, describe, eitherOf, STRING, type Type } from "./type.ts";

export function checkCall(call: Call, checking: Checking): Type {
  const { report, scope } = checking;
  const types = call.args.map((argument) => checking.typeOf(argument));
  const signature = functionNamed(call.name);
  if (!signature) {
    report(
      "unknown-function",
      call.nameSpan,
      `There is no function \`${call.name}\`. ${didYouMean(call.name, FUNCTION_NAMES) ?? ""}`.trim(),
    );
    return ANY;
  }
  if (
    signature.special &&
    scope.availability &&
    !scope.availability.functions.some((name) => name.toLowerCase() === call.name.toLowerCase())
  ) {
    report(
      "context-availability",
      call.nameSpan,
      `The function \`${signature.name}\` is not available at this place. ${whereOf(signature)}`,
    );
  }
  if (!countFits(call, signature, checking)) return resultOf(call, types, checking);
  types.forEach((type, index) => checkArgument(call, signature, index, type, checking));
  return resultOf(call, types, checking);
}

const whereOf = ({ name }: FunctionSignature): string =>
  name === "hashFiles"
    ? "It reads the workspace, so it stands in steps only."
    : "Status functions stand in `if:` only.";

function countFits(
  { name, args, ...span }: Call,
  { min, max, name: official }: FunctionSignature,
  { report }: Checking,
): boolean {
  const given = args.length;
  if (official === "case" && given >= min && given % 2 === 0) {
    report(
      "function-arguments",
      span,
      "`case` takes pairs of a condition and a value, and a default at the end: an odd number of arguments.",
    );
    return false;
  }
  if (given >= min && given <= max) return true;
  const wanted = max === min ? `${min}` : given < min ? `at least ${min}` : `at most ${max}`;
  report(
    "function-arguments",
    span,
    `\`${name}\` takes ${wanted} argument${wanted.endsWith(" 1") || wanted === "1" ? "" : "s"}; ${given === 1 ? "1 is" : `${given} are`} given.`,
  );
  return false;
}

function checkArgument(
  { name, args }: Call,
  signature: FunctionSignature,
  index: number,
  type: Type,
  { report }: Checking,
): void {
  const argument = args[index];
  if (!argument) return;
  if (signature.name === "case") {
    if (index % 2 === 0 && index < args.length - 1 && type.kind !== "bool" && type.kind !== "any")
      report("function-arguments", argument, `A condition of \`case\` must be a boolean; this is ${describe(type)}.`);
    return;
  }
  const kind = signature.parameter?.(index);
  if (kind === undefined) return;
  if (
    TEXT_FUNCTIONS.has(signature.name) &&
    argument.kind === "literal" &&
    (type.kind === "bool" || type.kind === "null") &&
    !(signature.name === "contains" && index === 1)
  ) {
    report(
      "function-arguments",
      argument,
      `\`${name}\` works on text, but argument ${index + 1} is ${describe(type)}. ${type.kind === "bool" ? "Write it in single quotes, or compare with \`==\`." : "Write the text that was meant."}`,
      true,
    );
    return;
  }
  if (accepts(kind, type)) return;
  if (signature.name === "contains" && index === 1) {
    report("function-arguments", argument, `\`${name}\` looks for a single value; this is ${describe(type)}.`);
    return;
  }
  report(
    "function-arguments",
    argument,
    `Argument ${index + 1} of \`${name}\` must be ${kind === "text" ? "text" : "text or an array"}; ${lower(sourceOf(argument))} is ${describe(type)}.`,
  );
}

/** Where a literal that is no text is a slip. */
const TEXT_FUNCTIONS = new Set(["contains", "startsWith", "endsWith", "hashFiles"]);

const lower = (text: string): string => (text.startsWith("`") ? text : text.charAt(0).toLowerCase() + text.slice(1));

function resultOf(call: Call, types: readonly Type[], checking: Checking): Type {
  switch (call.name.toLowerCase()) {
    case "contains":
    case "startswith":
    case "endswith":
    case "success":
    case "failure":
    case "always":
    case "cancelled":
      return BOOL;
    case "format":
      checkFormat(call, checking);
      return STRING;
    case "join":
    case "tojson":
    case "hashfiles":
      return STRING;
    case "fromjson":
      return jsonType(call.args, checking);
    case "case":
      return eitherOf(types.filter((_, index) => index % 2 === 1 || index === types.length - 1));
    default:
      return ANY;
  }
}

function jsonType([argument]: readonly Expression[], { report }: Checking): Type {
  if (argument?.kind !== "literal" || typeof argument.value !== "string") return ANY;
  const read = typeOfJson(argument.value);
  if ("type" in read) return read.type;
  report("invalid-json", argument, `This is not JSON: ${read.problem.replace(/\.$/, "")}.`);
  return ANY;
}

function checkFormat({ args: [template, ...values] }: Call, { report }: Checking): void {
  if (template?.kind !== "literal" || typeof template.value !== "string") return;
  const read = placeholdersOf(template.value);
  if ("at" in read) {
    report(
      "format-arguments",
      template,
      "A single brace opens a placeholder such as `{0}` in a format string. Write `{{` or `}}` for a brace that is text.",
    );
    return;
  }
  const missing = [...read.used].filter((index) => index >= values.length).sort((a, b) => a - b);
  if (missing.length > 0)
    report(
      "format-arguments",
      template,
      `The format string asks for {${missing.join("}, {")}}, but ${values.length === 0 ? "no value follows" : values.length === 1 ? "only one value follows, {0}" : `the values that follow are {0} to {${values.length - 1}}`}.`,
    );
  values.forEach((value, index) => {
    if (!read.used.has(index))
      report("format-arguments", value, `The format string has no placeholder {${index}} for this value.`);
  });
}
