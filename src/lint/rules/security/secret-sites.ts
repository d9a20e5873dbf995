/** Where a document names secrets. */
import type { Document } from "../../../workflow/document/document.ts";
import { type ExpressionSite, expressionsOf } from "../../../workflow/document/expression-sites.ts";
import { type Expression, referencesIn } from "../../../workflow/expressions/expression.ts";

export interface SecretSite {
  site: ExpressionSite;
  reference: Expression;
  /** As it is declared, upper-cased; nothing for the whole context or a computed name. */
  name: string | undefined;
}

const known = new WeakMap<Document, SecretSite[]>();

export function secretSitesOf(document: Document): SecretSite[] {
  let sites = known.get(document);
  if (!sites) {
    sites = expressionsOf(document).flatMap((site) =>
      /secrets/i.test(site.text) && site.expression
        ? [...referencesIn(site.expression)].flatMap(({ path, expression }) =>
            path[0] === "secrets"
              ? [
                  {
                    site,
                    reference: expression,
                    name: path[1] === undefined || path[1] === "*" ? undefined : path[1].toUpperCase(),
                  },
                ]
              : [],
          )
        : [],
    );
    known.set(document, sites);
  }
  return sites;
}
