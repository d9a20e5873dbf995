/** Types of markdown.mjs, for the tests. */
export function prose(value: unknown, longest?: number): string;
export function codeSpan(value: unknown, longest?: number): string;
export function proseWithIssues(value: unknown, address: string, longest?: number): string;
