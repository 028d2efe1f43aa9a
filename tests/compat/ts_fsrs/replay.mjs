// Replays histories through ts-fsrs. Usage: node replay.mjs FOLDER   (FOLDER/node_modules holds ts-fsrs)
// In, one JSON value a line: {options, retentions, grades, times}; grades and times (ms since 1970, UTC) are lists of equal length, one a card.
// Out, one a line: {stability, difficulty, scheduled, recall, intervals}, numbers after every answer of every card in one list;
// `recall` before the answer; `intervals` one list per retention; {error} where ts-fsrs throws.
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const { fsrs, createEmptyCard } = createRequire(resolve(process.argv[2], "package.json"))("ts-fsrs");

console.debug = () => {}; // ts-fsrs says there, on standard output, that it migrates parameters

function replay({ options, retentions, grades, times }) {
  const scheduler = fsrs(options);
  const out = { stability: [], difficulty: [], scheduled: [], recall: [], intervals: [] };
  grades.forEach((cardGrades, card) => {
    let state = createEmptyCard(new Date(times[card][0]));
    cardGrades.forEach((grade, k) => {
      const now = new Date(times[card][k]);
      out.recall.push(k === 0 ? 0 : scheduler.get_retrievability(state, now, false));
      state = scheduler.next(state, now, grade).card;
      out.stability.push(state.stability);
      out.difficulty.push(state.difficulty);
      out.scheduled.push(state.scheduled_days);
    });
  });
  for (const retention of retentions) {
    const other = fsrs({ ...options, request_retention: retention });
    out.intervals.push(out.stability.map((stability) => other.next_interval(stability, 0)));
  }
  return out;
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = replay(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error) };
  }
  console.log(JSON.stringify(answer));
}
