//! A name server with a few names, for tests that must not ask the world.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::UdpSocket;

/// A zone on a free loopback port. It ends with its owner.
#[derive(Debug)]
pub struct StubZone {
    address: SocketAddr,
    questions: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

/// What a name holds.
#[derive(Clone, Debug)]
enum Held {
    Text(String),
    Address([u8; 4]),
    Mail(u16, String),
    Silence,
}

impl StubZone {
    /// Answers for these names: an IPv4 address as such, `MX 10 host` as a server that takes mail, anything else as a text.
    /// Every other name does not exist.
    pub async fn start(names: &[(&str, &str)]) -> Self {
        let names = names.iter().map(|(name, value)| {
            let held = match value.parse::<std::net::Ipv4Addr>() {
                Ok(address) => Held::Address(address.octets()),
                Err(_) => match value.strip_prefix("MX ").and_then(|server| server.split_once(' ')) {
                    Some((choice, host)) => Held::Mail(choice.parse().expect("a number"), host.to_owned()),
                    None => Held::Text((*value).to_owned()),
                },
            };
            (name.to_ascii_lowercase(), held)
        });
        Self::serve(Some(names.collect())).await
    }

    /// Answers at once that no name exists, save for names of this domain: there it stays silent.
    pub async fn silent_about(domain: &str) -> Self {
        Self::serve(Some(vec![(domain.to_ascii_lowercase(), Held::Silence)])).await
    }

    /// Hears every question and never answers.
    pub async fn silent() -> Self {
        Self::serve(None).await
    }

    async fn serve(names: Option<Vec<(String, Held)>>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let address = socket.local_addr().expect("its address");
        let questions = Arc::new(AtomicUsize::new(0));
        let count = questions.clone();
        let task = tokio::spawn(async move {
            let mut packet = [0; 2_048];
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                count.fetch_add(1, Ordering::Relaxed);
                let Some(names) = &names else { continue };
                if let Some(reply) = answer(&packet[..length], names) {
                    let _ = socket.send_to(&reply, from).await;
                }
            }
        });
        Self { address, questions, task }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many questions came.
    pub fn questions(&self) -> usize {
        self.questions.load(Ordering::Relaxed)
    }
}

impl Drop for StubZone {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// RFC 1035, 4.1, as far as one question goes.
fn answer(packet: &[u8], names: &[(String, Held)]) -> Option<Vec<u8>> {
    let (mut name, mut at) = (Vec::new(), 12);
    loop {
        let length = usize::from(*packet.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        name.push(String::from_utf8_lossy(packet.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
    let name = name.join(".");
    let silent = |(known, held): &(String, Held)| matches!(held, Held::Silence) && name.ends_with(&known[..]);
    if names.iter().any(silent) {
        return None;
    }
    let asked = u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?]);
    let question = packet.get(12..at + 4)?;
    let known: Vec<&Held> = names.iter().filter(|(known, _)| *known == name).map(|(_, held)| held).collect();
    let data = known.iter().filter_map(|held| match held {
        Held::Text(text) if asked == 16 => {
            let pieces = text.as_bytes().chunks(255);
            Some(pieces.flat_map(|piece| [&[piece.len() as u8], piece].concat()).collect::<Vec<u8>>())
        }
        Held::Address(address) if asked == 1 => Some(address.to_vec()),
        Held::Mail(choice, host) if asked == 15 => {
            let labels = host.split('.').filter(|label| !label.is_empty());
            let name = labels.flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat());
            Some(choice.to_be_bytes().into_iter().chain(name).chain([0]).collect())
        }
        _ => None,
    });
    let data: Vec<Vec<u8>> = data.collect();
    // A name above known ones exists as well (RFC 8020).
    let above = names.iter().any(|(known, _)| known.ends_with(&format!(".{name}")));
    let code = if known.is_empty() && !above { 3 } else { 0 };
    let mut reply = packet.get(..2)?.to_vec();
    reply.extend([0x85, 0x80 | code, 0, 1, 0, data.len() as u8, 0, 0, 0, 0]);
    reply.extend(question);
    for data in data {
        reply.extend([0xc0, 12]);
        reply.extend(asked.to_be_bytes());
        reply.extend([0, 1, 0, 0, 0, 60]);
        reply.extend((data.len() as u16).to_be_bytes());
        reply.extend(data);
    }
    Some(reply)
}
