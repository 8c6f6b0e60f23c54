//! What one mail may cost (SECURITY 2.3): a second of processor time up to 1 MB and ten for any, and 64 MB of memory
//! plus eight times its size. Each mail is read by a process of its own, whose peak the kernel knows.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;
use tests::mutate::{Seed, mutate};

/// The suite's build is slower than the product's by this factor or more.
const UNOPTIMISED: u64 = 4;
const MEGABYTE: usize = 1_000_000;
const LARGEST: usize = 35 * 1_048_576;

fn measured(raw: &[u8]) -> Value {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parse_one"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(raw).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn costs_little(name: &str, raw: &[u8]) {
    let cost = measured(raw);
    println!("{name}: {} bytes, {} ms, {} kB", raw.len(), cost["cpu_ms"], cost["extra_kb"]);
    let milliseconds = if raw.len() <= MEGABYTE { 1_000 } else { 10_000 };
    assert!(cost["cpu_ms"].as_u64().unwrap() <= milliseconds * UNOPTIMISED, "{name}: {cost}");
    let kilobytes = 64 * 1_024 + 8 * raw.len() as u64 / 1_024;
    assert!(cost["extra_kb"].as_u64().unwrap() <= kilobytes, "{name}: {cost}, allowed {kilobytes} kB");
}

fn filled(head: &str, piece: &str, size: usize) -> Vec<u8> {
    let mut raw = head.as_bytes().to_vec();
    let room = size.saturating_sub(raw.len());
    raw.extend(piece.as_bytes().iter().cycle().take(room));
    raw
}

fn html(piece: &str, size: usize) -> Vec<u8> {
    filled("Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n", piece, size)
}

#[test]
fn a_megabyte_costs_a_second_at_most() {
    for (name, piece) in [
        ("nested divs", "<div>"),
        ("nested tables", "<table><tr><td>"),
        ("nested lists", "<ul><li>"),
        ("nested quotes", "<blockquote>x"),
        ("unclosed bold", "<b>x"),
        ("unclosed paragraphs with fonts", "<p><font color=red><b><i>x"),
        ("attributes", " a1=b style='color:red'"),
        ("styles", "<p style='color:red;font-size:12px;margin:0 0 0 0;border:1px solid rgb(1,2,3)'>"),
        ("style sheets", "<style>p{color:red}</style>"),
        ("entities", "&amp;&lt;&nbsp;&#8364;&unknown;"),
        ("comments", "<!-- x --><!--[if mso]>y<![endif]-->"),
        ("links", "<a href='https://x.example/?a=1'>x</a>"),
        ("images", "<img src='cid:a' alt=x><img src='http://x.example/y.png'>"),
        ("open angles", "<"),
        ("ampersands", "&"),
        ("tags that never end", "<a b='"),
        ("cells without a table", "<td><tr><th>"),
        ("select", "<select><option>x"),
    ] {
        costs_little(&format!("html of {name}"), &html(piece, MEGABYTE));
    }
    costs_little(
        "one tag of a megabyte",
        &html("<p ", 3).into_iter().chain(filled("", " a=b", 999_000)).collect::<Vec<_>>(),
    );
    for (name, head, piece) in [
        ("quoted lines", "X: y\r\n\r\n", "> a line of words that is quoted\r\n"),
        ("announcements", "X: y\r\n\r\n", "On Monday 1 a@b.example wrote:\r\n> x\r\n"),
        ("links in text", "X: y\r\n\r\n", "http://a.example/ "),
        ("links of other scripts", "X: y\r\n\r\n", "http://bücher.example/ "),
        ("flowed", "Content-Type: text/plain; format=flowed\r\n\r\n", "> a \r\n"),
        ("iso-2022-jp", "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n", "\u{1b}$B$\"\u{1b}(B"),
        ("utf-7", "Content-Type: text/plain; charset=utf-7\r\n\r\n", "+AOQ-"),
        ("cp437", "Content-Type: text/plain; charset=cp437\r\n\r\n", "ä"),
        ("fields", "", "Subject: =?utf-8?Q?a?= =?utf-8?Q?b?=\r\n"),
        ("one field", "Subject: ", "=?utf-8?B?w7w=?= "),
        ("addresses", "To: ", "\"a\" <a@b.example>, "),
        ("parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n\r\nx\r\n"),
        (
            "attachments",
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
            "--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n",
        ),
        (
            "calendar",
            "Content-Type: text/calendar\r\n\r\n",
            "BEGIN:VEVENT\r\nSUMMARY:x\r\nATTENDEE;CN=a:mailto:a@b\r\nEND:VEVENT\r\n",
        ),
        ("folded calendar", "Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n", " y\r\n"),
        ("rtf", "Content-Type: application/rtf\r\n\r\n{\\rtf1", "{\\f0\\u8364?\\'e4\\par}"),
        ("rtf groups", "Content-Type: application/rtf\r\n\r\n{\\rtf1", "{"),
        ("uuencode", "X: y\r\n\r\n", "begin 644 a\r\n#0V%T\r\n`\r\nend\r\n"),
        ("uuencode without end", "X: y\r\n\r\n", "begin 644 a\r\n#0V%T\r\n"),
        ("mails in mails", "Content-Type: message/rfc822\r\n\r\n", "Content-Type: message/rfc822\r\n\r\n"),
        ("NULs", "X: y\r\n\r\n", "\0"),
        ("line ends", "X: y\r\n\r\n", "\r\n"),
    ] {
        costs_little(name, &filled(head, piece, MEGABYTE));
    }
}

#[test]
fn the_largest_mail_costs_ten_seconds_at_most() {
    let multipart = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (name, head, piece) in [
        ("text", "X: y\r\n\r\n".to_owned(), "A line of text like any other.\r\n"),
        (
            "text of another charset",
            "Content-Type: text/plain; charset=windows-1252\r\n\r\n".to_owned(),
            "ÄÖÜ",
        ),
        (
            "base64",
            format!(
                "{multipart}--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            ),
            "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n",
        ),
        (
            "quoted-printable",
            "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".to_owned(),
            "=C3=A4=\r\n",
        ),
        ("html", "Content-Type: text/html\r\n\r\n".to_owned(), "<p>word <b>bold</b></p>"),
        ("delimiters", multipart.to_owned(), "--b\r\n\r\nx\r\n"),
        ("delimiters that are none", multipart.to_owned(), "--bx\r\n"),
        ("fields", String::new(), "X-Field: value\r\n"),
        ("one line", "X: y\r\n\r\n".to_owned(), "x"),
        ("CR alone", String::new(), "X: y\r"),
        ("uuencode", "X: y\r\n\r\n".to_owned(), "begin 644 a\r\n#0V%T\r\n`\r\nend\r\n"),
        ("mails in mails", String::new(), "Content-Type: message/rfc822\r\n\r\n"),
        (
            "a mail inside",
            format!("{multipart}--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n"),
            "text\r\n",
        ),
        ("rtf", "Content-Type: application/rtf\r\n\r\n{\\rtf1".to_owned(), "{\\f0 x\\par}"),
        ("calendar", "Content-Type: text/calendar\r\n\r\n".to_owned(), "BEGIN:VEVENT\r\nSUMMARY:x\r\n"),
    ] {
        costs_little(name, &filled(&head, piece, LARGEST));
    }
}

#[test]
fn a_spoilt_mail_costs_no_more() {
    let mut seed = Seed::from_env(0x5eed_2026_1126_0002);
    let bodies: Vec<Vec<u8>> =
        tests::mutate::corpus().iter().map(|path| std::fs::read(path).unwrap()).collect();
    for round in 0..60 {
        // Blown up to some hundred kilobytes by repeating what was spoilt.
        let pick = seed.next(bodies.len());
        let one = mutate(&mut seed, &bodies[pick], &bodies, &[b"\r\n--x\r\n", b"<div>"]);
        let from = seed.next(one.len());
        let piece = one[from..].iter().copied().take(2_000).collect::<Vec<_>>();
        let raw = [&one[..], &piece.repeat(400_000 / piece.len().max(1))].concat();
        costs_little(&format!("round {round}"), &raw);
    }
}
