//! The pieces of a body to one readable text and one HTML view.

use super::walk::{Found, Segment};
use super::{Notes, names, transfer};
use crate::html;
use crate::limits;
use crate::mail::{Mail, Part};

/// uuencoded files of one text that are taken out.
const UU_FILES: usize = 20;

/// `outer`: the mail itself rather than one that it contains.
pub(crate) fn assemble(mail: &mut Mail, found: Found, outer: bool, notes: &mut Notes) {
    mail.attachments = found.attachments;
    let mut text = String::new();
    let mut segments = found.body;
    if segments.is_empty()
        && let Some(html) = found.spare_html
    {
        let plain = found.spare_text.iter().cloned().map(Segment::Plain).collect();
        segments.push(Segment::Both { plain, html: vec![Segment::Html(html)] });
    }
    take_uuencoded(&mut segments, &mut mail.attachments, notes);
    text_view(&segments, &mut text);
    if text.trim().is_empty() {
        for spare in &found.spare_text {
            push_block(&mut text, spare);
        }
    }
    // A mail that is nothing but another one, forwarded without a word, says what that one says. One level of it: the
    // others are read on their own page.
    if outer && text.trim().is_empty() {
        let contained = mail.attachments.iter().find(|part| part.content_type == "message/rfc822");
        text = contained.map(|part| super::contained(&part.data)).unwrap_or_default();
    }
    mail.text = tidy(&text, notes);
    if segments.iter().any(|segment| !matches!(segment, Segment::Plain(_))) {
        let mut view = String::new();
        html_view(&segments, &mut view);
        if view.len() > limits::HTML {
            notes.add("HTML cut at 1 MB".to_owned());
            view.truncate(view.floor_char_boundary(limits::HTML));
        }
        mark_inline(&mut mail.attachments, &view);
        mail.html = Some(view);
    }
}

fn text_view(segments: &[Segment], out: &mut String) {
    for segment in segments {
        if out.len() > limits::TEXT {
            return;
        }
        match segment {
            Segment::Plain(text) => push_block(out, text),
            Segment::Html(source) => push_block(out, &html::to_text(source)),
            Segment::Both { plain, .. } => text_view(plain, out),
        }
    }
}

fn html_view(segments: &[Segment], out: &mut String) {
    for segment in segments {
        if out.len() > limits::HTML {
            return;
        }
        match segment {
            Segment::Plain(text) => {
                out.push_str("<div style=\"white-space: pre-wrap\">");
                out.push_str(&text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
                out.push_str("</div>\n");
            }
            Segment::Html(source) => out.push_str(source),
            Segment::Both { html, .. } => html_view(html, out),
        }
    }
}

fn push_block(out: &mut String, block: &str) {
    if !out.is_empty() {
        out.push_str(if out.ends_with('\n') { "\n" } else { "\n\n" });
    }
    out.push_str(block);
}

/// One kind of line end, no control characters, no blank ends, at most [`limits::TEXT`] bytes.
fn tidy(text: &str, notes: &mut Notes) -> String {
    let mut out = String::with_capacity(text.len().min(limits::TEXT));
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push('\n');
            }
            '\n' | '\t' => out.push(c),
            '\u{c}' | '\u{b}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {}
            _ if c.is_control() => {}
            _ => out.push(c),
        }
        if out.len() > limits::TEXT {
            notes.add("text cut at 1 MB".to_owned());
            break;
        }
    }
    out.trim_end().trim_start_matches(['\n', '\r']).to_owned()
}

/// format=flowed (RFC 3676): lines that end in a blank go on in the next one of the same quote depth.
pub(crate) fn unflow(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|&byte| byte == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- " || content == "--";
        let goes_on = open == Some(depth) && !signature;
        if !goes_on {
            if open.is_some() {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n('>', depth));
            if depth > 0 && !content.is_empty() {
                out.push(' ');
            }
        }
        let soft = content.ends_with(' ') && !signature;
        if soft {
            out.push_str(if delete_space { &content[..content.len() - 1] } else { content });
            open = Some(depth);
        } else {
            out.push_str(content);
            out.push('\n');
            open = None;
        }
    }
    out
}

fn take_uuencoded(segments: &mut [Segment], attachments: &mut Vec<Part>, notes: &mut Notes) {
    for segment in segments {
        let Segment::Plain(text) = segment else { continue };
        for _ in 0..UU_FILES {
            let Some(file) = transfer::uudecode(text.as_bytes()) else { break };
            if attachments.len() >= limits::ATTACHMENTS || !text.is_char_boundary(file.range.end) {
                break;
            }
            notes.add("a uuencoded file was taken out of the text".to_owned());
            let name = names::safe(&String::from_utf8_lossy(&file.name))
                .unwrap_or_else(|| names::default_for("application/octet-stream", attachments.len() + 1));
            text.replace_range(file.range, "");
            attachments.push(Part {
                name,
                content_type: "application/octet-stream".to_owned(),
                data: file.data,
                ..Part::default()
            });
        }
    }
}

/// Images that the HTML refers to belong into it even where they are called attachments.
fn mark_inline(attachments: &mut [Part], html: &str) {
    for part in attachments.iter_mut().filter(|part| part.content_type.starts_with("image/")) {
        if let Some(id) = &part.content_id {
            part.inline |= memchr::memmem::find(html.as_bytes(), format!("cid:{id}").as_bytes()).is_some();
        }
    }
}
