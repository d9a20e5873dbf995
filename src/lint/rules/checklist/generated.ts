import type { Document } from "../../../workflow/document/document.ts";

/** The comment at a file's top says that a program writes it: what is repeated there is written once elsewhere. */
export const isGenerated = ({ file }: Document): boolean => /^(?:#[^\n]*\n)*?#[^\n]*\b(?:generated (?:by|from|with)|do not edit|auto-?generated)\b/i.test(file.text.slice(0, 1500));
