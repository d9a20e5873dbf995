/**
 * The same shape with every list read-only, so that values declared `as const` outside of `defineConfig` fit too.
 */
export type AsWritten<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends readonly (infer Element)[]
    ? readonly AsWritten<Element>[]
    : { [Key in keyof Value]: AsWritten<Value[Key]> };
