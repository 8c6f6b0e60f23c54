//! The dialogue, byte by byte.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mail_ingest::wire::{Bind, Bound, Envelope, Intake, Listener, Protocol, Recipient, Refusal, Settings};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// Takes mail for `@ours.example`, refuses on demand, remembers all.
#[derive(Default)]
struct Office {
    mails: Mutex<Vec<(Envelope, Vec<u8>)>>,
    refuse: Mutex<Option<Refusal>>,
    slow: bool,
}

impl Intake for Office {
    async fn recipient(&self, address: &str) -> Recipient {
        match address {
            "later@ours.example" => Recipient::Later,
            _ if address.ends_with("@ours.example") || address.eq_ignore_ascii_case("postmaster") => {
                Recipient::Ours
            }
            _ => Recipient::Unknown,
        }
    }

    async fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> Result<String, Refusal> {
        if self.slow {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        if let Some(refusal) = self.refuse.lock().unwrap().clone() {
            return Err(refusal);
        }
        let mut mails = self.mails.lock().unwrap();
        mails.push((envelope, raw));
        Ok(format!("id-{}", mails.len()))
    }
}

struct Server {
    bound: Bound,
    office: Arc<Office>,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

impl Server {
    async fn start(settings: Settings) -> Server {
        Server::with(settings, Office::default()).await
    }

    async fn with(settings: Settings, office: Office) -> Server {
        Server::on(Bind::Tcp(([127, 0, 0, 1], 0).into()), settings, office).await
    }

    async fn on(bind: Bind, settings: Settings, office: Office) -> Server {
        let listener = Listener::bind(bind, settings).await.unwrap();
        let bound = listener.local_addr().clone();
        let office = Arc::new(office);
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(listener.run(office.clone(), stopped));
        Server { bound, office, stop, running }
    }

    async fn client(&self) -> Client<TcpStream> {
        let Bound::Tcp(address) = self.bound else { panic!("not TCP") };
        let mut client = Client { stream: TcpStream::connect(address).await.unwrap(), rest: Vec::new() };
        client.expect("220 ").await;
        client
    }

    fn mails(&self) -> Vec<(Envelope, Vec<u8>)> {
        self.office.mails.lock().unwrap().clone()
    }
}

struct Client<S> {
    stream: S,
    rest: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// One reply with all its lines; empty at the end of the connection.
    async fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            while let Some(end) = self.rest.windows(2).position(|two| two == b"\r\n") {
                let line = String::from_utf8(self.rest.drain(..end + 2).collect()).unwrap();
                reply.push_str(&line);
                if line.as_bytes().get(3) == Some(&b' ') {
                    return reply;
                }
            }
            let mut buffer = [0; 4096];
            let read = tokio::time::timeout(Duration::from_secs(10), self.stream.read(&mut buffer))
                .await
                .expect("no reply");
            match read {
                Ok(0) | Err(_) => return reply,
                Ok(count) => self.rest.extend_from_slice(&buffer[..count]),
            }
        }
    }

    async fn expect(&mut self, start: &str) -> String {
        let reply = self.reply().await;
        assert!(reply.starts_with(start), "expected {start}, got {reply:?}");
        reply
    }

    async fn says(&mut self, command: &str, start: &str) -> String {
        self.send(format!("{command}\r\n")).await;
        self.expect(start).await
    }

    async fn until_data(&mut self) {
        self.says("EHLO client.example", "250").await;
        self.says("MAIL FROM:<a@b.example>", "250").await;
        self.says("RCPT TO:<support@ours.example>", "250").await;
        self.says("DATA", "354").await;
    }

    async fn is_closed(&mut self) {
        assert_eq!(self.reply().await, "", "the connection is still open");
    }
}

fn smtp() -> Settings {
    Settings::new(Protocol::Smtp, "mx.ours.example")
}

fn lmtp() -> Settings {
    Settings::new(Protocol::Lmtp, "mx.ours.example")
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_sent_and_is_acknowledged_with_its_id() {
    let server = Server::start(smtp()).await;
    let mut client = server.client().await;
    let offers = client.says("EHLO client.example", "250-mx.ours.example").await;
    for offer in ["SIZE 36700160", "8BITMIME", "SMTPUTF8", "PIPELINING", "250 ENHANCEDSTATUSCODES"] {
        assert!(offers.contains(offer), "{offer} is missing in {offers}");
    }
    assert!(!offers.contains("STARTTLS"), "no certificate, no STARTTLS");
    client.says("MAIL FROM:<Anna@b.example> SIZE=100 BODY=8BITMIME", "250 2.1.0").await;
    client.says("RCPT TO:<support@ours.example>", "250 2.1.5").await;
    client.says("RCPT TO:<@relay.example:support@ours.example>", "250 2.1.5").await;
    client.says("DATA", "354").await;
    client.send("Subject: x\r\n\r\n..dot\r\n.\u{e9}\r\nend\r\n.\r\n").await;
    client.expect("250 2.0.0 queued as id-1\r\n").await;
    client.says("QUIT", "221 2.0.0").await;
    client.is_closed().await;
    let (envelope, raw) = server.mails().remove(0);
    assert_eq!(envelope.from.as_deref(), Some("Anna@b.example"));
    assert_eq!(envelope.to, ["support@ours.example"]);
    assert_eq!(
        (envelope.peer.as_str(), envelope.helo.as_str(), envelope.tls),
        ("127.0.0.1", "client.example", false)
    );
    assert_eq!(raw, "Subject: x\r\n\r\n.dot\r\n\u{e9}\r\nend\r\n".as_bytes());
}

#[tokio::test]
async fn the_null_sender_and_the_postmaster_are_known() {
    let server = Server::start(smtp()).await;
    let mut client = server.client().await;
    client.says("HELO [192.0.2.1]", "250 mx.ours.example").await;
    client.says("mail from: <>", "250").await;
    client.says("rcpt to:<Postmaster>", "250").await;
    client.says("DATA", "354").await;
    client.send(".\r\n").await;
    client.expect("250").await;
    let (envelope, raw) = server.mails().remove(0);
    assert_eq!((envelope.from, envelope.extended, raw.len()), (None, false, 0));
}

#[tokio::test]
async fn wrong_orders_and_wrong_words_are_refused_and_counted() {
    let server = Server::start(Settings { max_errors: 8, ..smtp() }).await;
    let mut client = server.client().await;
    client.says("MAIL FROM:<a@b.example>", "503").await;
    client.says("LHLO x", "500").await;
    client.says("EHLO x", "250").await;
    client.says("RCPT TO:<support@ours.example>", "503").await;
    client.says("DATA", "503").await;
    client.says("MAIL FROM:a@b.example", "501").await;
    client.says("MAIL FROM:<a@b.example> SIZE=x", "501").await;
    client.says("MAIL FROM:<a@b.example> RET=FULL", "555").await;
    client.says("VRFY support", "252").await;
    client.says("NOOP", "250").await;
    client.says("AUTH PLAIN AAAA", "502").await;
    client.says("WHAT", "421 4.7.0").await;
    client.is_closed().await;
}

#[tokio::test]
async fn unknown_recipients_get_550_and_not_without_end() {
    let server = Server::start(Settings { max_unknown: 3, ..smtp() }).await;
    let mut client = server.client().await;
    client.says("EHLO x", "250").await;
    client.says("MAIL FROM:<a@b.example>", "250").await;
    client.says("RCPT TO:<later@ours.example>", "451").await;
    for _ in 0..3 {
        client.says("RCPT TO:<nobody@else.example>", "550 5.1.1").await;
    }
    client.says("DATA", "503").await;
    client.says("RCPT TO:<nobody@else.example>", "421").await;
    client.is_closed().await;
}

#[tokio::test]
async fn too_many_recipients_are_put_off() {
    let server = Server::start(Settings { max_recipients: 2, ..smtp() }).await;
    let mut client = server.client().await;
    client.says("EHLO x", "250").await;
    client.says("MAIL FROM:<a@b.example>", "250").await;
    for (name, reply) in [("a", "250"), ("b", "250"), ("c", "452 4.5.3")] {
        client.says(&format!("RCPT TO:<{name}@ours.example>"), reply).await;
    }
}

#[tokio::test]
async fn oversize_is_refused_by_its_announcement_and_by_its_bytes() {
    let server = Server::start(Settings { max_size: 10_000, ..smtp() }).await;
    let mut client = server.client().await;
    client.says("EHLO x", "250").await;
    client.says("MAIL FROM:<a@b.example> SIZE=10001", "552 5.3.4").await;
    client.says("MAIL FROM:<a@b.example> SIZE=99999999999999999999", "552").await;
    client.until_data().await;
    client.send("x".repeat(30_000) + "\r\n.\r\n").await;
    client.expect("552 5.3.4").await;
    // The dialogue goes on in step.
    client.until_data().await;
    client.send("fits\r\n.\r\n").await;
    client.expect("250").await;
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_of_exactly_the_limit_is_taken() {
    let server = Server::start(Settings { max_size: 1_000, ..smtp() }).await;
    let mut client = server.client().await;
    for (length, reply) in [(998, "250"), (999, "552")] {
        client.until_data().await;
        client.send("y".repeat(length) + "\r\n.\r\n").await;
        client.expect(reply).await;
    }
}

#[tokio::test]
async fn an_endless_mail_is_cut_off() {
    let server = Server::start(Settings { max_size: 1_000, ..smtp() }).await;
    let mut client = server.client().await;
    client.until_data().await;
    let block = "z".repeat(64 * 1024);
    for _ in 0..64 {
        if client.stream.write_all(block.as_bytes()).await.is_err() {
            break;
        }
    }
    let reply = client.reply().await;
    assert!(reply.is_empty() || reply.starts_with("421"), "{reply}");
}

/// Each of these ends a mail in the eyes of some server. Ours takes none of them for an end, and refuses the whole.
#[tokio::test]
async fn nothing_can_be_smuggled_behind_an_end_that_is_none() {
    let ends: [&[u8]; 9] = [
        b"\n.\n",
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r",
        b"\r\n.\r",
        b"\r.\r\n",
        b"\n\n.\r\r\n",
        b"\r\n\0.\r\n\n",
        b"\r\n.\r\r\n",
    ];
    for end in ends {
        let server = Server::start(smtp()).await;
        let mut client = server.client().await;
        client.until_data().await;
        client.send(b"Subject: one\r\n\r\nfirst").await;
        client.send(end).await;
        client.send(b"MAIL FROM:<boss@b.example>\r\nRCPT TO:<support@ours.example>\r\nDATA\r\nSubject: smuggled\r\n\r\ntwo\r\n.\r\n").await;
        client.expect("554 5.6.0").await;
        client.says("NOOP", "250").await;
        client.says("QUIT", "221").await;
        assert!(server.mails().is_empty(), "smuggled by {end:?}");
    }
}

#[tokio::test]
async fn the_true_end_is_found_wherever_the_packets_are_cut() {
    let mail = b"a\r\n..\r\n.b\r\n...\r\n\r\n.\r\n";
    for cut in 1..mail.len() {
        let server = Server::start(smtp()).await;
        let mut client = server.client().await;
        client.stream.set_nodelay(true).unwrap();
        client.until_data().await;
        client.send(&mail[..cut]).await;
        tokio::time::sleep(Duration::from_millis(2)).await;
        client.send(&mail[cut..]).await;
        client.expect("250").await;
        assert_eq!(server.mails()[0].1, b"a\r\n.\r\nb\r\n..\r\n\r\n", "cut at {cut}");
    }
}

#[tokio::test]
async fn commands_with_bare_line_ends_close_the_connection() {
    for line in [&b"NOOP\nNOOP\r\n"[..], b"NOOP\rNOOP\r\n", b"NOOP\n"] {
        let server = Server::start(smtp()).await;
        let mut client = server.client().await;
        client.send(line).await;
        client.expect("500 5.5.2").await;
        client.is_closed().await;
    }
}

#[tokio::test]
async fn long_lines_are_refused_without_being_kept() {
    let server = Server::start(smtp()).await;
    let mut client = server.client().await;
    client.says(&format!("NOOP {}", "x".repeat(100_000)), "500 5.5.2").await;
    client.says("NOOP", "250").await;
    client.says("NOOP \u{7}", "500").await;
}

#[tokio::test]
async fn pipelined_commands_are_answered_in_order() {
    let server = Server::start(smtp()).await;
    let mut client = server.client().await;
    client.send("EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<no@else.example>\r\nRCPT TO:<yes@ours.example>\r\nDATA\r\n").await;
    for start in ["250-", "250", "550", "250", "354"] {
        client.expect(start).await;
    }
    client.send("x\r\n.\r\nMAIL FROM:<>\r\nRSET\r\nQUIT\r\n").await;
    for start in ["250 2.0.0 queued", "250", "250", "221"] {
        client.expect(start).await;
    }
    client.is_closed().await;
}

#[tokio::test]
async fn lmtp_answers_for_each_recipient_and_takes_the_mail_once() {
    let server = Server::start(lmtp()).await;
    let mut client = server.client().await;
    client.says("EHLO x", "500").await;
    client.says("LHLO x", "250-").await;
    client.says("MAIL FROM:<a@b.example>", "250").await;
    for (address, reply) in [
        ("a@ours.example", "250"),
        ("no@else.example", "550"),
        ("b@ours.example", "250"),
        ("a@ours.example", "250"),
    ] {
        client.says(&format!("RCPT TO:<{address}>"), reply).await;
    }
    client.says("DATA", "354").await;
    client.send("x\r\n.\r\n").await;
    for _ in 0..3 {
        client.expect("250 2.0.0 queued as id-1").await;
    }
    client.says("DATA", "503").await;
    assert_eq!(server.mails().len(), 1);
    assert_eq!(server.mails()[0].0.to, ["a@ours.example", "b@ours.example"]);
}

#[tokio::test]
async fn refusals_carry_their_codes_and_one_line_of_text() {
    for (refusal, start) in [
        (Refusal::Later("database\r\n250 fine".into()), "451 4.3.0 database??250 fine\r\n"),
        (Refusal::Full("disk full".into()), "452 4.3.1 disk full\r\n"),
        (Refusal::Never("no".into()), "554 5.7.1 no\r\n"),
    ] {
        let office = Office { refuse: Mutex::new(Some(refusal)), ..Office::default() };
        let server = Server::with(smtp(), office).await;
        let mut client = server.client().await;
        client.until_data().await;
        client.send("x\r\n.\r\n").await;
        assert_eq!(client.reply().await, start);
    }
}

#[tokio::test]
async fn utf8_addresses_need_smtputf8() {
    let server = Server::start(smtp()).await;
    let mut client = server.client().await;
    client.says("EHLO x", "250").await;
    client.says("MAIL FROM:<jörg@b.example>", "553 5.6.7").await;
    client.says("MAIL FROM:<jörg@bücher.example> SMTPUTF8", "250").await;
    client.says("RCPT TO:<größe@ours.example>", "250").await;
    client.says("DATA", "354").await;
    client.send("x\r\n.\r\n").await;
    client.expect("250").await;
    let envelope = server.mails().remove(0).0;
    assert_eq!(envelope.from.as_deref(), Some("jörg@bücher.example"));
    let trace = envelope.received_header("mx.ours.example", "id-1", "Sun, 22 Nov 2026 04:00:00 +0000");
    assert_eq!(
        trace,
        "Received: from x ([127.0.0.1])\r\n\tby mx.ours.example with UTF8SMTP id id-1;\r\n\tSun, 22 Nov 2026 04:00:00 +0000\r\n"
    );
}

#[tokio::test]
async fn a_trace_line_cannot_be_broken_out_of() {
    let envelope = Envelope {
        from: None,
        to: vec!["a@b.example".into()],
        peer: "::1".into(),
        helo: "evil)\r\nX: y".into(),
        protocol: Protocol::Lmtp,
        extended: true,
        tls: true,
        smtputf8: false,
    };
    let trace = envelope.received_header("h", "1", "d");
    assert_eq!(
        trace,
        "Received: from evilX:y ([::1])\r\n\tby h with LMTPS id 1\r\n\tfor <a@b.example>;\r\n\td\r\n"
    );
}

#[tokio::test]
async fn starttls_forgets_what_was_said_before_it() {
    let server = Server::start(with_tls(smtp())).await;
    let mut client = server.client().await;
    let offers = client.says("EHLO x", "250").await;
    assert!(offers.contains("STARTTLS"));
    client.says("MAIL FROM:<before@b.example>", "250").await;
    // The commands behind STARTTLS are an injection: they must be neither obeyed nor answered.
    client.send("STARTTLS\r\nMAIL FROM:<evil@b.example>\r\nRCPT TO:<support@ours.example>\r\n").await;
    client.expect("220 2.0.0").await;
    assert!(client.rest.is_empty());
    let mut client = handshake(client.stream).await;
    client.says("MAIL FROM:<a@b.example>", "503").await;
    let offers = client.says("EHLO inside", "250").await;
    assert!(!offers.contains("STARTTLS"), "no TLS within TLS");
    client.says("STARTTLS", "503").await;
    client.says("RCPT TO:<support@ours.example>", "503").await;
    client.until_data().await;
    client.send("x\r\n.\r\n").await;
    client.expect("250").await;
    assert!(server.mails()[0].0.tls);
}

#[tokio::test]
async fn without_a_certificate_there_is_no_starttls() {
    let server = Server::start(smtp()).await;
    let mut client = server.client().await;
    client.says("STARTTLS", "503").await;
}

#[tokio::test]
async fn a_broken_handshake_ends_the_connection() {
    let server = Server::start(with_tls(smtp())).await;
    let mut client = server.client().await;
    client.says("EHLO x", "250").await;
    client.says("STARTTLS", "220").await;
    client.send("this is no TLS at all, not even nearly\r\n").await;
    let mut rest = Vec::new();
    // An alert or nothing, then the end; a reset is an end as well.
    let _ = client.stream.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"250"));
}

#[tokio::test]
async fn the_oldest_idle_connection_makes_room() {
    let server = Server::start(Settings { max_connections: 2, ..smtp() }).await;
    let mut first = server.client().await;
    let mut second = server.client().await;
    first.says("NOOP", "250").await;
    let mut third = server.client().await;
    third.says("NOOP", "250").await;
    first.expect("421").await;
    first.is_closed().await;
    second.says("NOOP", "250").await;
}

#[tokio::test]
async fn busy_connections_are_not_closed_for_a_new_one() {
    let server = Server::start(Settings { max_connections: 1, ..smtp() }).await;
    let mut busy = server.client().await;
    busy.until_data().await;
    let Bound::Tcp(address) = server.bound else { unreachable!() };
    let mut late = Client { stream: TcpStream::connect(address).await.unwrap(), rest: Vec::new() };
    late.expect("421 4.3.2").await;
    busy.send("x\r\n.\r\n").await;
    busy.expect("250").await;
}

#[tokio::test]
async fn silence_ends_a_connection() {
    let short = Duration::from_millis(150);
    let server = Server::start(Settings { command_timeout: short, data_timeout: short, ..smtp() }).await;
    let mut client = server.client().await;
    client.expect("421 4.4.2").await;
    let mut client = server.client().await;
    client.until_data().await;
    client.send("half a mail").await;
    client.expect("421 4.4.2").await;
    client.is_closed().await;
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_mail_that_drips_forever_is_cut_off() {
    let server = Server::start(Settings { mail_timeout: Duration::from_millis(300), ..smtp() }).await;
    let mut client = server.client().await;
    client.until_data().await;
    for _ in 0..40 {
        if client.stream.write_all(b"x\r\n").await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let reply = client.reply().await;
    assert!(reply.is_empty() || reply.starts_with("421"), "{reply}");
}

#[tokio::test]
async fn mails_in_flight_share_one_budget() {
    let server = Server::start(Settings { max_in_flight: 300_000, ..smtp() }).await;
    let mut large = server.client().await;
    large.until_data().await;
    large.send("x".repeat(200_000)).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut second = server.client().await;
    second.until_data().await;
    second.send("y".repeat(250_000) + "\r\n.\r\n").await;
    second.expect("452 4.3.1").await;
    large.send("\r\n.\r\n").await;
    large.expect("250").await;
    // The budget is free again.
    second.until_data().await;
    second.send("y".repeat(100_000) + "\r\n.\r\n").await;
    second.expect("250").await;
}

#[tokio::test]
async fn a_stop_lets_a_mail_end_and_sends_the_idle_away() {
    let server = Server::with(smtp(), Office { slow: true, ..Office::default() }).await;
    let mut idle = server.client().await;
    let mut busy = server.client().await;
    busy.until_data().await;
    busy.send("x\r\n").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.stop.send(true).unwrap();
    idle.expect("421 4.3.2").await;
    busy.send(".\r\n").await;
    busy.expect("250").await;
    busy.expect("421").await;
    tokio::time::timeout(Duration::from_secs(5), server.running).await.unwrap().unwrap();
    assert_eq!(server.office.mails.lock().unwrap().len(), 1);
    let Bound::Tcp(address) = server.bound else { unreachable!() };
    assert!(TcpStream::connect(address).await.is_err(), "still listening");
}

#[tokio::test]
async fn a_stop_does_not_wait_forever() {
    let server = Server::start(Settings { drain: Duration::from_millis(200), ..smtp() }).await;
    let mut stuck = server.client().await;
    stuck.until_data().await;
    server.stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(3), server.running).await.unwrap().unwrap();
    stuck.is_closed().await;
}

#[tokio::test]
async fn a_socket_file_serves_and_a_stale_one_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lmtp.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let server = Server::on(Bind::Unix(path.clone()), lmtp(), Office::default()).await;
    assert!(Listener::bind(Bind::Unix(path.clone()), lmtp()).await.is_err(), "a live socket was taken over");
    let mut client =
        Client { stream: tokio::net::UnixStream::connect(&path).await.unwrap(), rest: Vec::new() };
    client.expect("220").await;
    client.says("LHLO x", "250").await;
    client.says("MAIL FROM:<a@b.example>", "250").await;
    client.says("RCPT TO:<a@ours.example>", "250").await;
    client.says("DATA", "354").await;
    client.send("x\r\n.\r\n").await;
    client.expect("250").await;
    assert_eq!(server.mails()[0].0.peer, "local");
    server.stop.send(true).unwrap();
    server.running.await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_of_a_mail_leaves_nothing() {
    let server = Server::start(smtp()).await;
    let mut client = server.client().await;
    client.until_data().await;
    client.send("half\r\n").await;
    drop(client);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(server.mails().is_empty());
}

fn with_tls(settings: Settings) -> Settings {
    let made = mail_ingest::wire::self_signed("mx.ours.example").unwrap();
    Settings { tls: Some(mail_ingest::wire::server_config(made.chain, made.key).unwrap()), ..settings }
}

async fn handshake(stream: TcpStream) -> Client<tokio_rustls::client::TlsStream<TcpStream>> {
    use tokio_rustls::rustls;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let name = rustls::pki_types::ServerName::try_from("mx.ours.example").unwrap();
    Client { stream: connector.connect(name, stream).await.unwrap(), rest: Vec::new() }
}

/// What servers do among themselves: any certificate will do.
#[derive(Debug)]
struct AnyCertificate(Arc<tokio_rustls::rustls::crypto::CryptoProvider>);

mod any_certificate {
    use tokio_rustls::rustls::client::danger::{
        HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
    };
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use tokio_rustls::rustls::{DigitallySignedStruct, Error, SignatureScheme, crypto};

    impl ServerCertVerifier for super::AnyCertificate {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            crypto::verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            crypto::verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.0.signature_verification_algorithms.supported_schemes()
        }
    }
}
