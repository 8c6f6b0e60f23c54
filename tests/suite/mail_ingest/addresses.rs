//! Addresses of headers and of typed lists.

use mail_ingest::address::{normalise, parse_list};
use mail_ingest::parse;

fn from_header(value: &str) -> Vec<(String, String)> {
    let mail = parse(format!("To: {value}\r\n\r\nx").as_bytes());
    mail.to.into_iter().map(|mailbox| (mailbox.name, mailbox.address)).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, address)| ((*name).to_owned(), (*address).to_owned())).collect()
}

#[test]
fn headers_are_read_as_people_write_them() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("a@b.example", &[("", "a@b.example")]),
        ("Anna <a@b.example>", &[("Anna", "a@b.example")]),
        ("\"Doe, Anna\" <a@b.example>, c@d.example", &[("Doe, Anna", "a@b.example"), ("", "c@d.example")]),
        ("=?utf-8?Q?Doe,_Anna?= <a@b.example>", &[("Doe, Anna", "a@b.example")]),
        ("\"=?utf-8?Q?J=C3=B6rg?=\" <a@b.example>", &[("Jörg", "a@b.example")]),
        ("=?utf-8?B?SsO=?= =?utf-8?B?tnJn?= <a@b.example>", &[("Jörg", "a@b.example")]),
        ("a@b.example (Anna Doe)", &[("Anna Doe", "a@b.example")]),
        ("a@b.example <c@d.example>", &[("a@b.example", "c@d.example")]),
        ("a@b.example; c@d.example", &[("", "a@b.example"), ("", "c@d.example")]),
        ("friends: a@b.example, Carl <c@d.example>;", &[("", "a@b.example"), ("Carl", "c@d.example")]),
        ("undisclosed-recipients:;", &[]),
        ("'a@b.example' <a@b.example>", &[("a@b.example", "a@b.example")]),
        ("<a@b.example", &[("", "a@b.example")]),
        ("Anna <a@b.example> <c@d.example>", &[("Anna", "a@b.example")]),
        ("\"never closed <a@b.example>", &[("never closed", "a@b.example")]),
        ("Anna <mailto:a@b.example>", &[("Anna", "a@b.example")]),
        ("<@x.example,@y.example:a@b.example>", &[("", "a@b.example")]),
        ("\"john doe\"@b.example", &[("", "\"john doe\"@b.example")]),
        ("user@[IPv6:2001:db8::1]", &[("", "user@[IPv6:2001:db8::1]")]),
        ("Müller <müller@bücher.example>", &[("Müller", "müller@bücher.example")]),
        ("nobody", &[]),
        (",,;,", &[]),
    ];
    for (header, expected) in cases {
        assert_eq!(from_header(header), pairs(expected), "{header}");
    }
}

#[test]
fn a_sender_without_an_address_keeps_his_name() {
    let from = parse(b"From: Somebody\r\n\r\nx").from.unwrap();
    assert_eq!((from.name.as_str(), from.address.as_str()), ("Somebody", ""));
    assert_eq!(parse(b"From:\r\n\r\nx").from, None);
    let from = parse(b"From: Boss, a@b.example\r\n\r\nx").from.unwrap();
    assert_eq!(from.address, "a@b.example");
}

#[test]
fn names_cannot_break_lines_or_turn_around() {
    let from = parse(b"From: =?utf-8?Q?Anna=0D=0ABcc:_evil=E2=80=AE?= <a@b.example>\r\n\r\nx").from.unwrap();
    assert_eq!(from.name, "Anna Bcc: evil");
    let long = parse(format!("From: {} <a@b.example>\r\n\r\nx", "n".repeat(10_000)).as_bytes()).from.unwrap();
    assert_eq!(long.name.len(), 500);
}

#[test]
fn normalised_addresses_compare() {
    for (written, normal) in [
        (" <Anna@B.Example> ", "anna@b.example"),
        ("Anna@b.example.", "anna@b.example"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
        ("JÖRG@b.example", "jörg@b.example"),
        ("root@localhost", "root@localhost"),
        ("a..b.@docomo.example", "a..b.@docomo.example"),
        ("a@[192.0.2.1]", "a@[192.0.2.1]"),
        ("x+tag=1@b.example", "x+tag=1@b.example"),
    ] {
        assert_eq!(normalise(written).as_deref(), Some(normal), "{written}");
    }
    for wrong in [
        "",
        "a",
        "@b.example",
        "a@",
        "a b@c.example",
        "a@b c",
        "a@b..c",
        "a@-b.example",
        "a@b\r\nBcc: x",
        "a,b@c.example",
        "<a@b.example",
        "a\0@b.example",
    ] {
        assert_eq!(normalise(wrong), None, "{wrong:?}");
    }
    assert_eq!(normalise(&format!("a@{}.example", "b".repeat(400))), None);
}

#[test]
fn typed_lists_name_the_entry_that_is_wrong() {
    let list = parse_list("a@b.example, Anna Doe <c@d.example>;\n\"Doe, Carl\" <e@f.example>").unwrap();
    let names: Vec<_> =
        list.iter().map(|mailbox| (mailbox.name.as_str(), mailbox.address.as_str())).collect();
    assert_eq!(names, [("", "a@b.example"), ("Anna Doe", "c@d.example"), ("Doe, Carl", "e@f.example")]);
    assert_eq!(parse_list("").unwrap(), []);
    for (input, entry) in [
        ("a@b.example, anna", "anna"),
        ("a@b@c.example d", "a@b@c.example d"),
        ("x <y>", "x <y>"),
        ("a b@c.example d", "a b@c.example d"),
    ] {
        let bad = parse_list(input).unwrap_err();
        assert_eq!(bad.entry, entry, "{input}");
        assert!(bad.to_string().contains("is not a mail address"));
    }
}
