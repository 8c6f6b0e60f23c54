//! Commands (RFC 5321, 4.1; RFC 2033, 4.1), read strictly: what two servers could read differently is refused.

/// A command of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Helo(String),
    Ehlo(String),
    Lhlo(String),
    Mail { from: Option<String>, size: Option<u64>, smtputf8: bool },
    Rcpt(String),
    Data,
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,
    StartTls,
}

/// What is wrong with a line, as reply.
pub(super) type Wrong = &'static str;

const SYNTAX: Wrong = "501 5.5.4 Syntax error in parameters";
const BAD_ADDRESS: Wrong = "501 5.1.3 Bad address syntax";
const UNKNOWN_PARAMETER: Wrong = "555 5.5.4 Parameter not supported";

/// Reads a line without its CRLF.
pub(super) fn parse(line: &[u8]) -> Result<Command, Wrong> {
    let text = std::str::from_utf8(line).map_err(|_| "500 5.5.2 Command is not UTF-8")?;
    if text.chars().any(char::is_control) {
        return Err("500 5.5.2 Control characters in command");
    }
    let text = text.trim_end();
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim();
    match verb.to_ascii_uppercase().as_str() {
        "HELO" => Ok(Command::Helo(greeting(rest)?)),
        "EHLO" => Ok(Command::Ehlo(greeting(rest)?)),
        "LHLO" => Ok(Command::Lhlo(greeting(rest)?)),
        "MAIL" => mail(after_keyword(rest, "FROM:")?),
        "RCPT" => rcpt(after_keyword(rest, "TO:")?),
        "DATA" => bare(rest, Command::Data),
        "RSET" => bare(rest, Command::Rset),
        "STARTTLS" => bare(rest, Command::StartTls),
        "QUIT" => bare(rest, Command::Quit),
        "NOOP" => Ok(Command::Noop),
        "VRFY" => Ok(Command::Vrfy),
        "HELP" => Ok(Command::Help),
        "EXPN" | "AUTH" | "BDAT" | "ETRN" | "TURN" => Err("502 5.5.1 Command not implemented"),
        _ => Err("500 5.5.2 Command not recognised"),
    }
}

fn bare(rest: &str, command: Command) -> Result<Command, Wrong> {
    if rest.is_empty() { Ok(command) } else { Err(SYNTAX) }
}

fn greeting(name: &str) -> Result<String, Wrong> {
    if name.is_empty() || name.len() > 255 || name.contains(' ') {
        Err("501 5.5.4 Your name, please")
    } else {
        Ok(name.to_owned())
    }
}

fn after_keyword<'a>(rest: &'a str, keyword: &str) -> Result<&'a str, Wrong> {
    match rest.split_at_checked(keyword.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(keyword) => Ok(rest.trim_start()),
        _ => Err(SYNTAX),
    }
}

fn mail(rest: &str) -> Result<Command, Wrong> {
    let (path, parameters) = path(rest)?;
    let from = if path.is_empty() { None } else { Some(address(path)?) };
    let (mut size, mut smtputf8) = (None, false);
    for parameter in parameters.split_ascii_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name.to_ascii_uppercase().as_str() {
            "SIZE" if value.len() <= 20 && !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                size = Some(value.parse().unwrap_or(u64::MAX));
            }
            "BODY" if value.eq_ignore_ascii_case("7BIT") || value.eq_ignore_ascii_case("8BITMIME") => {}
            "SMTPUTF8" if value.is_empty() => smtputf8 = true,
            "SIZE" | "BODY" | "SMTPUTF8" => return Err(SYNTAX),
            _ => return Err(UNKNOWN_PARAMETER),
        }
    }
    if from.as_deref().is_some_and(|from| !from.is_ascii()) && !smtputf8 {
        return Err("553 5.6.7 Address needs SMTPUTF8");
    }
    Ok(Command::Mail { from, size, smtputf8 })
}

fn rcpt(rest: &str) -> Result<Command, Wrong> {
    let (path, parameters) = path(rest)?;
    if !parameters.trim().is_empty() {
        return Err(UNKNOWN_PARAMETER);
    }
    // RFC 5321, 4.5.1: the postmaster needs no domain.
    if path.eq_ignore_ascii_case("postmaster") {
        return Ok(Command::Rcpt(path.to_owned()));
    }
    Ok(Command::Rcpt(address(path)?))
}

/// `<path>` and what follows it.
fn path(rest: &str) -> Result<(&str, &str), Wrong> {
    let inner = rest.strip_prefix('<').ok_or(SYNTAX)?;
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => {
                let after = &inner[at + 1..];
                if !after.is_empty() && !after.starts_with(' ') {
                    return Err(SYNTAX);
                }
                return Ok((&inner[..at], after));
            }
            _ => {}
        }
    }
    Err(SYNTAX)
}

/// `local@domain`, a source route before it cut off.
fn address(path: &str) -> Result<String, Wrong> {
    let path = match path.strip_prefix('@') {
        Some(route) => route.split_once(':').ok_or(BAD_ADDRESS)?.1,
        None => path,
    };
    // RFC 5321 allows 256; bounce addresses of large senders exceed the limit of 64 for the local part.
    if path.len() > crate::limits::ADDRESS || crate::address::normalise(path).is_none() {
        return Err(BAD_ADDRESS);
    }
    Ok(path.to_owned())
}
