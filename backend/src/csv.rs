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
    // A cell that begins like this is calculated; an apostrophe makes it a text.
    let calculated = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let odd_start = cell.starts_with(['\t', '\r', '\n']);
    let guard = if calculated || odd_start { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}
