//! Raw columns: little-endian numbers, one file a column, no header. `bench/peers/histories.py` writes and describes them.

use std::fs;
use std::path::Path;

/// Anything that goes wrong becomes one line of text in the answer.
pub type Outcome<T> = Result<T, String>;

fn bytes(folder: &Path, name: &str, width: usize) -> Outcome<Vec<u8>> {
    let path = folder.join(name);
    let all = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if all.len() % width != 0 {
        return Err(format!("{}: {} bytes are not whole numbers of {width} bytes", path.display(), all.len()));
    }
    Ok(all)
}

macro_rules! reader {
    ($name:ident, $number:ty) => {
        pub fn $name(folder: &Path, name: &str) -> Outcome<Vec<$number>> {
            const WIDTH: usize = size_of::<$number>();
            let all = bytes(folder, name, WIDTH)?;
            Ok(all.chunks_exact(WIDTH).map(|chunk| <$number>::from_le_bytes(chunk.try_into().unwrap())).collect())
        }
    };
}
reader!(read_u8, u8);
reader!(read_u32, u32);
reader!(read_i64, i64);
reader!(read_f32, f32);
reader!(read_f64, f64);

pub fn write_f32(folder: &Path, name: &str, values: &[f32]) -> Outcome<()> {
    let path = folder.join(name);
    let all: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    fs::write(&path, all).map_err(|error| format!("{}: {error}", path.display()))
}

pub fn write_f64(folder: &Path, name: &str, values: &[f64]) -> Outcome<()> {
    let path = folder.join(name);
    let all: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    fs::write(&path, all).map_err(|error| format!("{}: {error}", path.display()))
}

/// Answers grouped by card: card `c` holds answers `offsets[c]..offsets[c + 1]`.
pub struct Histories {
    pub offsets: Vec<i64>,
    pub grade: Vec<u8>,
    pub days: Vec<u32>,
}

impl Histories {
    pub fn read(folder: &Path) -> Outcome<Self> {
        let all =
            Self { offsets: read_i64(folder, "offsets.i64")?, grade: read_u8(folder, "grade.u8")?, days: read_u32(folder, "days.u32")? };
        let last = *all.offsets.last().ok_or("offsets.i64 is empty")?;
        if all.grade.len() != all.days.len() || usize::try_from(last) != Ok(all.grade.len()) {
            return Err(format!("{}: columns differ in length", folder.display()));
        }
        Ok(all)
    }

    pub fn cards(&self) -> usize {
        self.offsets.len() - 1
    }

    pub fn answers(&self, card: usize) -> std::ops::Range<usize> {
        self.offsets[card] as usize..self.offsets[card + 1] as usize
    }
}

/// One row a card: its state, its next answer, the whole days before it, and a target for its interval.
pub struct Rows {
    pub stability: Vec<f32>,
    pub difficulty: Vec<f32>,
    pub grade: Vec<u8>,
    pub days: Vec<u32>,
    pub target: Vec<f32>,
}

impl Rows {
    pub fn read(folder: &Path) -> Outcome<Self> {
        let all = Self {
            stability: read_f32(folder, "stability.f32")?,
            difficulty: read_f32(folder, "difficulty.f32")?,
            grade: read_u8(folder, "grade.u8")?,
            days: read_u32(folder, "days.u32")?,
            target: read_f32(folder, "target.f32")?,
        };
        let rows = all.stability.len();
        if [all.difficulty.len(), all.grade.len(), all.days.len(), all.target.len()] != [rows; 4] {
            return Err(format!("{}: columns differ in length", folder.display()));
        }
        Ok(all)
    }
}
