//! The fsrs crate as one side of bench/peers. One request a line on standard input, one JSON object a line on standard output:
//!
//!     WORK FOLDER COUNT [OUT]    replay | update | schedule | recall | interval, timed; with OUT the results are written there
//!     fit-recency | fit-each | gradient | predict FOLDER COUNT [OUT]    fits of a log, for bench/peers_fit: see fit.rs
//!     dump FOLDER OUT                       every state and interval of many histories under many parameter vectors, for tests
//!
//! The first line that it prints names the side. `bench/README.md` says what each kind of work is.

mod columns;
mod fit;
mod work;

use columns::Outcome;
use std::io::{BufRead, Write};
use std::path::Path;

fn answer(cache: &mut work::Cache, logs: &mut fit::Logs, line: &str) -> Outcome<String> {
    let words: Vec<&str> = line.split('\t').collect();
    match words[..] {
        ["dump", folder, out] => work::dump(Path::new(folder), Path::new(out)),
        [name, folder, count, ref rest @ ..] if rest.len() < 2 => {
            let (count, out) = (number(count)?, rest.first().map(Path::new));
            logs.run(name, folder, count, out).unwrap_or_else(|| cache.run(name, folder, count, out))
        }
        _ => Err(format!("not a request: {line}")),
    }
}

fn number(word: &str) -> Outcome<usize> {
    word.parse().map_err(|_| format!("not a count: {word}"))
}

fn main() {
    let mut out = std::io::stdout().lock();
    let (mut cache, mut logs) = (work::Cache::default(), fit::Logs::default());
    writeln!(out, "{{\"side\": \"fsrs-rs\", \"version\": \"{}\"}}", work::CRATE_VERSION).expect("standard output is open");
    out.flush().expect("standard output is open");
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let reply = answer(&mut cache, &mut logs, line.trim_end()).unwrap_or_else(|error| format!("{{\"error\": {error:?}}}"));
        writeln!(out, "{reply}").and_then(|()| out.flush()).expect("standard output is open");
    }
}
