//! Tables for spreadsheets (RFC 4180). What a stranger wrote must not become a formula there.

/// A table under construction.
#[derive(Debug)]
pub struct Csv(String);

impl Csv {
    /// With these columns.
    pub fn new(columns: &[&str]) -> Self {
        let mut table = Self(String::new());
        table.line(columns.iter().map(|&column| column.to_owned()));
        table
    }

    /// The lines of a table that was begun elsewhere.
    pub fn more() -> Self {
        Self(String::new())
    }

    /// Adds a line.
    pub fn line(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().map(|cell| quoted(&cell)).collect();
        self.0.push_str(&cells.join(","));
        self.0.push_str("\r\n");
    }

    /// The whole table.
    pub fn finish(self) -> String {
        self.0
    }
}

fn quoted(cell: &str) -> String {
    // An apostrophe makes it a text.
    let guard = if is_guarded(cell) { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

/// Whether a cell begins as one that is calculated.
fn is_guarded(cell: &str) -> bool {
    cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || cell.starts_with(['\t', '\r', '\n'])
}

/// Why a table cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It has more lines than are taken.
    TooLong,
    /// A quotation mark that opens in this line closes nowhere.
    Open(usize),
    /// It is no text.
    NoText,
}

/// A line of a table that was read, with its number in the file; the first has 1.
pub type Line = (usize, Vec<String>);

/// Reads a table as spreadsheets write it: UTF-8 with or without a mark at its beginning, or Windows-1252; cells behind
/// comma, semicolon or tab, whichever the first line has most of. The apostrophe that keeps a text from being calculated is
/// taken off. Empty lines are left out.
///
/// # Errors
/// [`Unreadable`], also for more than `most` lines.
pub fn read(bytes: &[u8], most: usize) -> Result<Vec<Line>, Unreadable> {
    let text = decoded(bytes);
    if text.contains('\0') {
        return Err(Unreadable::NoText);
    }
    let separator = separator(&text);
    let mut lines = Vec::new();
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut number, mut began, mut quoted, mut was_quoted) = (1, 1, false, false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() && !was_quoted => (quoted, was_quoted) = (true, true),
            '\r' if signs.peek() == Some(&'\n') => {}
            '\n' | '\r' if !quoted => {
                cells.push(plain(std::mem::take(&mut cell)));
                push(&mut lines, began, std::mem::take(&mut cells), most)?;
                number += 1;
                (began, was_quoted) = (number, false);
            }
            sign if sign == separator && !quoted => {
                cells.push(plain(std::mem::take(&mut cell)));
                was_quoted = false;
            }
            sign => {
                number += usize::from(sign == '\n');
                cell.push(sign);
            }
        }
    }
    if quoted {
        return Err(Unreadable::Open(began));
    }
    cells.push(plain(cell));
    push(&mut lines, began, cells, most)?;
    Ok(lines)
}

fn push(lines: &mut Vec<Line>, number: usize, cells: Vec<String>, most: usize) -> Result<(), Unreadable> {
    if cells.iter().all(|cell| cell.trim().is_empty()) {
        return Ok(());
    }
    if lines.len() >= most {
        return Err(Unreadable::TooLong);
    }
    lines.push((number, cells));
    Ok(())
}

/// A cell as it was before [`quoted`] made it safe.
fn plain(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if is_guarded(rest) => rest.to_owned(),
        _ => cell,
    }
}

fn separator(text: &str) -> char {
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    let mut quoted = false;
    for sign in text.chars() {
        match sign {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            sign if !quoted => {
                for (separator, n) in &mut counts {
                    *n += usize::from(*separator == sign);
                }
            }
            _ => {}
        }
    }
    let [comma, others @ ..] = counts;
    others.into_iter().fold(comma, |best, other| if other.1 > best.1 { other } else { best }).0
}

/// The text of a table, whichever of its encodings it has.
pub fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| windows_1252(*byte)).collect(),
    }
}

/// A byte of Windows-1252; what it leaves open is the control character of Latin-1.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    byte.checked_sub(0x80).and_then(|at| HIGH.get(usize::from(at))).copied().unwrap_or(char::from(byte))
}
