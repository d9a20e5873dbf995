/** Where an expression of a scalar names something. */
import type { SourceFile } from "../../workflow/document/source-file.ts";
import { type EmbeddedExpression, embeddedExpressions, spanInFile } from "../../workflow/expressions/embedded.ts";
import { referencesIn } from "../../workflow/expressions/expression.ts";
import type { ScalarNode, Span } from "../../workflow/yaml/node.ts";

export interface Reference {
  /** Lower-cased and dotted: `github.event.number`. */
  name: string;
  at: Span;
  site: EmbeddedExpression;
}

export function referencesOf(file: SourceFile, node: ScalarNode): Reference[] {
  return embeddedExpressions(node).flatMap((site) =>
    site.expression
      ? [...referencesIn(site.expression)].map(({ path, expression }) => ({
          name: path.join("."),
          at: spanInFile(file.text, site, expression),
          site,
        }))
      : [],
  );
}

/** The place that names it, or the whole scalar. */
export const placeOf = (file: SourceFile, node: ScalarNode, name: string): Span =>
  referencesOf(file, node).find((reference) => reference.name === name)?.at ?? node;
