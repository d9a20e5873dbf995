/** The comment at a file's top says that a program writes it: what is to be changed there is changed in its source. */
export const isGenerated = (text: string): boolean =>
  /^(?:#[^\n]*\n)*?#[^\n]*\b(?:generated (?:by|from|with)|do not edit|auto-?generated)\b/i.test(text.slice(0, 1500));
