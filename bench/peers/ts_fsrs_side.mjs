// ts-fsrs as one side of bench/peers. One request a line on standard input, one JSON object a line on standard output:
//
//     WORK FOLDER COUNT [OUT]    replay | schedule | recall, timed; with OUT the results are written there
//
// The first line that it prints names the side. `bench/README.md` says what each kind of work is.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

// Found where the package was installed, which is not beside this file: `node ts_fsrs_side.mjs FOLDER_OF_NODE_MODULES`.
const require = createRequire(join(process.argv[2] ?? ".", "package.json"));
const { State, fsrs } = require("ts-fsrs");
const { version } = JSON.parse(readFileSync(join(process.argv[2] ?? ".", "node_modules/ts-fsrs/package.json"), "utf8"));

const model = fsrs({ request_retention: 0.9, enable_fuzz: false, enable_short_term: true });
const START = Date.UTC(2024, 0, 1);
const DAY = 86_400_000; // milliseconds
const KINDS = { i64: BigInt64Array, u8: Uint8Array, u32: Uint32Array, f32: Float32Array };
const cache = new Map();

function column(folder, name) {
  const path = join(folder, name);
  if (!cache.has(path)) {
    const bytes = readFileSync(path);
    const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    cache.set(path, new KINDS[name.split(".").pop()](copy));
  }
  return cache.get(path);
}

function write(folder, columns) {
  for (const [name, values] of Object.entries(columns)) writeFileSync(join(folder, `${name}.f64`), Float64Array.from(values));
}

function timed(items, work) {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  const made = work();
  const wallNs = Number(process.hrtime.bigint() - wall);
  const used = process.cpuUsage(cpu); // of the process: the collector and the compiler of the engine work in threads of their own
  return [made, { items, wall_ns: wallNs, cpu_ns: (used.user + used.system) * 1000 }];
}

// Final states of whole histories: `next_state`, the lowest call that is public.
function replay(folder, count, out) {
  const offsets = Array.from(column(folder, "offsets.i64").subarray(0, count + 1), Number);
  const grade = column(folder, "grade.u8");
  const days = column(folder, "days.u32");
  const [states, times] = timed(offsets[count], () => {
    const states = new Array(count);
    for (let card = 0; card < count; ++card) {
      let state = null;
      for (let at = offsets[card]; at < offsets[card + 1]; ++at) state = model.next_state(state, days[at], grade[at]);
      states[card] = state;
    }
    return states;
  });
  if (out) write(out, { stability: states.map((s) => s.stability), difficulty: states.map((s) => s.difficulty) });
  return times;
}

// Cards in review, as an application stores them, and the date of the next answer; made before the clock starts.
function cards(folder, count) {
  const [stability, difficulty, days] = ["stability.f32", "difficulty.f32", "days.u32"].map((name) => column(folder, name));
  const last = new Date(START);
  return Array.from({ length: count }, (_, row) => ({
    card: {
      due: last, stability: stability[row], difficulty: difficulty[row], elapsed_days: 0, scheduled_days: 1,
      learning_steps: 0, reps: 2, lapses: 0, state: State.Review, last_review: last,
    },
    now: new Date(START + days[row] * DAY),
  }));
}

// One more answer and the date after it: `next`.
function schedule(folder, count, out) {
  const all = cards(folder, count);
  const grade = column(folder, "grade.u8");
  const [made, times] = timed(count, () => all.map(({ card, now }, row) => model.next(card, now, grade[row])));
  if (out) write(out, { stability: made.map((m) => m.card.stability), difficulty: made.map((m) => m.card.difficulty) });
  return times;
}

function recall(folder, count, out) {
  const all = cards(folder, count);
  const [made, times] = timed(count, () => all.map(({ card, now }) => model.get_retrievability(card, now, false)));
  if (out) write(out, { recall: made });
  return times;
}

const WORK = { replay, schedule, recall };

function answer(line) {
  const [name, folder, count, out] = line.split("\t");
  if (!(name in WORK) || !Number.isInteger(Number(count))) return { error: `not something this side can do: ${line}` };
  try {
    return WORK[name](folder, Number(count), out);
  } catch (error) {
    return { error: String(error) };
  }
}

console.log(JSON.stringify({ side: "ts-fsrs", version }));
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(answer(line)));
