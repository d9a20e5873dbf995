/** What an `actions/github-script` step passes on. Its language is not parsed: assignments and calls are read line by line. */
import type { EmbeddedExpression } from "../../workflow/expressions/embedded.ts";
import type { Document } from "../../workflow/document/document.ts";
import { sourceSpan } from "../../workflow/yaml/scalar-source.ts";
import type { ScalarNode, Span } from "../../workflow/yaml/node.ts";
import type { SourceMatch } from "./sources.ts";
import type { Taint } from "./model.ts";
import { through, worst } from "./way.ts";

export interface JavaScriptFlow {
  outputs: ReadonlyMap<string, Taint>;
  env: ReadonlyMap<string, Taint>;
}

export interface JavaScriptSurroundings {
  document: Document;
  code: ScalarNode;
  expressions: readonly EmbeddedExpression[];
  variables: ReadonlyMap<string, Taint>;
  ofExpression(embedded: EmbeddedExpression): Taint | undefined;
  /** The source that a path below `github` names. */
  ofPath(path: readonly string[], at: Span): Taint | undefined;
  ofSource(match: SourceMatch, at: Span): Taint | undefined;
}

/** The value is checked, counted or cut down to chosen letters. */
const HARMLESS =
  /\.replace(?:All)?\(\s*\/\[\^|\.(?:length|number|sha|id|login|includes|startsWith|endsWith|test|some|every|match)\b(?:\(|\s*$|\s*[;),])|===|!==|parseInt\(|Number\(|encodeURIComponent\(/;
/** More variables than this are generated code. */
const MAX_LOCALS = 200;
const PAYLOAD = /\bcontext\.payload\??\.([A-Za-z_]\w*(?:\[\d+\])?(?:\??\.[A-Za-z_]\w*(?:\[\d+\])?)*)/g;
const FETCHED = /\b(?:data|pr|pull|pullRequest|pull_request|issue)\.(?:title|body|head\.ref|head\.label)\b/;

export function javaScriptFlow({
  document,
  code,
  expressions,
  variables,
  ofExpression,
  ofPath,
  ofSource,
}: JavaScriptSurroundings): JavaScriptFlow {
  const outputs = new Map<string, Taint>();
  const env = new Map<string, Taint>();
  const text = code.value;
  if (!/setOutput\(|exportVariable\(|\breturn\b/.test(text)) return { outputs, env };
  const locals = new Map<string, Taint>();
  const place = (start: number, end: number): Span => sourceSpan(document.file.text, code, { start, end });

  const taintOf = (start: number, end: number): Taint | undefined => {
    const part = text.slice(start, end);
    if (HARMLESS.test(part)) return undefined;
    const found: (Taint | undefined)[] = expressions
      .filter(({ within }) => within.start >= start && within.end <= end)
      .map(ofExpression);
    for (const match of part.matchAll(PAYLOAD)) {
      const path = (match[1] ?? "")
        .replace(/\?/g, "")
        .replace(/\[\d+\]/g, ".*")
        .split(".")
        .filter((name) => name !== "")
        .map((name) => name.toLowerCase());
      const at = start + match.index;
      found.push(ofPath(["event", ...path], place(at, at + match[0].length)));
    }
    for (const match of part.matchAll(/\bprocess\.env\.(\w+)/g)) found.push(variables.get(match[1] ?? ""));
    for (const [name, taint] of locals)
      if (
        new RegExp(`(?:^|[^.\\w$'"])${name}(?![\\w$'"])`).test(part) &&
        !new RegExp(`\\b${name}\\.(?:number|id|sha|length|login)\\b`).test(part)
      )
        found.push(taint);
    const fetched = FETCHED.exec(part);
    if (fetched && !worst(found))
      found.push(
        ofSource(
          { name: "what GitHub's API says of the pull request or issue", trust: "anyone", events: [] },
          place(start + fetched.index, start + fetched.index + fetched[0].length),
        ),
      );
    return worst(found);
  };

  for (const match of text.matchAll(
    /\b(?:const|let|var)\s+(\w+)\s*=\s*([^;\n]+)|\bcore\.(setOutput|exportVariable)\(\s*(['"`])([\w-]+)\4\s*,\s*|\breturn\s+([^;\n]+)/g,
  )) {
    const at = match.index;
    const end = at + match[0].length;
    if (match[1] !== undefined && match[2] !== undefined) {
      const taint = taintOf(end - match[2].length, end);
      if (taint && locals.size < MAX_LOCALS)
        locals.set(
          match[1],
          through(taint, { in: document, at: place(at, end), message: `\`${match[1]}\` takes it.` }),
        );
    } else if (match[3] !== undefined && match[5] !== undefined) {
      const close = closingParenthesis(text, end);
      const taint = taintOf(end, close);
      if (taint)
        (match[3] === "setOutput" ? outputs : env).set(
          match[5],
          through(taint, {
            in: document,
            at: place(at, close),
            message: `This makes it the ${match[3] === "setOutput" ? "output" : "environment variable"} \`${match[5]}\`.`,
          }),
        );
    } else if (match[6] !== undefined) {
      const taint = taintOf(end - match[6].length, end);
      if (taint)
        outputs.set(
          "result",
          through(taint, { in: document, at: place(at, end), message: "This makes it the output `result`." }),
        );
    }
  }
  return { outputs, env };
}

function closingParenthesis(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return at;
  }
  return text.length;
}
