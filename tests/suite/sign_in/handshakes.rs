//! Whoever begins TLS and says nothing keeps nobody else out.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use tests::{Client, Database};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::certificate::{House, TRUSTED};

/// More than the library would take before it takes no other.
const FLOOD: u8 = 20;
const EACH: usize = 40;

fn at(url: &str) -> SocketAddr {
    url::Url::parse(url).unwrap().socket_addrs(|| None).unwrap()[0]
}

/// Silent lines from this address of ours.
async fn silent(to: SocketAddr, from: u8, count: usize) -> Vec<TcpStream> {
    let mut lines = Vec::with_capacity(count);
    for _ in 0..count {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, from), 0))).unwrap();
        lines.push(socket.connect(to).await.unwrap());
    }
    lines
}

/// Lines from this address on which TLS has begun, and goes no further. What the server says to that is read.
async fn greeted(to: SocketAddr, from: u8, count: usize) -> Vec<TcpStream> {
    let mut lines = Vec::with_capacity(count);
    for _ in 0..count {
        let mut line = silent(to, from, 1).await.remove(0);
        let roots = rustls::RootCertStore::empty();
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "localhost".try_into().unwrap();
        let mut hello = Vec::new();
        rustls::ClientConnection::new(std::sync::Arc::new(config), name)
            .unwrap()
            .write_tls(&mut hello)
            .unwrap();
        line.write_all(&hello).await.unwrap();
        let mut said = [0; 16 * 1024];
        let read = tokio::time::timeout(Duration::from_secs(5), line.read(&mut said)).await.unwrap().unwrap();
        assert!(read > 0, "whoever begins is answered");
        lines.push(line);
    }
    lines
}

async fn hung_up(lines: &mut [TcpStream]) -> usize {
    let mut gone = 0;
    for line in lines {
        let mut read = [0; 8];
        let ended = tokio::time::timeout(Duration::from_millis(2), line.read(&mut read)).await;
        gone += usize::from(matches!(ended, Ok(Ok(0) | Err(_))));
    }
    gone
}

/// Answers to somebody else within five seconds, while the flood goes on.
async fn answers(path: &str, client: &Client) {
    let began = Instant::now();
    let answer = tokio::time::timeout(Duration::from_secs(8), client.get(path)).await;
    let answer = answer.unwrap_or_else(|_| panic!("{path}: nobody answers during a flood"));
    assert!([200, 303].contains(&answer.status.as_u16()), "{path}: {}", answer.status);
    assert!(began.elapsed() < Duration::from_secs(5), "{path}: {:?}", began.elapsed());
}

#[test]
fn a_flood_of_handshakes_that_are_never_finished_keeps_nobody_out() {
    tests::run(async {
        let house = House::new(Database::Sqlite, TRUSTED).await;
        let dana = house.ca.person("Dana", "dana@helpdesk.example");
        let there = house.app.visitor().get("/login/with/cards").await.location();
        let mut silence = Vec::new();
        for place in [at(&house.app.base()), at(&there)] {
            // An address that begins more than it may have: its oldest go.
            let mut many = silent(place, 99, EACH + 15).await;
            answers("/login", &house.app.visitor()).await;
            // Two threads take them, so that the order is nearly the one in which they came.
            let until = Instant::now() + Duration::from_secs(5);
            while hung_up(&mut many).await < 15 && Instant::now() < until {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert_eq!(hung_up(&mut many).await, 15, "the surplus of an address");
            assert_eq!(hung_up(&mut many[30..]).await, 0, "the youngest stay");
            drop(many);
            // Many addresses. Who has begun to agree on TLS, and chooses a certificate or has a slow line, is not hung up on while
            // there are lines on which nobody has said anything; an office of many such neither.
            let mut slow = greeted(place, 120, 20).await;
            let mut flood = Vec::new();
            for from in 2..2 + FLOOD {
                flood.extend(silent(place, from, EACH).await);
            }
            answers("/login", &house.app.visitor()).await;
            house.comes_in(&dana).await;
            let left = flood.len() - hung_up(&mut flood).await;
            assert!((100..=200).contains(&left), "{left} unfinished handshakes");
            assert_eq!(hung_up(&mut slow).await, 0, "those who have begun");
            silence.push((flood, slow));
            answers("/login", &house.app.visitor()).await;
        }
        // Nor does who begins everywhere and goes no further, beside silent ones that come and come.
        for place in [at(&house.app.base()), at(&there)] {
            let mut few = greeted(place, 130, 10).await;
            let mut begun = Vec::new();
            for from in 140..145 {
                begun.extend(greeted(place, from, EACH).await);
                let _silent = silent(place, from + 20, EACH).await;
                answers("/login", &house.app.visitor()).await;
                house.comes_in(&dana).await;
            }
            let left = begun.len() - hung_up(&mut begun).await;
            assert!((50..=100).contains(&left), "{left} handshakes that have begun");
            assert_eq!(hung_up(&mut few).await, 0, "whoever has begun few");
        }
        // A first word is waited for no longer where certificates are chosen than elsewhere.
        tokio::time::sleep(Duration::from_secs(11)).await;
        for (mut flood, mut slow) in silence {
            assert_eq!(hung_up(&mut flood).await, flood.len(), "silent lines");
            drop(slow.drain(..));
        }
    });
}
