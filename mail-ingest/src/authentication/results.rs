//! Authentication-Results (RFC 8601): what the mail server in front found out. Anybody can write such a field, so
//! only those of a server that the installation names count, and of those only the topmost group: below the next
//! trace line stands what came from outside.

use super::{Authentication, Verdict};

const FIELD: &str = "Authentication-Results";
/// So many results of one field are read.
const RESULTS: usize = 50;
/// Characters of the explanation.
const DETAIL: usize = 500;

/// What the server in front says, where it is one of `ids` (compared without regard to case). `headers` are all fields
/// of the mail in order.
pub fn trusted(headers: &[(String, String)], ids: &[String]) -> Option<Authentication> {
    let mut found: Option<Authentication> = None;
    for (name, value) in headers {
        if found.is_some() && name.eq_ignore_ascii_case("Received") {
            break;
        }
        if !name.eq_ignore_ascii_case(FIELD) {
            continue;
        }
        let Some(results) = Results::read(value) else { continue };
        match &mut found {
            None if is_one_of(&results.server, ids) => found = Some(results.into_authentication()),
            Some(known) if known.by.eq_ignore_ascii_case(&results.server) => results.add_to(known),
            _ => {}
        }
    }
    found
}

/// How many fields claim results that nobody has to believe: of servers that are none of `ids`, or cut off from the
/// topmost group.
pub fn claims(headers: &[(String, String)], ids: &[String]) -> usize {
    let (mut begun, mut over, mut claims) = (false, false, 0);
    for (name, value) in headers {
        if name.eq_ignore_ascii_case("Received") {
            over |= begun;
        }
        if name.eq_ignore_ascii_case(FIELD) {
            let ours = Results::read(value).is_some_and(|results| is_one_of(&results.server, ids));
            if ours && !over {
                begun = true;
            } else {
                claims += 1;
            }
        }
    }
    claims
}

fn is_one_of(server: &str, ids: &[String]) -> bool {
    ids.iter().any(|id| id.eq_ignore_ascii_case(server))
}

/// One field, read.
struct Results {
    server: String,
    /// Method, result, and the rest of the sentence.
    results: Vec<(String, Verdict, String)>,
}

impl Results {
    fn read(value: &str) -> Option<Self> {
        let mut clauses = clauses(value).into_iter();
        // The id may be followed by a version.
        let server = clauses.next()?.split_whitespace().next()?.to_owned();
        let results = clauses.take(RESULTS).filter_map(|clause| {
            let (method, rest) = clause.split_once('=')?;
            // `dkim/1 = pass`: a method may carry a version, and blanks may stand around the sign.
            let method = method.split('/').next()?.trim().to_ascii_lowercase();
            let word: String = rest.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
            let verdict = Verdict::of_word(&word);
            Some((method, verdict, clause))
        });
        Some(Self { server, results: results.collect() })
    }

    fn into_authentication(self) -> Authentication {
        let mut made = Authentication { by: self.server.clone(), ..Authentication::default() };
        self.add_to(&mut made);
        made
    }

    fn add_to(self, known: &mut Authentication) {
        for (method, verdict, clause) in self.results {
            let place = match &method[..] {
                "spf" => &mut known.spf,
                "dkim" => &mut known.dkim,
                "dmarc" => &mut known.dmarc,
                _ => continue,
            };
            *place = place.or(verdict);
            if method == "dmarc" && known.about.is_empty() {
                known.about = header_from(&clause);
            }
            if known.detail.len() < DETAIL {
                let gap = if known.detail.is_empty() { "" } else { "; " };
                known.detail.push_str(gap);
                known.detail.extend(clause.chars().filter(|c| !c.is_control()).take(DETAIL));
            }
        }
        if known.detail.chars().count() > DETAIL {
            known.detail = known.detail.chars().take(DETAIL).collect();
        }
    }
}

/// Of which From a DMARC result speaks (RFC 7489, 11.1: `header.from`).
fn header_from(clause: &str) -> String {
    let words = clause.split_whitespace().filter_map(|word| word.split_once('='));
    let mut named = words.filter(|(name, _)| name.eq_ignore_ascii_case("header.from"));
    named.next().map(|(_, from)| from.trim_start_matches('@').to_lowercase()).unwrap_or_default()
}

/// The parts between semicolons, comments taken out, quoted strings opened, blanks made single.
fn clauses(value: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let (mut depth, mut quoted) = (0_usize, false);
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        let kept = match c {
            // What follows a backslash stands for itself, in comments and in quotes.
            '\\' if quoted || depth > 0 => characters.next().filter(|_| depth == 0),
            '"' if depth == 0 => {
                quoted = !quoted;
                None
            }
            '(' if !quoted => {
                depth += 1;
                Some(' ').filter(|_| depth == 1)
            }
            ')' if !quoted && depth > 0 => {
                depth -= 1;
                None
            }
            _ if depth > 0 => None,
            ';' if !quoted => {
                all.push(String::new());
                None
            }
            other => Some(other),
        };
        if let (Some(c), Some(last)) = (kept, all.last_mut()) {
            last.push(c);
        }
    }
    all.iter().map(|clause| clause.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}
