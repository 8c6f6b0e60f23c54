//! People from a table: what its lines say, what becomes of each. All of a table is taken over, or nothing.

use std::collections::HashMap;

use crate::{
    csv::{self, Unreadable},
    error::{Error, Result, Sentence, say},
};

/// The longest table, in bytes.
pub const BYTES: usize = 1_000_000;
/// So many lines has a table at most, the names of its columns among them.
const LINES: usize = 501;

/// What became, or would become, of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody who was not known.
    New,
    /// Somebody of whom something else is known now.
    Changed,
    /// Nothing.
    Same,
    /// It cannot be taken over.
    Refused,
}

impl Outcome {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Same => "same",
            Self::Refused => "refused",
        }
    }
}

/// A line and what became of it.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its number in the file.
    pub line: usize,
    /// Who is meant, as the line says.
    pub who: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was refused.
    pub why: Option<Sentence>,
}

/// What became of a table.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Its lines, in order.
    pub lines: Vec<Told>,
    /// Columns that mean nothing here.
    pub ignored: Vec<String>,
}

impl Report {
    /// How many lines came out like this.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.lines.iter().filter(|line| line.outcome == outcome).count()
    }

    /// The report, where everything of the table can be taken over.
    ///
    /// # Errors
    /// [`Error::Conflict`] names the first line that cannot.
    pub fn whole(self) -> Result<Self> {
        match self.lines.iter().find(|line| line.outcome == Outcome::Refused) {
            None => Ok(self),
            Some(first) => Err(Error::Conflict(say!("refused-import", line = first.line))),
        }
    }
}

/// A line by the names of its columns.
pub(super) struct Row {
    pub line: usize,
    cells: HashMap<&'static str, String>,
}

impl Row {
    /// A cell; empty where there is no such column.
    pub fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// The words of a cell that holds several.
    pub fn list(&self, column: &str) -> Vec<String> {
        let separates = |c: char| matches!(c, ';' | ',' | '|' | '\n' | '\r');
        let words = self.cell(column).split(separates).map(str::trim);
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }
}

/// The lines of a table with these columns, of which the first has to be there; and what it has besides.
///
/// # Errors
/// [`Error::Invalid`] says what is wrong with the file.
pub(super) fn read(
    bytes: &[u8],
    columns: &'static [&'static str],
    must: &str,
) -> Result<(Vec<Row>, Vec<String>)> {
    let wrong = |why: Sentence| Error::invalid("file", why);
    if bytes.len() > BYTES {
        return Err(wrong(say!("refused-table-size", n = BYTES / 1_000)));
    }
    let lines = csv::read(bytes, LINES).map_err(|unreadable| {
        wrong(match unreadable {
            Unreadable::TooLong => say!("refused-table-long", n = LINES - 1),
            Unreadable::Open(line) => say!("refused-table-quote", line = line),
            Unreadable::NoText => say!("refused-table-text"),
        })
    })?;
    let mut lines = lines.into_iter();
    let Some((_, head)) = lines.next() else { return Err(wrong(say!("refused-table-empty"))) };
    let mut ignored = Vec::new();
    let mut places: Vec<Option<&'static str>> = Vec::new();
    for name in &head {
        let wanted = name.trim().to_lowercase().replace([' ', '-'], "_");
        let known = columns.iter().copied().find(|column| *column == wanted);
        if known.is_none() && !wanted.is_empty() {
            ignored.push(name.trim().to_owned());
        }
        places.push(known);
    }
    if !places.contains(&Some(must)) {
        return Err(wrong(say!("refused-table-columns", column = must, columns = columns.join(", "))));
    }
    let rows = lines.map(|(line, cells)| Row {
        line,
        cells: places
            .iter()
            .zip(cells)
            .filter_map(|(place, cell)| place.map(|column| (column, cell.trim().to_owned())))
            .collect(),
    });
    Ok((rows.collect(), ignored))
}

/// What became of a line that could be refused; a fault of the machine stays one.
pub(super) fn told(row: &Row, who: &str, outcome: Result<Outcome>) -> Result<Told> {
    let (outcome, why) = match outcome {
        Ok(outcome) => (outcome, None),
        Err(Error::Invalid(fields)) => {
            (Outcome::Refused, fields.into_iter().next().map(|field| field.message))
        }
        Err(Error::Conflict(why) | Error::Forbidden(why)) => (Outcome::Refused, Some(why)),
        Err(error) => return Err(error),
    };
    Ok(Told { line: row.line, who: who.to_owned(), outcome, why })
}
