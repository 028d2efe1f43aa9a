//! What is timed, and how. Inputs are built before the clock starts; what the crate takes by value it also frees, inside the time, as it does
//! for every caller. The time of that freeing alone is told beside it (`drop_ns`).

use crate::columns::{self, Histories, Outcome, Rows};
use fsrs::{FSRS, FSRS6_DEFAULT_DECAY, FSRSItem, FSRSReview, MemoryState, current_retrievability};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

/// Pinned in Cargo.toml; the crate does not export its version.
pub const CRATE_VERSION: &str = "6.6.2";
const TARGET: f32 = 0.9;

#[derive(Default)]
pub struct Cache {
    histories: HashMap<String, Vec<FSRSItem>>,
    rows: HashMap<String, Rows>,
}

pub struct Timed {
    pub wall_ns: u128,
    pub cpu_ns: u128,
}

fn thread_cpu_ns() -> u128 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is a valid place to write to, and the clock exists on every system that the crate builds on.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut now) };
    now.tv_sec as u128 * 1_000_000_000 + now.tv_nsec as u128
}

pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Timed) {
    let wall = Instant::now();
    let cpu = thread_cpu_ns();
    let made = black_box(work());
    let cpu_ns = thread_cpu_ns() - cpu;
    (made, Timed { wall_ns: wall.elapsed().as_nanos(), cpu_ns })
}

fn item(grade: &[u8], days: &[u32]) -> FSRSItem {
    let answers = grade.iter().zip(days).map(|(&grade, &days)| FSRSReview { rating: grade.into(), delta_t: days });
    FSRSItem { reviews: answers.collect() }
}

fn items(all: &Histories) -> Vec<FSRSItem> {
    (0..all.cards()).map(|card| item(&all.grade[all.answers(card)], &all.days[all.answers(card)])).collect()
}

fn reply(items: usize, time: &Timed, more: &str) -> String {
    format!("{{\"items\": {items}, \"wall_ns\": {}, \"cpu_ns\": {}{more}}}", time.wall_ns, time.cpu_ns)
}

fn write_states(folder: &Path, states: &[MemoryState]) -> Outcome<()> {
    columns::write_f32(folder, "stability.f32", &states.iter().map(|state| state.stability).collect::<Vec<_>>())?;
    columns::write_f32(folder, "difficulty.f32", &states.iter().map(|state| state.difficulty).collect::<Vec<_>>())
}

impl Cache {
    /// The first `count` cards or rows of a folder.
    pub fn run(&mut self, name: &str, folder: &str, count: usize, out: Option<&Path>) -> Outcome<String> {
        if name == "replay" {
            let all = match self.histories.entry(folder.to_string()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(items(&Histories::read(Path::new(folder))?)),
            };
            return replay(all.get(..count).ok_or("more cards asked for than there are")?, out);
        }
        let rows = match self.rows.entry(folder.to_string()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Rows::read(Path::new(folder))?),
        };
        if count > rows.grade.len() {
            return Err("more rows asked for than there are".to_string());
        }
        match name {
            "update" => update(rows, count, out),
            "schedule" => schedule(rows, count, out),
            "recall" => recall(rows, count, out),
            "interval" => interval(rows, count, out),
            _ => Err(format!("not something this side can do: {name}")),
        }
    }
}

fn state(rows: &Rows, row: usize) -> MemoryState {
    MemoryState { stability: rows.stability[row], difficulty: rows.difficulty[row] }
}

/// Time that it takes to free such items.
fn drop_ns(items: Vec<FSRSItem>) -> u128 {
    timed(|| drop(items)).1.cpu_ns
}

/// Final states of whole histories: `memory_state_batch`.
fn replay(all: &[FSRSItem], out: Option<&Path>) -> Outcome<String> {
    let crate_model = FSRS::default();
    let freeing = drop_ns(all.to_vec());
    let (mine, starts) = (all.to_vec(), vec![None; all.len()]);
    let (states, time) = timed(|| crate_model.memory_state_batch(mine, starts));
    let states = states.map_err(|error| error.to_string())?;
    out.map_or(Ok(()), |folder| write_states(folder, &states))?;
    let answers = all.iter().map(|item| item.reviews.len()).sum();
    Ok(reply(answers, &time, &format!(", \"drop_ns\": {freeing}")))
}

/// One more answer for each card from its state: `memory_state_batch` with starting states, the only call that computes just that.
fn update(rows: &Rows, count: usize, out: Option<&Path>) -> Outcome<String> {
    let crate_model = FSRS::default();
    let all: Vec<FSRSItem> = (0..count).map(|row| item(&rows.grade[row..=row], &rows.days[row..=row])).collect();
    let starts: Vec<Option<MemoryState>> = (0..count).map(|row| Some(state(rows, row))).collect();
    let freeing = drop_ns(all.clone());
    let (states, time) = timed(|| crate_model.memory_state_batch(all, starts));
    let states = states.map_err(|error| error.to_string())?;
    out.map_or(Ok(()), |folder| write_states(folder, &states))?;
    Ok(reply(count, &time, &format!(", \"drop_ns\": {freeing}")))
}

/// One more answer and the interval after it: `next_states`, which computes all four grades.
fn schedule(rows: &Rows, count: usize, out: Option<&Path>) -> Outcome<String> {
    let crate_model = FSRS::default();
    let (made, time) = timed(|| {
        let mut made = Vec::with_capacity(count);
        for row in 0..count {
            let next = crate_model.next_states(Some(state(rows, row)), TARGET, rows.days[row])?;
            made.push(match rows.grade[row] {
                1 => next.again,
                2 => next.hard,
                3 => next.good,
                _ => next.easy,
            });
        }
        Ok::<_, fsrs::FSRSError>(made)
    });
    let made = made.map_err(|error| error.to_string())?;
    if let Some(folder) = out {
        write_states(folder, &made.iter().map(|next| next.memory).collect::<Vec<_>>())?;
        columns::write_f32(folder, "interval.f32", &made.iter().map(|next| next.interval).collect::<Vec<_>>())?;
    }
    Ok(reply(count, &time, ""))
}

/// Probability of recall after the days of each row.
fn recall(rows: &Rows, count: usize, out: Option<&Path>) -> Outcome<String> {
    let one = |row: usize| current_retrievability(state(rows, row), rows.days[row] as f32, FSRS6_DEFAULT_DECAY);
    let (made, time) = timed(|| (0..count).map(one).collect::<Vec<f32>>());
    out.map_or(Ok(()), |folder| columns::write_f32(folder, "recall.f32", &made))?;
    Ok(reply(count, &time, ""))
}

/// Days until recall falls to the target of each row.
fn interval(rows: &Rows, count: usize, out: Option<&Path>) -> Outcome<String> {
    let crate_model = FSRS::default();
    let one = |row: usize| crate_model.next_interval(Some(rows.stability[row]), rows.target[row], 3);
    let (made, time) = timed(|| (0..count).map(one).collect::<Vec<f32>>());
    out.map_or(Ok(()), |folder| columns::write_f32(folder, "interval.f32", &made))?;
    Ok(reply(count, &time, ""))
}

/// States after every answer, and the interval to `target` from there. Card `c` follows the parameter vector `set[c]`.
pub fn dump(folder: &Path, out: &Path) -> Outcome<String> {
    let all = Histories::read(folder)?;
    let set = columns::read_u32(folder, "set.u32")?;
    let target = columns::read_f32(folder, "target.f32")?;
    let parameters: Vec<f32> = columns::read_f64(folder, "parameters.f64")?.into_iter().map(|w| w as f32).collect();
    let models = parameters.chunks_exact(21).map(FSRS::new).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    if set.len() != all.cards() || target.len() != all.grade.len() {
        return Err("columns differ in length".to_string());
    }
    let mut states = Vec::with_capacity(all.grade.len());
    let mut intervals = Vec::with_capacity(all.grade.len());
    for (card, &number) in set.iter().enumerate() {
        let model = models.get(number as usize).ok_or_else(|| format!("card {card}: no parameter vector {number}"))?;
        let answers = all.answers(card);
        let made = model
            .historical_memory_states(item(&all.grade[answers.clone()], &all.days[answers.clone()]), None)
            .map_err(|error| format!("card {card}: {error}"))?;
        intervals.extend(made.iter().zip(answers).map(|(state, at)| model.next_interval(Some(state.stability), target[at], 3)));
        states.extend(made);
    }
    write_states(out, &states)?;
    columns::write_f32(out, "interval.f32", &intervals)?;
    Ok(format!("{{\"items\": {}}}", states.len()))
}
