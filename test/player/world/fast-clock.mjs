/**
 * Preloaded into the node programs of a world's machines: a pause of a minute takes a second, as `sleep` does there. Short
 * timers stay as they are, since Node's own client counts time with them.
 */
const wait = globalThis.setTimeout;

globalThis.setTimeout = (callback, milliseconds = 0, ...values) =>
  wait(callback, milliseconds >= 1000 ? milliseconds / 60 : milliseconds, ...values);
