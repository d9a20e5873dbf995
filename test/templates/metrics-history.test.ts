/** The series of daily figures, the percentiles and the names that the metrics rest on. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAlertEvent } from "../../src/config/alerts.ts";
import { FIGURES as CONFIGURED } from "../../src/config/schema/metrics.ts";
import { FIGURES, reduction } from "../../templates/lib/compare.mjs";
import { belongsTo, median, percentile } from "../../templates/lib/figures.mjs";
import {
  average,
  countedSince,
  type Entry,
  readHistory,
  sparkline,
  totalsOf,
  trendOf,
  withEntry,
} from "../../templates/lib/history.mjs";

const day = (n: number, hour = 0): string => new Date(Date.UTC(2026, 0, 1 + n, hour)).toISOString();
const entry = (n: number, buildMinutes: number | null, runs = 0): Entry => ({
  since: day(n - 1),
  until: day(n),
  figures: { buildMinutes },
  totals: { runs },
});
const history = (...minutes: (number | null)[]): Entry[] =>
  minutes.reduce<Entry[]>((list, value, n) => withEntry(list, entry(n, value, 10)), []);

describe("the history", () => {
  it("keeps one entry a day, the last one's, and 400 at most", () => {
    const twice = withEntry(history(1, 2), { ...entry(1, 3), until: day(1, 12) });
    expect(twice.map(({ figures }) => figures["buildMinutes"])).toEqual([1, 3]);
    const long = history(...Array.from({ length: 500 }, (_, n) => n));
    expect(long).toHaveLength(400);
    expect(long.at(-1)?.figures).toEqual({ buildMinutes: 499 });
  });

  it("counts each moment once: from where the last entry ended, or began where that one is replaced", () => {
    expect(countedSince([], day(1))).toBe(day(0));
    expect(countedSince([entry(1, 1)], day(4, 3))).toBe(day(1));
    expect(countedSince([entry(1, 1)], day(1, 3))).toBe(day(0));
  });

  it("loses nothing and counts nothing twice, whenever it is measured", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 }), (pauses) => {
        let list: Entry[] = [];
        let hours = 0;
        for (const pause of pauses) {
          hours += pause;
          const now = day(0, hours);
          list = withEntry(list, { since: countedSince(list, now), until: now, figures: {}, totals: {} });
        }
        list.slice(1).forEach((one, index) => expect(one.since).toBe(list[index]?.until));
      }),
    );
  });

  it("reads what an artifact of an earlier version, or of nobody's, holds", () => {
    expect(readHistory("{}")).toEqual([]);
    expect(readHistory("null")).toEqual([]);
    expect(readHistory('{"history":"x"}')).toEqual([]);
    expect(
      readHistory(
        JSON.stringify({
          history: [
            null,
            5,
            { since: "x", until: day(1) },
            { since: day(0), until: day(2), figures: { a: "<b>", b: 2 }, totals: [] },
            entry(1, 1),
          ],
        }),
      ),
    ).toEqual([
      { since: day(0), until: day(1), figures: { buildMinutes: 1 }, totals: { runs: 0 } },
      { since: day(0), until: day(2), figures: { b: 2 }, totals: {} },
    ]);
    expect(() => readHistory("not JSON")).toThrow();
  });

  it("says the mean of a week and of a month, and what was counted in them", () => {
    const list = history(...Array.from({ length: 40 }, (_, n) => (n < 33 ? 20 : 10)));
    const now = day(39);
    expect(average(list, "buildMinutes", 7, now)).toBe(10);
    expect(average(list, "buildMinutes", 30, now)).toBeCloseTo((23 * 20 + 7 * 10) / 30, 2);
    expect(average(list, "absent", 7, now)).toBeNull();
    expect(totalsOf(list, 7, now)).toEqual({ runs: 70 });
    expect(totalsOf([], 7, now)).toEqual({});
  });

  it("draws the last thirty days, and says which way is better", () => {
    const falling = history(...Array.from({ length: 30 }, (_, n) => 40 - n));
    expect(trendOf(falling, { key: "buildMinutes", worse: "more" }, day(29))).toMatchObject({
      line: expect.stringMatching(/^█.*▁$/),
      way: "↘ better",
    });
    expect(trendOf(falling, { key: "buildMinutes", worse: "less" }, day(29)).way).toBe("↘ worse");
    expect(trendOf(history(5, 5, 5), { key: "buildMinutes", worse: "more" }, day(2))).toEqual({
      week: 5,
      month: 5,
      line: "▄▄▄",
      way: "→",
    });
    expect(trendOf(history(0, 0), { key: "buildMinutes", worse: "more" }, day(1)).way).toBe("→");
    expect(trendOf(history(null, 5), { key: "buildMinutes", worse: "more" }, day(1))).toMatchObject({
      line: "",
      way: "",
    });
  });

  it("draws one bar a value, the highest for the largest", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 40 }), (values) => {
        const line = sparkline(values);
        expect([...line]).toHaveLength(values.length);
        expect(line).toMatch(/^[▁▂▃▄▅▆▇█]+$/);
        if (Math.max(...values) > Math.min(...values)) expect([...line][values.indexOf(Math.max(...values))]).toBe("█");
      }),
    );
  });
});

describe("the figures", () => {
  it("are those of the config, each with an alert of the table", () => {
    expect(FIGURES.map(({ key }) => key)).toEqual([...CONFIGURED]);
    expect(FIGURES.flatMap(({ alert }) => alert ?? []).filter((alert) => !isAlertEvent(alert))).toEqual([]);
  });

  it("a percentile is one of the values, and so many of them are not larger", () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), percentile([1, 2, 3], 95), median([])]).toEqual([
      2,
      2,
      3,
      undefined,
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (values, rank) => {
        const found = percentile(values, rank) ?? NaN;
        expect(values).toContain(found);
        expect(values.filter((value) => value <= found).length).toBeGreaterThanOrEqual((rank / 100) * values.length);
        expect(values.filter((value) => value < found).length).toBeLessThan((rank / 100) * values.length);
      }),
    );
  });

  it("a reduction is known where both are", () => {
    expect([
      reduction(1800, 1100),
      reduction(10, 12),
      reduction(0, 1),
      reduction(null, 1),
      reduction(5, undefined),
    ]).toEqual([38.89, -20, null, null, null]);
  });

  it("a job belongs to the stage of its name, with or without a matrix", () => {
    const names = [
      "Build app",
      "Build app (amd64)",
      "Build app (${{ matrix.name }})",
      "Build app-two (amd64)",
      "Build application",
      "Run E2E / Build app",
    ];
    expect(names.filter((name) => belongsTo({ name }, { job: "Build app" }))).toEqual(names.slice(0, 3));
  });
});
