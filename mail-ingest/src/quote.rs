//! What of a text is new, what repeats an earlier mail, what is a signature: for folding. Nothing is ever deleted:
//! the segments put together are the input.

use serde::{Deserialize, Serialize};

/// What a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// New text, and quotes that were answered inline.
    Visible,
    /// A quote at the end, with the line that announces it.
    Quoted,
    /// A signature.
    Signature,
}

/// Consecutive lines of one kind, line ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// What it is.
    pub kind: SegmentKind,
    /// The text as it stands in the mail.
    pub text: String,
}

/// Divides a text. A quote folds only where nothing new follows it: an answer between quoted lines stays visible
/// together with the lines that it answers.
pub fn fold(text: &str) -> Vec<Segment> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut quote = trailing_quote(&lines);
    // A text of nothing but quote (a forward without a word) is shown.
    if lines[..quote].iter().all(|line| line.trim().is_empty()) {
        quote = lines.len();
    }
    let signature = signature(&lines[..quote]);
    let mut segments = Vec::new();
    for (kind, range) in [
        (SegmentKind::Visible, 0..signature),
        (SegmentKind::Signature, signature..quote),
        (SegmentKind::Quoted, quote..lines.len()),
    ] {
        let text = lines[range].concat();
        if !text.is_empty() {
            segments.push(Segment { kind, text });
        }
    }
    segments
}

/// The index of the first line of the quote that ends the text; the number of lines where there is none.
fn trailing_quote(lines: &[&str]) -> usize {
    let angle = angle_quote(lines);
    let header = lines.iter().enumerate().position(|(at, _)| starts_outlook_quote(lines, at));
    match header {
        // Below a divider with `>` lines right after it, answers may stand between these.
        Some(at) if at < angle && !quotes_with_angles(lines, at) => with_announcement(lines, at),
        _ => angle,
    }
}

/// A block of `>` lines at the end, blank lines and a signature below it allowed.
fn angle_quote(lines: &[&str]) -> usize {
    let mut end = lines.len();
    if let Some(at) =
        lines.iter().rposition(|line| is_signature_mark(line)).filter(|at| lines.len() - at <= 12)
    {
        // A signature below the quote (its author writes above, his program signs below) does not keep it open.
        if lines[..at].iter().rev().find(|line| !line.trim().is_empty()).is_some_and(|line| is_quoted(line)) {
            end = at;
        }
    }
    let mut start = end;
    let mut any = false;
    while start > 0 {
        let line = lines[start - 1];
        if is_quoted(line) {
            any = true;
        } else if !line.trim().is_empty() {
            break;
        }
        start -= 1;
    }
    if !any {
        return lines.len();
    }
    // Blank lines above the first quoted line belong to the text.
    while lines.get(start).is_some_and(|line| line.trim().is_empty()) {
        start += 1;
    }
    with_announcement(lines, start)
}

/// Whether the first lines after a divider or header block are marked with `>`.
fn quotes_with_angles(lines: &[&str], at: usize) -> bool {
    let after = lines.iter().skip(at + 1).skip_while(|line| {
        let line = plain(line);
        line.is_empty() || FROM.iter().chain(OTHERS).any(|mark| line.starts_with(mark))
    });
    after.take(1).any(|line| is_quoted(line))
}

fn is_quoted(line: &str) -> bool {
    line.trim_start_matches([' ', '\t']).starts_with('>')
}

/// Moves the start up over "On … wrote:" (up to four lines of it) and the blank lines between.
fn with_announcement(lines: &[&str], start: usize) -> usize {
    let mut last = start;
    while last > 0 && lines[last - 1].trim().is_empty() {
        last -= 1;
    }
    let mut found = None;
    for count in 1..=4 {
        let Some(first) = last.checked_sub(count) else { break };
        let joined: String = lines[first..last].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        // An announcement may be broken over lines; a line that ends a sentence is the writer's own.
        let ends_sentence = count > 1 && lines[first].trim_end().ends_with(['.', '!', '?', ':']);
        if joined.len() > 500 || lines[first].trim().is_empty() || ends_sentence {
            break;
        }
        if is_announcement(&joined) {
            found = found.or(Some(first));
            // "<a@b.example> wrote:" alone: its beginning stands in the line above.
            if starts_announcement(&joined) && joined.chars().any(|c| c.is_ascii_digit()) {
                return first;
            }
        }
    }
    found.unwrap_or(start)
}

/// "On Monday Anna wrote:" in the languages of our users.
const ANNOUNCEMENTS: &[(&str, &str)] = &[
    ("on ", "wrote"),
    ("am ", "schrieb"),
    ("am ", "geschrieben"),
    ("le ", "a écrit"),
    ("le ", "a ecrit"),
    ("el ", "escribió"),
    ("el ", "escribio"),
    ("il ", "ha scritto"),
    ("op ", "schreef"),
    ("op ", "geschreven"),
    ("em ", "escreveu"),
    ("a ", "escreveu"),
    ("den ", "skrev"),
    ("w dniu ", "napisał"),
    ("dnia ", "napisał"),
    ("dne ", "napsal"),
    ("på ", "skrev"),
    ("", " писал"),
    ("", " писал(а)"),
    ("", " wrote"),
    ("", " schrieb"),
    ("", " a écrit"),
    ("", "のメール"),
    ("", "写道"),
];

/// Whether the line begins like an announcement, rather than with its author's name.
fn starts_announcement(line: &str) -> bool {
    let lower = line.to_lowercase();
    ANNOUNCEMENTS.iter().any(|(start, _)| !start.is_empty() && lower.starts_with(start))
        || lower.starts_with(|c: char| c.is_ascii_digit())
}

fn is_announcement(line: &str) -> bool {
    let lower = line.to_lowercase();
    let Some(body) = lower.strip_suffix(':').or_else(|| lower.strip_suffix('：')) else {
        return false;
    };
    let body = body.trim_end();
    ANNOUNCEMENTS.iter().any(|(start, verb)| {
        let Some(rest) = body.strip_prefix(start) else { return false };
        // The verb ends the line ("Anna wrote:"), or the author follows it ("schrieb Anna:").
        let verb_ends = rest.ends_with(verb);
        let verb_within = !start.is_empty() && rest.contains(verb);
        let dated = rest.chars().any(|c| c.is_ascii_digit()) || rest.contains('@');
        verb_ends || (verb_within && dated)
    })
}

/// Marks with which Outlook, webmail and phones begin what they quote without `>`.
const DIVIDERS: &[&str] = &[
    "original message",
    "ursprüngliche nachricht",
    "ursprungliche nachricht",
    "original-nachricht",
    "originalnachricht",
    "message d'origine",
    "message original",
    "mensaje original",
    "messaggio originale",
    "oorspronkelijk bericht",
    "mensagem original",
    "originalmeddelande",
    "oprindelig meddelelse",
    "forwarded message",
    "weitergeleitete nachricht",
    "message transféré",
    "reply message",
    "antwortnachricht",
];

const FROM: &[&str] = &["from:", "von:", "de :", "de:", "da:", "van:", "från:", "fra:", "od:", "от:"];
const OTHERS: &[&str] = &[
    "sent:",
    "date:",
    "to:",
    "subject:",
    "gesendet:",
    "datum:",
    "an:",
    "betreff:",
    "envoyé :",
    "envoyé:",
    "date :",
    "à :",
    "à:",
    "objet :",
    "objet:",
    "enviado:",
    "enviado el:",
    "fecha:",
    "para:",
    "asunto:",
    "inviato:",
    "data:",
    "a:",
    "oggetto:",
    "verzonden:",
    "aan:",
    "onderwerp:",
    "assunto:",
    "skickat:",
    "till:",
    "ämne:",
    "sendt:",
    "til:",
    "emne:",
    "wysłano:",
    "do:",
    "temat:",
    "cc:",
    "kopie:",
    "кому:",
    "тема:",
    "отправлено:",
    "дата:",
];

fn starts_outlook_quote(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim();
    let lower = plain(line);
    if line.starts_with("--") || line.starts_with("__") {
        let words = lower.trim_matches(['-', '_', ' ']);
        if DIVIDERS.contains(&words) {
            return true;
        }
        // A ruler counts with a header block below it.
        return words.is_empty()
            && line.len() >= 10
            && next_line(lines, at + 1).is_some_and(|next| header_block(lines, next));
    }
    header_block(lines, at)
}

fn next_line(lines: &[&str], from: usize) -> Option<usize> {
    (from..lines.len().min(from + 3)).find(|at| !lines[*at].trim().is_empty())
}

/// "From:" followed by at least two more of such lines.
fn header_block(lines: &[&str], at: usize) -> bool {
    let starts = |line: &str, marks: &[&str]| {
        let line = plain(line);
        marks.iter().any(|mark| line.starts_with(mark))
    };
    if !starts(lines[at], FROM) {
        return false;
    }
    let others = lines.iter().skip(at + 1).take(6).take_while(|line| !line.trim().is_empty());
    others.filter(|line| starts(line, OTHERS)).count() >= 2
}

/// Lower case, without the stars and blanks that bold text leaves in a plain part.
fn plain(line: &str) -> String {
    line.trim().chars().filter(|c| *c != '*').take(80).collect::<String>().to_lowercase()
}

fn is_signature_mark(line: &str) -> bool {
    matches!(line.trim_end_matches(['\r', '\n']), "-- " | "--" | "-- \u{a0}" | "—")
}

/// The index of the line that begins the signature; the number of lines where there is none.
fn signature(lines: &[&str]) -> usize {
    match lines.iter().rposition(|line| is_signature_mark(line)) {
        // More than a screen below the mark is text.
        Some(at) if lines.len() - at <= 25 && lines[..at].iter().any(|line| !line.trim().is_empty()) => at,
        _ => lines.len(),
    }
}
