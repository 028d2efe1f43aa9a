//! Fits for bench/peers_fit: whole ones from raw columns to parameters, the building of the crate's items timed apart.
//!
//! A log is one row an answer in time order (`bench/peers_fit/columns.py`). A card is a learner and an item; days are whole periods of 24 hours
//! since its answer before. As the crate's documentation asks, every answer a day or more after the one before is an item with the card's whole
//! history, in time order, and `card_ids` say which items belong together.

use crate::columns::{self, Outcome};
use crate::work::{Timed, timed};
use fsrs::{ComputeParametersInput, FSRS, FSRSItem, FSRSReview, TrainingConfig, compute_parameters, current_retrievability};
use std::collections::HashMap;
use std::fs;
use std::path::Path;

const DAY_MS: i64 = 86_400_000;

#[derive(Default)]
pub struct Logs(HashMap<String, Log>);

struct Log {
    learner: Vec<u32>,
    item: Vec<u32>,
    answered_at: Vec<i64>,
    grade: Vec<u8>,
}

impl Log {
    fn read(folder: &Path) -> Outcome<Self> {
        let log = Self {
            learner: columns::read_u32(folder, "learner.u32")?,
            item: columns::read_u32(folder, "item.u32")?,
            answered_at: columns::read_i64(folder, "answered_at.i64")?,
            grade: columns::read_u8(folder, "grade.u8")?,
        };
        let rows = log.grade.len();
        if [log.learner.len(), log.item.len(), log.answered_at.len()] != [rows; 3] {
            return Err(format!("{}: columns differ in length", folder.display()));
        }
        Ok(log)
    }

    /// Adds what a fit predicts in the first `rows` rows to the set that `set_of` gives a row; rows of no set are left out.
    fn walk(&self, rows: usize, sets: &mut [Items], set_of: impl Fn(usize) -> usize) {
        let mut cards: HashMap<(u32, u32), Card> = HashMap::new();
        for row in 0..rows {
            let Some(set) = sets.get_mut(set_of(row)) else { continue };
            let number = cards.len() as i64;
            let when = self.answered_at[row];
            let card = cards.entry((self.learner[row], self.item[row])).or_insert_with(|| Card { number, last: when, reviews: Vec::new() });
            let days = ((when - card.last) / DAY_MS) as u32;
            card.last = when;
            card.reviews.push(FSRSReview { rating: self.grade[row].into(), delta_t: days });
            if days > 0 {
                set.train_set.push(FSRSItem { reviews: card.reviews.clone() });
                set.card_ids.push(card.number);
            }
        }
    }

    fn items(&self, rows: usize) -> Items {
        let mut set = [Items::default()];
        self.walk(rows, &mut set, |_| 0);
        let [items] = set;
        items
    }
}

struct Card {
    number: i64,
    last: i64,
    reviews: Vec<FSRSReview>,
}

#[derive(Default)]
struct Items {
    train_set: Vec<FSRSItem>,
    card_ids: Vec<i64>,
}

impl Items {
    fn fit(self, num_epochs: Option<usize>) -> Outcome<Vec<f32>> {
        let training_config = num_epochs.map(|num_epochs| TrainingConfig { num_epochs, ..TrainingConfig::default() });
        let input = ComputeParametersInput {
            train_set: self.train_set,
            card_ids: Some(self.card_ids),
            training_config,
            ..ComputeParametersInput::default()
        };
        compute_parameters(input).map_err(|error| error.to_string())
    }
}

/// A field of /proc/self/status in bytes; 0 where there is no such file.
fn memory(field: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|rest| rest.trim_matches([':', ' ', '\t']).split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// Memory in use now, after which the peak is counted anew.
fn forget_peak() -> u64 {
    // Not every system allows it; then the peak is that of the whole process.
    fs::write("/proc/self/clear_refs", "5").unwrap_or(());
    memory("VmRSS")
}

fn reply(items: usize, build: &Timed, fit: &Timed, memory_before: u64) -> String {
    let (wall, cpu) = (build.wall_ns + fit.wall_ns, build.cpu_ns + fit.cpu_ns);
    let peak = memory("VmHWM").saturating_sub(memory_before);
    format!(
        "{{\"items\": {items}, \"wall_ns\": {wall}, \"cpu_ns\": {cpu}, \"build_wall_ns\": {}, \"build_cpu_ns\": {}, \"peak_bytes\": {peak}}}",
        build.wall_ns, build.cpu_ns
    )
}

fn write_parameters(out: Option<&Path>, parameters: &[f32]) -> Outcome<()> {
    out.map_or(Ok(()), |folder| columns::write_f64(folder, "parameters.f64", &parameters.iter().map(|&w| w.into()).collect::<Vec<_>>()))
}

impl Logs {
    /// What `name` asks for, on the first `count` rows (`fit-each`: learners) of the log in `folder`; None when the name is not one of a fit.
    pub fn run(&mut self, name: &str, folder: &str, count: usize, out: Option<&Path>) -> Option<Outcome<String>> {
        let work = match name {
            "fit-recency" => fit,
            "fit-each" => fit_each,
            "gradient" => gradient,
            "predict" => predict,
            _ => return None,
        };
        Some(self.log(folder).and_then(|log| work(log, count, out)))
    }

    fn log(&mut self, folder: &str) -> Outcome<&Log> {
        if !self.0.contains_key(folder) {
            self.0.insert(folder.to_string(), Log::read(Path::new(folder))?);
        }
        Ok(&self.0[folder])
    }
}

fn at_most(count: usize, most: usize) -> Outcome<()> {
    if count <= most { Ok(()) } else { Err("more asked for than there is".to_string()) }
}

/// One fit to all cards: `compute_parameters` with `card_ids`. It weights by recency; there is no way to ask for another weight.
fn fit(log: &Log, rows: usize, out: Option<&Path>) -> Outcome<String> {
    at_most(rows, log.grade.len())?;
    let before = forget_peak();
    let (items, build) = timed(|| log.items(rows));
    let (parameters, time) = timed(|| items.fit(None));
    write_parameters(out, &parameters?)?;
    Ok(reply(rows, &build, &time, before))
}

/// A fit of its own for each of the first learners, one after another.
fn fit_each(log: &Log, learners: usize, out: Option<&Path>) -> Outcome<String> {
    let before = forget_peak();
    let (all, build) = timed(|| {
        let mut all: Vec<Items> = (0..learners).map(|_| Items::default()).collect();
        log.walk(log.grade.len(), &mut all, |row| log.learner[row] as usize);
        all
    });
    let (parameters, time) = timed(|| all.into_iter().map(|items| items.fit(None)).collect::<Outcome<Vec<_>>>());
    write_parameters(out, &parameters?.concat())?;
    Ok(reply(log.learner.iter().filter(|&&who| (who as usize) < learners).count(), &build, &time, before))
}

/// One pass of the analytic gradient over the training set. The crate has no call for it: this is a fifth of the time by which a fit of six epochs
/// is longer than a fit of one, which leaves out all but the passes (and, in batches of 512 answers, Adam's step and the clamps).
fn gradient(log: &Log, rows: usize, _out: Option<&Path>) -> Outcome<String> {
    at_most(rows, log.grade.len())?;
    let before = forget_peak();
    let mut times = Vec::new();
    for epochs in [1, 6] {
        let items = log.items(rows);
        let (made, time) = timed(|| items.fit(Some(epochs)));
        made?;
        times.push(time);
    }
    let fifth = |more: u128, less: u128| more.saturating_sub(less) / 5;
    let pass = Timed { wall_ns: fifth(times[1].wall_ns, times[0].wall_ns), cpu_ns: fifth(times[1].cpu_ns, times[0].cpu_ns) };
    Ok(reply(rows, &Timed { wall_ns: 0, cpu_ns: 0 }, &pass, before))
}

/// Recall at every answer that a fit predicts, in time order, under the parameters in `out`.
fn predict(log: &Log, rows: usize, out: Option<&Path>) -> Outcome<String> {
    at_most(rows, log.grade.len())?;
    let folder = out.ok_or("predict needs a folder with parameters.f64")?;
    let w: Vec<f32> = columns::read_f64(folder, "parameters.f64")?.into_iter().map(|w| w as f32).collect();
    let model = FSRS::new(&w).map_err(|error| error.to_string())?;
    let items = log.items(rows);
    let mut recalls = Vec::with_capacity(items.train_set.len());
    for item in items.train_set {
        let (current, history) = item.reviews.split_last().ok_or("an item without reviews")?;
        let state = model.memory_state(FSRSItem { reviews: history.to_vec() }, None).map_err(|error| error.to_string())?;
        recalls.push(f64::from(current_retrievability(state, current.delta_t as f32, w[20])));
    }
    columns::write_f64(folder, "recall.f64", &recalls)?;
    Ok(format!("{{\"items\": {}}}", recalls.len()))
}
