//! One dialogue of the scripted relay, in clear or through TLS.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{Behaviour, Received, Security, State};

/// The certificate of all peers of this process, for `localhost`; it vouches for itself.
static MADE: LazyLock<rcgen::CertifiedKey<rcgen::KeyPair>> = LazyLock::new(|| {
    rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate")
});

/// That certificate as PEM.
pub(super) fn certificate() -> String {
    MADE.cert.pem()
}

/// TLS with a certificate made on the spot.
pub(super) fn acceptor() -> TlsAcceptor {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let made = &*MADE;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("the certificate just made");
    TlsAcceptor::from(Arc::new(config))
}

/// Talks to one sender until either side has enough.
pub(super) async fn serve(
    stream: tokio::net::TcpStream,
    state: Arc<Mutex<State>>,
    security: Security,
    acceptor: TlsAcceptor,
) -> std::io::Result<()> {
    if security.implicit {
        let stream = acceptor.accept(stream).await?;
        Conversation::new(stream, state, security, true).run(true).await.map(drop)
    } else {
        let plain = Conversation::new(stream, state.clone(), security.clone(), false).run(true).await?;
        let Some(stream) = plain else { return Ok(()) };
        if security.broken_tls {
            let mut stream = stream;
            return stream.write_all(b"this is no TLS\r\n").await;
        }
        let stream = acceptor.accept(stream).await?;
        Conversation::new(stream, state, security, true).run(false).await.map(drop)
    }
}

struct Conversation<S> {
    stream: BufReader<S>,
    state: Arc<Mutex<State>>,
    security: Security,
    encrypted: bool,
    user: Option<String>,
    from: String,
    to: Vec<String>,
    behaviour: Behaviour,
    /// Whether this mail's behaviour is settled.
    asked: bool,
}

/// What follows a command.
enum Next {
    Reply(String),
    StartTls,
    Close,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    fn new(stream: S, state: Arc<Mutex<State>>, security: Security, encrypted: bool) -> Self {
        Self {
            stream: BufReader::new(stream),
            state,
            security,
            encrypted,
            user: None,
            from: String::new(),
            to: Vec::new(),
            behaviour: Behaviour::Accept,
            asked: false,
        }
    }

    /// Talks until the end, or until the stream is to be encrypted, which it then returns.
    async fn run(mut self, greet: bool) -> std::io::Result<Option<S>> {
        if greet {
            self.write("220 relay.example ESMTP").await?;
        }
        loop {
            let Some(line) = self.line().await? else { return Ok(None) };
            match self.command(&line).await? {
                Next::Reply(reply) => self.write(&reply).await?,
                Next::StartTls => {
                    self.write("220 2.0.0 go ahead").await?;
                    return Ok(Some(self.stream.into_inner()));
                }
                Next::Close => return Ok(None),
            }
        }
    }

    async fn write(&mut self, line: &str) -> std::io::Result<()> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.get_mut().flush().await
    }

    async fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = String::new();
        Ok((self.stream.read_line(&mut line).await? > 0).then_some(line))
    }

    async fn command(&mut self, line: &str) -> std::io::Result<Next> {
        let verb: String = line.to_ascii_uppercase();
        let reply = match verb.get(..4).unwrap_or_default() {
            "EHLO" | "LHLO" => self.greeting(),
            "STAR" if self.security.starttls && !self.encrypted => return Ok(Next::StartTls),
            "AUTH" => self.authenticate(line).await?,
            "MAIL" if self.security.credentials.is_some() && self.user.is_none() => {
                "530 5.7.0 authentication required".to_owned()
            }
            "MAIL" => {
                self.from = address_of(line);
                self.to.clear();
                self.behaviour = self.next_behaviour();
                self.asked = false;
                if self.behaviour == Behaviour::Goodbye {
                    self.write("421 4.3.2 closing").await?;
                    return Ok(Next::Close);
                }
                "250 2.1.0 ok".to_owned()
            }
            "RCPT" => match self.meet(&address_of(line)) {
                Behaviour::RefuseRecipient(code, text) => format!("{code} {text}"),
                Behaviour::DropAtRecipient => return Ok(Next::Close),
                _ => {
                    self.to.push(address_of(line));
                    "250 2.1.5 ok".to_owned()
                }
            },
            "DATA" if self.to.is_empty() => "503 5.5.1 no recipient".to_owned(),
            "DATA" => return self.take_mail().await,
            "QUIT" => {
                self.write("221 2.0.0 bye").await?;
                return Ok(Next::Close);
            }
            "RSET" | "NOOP" | "HELO" => "250 2.0.0 ok".to_owned(),
            _ => "502 5.5.2 not here".to_owned(),
        };
        Ok(Next::Reply(reply))
    }

    fn next_behaviour(&self) -> Behaviour {
        let mut state = self.state.lock().unwrap();
        state.mails += 1;
        state.next.pop_front().or_else(|| state.always.clone()).unwrap_or(Behaviour::Accept)
    }

    /// What holds for this recipient; what is not about recipients then holds for the mail.
    fn meet(&mut self, address: &str) -> Behaviour {
        let mut state = self.state.lock().unwrap();
        let number = state.mails;
        if !self.asked {
            self.asked = true;
            if let Some(decide) = state.decide.as_mut() {
                self.behaviour = decide(number, address);
            }
        }
        let rule = state.rules.iter().find(|(end, _)| address.to_lowercase().ends_with(end.as_str()));
        match rule.map(|(_, behaviour)| behaviour.clone()) {
            Some(refusal @ Behaviour::RefuseRecipient(..)) => refusal,
            Some(other) => {
                self.behaviour = other.clone();
                other
            }
            None => self.behaviour.clone(),
        }
    }

    fn greeting(&self) -> String {
        let mut lines = vec!["relay.example", "SIZE 104857600", "8BITMIME", "PIPELINING"];
        if !self.security.ascii_only {
            lines.push("SMTPUTF8");
        }
        if self.security.starttls && !self.encrypted {
            lines.push("STARTTLS");
        }
        if self.security.credentials.is_some() {
            lines.push("AUTH PLAIN LOGIN");
        }
        let last = lines.len() - 1;
        let lines = lines.iter().enumerate();
        lines
            .map(|(at, line)| format!("250{}{line}", if at == last { ' ' } else { '-' }))
            .collect::<Vec<_>>()
            .join("\r\n")
    }

    /// AUTH PLAIN with or without an initial response, and AUTH LOGIN.
    async fn authenticate(&mut self, line: &str) -> std::io::Result<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let given = if words.get(1).is_some_and(|word| word.eq_ignore_ascii_case("LOGIN")) {
            let mut given = Vec::new();
            for question in ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"] {
                self.write(&format!("334 {question}")).await?;
                given.push(decoded(&self.line().await?.unwrap_or_default()));
            }
            given
        } else {
            let response = match words.get(2) {
                Some(response) => (*response).to_owned(),
                None => {
                    self.write("334 ").await?;
                    self.line().await?.unwrap_or_default()
                }
            };
            decoded(&response).split('\0').skip(1).map(str::to_owned).collect()
        };
        let wanted = self.security.credentials.clone().unwrap_or_default();
        if given == [wanted.0.clone(), wanted.1] {
            self.user = Some(wanted.0);
            Ok("235 2.7.0 welcome".to_owned())
        } else {
            Ok("535 5.7.8 wrong user or password".to_owned())
        }
    }

    async fn take_mail(&mut self) -> std::io::Result<Next> {
        self.write("354 go ahead").await?;
        let data = self.data().await?;
        let acknowledged = matches!(self.behaviour, Behaviour::Accept | Behaviour::Slow(_));
        self.state.lock().unwrap().received.push(Received {
            from: self.from.clone(),
            to: self.to.clone(),
            data,
            at: Instant::now(),
            acknowledged,
            encrypted: self.encrypted,
            user: self.user.clone(),
        });
        if let Behaviour::Slow(pause) = self.behaviour {
            tokio::time::sleep(pause).await;
        }
        Ok(match &self.behaviour {
            Behaviour::DropAfterDot => Next::Close,
            Behaviour::RefuseData(code, text) => Next::Reply(format!("{code} {text}")),
            _ => Next::Reply("250 2.0.0 taken".to_owned()),
        })
    }

    async fn data(&mut self) -> std::io::Result<Vec<u8>> {
        let mut data = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                return Ok(data);
            }
            data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }
}

fn decoded(text: &str) -> String {
    let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn address_of(line: &str) -> String {
    let start = line.find('<').map_or(0, |at| at + 1);
    let end = line[start..].find('>').map_or(line.len(), |at| start + at);
    line[start..end].to_owned()
}
