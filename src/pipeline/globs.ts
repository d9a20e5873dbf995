/** The expression of a tag pattern in which `*` stands for any characters: `release-*` becomes `^release-.*$`. */
export const globToExpression = (glob: string): string =>
  `^${glob.replace(/[.+^${}()|[\]\\?]/g, "\\$&").replaceAll("*", ".*")}$`;
