import type { Pipeline } from "../../pipeline/types.ts";

export const PAGES = ["ci-cd", "troubleshooting-ci"] as const;

/** Where a page lies; each of several pipelines has its own. */
export const pagePath = ({ member }: Pick<Pipeline, "member">, page: (typeof PAGES)[number]): string =>
  `docs/${page}${member === undefined ? "" : `-${member}`}.md`;
