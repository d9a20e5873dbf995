/** What a path says of a file. */
export const isWorkflowPath = (path: string): boolean => /(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$/i.test(path);
export const isActionPath = (path: string): boolean => /(?:^|\/)action\.ya?ml$/i.test(path);
