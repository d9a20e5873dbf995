/** A map of a large workflow's jobs, at its top: what runs together, and what waits for what. */
import type { Workflow } from "../workflow/model.ts";

/** A workflow of fewer jobs is seen at a glance. */
const LARGE = 7;
const WIDTH = 100;

/** Comment lines with a line break each, and an empty line after them; nothing for a workflow that needs no map. */
export function jobMap({ jobs }: Workflow): string {
  const waves = wavesOf(jobs);
  if (Object.keys(jobs).length < LARGE) return "";
  const lines = waves.flatMap((wave, index) => {
    const head = `${index + 1}. `;
    return wrapped(wave, WIDTH - head.length).map(
      (line, more) => `${more === 0 ? head : " ".repeat(head.length)}${line}`,
    );
  });
  return `${["Its jobs, in the order in which they run:", ...lines].map((line) => `# ${line}\n`).join("")}\n`;
}

/** The jobs that need nothing, then those that need these, and so on. */
function wavesOf(jobs: Workflow["jobs"]): string[][] {
  const known = new Map<string, number>();
  const waveOf = (id: string): number => {
    const wave = known.get(id) ?? Math.max(-1, ...[jobs[id]?.needs ?? []].flat().map(waveOf)) + 1;
    known.set(id, wave);
    return wave;
  };
  const waves: string[][] = [];
  for (const id of Object.keys(jobs)) (waves[waveOf(id)] ??= []).push(id);
  return waves;
}

function wrapped(names: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const [index, name] of names.entries()) {
    const text = index === names.length - 1 ? name : `${name},`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= width) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(text);
  }
  return lines;
}
