/** Types of pins.mjs, for the tests. */
export interface Pin {
  readonly file?: string;
  readonly image: string;
  readonly digest: string;
  readonly tag?: string;
  readonly newTag?: string;
}
export function checkPin(pin: Pin): void;
export function pinImage(text: string, pin: Pin): { readonly text: string; readonly references: number };
