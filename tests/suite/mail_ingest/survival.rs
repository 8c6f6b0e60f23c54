//! Text survives whatever was done to it on the way (BEHAVIOURS.md, 17).

use base64::Engine as _;
use mail_ingest::{Mail, parse};

fn mail(head: &str, body: impl AsRef<[u8]>) -> Mail {
    let head = format!("From: Anna <anna@b.example>\r\nSubject: s\r\n{head}\r\n\r\n").into_bytes();
    parse(&[&head, body.as_ref()].concat())
}

fn text(head: &str, body: impl AsRef<[u8]>) -> String {
    mail(head, body).text
}

fn subject(field: &[u8]) -> String {
    parse(&[b"Subject: ", field, b"\r\n\r\nx"].concat()).subject
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn every_charset_becomes_readable() {
    let plain = |charset: &str| format!("Content-Type: text/plain; charset={charset}");
    let cases: Vec<(String, &[u8], &str)> = vec![
        (String::new(), "größer".as_bytes(), "größer"),
        (String::new(), b"gr\xf6\xdfer", "größer"),
        (plain("utf-8"), b"gr\xf6\xdfer", "größer"),
        (plain("iso-8859-1"), "größer €".as_bytes(), "größer €"),
        (plain("iso-8859-1"), b"5 \x80 \x93so\x94", "5 € “so”"),
        (plain("us-ascii"), b"gr\xf6\xdfer", "größer"),
        (plain("x-foo"), b"gr\xf6\xdfer", "größer"),
        (plain("\"ISO-8859-15\""), b"5 \xa4", "5 €"),
        (plain("windows-1251"), b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"),
        (plain("win-1251"), b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"),
        (plain("iso-8859-2"), b"\x8a\x9d", "Šť"),
        (plain("koi8-r"), b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"),
        (plain("iso-2022-jp"), b"\x1b$B$9$_$^$;$s\x1b(B", "すみません"),
        (plain("shift_jis"), b"\x82\xa0\x82\xa2", "あい"),
        (plain("gb2312"), b"\xc4\xe3\xba\xc3", "你好"),
        (plain("gb18030"), b"\xc4\xe3\xba\xc3\x81\x30\x84\x36", "你好¥"),
        (plain("big5"), b"\xa7A\xa6n", "你好"),
        (plain("euc-kr"), b"\xbe\xc8\xb3\xe7", "안녕"),
        (plain("hz-gb-2312"), b"~{Dc:C~}!", "你好!"),
        (plain("iso-2022-kr"), b"\x1b$)C\x0e>H3g\x0f!", "안녕!"),
        (plain("utf-7"), b"Hi +Jjo-!", "Hi ☺!"),
        (plain("utf-16le"), b"H\0i\0", "Hi"),
        (plain("utf8"), "ä".as_bytes(), "ä"),
        (plain("UTF-8; format=x"), "\u{feff}ä".as_bytes(), "ä"),
    ];
    for (head, body, expected) in cases {
        let head = if head.is_empty() { "X: y".to_owned() } else { head };
        assert_eq!(text(&head, body), expected, "{head}");
    }
}

#[test]
fn a_guess_is_noted() {
    let notes = mail("Content-Type: text/plain; charset=x-foo", b"gr\xf6\xdfer").notes;
    assert_eq!(notes, ["unknown charset x-foo read as windows-1252"]);
}

#[test]
fn broken_transfer_encodings_give_what_can_be_had() {
    let with = |encoding: &str, body: &[u8]| {
        text(
            &format!("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}"),
            body,
        )
    };
    assert_eq!(with("quoted-printable", b"so =C3=BC=\r\nber=3D a=ZZ b= \r\nc="), "so über= a=ZZ bc");
    assert_eq!(with("quoted-printable;", b"=C3=BC"), "ü");
    assert_eq!(with("QUOTED_PRINTABLE (really)", b"=c3=bc"), "ü");
    assert_eq!(with("base64", b"R3LD\r\n*!\xff\r\nvMOfZQ"), "Grüße");
    assert_eq!(with("BASE-64", b"R3LDvMOfZQ==\r\nR3LDvMOfZQ=="), "GrüßeGrüße");
    assert_eq!(with("base64", b"This was never encoded, see?"), "This was never encoded, see?");
    assert_eq!(with("8-bit", "ü".as_bytes()), "ü");
    assert_eq!(with("x-unknown", "ü".as_bytes()), "ü");
    assert_eq!(with("", "ü".as_bytes()), "ü");
}

#[test]
fn subjects_of_every_sort_are_decoded() {
    assert_eq!(subject(b"=?utf-8?Q?Gr=C3=BC=C3=9Fe?="), "Grüße");
    assert_eq!(subject("roh größer".as_bytes()), "roh größer");
    assert_eq!(subject(b"roh gr\xf6\xdfer"), "roh größer");
    assert_eq!(subject(b"=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?="), "Grüße", "a character cut in two");
    assert_eq!(subject(b"=?utf-8?Q?a?=\r\n =?utf-8?Q?b?= c =?utf-8?Q?d?="), "ab c d");
    assert_eq!(subject(b"=?iso-2022-jp?B?GyRCJCIbKEI=?= =?iso-2022-jp?B?GyRCJCQbKEI=?="), "あい");
    assert_eq!(
        subject(b"=?iso-2022-jp?B?GyRCJCI=?= =?iso-2022-jp?B?JCQbKEI=?="),
        "あい",
        "an escape cut off"
    );
    assert_eq!(subject(b"=?utf-8?Q?two words?="), "two words", "blanks inside");
    assert_eq!(subject(b"=?utf-8*en?Q?lang?="), "lang");
    assert_eq!(subject(b"=?x-foo?Q?gr=F6=DFer?="), "größer");
    assert_eq!(subject(b"=?utf-8?Q?never ends"), "=?utf-8?Q?never ends");
    assert_eq!(subject(b"=?utf-8?X?what?= =? ?="), "=?utf-8?X?what?= =? ?=");
    assert_eq!(subject(b"=?utf-8?Q?a=0D=0ABcc:_x=00y?="), "a Bcc: xy", "no line is smuggled");
    assert_eq!(subject(b"=?utf-8?Q?=E2=80=AEgpj.exe?="), "gpj.exe", "no reversed text");
    assert_eq!(subject("x".repeat(5_000).as_bytes()).len(), 2_000);
    assert_eq!(subject(b""), "");
}

#[test]
fn a_long_subject_in_folded_words_survives() {
    let words: Vec<String> =
        (0..200).map(|_| format!("=?utf-8?B?{}?=", base64("zehn Büro ".as_bytes()))).collect();
    assert_eq!(subject(words.join("\r\n ").as_bytes()), "zehn Büro ".repeat(200).trim_end());
}

fn attachment_name(head: &str) -> String {
    let body = format!("--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b\r\n{head}\r\n\r\ndata\r\n--b--\r\n");
    mail("Content-Type: multipart/mixed; boundary=b", body).attachments.remove(0).name
}

#[test]
fn file_names_are_decoded_in_every_form() {
    let pdf = |rest: &str| attachment_name(&format!("Content-Type: application/pdf{rest}"));
    let file = |rest: &str| {
        attachment_name(&format!("Content-Type: application/pdf\r\nContent-Disposition: attachment; {rest}"))
    };
    assert_eq!(file("filename=\"plain.pdf\""), "plain.pdf");
    assert_eq!(file("filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf"), "Grüße.pdf");
    assert_eq!(file("filename*=iso-8859-1'de'Gr%FC%DFe.pdf; filename=\"Gr__e.pdf\""), "Grüße.pdf");
    assert_eq!(file("filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9Fe; filename*2=.pdf"), "Grüße.pdf");
    assert_eq!(file("filename*1=\"b.pdf\";\r\n filename*0=\"a\""), "ab.pdf");
    assert_eq!(file("filename=\"=?utf-8?Q?Gr=C3=BC=C3=9Fe=2Epdf?=\""), "Grüße.pdf");
    assert_eq!(file("filename==?utf-8?B?R3LDvMOfZS5wZGY=?="), "Grüße.pdf");
    assert_eq!(file("filename=mit Blank.pdf"), "mit Blank.pdf");
    assert_eq!(file("filename=\"Größe.pdf\""), "Größe.pdf");
    assert_eq!(file("filename=\"a\\\"b.pdf\""), "a_b.pdf");
    assert_eq!(pdf("; name=\"only-name.pdf\""), "only-name.pdf");
    assert_eq!(pdf(""), "attachment-1.pdf");
}

#[test]
fn file_names_are_safe() {
    let file = |name: &str| {
        attachment_name(&format!(
            "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"{name}\""
        ))
    };
    assert_eq!(file("../../etc/passwd"), "passwd");
    assert_eq!(file("C:\\\\Users\\\\x\\\\report.pdf"), "report.pdf");
    assert_eq!(file("Invoice 12/2024.pdf"), "Invoice 12_2024.pdf");
    assert_eq!(file(".."), "attachment-1.pdf");
    assert_eq!(file(".htaccess"), "htaccess");
    assert_eq!(file("a\tb\u{202e}fdp.exe"), "a bfdp.exe");
    assert_eq!(file("con.pdf"), "_con.pdf");
    let long = file(&("ü".repeat(400) + ".pdf"));
    assert!(long.len() <= 180 && long.ends_with(".pdf"), "{long}");
}

#[test]
fn flowed_text_is_joined_and_quotes_keep_their_depth() {
    let flowed = "Content-Type: text/plain; format=flowed";
    assert_eq!(
        text(flowed, "one \r\ntwo\r\n\r\n> a \r\n> b\r\n>> c\r\n from\r\n-- \r\nsig \r\nned"),
        "one two\n\n> a b\n>> c\nfrom\n-- \nsig ned"
    );
    assert_eq!(text("Content-Type: text/plain; format=flowed; delsp=yes", "Donau \r\ndampf"), "Donaudampf");
}

#[test]
fn html_only_mail_is_text_with_true_link_targets() {
    let mail = mail(
        "Content-Type: text/html; charset=utf-8",
        "<html><style>x</style><p>Guten&nbsp;Tag,<p>Ihre <a href=\"https://evil.example/x\">Bank</a>",
    );
    assert_eq!(mail.text, "Guten Tag,\n\nIhre Bank <https://evil.example/x>");
    assert!(mail.html.unwrap().contains("<a href"));
}

#[test]
fn html_says_its_charset_itself() {
    let mail = mail("Content-Type: text/html", b"<meta charset=\"koi8-r\"><p>\xf0\xd2\xc9\xd7\xc5\xd4");
    assert_eq!(mail.text, "Привет");
}

#[test]
fn alternatives_are_one_text_and_calendars_are_attached() {
    let body = "--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n\
        --b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n--b--\r\n";
    let mail = mail("Content-Type: multipart/alternative; boundary=b", body);
    assert_eq!((mail.text.as_str(), mail.html.as_deref()), ("plain", Some("<p>rich</p>")));
    assert_eq!(
        (mail.attachments[0].name.as_str(), mail.attachments[0].content_type.as_str()),
        ("invitation-1.ics", "text/calendar")
    );
}

#[test]
fn an_empty_plain_alternative_gives_way_to_the_html() {
    let body = "--b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--b--\r\n";
    assert_eq!(text("Content-Type: multipart/alternative; boundary=b", body), "rich");
}

#[test]
fn inline_images_are_known_by_their_id_wherever_they_hang() {
    let body = "--b\r\nContent-Type: text/html\r\n\r\n<img src=\"cid:one@x\">\r\n\
        --b\r\nContent-Type: image/png; name=a.png\r\nContent-ID: <one@x>\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n\
        --b\r\nContent-Type: image/png; name=b.png\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--";
    let mail = mail("Content-Type: multipart/mixed; boundary=b", body);
    let parts: Vec<_> =
        mail.attachments.iter().map(|part| (part.name.as_str(), part.inline, part.data.len())).collect();
    assert_eq!(parts, [("a.png", true, 4), ("b.png", false, 1)]);
    assert_eq!(mail.attachments[0].content_id.as_deref(), Some("one@x"));
}

#[test]
fn a_contained_mail_is_attached_under_its_subject() {
    let body = "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= a/b\r\n\r\ninner\r\n--b--";
    let mail = mail("Content-Type: multipart/mixed; boundary=b", body);
    assert_eq!(mail.attachments[0].name, "Grüße a_b.eml");
    assert_eq!(mail.attachments[0].content_type, "message/rfc822");
    assert!(mail.attachments[0].data.ends_with(b"inner"));
}

#[test]
fn uuencoded_files_leave_the_text() {
    let mail = mail("X: y", "before\r\nbegin 644 ../cat.txt\r\n#0V%T\r\n`\r\nend\r\nafter");
    assert_eq!(mail.text, "before\nafter");
    assert_eq!((mail.attachments[0].name.as_str(), &mail.attachments[0].data[..]), ("cat.txt", &b"Cat"[..]));
}

#[test]
fn winmail_dat_is_opened() {
    let attribute = |level: u8, id: u32, value: &[u8]| {
        let sum = value.iter().fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
        [
            &[level][..],
            &id.to_le_bytes(),
            &u32::try_from(value.len()).unwrap().to_le_bytes(),
            value,
            &sum.to_le_bytes(),
        ]
        .concat()
    };
    let tnef = [
        vec![0x78, 0x9f, 0x3e, 0x22, 1, 0],
        attribute(1, 0x0002_800c, b"The text\0"),
        attribute(2, 0x0006_9002, &[0; 14]),
        attribute(2, 0x0001_8010, b"plan.doc\0"),
        attribute(2, 0x0006_800f, b"DATA"),
    ]
    .concat();
    let body = format!(
        "--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--",
        base64(&tnef)
    );
    let mail = mail("Content-Type: multipart/mixed; boundary=b", body);
    assert_eq!(mail.text, "The text");
    let names: Vec<_> = mail.attachments.iter().map(|part| (part.name.as_str(), part.data.len())).collect();
    assert_eq!(names, [("winmail.dat", tnef.len()), ("plan.doc", 4)]);
}

#[test]
fn outer_boundaries_end_unfinished_inner_parts() {
    let body = "--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\nContent-Type: text/plain\r\n\r\ntext\r\n\
        --outer\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\npdf\r\n--outer--";
    let mail = mail("Content-Type: multipart/mixed; boundary=outer", body);
    assert_eq!(mail.text, "text");
    assert_eq!(mail.attachments[0].data, b"pdf");
}

#[test]
fn a_multipart_without_its_boundary_is_divided_all_the_same() {
    let body = "--real\r\nContent-Type: text/plain\r\n\r\ntext\r\n--real\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\npdf\r\n--real--";
    for head in [
        "Content-Type: multipart/mixed",
        "Content-Type: multipart/mixed; boundary=",
        "Content-Type: multipart/mixed; boundary=wrong",
    ] {
        let mail = mail(head, body);
        assert_eq!((mail.text.as_str(), mail.attachments.len()), ("text", 1), "{head}");
    }
    assert_eq!(text("Content-Type: multipart/mixed", "no parts\r\n-- \r\nat all"), "no parts\n-- \nat all");
}

#[test]
fn a_boundary_within_a_line_is_text() {
    let body = "--b\r\n\r\nquoting --b in a line\r\n> --b\r\nmore\r\n--b--";
    assert_eq!(text("Content-Type: multipart/mixed; boundary=b", body), "quoting --b in a line\n> --b\nmore");
}

#[test]
fn nothing_at_all_is_still_a_mail() {
    for raw in [&b""[..], b"\r\n\r\n", b"\0\x01\x02\x03\x04\x05\x06\x07\x08"] {
        let mail = parse(raw);
        assert!(mail.unreadable, "{raw:?}");
        assert_eq!(mail.attachments[0].data, raw);
        assert_eq!(mail.content_hash.len(), 64);
    }
    let mail = parse(b"just words\r\nwithout a header");
    assert_eq!(
        (mail.text.as_str(), mail.unreadable, mail.subject.as_str()),
        ("just words\nwithout a header", false, "")
    );
    assert_eq!((mail.from, mail.date, mail.message_id), (None, None, None));
}

#[test]
fn headers_in_disorder_are_read() {
    let mail = parse(b"From mbox line Mon\nSubject : spaced\nX-Long: a\nbroken folding without indent\nFROM: a@b.example\nFrom: later@b.example\n\nbody");
    assert_eq!(
        (mail.subject.as_str(), mail.from.unwrap().address.as_str(), mail.text.as_str()),
        ("spaced", "a@b.example", "body")
    );
    let mail = parse(b"Subject: no blank line\r\nThis is the body already.\r\nMore of it.");
    assert_eq!(
        (mail.subject.as_str(), mail.text.as_str()),
        ("no blank line", "This is the body already.\nMore of it.")
    );
    let mail = parse(b"Subject: old mac\rFrom: a@b.example\r\rbody\rline");
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("old mac", "body\nline"));
}

#[test]
fn ids_are_found_in_every_spelling() {
    let mail = parse(
        b"Message-ID: <a@b>\r\nIn-Reply-To: Your message of Monday <c@d> \"x\"\r\nReferences: <e@f><g@h>\r\n\t<i\r\n @j> k\r\nReferences: <e@f>\r\n\r\nx",
    );
    assert_eq!(mail.message_id.as_deref(), Some("a@b"));
    assert_eq!(mail.in_reply_to, ["c@d"]);
    assert_eq!(mail.references, ["e@f", "g@h", "i@j"]);
    assert_eq!(parse(b"Message-Id: bare@id\r\n\r\nx").message_id.as_deref(), Some("bare@id"));
    let many: String = (0..500).map(|n| format!("<{n}@x> ")).collect();
    let references = parse(format!("References: {many}\r\n\r\nx").as_bytes()).references;
    assert_eq!((references.len(), references[0].as_str(), references[99].as_str()), (100, "0@x", "499@x"));
}

#[test]
fn outlooks_thread_index_is_decoded() {
    let index = base64(&[7; 27]);
    assert_eq!(parse(format!("Thread-Index: {index}\r\n\r\nx").as_bytes()).thread_index, Some(vec![7; 27]));
    assert_eq!(parse(b"Thread-Index: !!\r\n\r\nx").thread_index, None);
}

#[test]
fn dates_are_read_or_left_out() {
    let date = |value: &str| parse(format!("Date: {value}\r\n\r\nx").as_bytes()).date;
    assert_eq!(date("Thu, 1 Jan 1970 01:00:01 +0100"), Some(1_000_000));
    assert_eq!(date("1 Jan 24 00:00:00 GMT"), Some(1_704_067_200_000_000));
    for wrong in ["", "yesterday", "Mon, 99 Foo 2024 10:00:00", "Mon, 1 Jan 9999 10:00:00 +0000"] {
        assert_eq!(date(wrong), None, "{wrong}");
    }
}

#[test]
fn the_recipients_of_the_envelope_are_guessed_in_order() {
    let mail = parse(b"Resent-To: c@x.example\r\nX-Original-To: B@x.example\r\nTo: d@x.example\r\nDelivered-To: a@x.example\r\nDelivered-To: b@X.example\r\n\r\nx");
    assert_eq!(mail.recipients_hint, ["a@x.example", "b@x.example", "c@x.example"]);
}

#[test]
fn limits_cut_and_say_so() {
    let noted = |mail: &Mail, note: &str| {
        assert!(mail.notes.iter().any(|known| known == note), "{note}: {:?}", mail.notes)
    };
    let recipients: String = (0..300).map(|n| format!("a{n}@x.example, ")).collect();
    let crowd = mail(&format!("To: {recipients}"), "x");
    assert_eq!(crowd.to.len() + 1, 200);
    let part = "--b\r\nContent-Type: image/png\r\n\r\nx\r\n";
    let attached = mail("Content-Type: multipart/mixed; boundary=b", part.repeat(300));
    assert_eq!(attached.attachments.len(), 200);
    noted(&attached, "cut at 200 attachments");
    noted(
        &mail("Content-Type: multipart/mixed; boundary=b", "--b\r\n\r\nx\r\n".repeat(2_000)),
        "cut at 1,000 parts",
    );
    let wide = mail("X: y\r\n".repeat(3_000).trim_end(), "body");
    assert_eq!((wide.headers.len(), wide.text.as_str()), (2_000, "body"));
    noted(&wide, "header cut at 2,000 fields");
    let long = mail(&format!("X: {}", "y".repeat(100_000)), "body");
    assert!(long.header("x").unwrap().len() <= 64 * 1024 && long.text == "body");
    noted(&long, "a header field was cut at 64 kB");
    let text = mail("X: y", "word ".repeat(300_000));
    assert!(text.text.len() <= 1_000_010);
    assert_eq!(text.attachments[0].data.len(), 1_500_000, "the whole text is attached");
    noted(&text, "text cut at 1 MB");
}

#[test]
fn parts_nested_too_deep_are_attached_unread() {
    let mut body = String::new();
    for level in 0..80 {
        body += &format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
    }
    body += "\r\nfound me";
    let mail = parse(body.as_bytes());
    assert_eq!(mail.attachments[0].name, "nested.eml");
    assert!(mail.attachments[0].data.ends_with(b"found me"));
}
