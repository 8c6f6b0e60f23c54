//! What programs write above a text that they quote, in many languages.

pub(super) fn is_quoted(line: &str) -> bool {
    line.trim_start_matches([' ', '\t']).starts_with('>')
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
pub(super) fn starts_announcement(line: &str) -> bool {
    let lower = line.to_lowercase();
    ANNOUNCEMENTS.iter().any(|(start, _)| !start.is_empty() && lower.starts_with(start))
        || lower.starts_with(|c: char| c.is_ascii_digit())
}

pub(super) fn is_announcement(line: &str) -> bool {
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

pub(super) const FROM: &[&str] =
    &["from:", "von:", "de :", "de:", "da:", "van:", "från:", "fra:", "od:", "от:"];
pub(super) const OTHERS: &[&str] = &[
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

pub(super) fn starts_outlook_quote(lines: &[&str], at: usize) -> bool {
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
pub(super) fn header_block(lines: &[&str], at: usize) -> bool {
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
pub(super) fn plain(line: &str) -> String {
    line.trim().chars().filter(|c| *c != '*').take(80).collect::<String>().to_lowercase()
}

/// A line above a text that is known to be quoted: "ti 1. jouluk. 2026 klo 14.00 Anna <a@b.example> kirjoitti:".
/// Whatever the language, it ends in a colon and names a time or an address.
pub(super) fn looks_like_announcement(line: &str) -> bool {
    let line = line.trim_end_matches(['*', ' ']);
    let ends = line.ends_with([':', '：']);
    let digits = line.chars().filter(char::is_ascii_digit).count();
    ends && (digits >= 3 || line.contains('@')) && line.len() <= 500
}

/// "Lähettäjä: Anna": a line of the block of fields above a quoted text, in whatever language.
pub(super) fn looks_like_field(line: &str) -> bool {
    let line = plain(line);
    let Some((name, value)) = line.split_once([':', '：']) else { return false };
    let words = name.split_whitespace().count();
    (1..=2).contains(&words)
        && name.chars().count() <= 24
        && !value.starts_with("//")
        && !value.trim().is_empty()
}

/// What phones and some programs write below every mail.
const FOOTERS: &[&str] = &[
    "sent from my ",
    "sent from outlook",
    "sent from yahoo",
    "sent from mail for",
    "sent with proton",
    "get outlook for ",
    "von meinem ",
    "gesendet von ",
    "gesendet mit ",
    "holen sie sich outlook",
    "outlook für ",
    "envoyé de mon ",
    "envoyé depuis ",
    "enviado desde mi ",
    "enviado do meu ",
    "inviato da ",
    "verzonden vanaf ",
    "skickat från min ",
    "sendt fra min ",
    "lähetetty ",
    "wysłane z ",
    "отправлено с ",
    "отправлено из ",
];

pub(super) fn is_footer(line: &str) -> bool {
    let line = plain(line);
    line.len() < 80 && FOOTERS.iter().any(|footer| line.starts_with(footer))
}
