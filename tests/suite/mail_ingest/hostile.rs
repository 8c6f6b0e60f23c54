//! Mails made to hang, crash or exhaust: they end in a mail, in time.

use std::time::Duration;

use mail_ingest::{classify, html, parse, quote};
use tests::mutate::busy;

/// Generous for an unoptimised build; each mail takes far less.
const LIMIT: Duration = Duration::from_secs(5);

fn survives(name: &str, raw: &[u8]) {
    let start = busy();
    let mail = parse(raw);
    let parsed = busy() - start;
    let _ = classify(&mail, None, &|_| false);
    let segments = quote::fold(&mail.text);
    assert_eq!(segments.iter().map(|segment| segment.text.as_str()).collect::<String>(), mail.text);
    if let Some(source) = &mail.html {
        let _ = html::clean(source, &html::Options { inline: &|_| None, remote_images: true });
    }
    let took = busy() - start;
    println!("{name}: parsed in {parsed:?}, all in {took:?}");
    assert!(took < LIMIT, "{name}: {took:?} for {} bytes", raw.len());
}

#[test]
fn bombs_of_structure_end_in_time() {
    let nested: String =
        (0..20_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
    survives("nested multiparts", nested.as_bytes());
    survives(
        "many parts",
        format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(200_000)).as_bytes(),
    );
    survives(
        "many delimiters in a line",
        format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b".repeat(400_000)).as_bytes(),
    );
    survives(
        "delimiters that are none",
        format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--bx\n".repeat(300_000)).as_bytes(),
    );
    let unopened: String =
        (0..1_000).map(|n| format!("--b\nContent-Type: multipart/mixed; boundary=c{n}\n\nx\n")).collect();
    survives(
        "multiparts that never begin",
        format!("Content-Type: multipart/mixed; boundary=b\n\n{unopened}{}", "y\n".repeat(500_000))
            .as_bytes(),
    );
    let rfc822 = "Content-Type: message/rfc822\n\n".repeat(50_000);
    survives("mails in mails", rfc822.as_bytes());
    survives("one header of a megabyte", format!("Subject: {}\n\nx", "a".repeat(1_000_000)).as_bytes());
    survives("a hundred thousand headers", format!("{}\nx", "X-A: b\n".repeat(100_000)).as_bytes());
    survives("a header of folds", format!("Subject: a\n{}\nx", " b\n".repeat(300_000)).as_bytes());
    survives("no line end at all", &vec![b'a'; 2_000_000]);
    survives("nothing but line ends", &vec![b'\n'; 2_000_000]);
    survives("NULs", &vec![0; 1_000_000]);
}

#[test]
fn bombs_of_words_end_in_time() {
    for (name, piece) in [
        ("encoded word starts", "=?"),
        ("encoded words", "=?utf-8?Q?a?= "),
        ("unfinished words", "=?utf-8?Q?a "),
        ("commas", ","),
        ("angles", "<"),
        ("quotes", "\""),
        ("comments", "("),
        ("closed comments", "()"),
        ("at signs", "@"),
        ("addresses", "a@b,"),
        ("groups", "g:"),
        ("brackets", "["),
        ("backslashes", "\\"),
        ("ids", "<a@b> "),
        ("semicolons", ";"),
        ("parameters", "; a=b"),
        ("continuations", "; filename*0=a"),
    ] {
        let value = piece.repeat(64 * 1024 / piece.len());
        let fields = [
            "From",
            "To",
            "Cc",
            "Subject",
            "References",
            "Content-Type",
            "Content-Disposition",
            "Date",
            "Content-ID",
        ];
        for field in fields {
            survives(&format!("{name} in {field}"), format!("{field}: {value}\n\nx").as_bytes());
        }
        // What an address makes of it, four times, which is all that a header block holds.
        let field = format!("To: {} a@b.example\n", value.get(..60_000).unwrap_or(&value));
        survives(&format!("{name} before an address"), format!("{}\nx", field.repeat(4)).as_bytes());
        let all: String =
            ["To", "Cc", "Reply-To"].iter().map(|field| format!("{field}: {value}\n")).collect();
        survives(&format!("{name} everywhere"), format!("{all}\nx").as_bytes());
    }
}

#[test]
fn bombs_of_html_end_in_time() {
    let half = 450_000;
    let distinct: String = (0..80_000).map(|n| format!("a{n} ")).collect();
    let fonts: String = (0..90).map(|n| format!("<font color=c{n}>")).collect();
    let cases = [
        ("divs", "<div>".repeat(half / 5)),
        ("unclosed bold", "<b>".repeat(half / 3)),
        ("attributes", format!("<p {distinct}>x")),
        ("fonts in paragraphs", format!("<p>{fonts}{}", "<p>x".repeat(half / 4))),
        ("fonts around blocks", format!("{fonts}{}", "<div>x</div>".repeat(half / 12))),
        ("links in links", "<a href=http://x>".repeat(half / 17)),
        ("tables", "<table><tr><td>".repeat(half / 15)),
        ("misnested", "<b><i></b></i><table><b>".repeat(half / 24)),
        ("open angles", "<".repeat(half)),
        ("open tags", "<a ".repeat(half / 3)),
        ("open quotes", "<a b=\">".repeat(half / 7)),
        ("comments", "<!--".repeat(half / 4)),
        ("styles", "<style>".repeat(half / 7)),
        ("scripts closed wrongly", "<script></scrip>".repeat(half / 16)),
        ("entities", "&amp".repeat(half / 4)),
        ("ampersands", "&".repeat(half)),
        ("numbers", "&#".repeat(half / 2)),
        ("lists", "<ul><li>".repeat(half / 8)),
        ("quotes", "<blockquote>x".repeat(half / 13)),
        ("images", "<img src=http://x/y>".repeat(half / 20)),
        ("styles inline", format!("<p style=\"{}\">x", "color:red;".repeat(40_000))),
        ("select", "<select><option>".repeat(half / 16)),
        ("svg", "<svg><p>".repeat(half / 8)),
    ];
    for (name, source) in cases {
        survives(name, format!("Content-Type: text/html\n\n{source}").as_bytes());
    }
}

#[test]
fn bombs_of_text_end_in_time() {
    for (name, line) in [
        ("quotes", "> a\n"),
        ("announcements", "On Monday wrote\n"),
        ("headers", "From: x\nTo: y\nSubject: z\n"),
        ("rulers", "__________\n"),
        ("signatures", "-- \n"),
        ("uuencode", "begin 644 a\nM0\n"),
        ("blank", " \n"),
        ("quoted blank", ">\n\n"),
    ] {
        survives(name, format!("X: y\n\n{}", line.repeat(600_000 / line.len())).as_bytes());
    }
}

#[test]
fn a_large_attachment_is_quick() {
    let data = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODk=\r\n"
        .repeat(240_000);
    let raw = format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n{data}--b--"
    );
    let start = busy();
    let mail = parse(raw.as_bytes());
    assert_eq!(mail.attachments[0].data.len(), 240_000 * 62);
    let took = busy() - start;
    assert!(took < Duration::from_secs(8), "{took:?}");
}
