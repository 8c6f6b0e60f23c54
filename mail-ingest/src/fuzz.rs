//! Entry points for fuzzing: each takes any bytes and asserts what must hold of them. The suite drives them with
//! mutated mails; `tests/fuzz` makes them targets of cargo-fuzz.

use crate::{Mail, Part, calendar, classify, html, limits, parse, quote};

/// A mail, with all that is done with it before somebody reads it.
///
/// # Panics
/// When something does not hold: that is what it is for.
pub fn parse_mail(data: &[u8]) {
    let mail = parse(data);
    check(&mail);
    let _ = classify(&mail, Some("someone@example.net"), &|address| address.ends_with("@helpdesk.example"));
    let _ = classify(&mail, None, &|_| true);
    let mut known = quote::Known::default();
    for side in [quote::Side::Theirs, quote::Side::Ours] {
        let segments = quote::fold_against(&mail.text, &known, side);
        let whole: String = segments.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!(whole, mail.text, "folding lost something");
        known.add(&mail.text, side);
    }
    if let Some(source) = &mail.html {
        let inline = |_: &str| Some("/inline/1".to_owned());
        for remote_images in [false, true] {
            check_html(&html::clean(source, &html::Options { inline: &inline, remote_images }).html);
        }
        check_text(&html::to_text(source));
    }
    for part in &mail.attachments {
        check_part(part);
        if part.content_type == "text/calendar"
            && let Some(found) = calendar::parse(&String::from_utf8_lossy(&part.data))
        {
            check_calendar(&found);
        }
    }
}

/// The bytes of a winmail.dat, of compressed RTF, of RTF and of an S/MIME wrapping.
///
/// # Panics
/// As [`parse_mail`].
pub fn tnef(data: &[u8]) {
    for (text, parts) in crate::parse::fuzz_attached(data) {
        assert!(text.len() <= 64 * limits::TEXT, "{} bytes of text", text.len());
        parts.iter().for_each(check_part);
    }
}

/// What a client says to the listener. The first byte chooses SMTP or LMTP, and how the bytes arrive.
///
/// # Panics
/// As [`parse_mail`].
pub fn smtp_dialogue(data: &[u8]) {
    crate::wire::fuzz_dialogue(data);
}

fn check(mail: &Mail) {
    assert!(!mail.notes.iter().any(|note| note.contains("the parser failed")), "it panicked");
    assert!(mail.subject.chars().count() <= limits::SUBJECT && one_line(&mail.subject), "{:?}", mail.subject);
    assert!(mail.headers.iter().all(|(name, value)| one_line(name) && one_line(value)), "{:?}", mail.headers);
    assert!(mail.headers.len() <= limits::HEADER_COUNT);
    assert!(mail.attachments.len() <= limits::ATTACHMENTS + 20, "{} attachments", mail.attachments.len());
    assert!(mail.references.len() <= limits::REFERENCES && mail.in_reply_to.len() <= limits::REFERENCES);
    assert!(mail.html.as_ref().is_none_or(|html| html.len() <= limits::HTML));
    assert!(
        mail.notes.len() <= limits::NOTES && mail.notes.iter().all(|note| one_line(note)),
        "{:?}",
        mail.notes
    );
    assert_eq!(mail.content_hash.len(), 64);
    check_text(&mail.text);
    let people = mail.from.iter().chain(&mail.sender).chain(&mail.reply_to).chain(&mail.to).chain(&mail.cc);
    for person in people {
        assert!(one_line(&person.name) && one_line(&person.address), "{person:?}");
        assert!(person.address.len() <= limits::ADDRESS, "{person:?}");
    }
    for id in mail.message_id.iter().chain(&mail.references).chain(&mail.in_reply_to) {
        assert!(!id.is_empty() && one_line(id) && !id.contains(' '), "{id:?}");
    }
}

fn check_part(part: &Part) {
    assert!(!part.name.is_empty() && part.name.len() <= limits::NAME + 1, "{:?}", part.name);
    assert!(one_line(&part.name) && !part.name.contains(['/', '\\']), "{:?}", part.name);
    assert!(!part.name.starts_with('.'), "{:?}", part.name);
    let (main, sub) = part.content_type.split_once('/').unwrap_or_default();
    let token = |c: char| c.is_ascii_alphanumeric() || ".+-_".contains(c);
    assert!(!main.is_empty() && !sub.is_empty(), "{:?}", part.content_type);
    assert!(main.chars().chain(sub.chars()).all(token), "{:?}", part.content_type);
    assert!(part.content_id.as_ref().is_none_or(|id| one_line(id)), "{:?}", part.content_id);
}

fn check_text(text: &str) {
    assert!(text.len() <= limits::TEXT + 4_000, "{} bytes of text", text.len());
    assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "a control character");
}

fn check_html(html: &str) {
    for tag in html.split('<').skip(1) {
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next();
        assert!(name.is_some_and(|name| html::ELEMENTS.contains(&name)), "<{tag}");
    }
}

fn check_calendar(found: &calendar::Calendar) {
    for event in &found.events {
        assert!(one_line(&event.summary) && one_line(&event.location), "{event:?}");
        assert!(event.start.iter().chain(&event.end).all(|when| calendar::weekday(when.date) < 7));
    }
    let _ = calendar::to_text(found);
}

fn one_line(text: &str) -> bool {
    !text.contains(|c: char| c.is_control())
}
