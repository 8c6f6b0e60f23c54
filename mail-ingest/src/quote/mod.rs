//! What of a text is new, what repeats an earlier mail, what is a signature: for folding. Nothing is ever deleted:
//! the segments put together are the input.

mod known;
mod marks;

pub use known::{Known, Side};

use marks::{
    FROM, OTHERS, is_announcement, is_footer, is_quoted, looks_like_announcement, looks_like_field, plain,
    starts_announcement, starts_outlook_quote,
};
use serde::{Deserialize, Serialize};

/// What a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// New text, and quotes that were answered inline.
    Visible,
    /// A quote at the end, with the line that announces it.
    Quoted,
    /// A signature, behind its mark.
    Signature,
    /// The writer's own sentences at the end that stand in an earlier mail as well: a quote without a mark.
    Repeated,
}

/// Consecutive lines of one kind, line ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// What it is.
    pub kind: SegmentKind,
    /// The text as it stands in the mail.
    pub text: String,
}

/// Divides a text by what programs write around quotes. A quote folds only where nothing new follows it: an answer
/// between quoted lines stays visible together with the lines that it answers.
pub fn fold(text: &str) -> Vec<Segment> {
    fold_against(text, &Known::default(), Side::Theirs)
}

/// [`fold`], and by comparison with the texts of the same conversation: what was written before folds also where
/// nothing marks it as a quote, and a line that nobody wrote before stays visible also where the mark stands above it.
/// `side` wrote the text. Linear in it.
pub fn fold_against(text: &str, known: &Known, side: Side) -> Vec<Segment> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut quote = trailing_quote(&lines);
    let mut signature = None;
    let repeated = known.lines_of(&lines, side);
    if let Some(repeated) = &repeated {
        let run = trailing_repeat(&lines, repeated);
        if run.start < quote {
            (quote, signature) = (run.quote, Some(run.start));
        } else if run.start > quote && repeated.known_below(quote) {
            // Below the mark there is something that nobody wrote before: an answer.
            (quote, signature) = (run.quote.max(run.start), Some(run.start));
        }
    }
    // A text of nothing but quote (a forward without a word) is shown.
    if lines[..signature.unwrap_or(quote)].iter().all(|line| line.trim().is_empty()) {
        (quote, signature) = (lines.len(), None);
    }
    // Below the other side's signature stands an answer, not a signature of the writer's own.
    let marked = match signature_mark(&lines[..quote]) {
        at if repeated.as_ref().is_some_and(|repeated| is_within_theirs(&lines, repeated, at)) => quote,
        at => at,
    };
    let own = match signature {
        Some(start) if start < marked && has_sentences(&lines[start..quote.min(marked)]) => {
            SegmentKind::Repeated
        }
        _ => SegmentKind::Signature,
    };
    let signature = signature.unwrap_or(marked).min(marked);
    let mut segments = Vec::new();
    for (kind, range) in [
        (SegmentKind::Visible, 0..signature),
        (own, signature..quote),
        (SegmentKind::Quoted, quote..lines.len()),
    ] {
        let text = lines[range].concat();
        if !text.is_empty() {
            segments.push(Segment { kind, text });
        }
    }
    segments
}

/// Whether these lines are more than names, addresses and numbers.
fn has_sentences(lines: &[&str]) -> bool {
    const FEW: usize = 3;
    lines.iter().any(|line| {
        line.trim_end().ends_with(['.', '?', '!', '。', '？', '！']) && line.split_whitespace().count() > FEW
    })
}

/// Whether the line next to this one, above or below, is what the other side wrote.
fn is_within_theirs(lines: &[&str], repeated: &known::Repeated, at: usize) -> bool {
    let worded = |line: &usize| !lines[*line].trim().is_empty();
    let above = (0..at).rev().find(worded);
    let below = (at + 1..lines.len()).find(worded);
    above.into_iter().chain(below).any(|line| repeated.is_the_others(line))
}

/// The lines at the end that were all written before.
struct Run {
    start: usize,
    /// Where in it the quote begins; what stands above it is the writer's own signature.
    quote: usize,
}

/// Lines of one's own at the end of a text that are a signature rather than a quote.
const SIGNATURE: usize = 10;

fn trailing_repeat(lines: &[&str], repeated: &known::Repeated) -> Run {
    let nothing = Run { start: lines.len(), quote: lines.len() };
    let mut start = lines.len();
    let (mut marked, mut words) = (None, 0usize);
    while let Some(line) = start.checked_sub(1).and_then(|above| lines.get(above)) {
        let above = start - 1;
        if line.trim().is_empty() || is_quoted(line) || repeated.is_known(above) {
            if is_quoted(line) {
                marked = Some(above);
            }
            words += repeated.words(above);
            start = above;
        } else if let Some(mark) = announced(lines, start).filter(|_| words >= WORDS || marked.is_some()) {
            (start, marked) = (mark, Some(mark));
        } else {
            break;
        }
    }
    while lines.get(start).is_some_and(|line| line.trim().is_empty()) {
        start += 1;
    }
    if words < WORDS {
        return nothing;
    }
    let own = (start..lines.len()).take_while(|at| Some(*at) != marked && !repeated.is_the_others(*at));
    let own = own.last().map_or(start, |last| last + 1);
    let written = lines[start..own].iter().filter(|line| !line.trim().is_empty()).count();
    Run { start, quote: if written <= SIGNATURE { own } else { start } }
}

/// Repeated words that make a quote. Fewer are a phrase that people use again.
const WORDS: usize = 6;

/// The first line of what announces the quote that begins at `start`.
fn announced(lines: &[&str], start: usize) -> Option<usize> {
    let by_words = with_announcement(lines, start);
    if by_words < start {
        return Some(by_words);
    }
    let last = (0..start).rev().find(|at| !lines[*at].trim().is_empty())?;
    let block = (0..=last).rev().take(9).take_while(|at| looks_like_field(lines[*at]));
    let first = block.last().unwrap_or(last);
    if last + 1 - first >= 3 {
        // A divider may stand above the fields.
        let divider = first.checked_sub(1).filter(|above| lines[*above].trim().starts_with(['-', '_']));
        return Some(divider.unwrap_or(first));
    }
    let divider = lines[last].trim();
    if divider.len() >= 8 && divider.starts_with(['-', '_']) && divider.ends_with(['-', '_']) {
        return Some(last);
    }
    for count in 1..=3 {
        let first = (last + 1).checked_sub(count)?;
        let joined = lines[first..=last].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        if lines[first].trim().is_empty() || (count > 1 && lines[first].trim_end().ends_with(['.', '!', '?']))
        {
            return None;
        }
        if looks_like_announcement(&joined) {
            return Some(first);
        }
    }
    None
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

fn is_signature_mark(line: &str) -> bool {
    matches!(line.trim_end_matches(['\r', '\n']), "-- " | "--" | "-- \u{a0}" | "—")
}

/// The index of the line that begins the signature; the number of lines where there is none.
fn signature_mark(lines: &[&str]) -> usize {
    match lines.iter().rposition(|line| is_signature_mark(line)) {
        // More than a screen below the mark is text.
        Some(at) if lines.len() - at <= 25 && lines[..at].iter().any(|line| !line.trim().is_empty()) => at,
        _ => footer(lines),
    }
}

/// "Sent from my phone" as the last line.
fn footer(lines: &[&str]) -> usize {
    match lines.iter().rposition(|line| !line.trim().is_empty()) {
        Some(last) if is_footer(lines[last]) && lines[..last].iter().any(|line| !line.trim().is_empty()) => {
            last
        }
        _ => lines.len(),
    }
}
