/** A program under templates/, imported as its text rather than run. */
declare module "*?raw" {
  const text: string;
  export default text;
}
