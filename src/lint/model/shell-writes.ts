/** What scripts write to `$GITHUB_OUTPUT` and `$GITHUB_ENV` ("Workflow commands"), and the old `::set-output`. */
import type { Command, Redirection } from "unbash";
import type { Frame } from "./shell-frame.ts";
import { printed } from "./shell-words.ts";
import { concat, HOLE, literal, textOf, textOfTemplate, type Value } from "./value.ts";

export const writeTarget = (text: string): Frame["writesTo"] =>
  /\bGITHUB_OUTPUT\b/.test(text) ? "outputs" : /\bGITHUB_ENV\b/.test(text) ? "env" : undefined;
export function redirectTarget(redirects: readonly Redirection[]): Frame["writesTo"] {
  for (const redirect of redirects)
    if (redirect.type === "Redirect" && (redirect.operator === ">>" || redirect.operator === ">") && redirect.target)
      return writeTarget(redirect.target.text);
  return undefined;
}

export function write(node: Command, words: readonly Value[], frame: Frame): void {
  const name = node.name?.value;
  const target = redirectTarget(node.redirects) ?? frame.writesTo;
  if (name === "cat" || name === "tee") {
    const here = node.redirects.find((redirect) => redirect.type === "HereDoc");
    const into = target ?? writeTarget(node.args.map((word) => word.text).join(" "));
    if (into && here)
      for (const line of here.body.text.split("\n"))
        writeLine(
          /[$`]/.test(line) || line.includes("_____")
            ? concat([literal(/^\w+=/.exec(line)?.[0] ?? ""), HOLE])
            : literal(line),
          into,
          frame,
        );
    return;
  }
  if (name !== "echo" && name !== "printf") return;
  const text =
    name === "echo"
      ? concat(
          words
            .slice(1)
            .filter((word) => !/^-[neE]+$/.test(textOf(word) ?? ""))
            .flatMap((word, index) => [literal(index === 0 ? "" : " "), word]),
        )
      : printed(node, frame.state);
  if (target) writeLine(text, target, frame);
  else {
    const old = text.map((template) =>
      template[0]?.kind === "text" ? /^::set-output name=([\w-]+)::/.exec(template[0].text) : null,
    );
    const key = old[0]?.[1];
    if (key !== undefined && text[0])
      frame.result.outputs.set(
        key,
        text.map((template) => without(template, old[0]?.[0].length ?? 0)),
      );
  }
}

const without = (template: Value[number], length: number): Value[number] => {
  const [first, ...rest] = template;
  if (first?.kind !== "text") return template;
  const left = first.text.slice(length);
  return left === "" ? rest : [{ kind: "text", text: left }, ...rest];
};

function writeLine(text: Value, target: "outputs" | "env", frame: Frame): void {
  const into = target === "outputs" ? frame.result.outputs : frame.result.env;
  const byName = new Map<string, Value[number][]>();
  for (const template of text) {
    const first = template[0]?.kind === "text" ? template[0].text : "";
    const many = /^([\w-]+)<</.exec(first);
    if (many?.[1] !== undefined) {
      into.set(many[1], HOLE);
      continue;
    }
    const name = /^\s*([\w-]+)=/.exec(first);
    if (name?.[1] === undefined) continue;
    const rest = without(template, name[0].length);
    const lines = textOfTemplate(rest)?.split("\n") ?? [];
    byName.set(name[1], [...(byName.get(name[1]) ?? []), lines.length > 1 ? (literal(lines[0] ?? "")[0] ?? []) : rest]);
    for (const line of lines.slice(1)) writeLine(literal(line), target, frame);
  }
  for (const [name, templates] of byName) into.set(name, templates);
}
