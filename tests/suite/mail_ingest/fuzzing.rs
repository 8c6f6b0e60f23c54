//! The entry points for fuzzing, driven by a seeded mutator: twenty seconds of processor time each. The same seed
//! makes the same bytes; `TURNSTONE_FUZZ_SEED` and `TURNSTONE_FUZZ_SECONDS` choose another run.

use mail_ingest::fuzz;
use tests::mutate::{Seed, budget, busy, corpus, mutate};

const SECONDS: u64 = 20;

/// Runs `target` over mutations of `bodies` until the time is up. The bytes that broke it are kept.
fn drive(name: &str, bodies: &[Vec<u8>], tokens: &[&[u8]], target: fn(&[u8])) {
    let mut seed = Seed::from_env(0x5eed_2026_1122_0001);
    let (begun, time) = (busy(), budget(SECONDS));
    let mut rounds = 0u64;
    // As they are, first: what is no mutation has to hold too.
    for body in bodies {
        target(body);
    }
    while busy() - begun < time {
        for _ in 0..20 {
            rounds += 1;
            let from = seed.number();
            let body = &bodies[seed.next(bodies.len())];
            let bytes = mutate(&mut seed, body, bodies, tokens);
            if std::panic::catch_unwind(|| target(&bytes)).is_err() {
                let kept = std::env::temp_dir().join(format!("turnstone-{name}-{from}.bin"));
                std::fs::write(&kept, &bytes).unwrap();
                panic!(
                    "{name}: round {rounds} broke; TURNSTONE_FUZZ_SEED={from} repeats it; its bytes: {}",
                    kept.display()
                );
            }
        }
    }
    println!("{name}: {rounds} rounds");
    assert!(rounds >= 500, "{name}: only {rounds} rounds in {time:?}");
}

fn mails() -> Vec<Vec<u8>> {
    corpus().iter().map(|path| std::fs::read(path).unwrap()).filter(|mail| mail.len() < 200_000).collect()
}

#[test]
fn any_mail_is_read_and_what_is_read_is_tame() {
    let tokens: [&[u8]; 34] = [
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"--",
        b"=?utf-8?B?",
        b"=?iso-2022-jp?Q?",
        b"?=",
        b"\"",
        b"<",
        b">",
        b"\0",
        b"\xff\xfe",
        b"\x1b$B",
        b"\xe2\x80\xae",
        b"Content-Type: multipart/mixed; boundary=\"x\"\r\n",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"Content-Type: text/html\r\n\r\n",
        b"Content-Type: text/calendar\r\n\r\n",
        b"Content-Type: application/rtf\r\n\r\n",
        b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n",
        b"Content-Disposition: attachment; filename*0*=utf-8''",
        b"\r\n--x\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"; charset=utf-16",
        b"; charset=iso-2022-kr",
        b"; format=flowed; delsp=yes",
        b"begin 644 x\n",
        b"<table>",
        b"<!--",
        b"<a href='http://\xc3\xbc@x:1'>",
        b"On Monday 1 Anna wrote:\r\n> ",
        b"\x78\x9f\x3e\x22",
    ];
    drive("mail", &mails(), &tokens, fuzz::parse_mail);
}

#[test]
fn any_winmail_dat_and_rtf_is_read() {
    let mut bodies: Vec<Vec<u8>> = mails()
        .iter()
        .flat_map(|mail| mail_ingest::parse(mail).attachments)
        .filter(|part| {
            part.content_type.contains("tnef")
                || part.content_type.contains("rtf")
                || part.content_type.contains("pkcs7-mime")
        })
        .map(|part| part.data)
        .collect();
    assert!(bodies.len() >= 10, "only {} files to start from", bodies.len());
    bodies.push(
        br"{\rtf1\ansi{\fonttbl{\f0\fcharset128 x;}}\f0 a\u-10179?\u-8704? \'82\'a0\bin3 xyz\par}".to_vec(),
    );
    let tokens: [&[u8]; 16] = [
        b"{",
        b"}",
        b"\\",
        b"\\bin99999 ",
        b"\\u-1?",
        b"\\uc9 ",
        b"{\\*\\htmltag64 <p>}",
        b"\\fromhtml1 ",
        b"\\'e4",
        b"\x78\x9f\x3e\x22",
        b"\xff\xff\xff\xff",
        b"\x02\x01\x09\x10",
        b"\x02\x90\x06\x00",
        b"\x0f\x80\x06\x00",
        b"\x24\x80",
        b"\0\0\0\0",
    ];
    drive("tnef", &bodies, &tokens, fuzz::tnef);
}

#[test]
fn any_client_gets_replies_and_no_mail_is_smuggled() {
    let dialogue = |first: u8, words: &str| [&[first][..], words.replace('\n', "\r\n").as_bytes()].concat();
    let mut bodies = vec![
        dialogue(
            4,
            "EHLO c.example\nMAIL FROM:<a@c.example> SIZE=100\nRCPT TO:<ab@x.example>\nDATA\nSubject: x\n\n..dot\n.\nQUIT\n",
        ),
        dialogue(
            5,
            "LHLO c.example\nMAIL FROM:<>\nRCPT TO:<ab@x.example>\nRCPT TO:<abc@x.example>\nRCPT TO:<abcd@x.example>\nDATA\nhi\n.\nRSET\nNOOP\nQUIT\n",
        ),
        dialogue(
            6,
            "HELO c.example\nMAIL FROM:<a@c.example>\nRCPT TO:<ab@x.example>\nDATA\na\n.\nMAIL FROM:<b@c.example> SMTPUTF8\nRCPT TO:<ü@x.example>\nDATA\nb\n.\nVRFY x\nHELP\nSTARTTLS\n",
        ),
    ];
    // A mail that is larger than the limit, then another one.
    bodies.push(dialogue(4, &format!("EHLO c\nMAIL FROM:<a@c>\nRCPT TO:<ab@x.example>\nDATA\n{}\n.\nMAIL FROM:<a@c>\nRCPT TO:<ab@x.example>\nDATA\nsmall\n.\nQUIT\n", "x".repeat(5_000))));
    let tokens: [&[u8]; 18] = [
        b"\r\n",
        b"\n",
        b"\r",
        b".",
        b"\r\n.\r\n",
        b"\n.\n",
        b"\r\n.\n",
        b"\r.\r",
        b"DATA\r\n",
        b"MAIL FROM:<a@b.example>\r\n",
        b"RCPT TO:<ab@x.example>\r\n",
        b"EHLO x\r\n",
        b"LHLO x\r\n",
        b"RSET\r\n",
        b"QUIT\r\n",
        b"<",
        b"\0",
        b"\xff",
    ];
    drive("smtp", &bodies, &tokens, fuzz::smtp_dialogue);
}
