//! OAuth2: access tokens are renewed in time, and when a server refuses them; a new refresh token replaces the old one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use serde_json::json;
use tests::app::TestApp;
use tests::{both_databases, mail, wait_until};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{add, inbound, status};

#[derive(Default)]
struct World {
    /// What the token endpoint was asked, form by form.
    asked: Vec<String>,
    /// Which access token the mail server takes.
    good: String,
    /// What the mail server was shown.
    shown: Vec<String>,
    given: usize,
    /// What the mail server hands out instead of the mail.
    instead: String,
    /// What it was told.
    said: Vec<String>,
}

type Shared = Arc<Mutex<World>>;

/// An authorisation server in forty lines: tokens in a row, each with a new refresh token.
async fn token_endpoint(world: Shared) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let (mut line, mut length) = (String::new(), 0);
            while stream.read_line(&mut line).await.unwrap_or(0) > 2 {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut form = vec![0; length];
            stream.read_exact(&mut form).await.unwrap();
            let body = {
                let mut world = world.lock().unwrap();
                world.asked.push(String::from_utf8(form).unwrap());
                world.given += 1;
                world.good = format!("access-{}", world.given);
                json!({ "access_token": world.good, "refresh_token": format!("refresh-{}", world.given), "expires_in": 3600 })
            };
            // In chunks, as many servers answer.
            let body = body.to_string();
            let (first, second) = body.split_at(10);
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
                 {:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
                first.len(),
                second.len()
            );
            stream.get_mut().write_all(answer.as_bytes()).await.unwrap();
        }
    });
    port
}

/// A mail server that takes XOAUTH2 alone and holds one mail.
async fn mail_server(world: Shared, letter: Vec<u8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, world.clone(), letter.clone()));
        }
    });
    port
}

async fn say(stream: &mut BufReader<TcpStream>, text: String) -> Option<()> {
    stream.get_mut().write_all(text.as_bytes()).await.ok()
}

async fn serve(stream: TcpStream, world: Shared, letter: Vec<u8>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "* OK ready\r\n".into()).await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        let (tag, command) = line.split_once(' ')?;
        world.lock().unwrap().said.push(command.to_owned());
        let answer = if command == "CAPABILITY" {
            format!("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\r\n{tag} OK\r\n")
        } else if let Some(secret) = command.strip_prefix("AUTHENTICATE XOAUTH2 ") {
            let shown = String::from_utf8(STANDARD.decode(secret).unwrap()).unwrap();
            let good = {
                let mut world = world.lock().unwrap();
                world.shown.push(shown.clone());
                shown == format!("user=support@helpdesk.example\x01auth=Bearer {}\x01\x01", world.good)
            };
            if good {
                format!("{tag} OK in\r\n")
            } else {
                say(&mut stream, format!("+ {}\r\n", STANDARD.encode("{\"status\":\"401\"}"))).await?;
                let mut nothing = String::new();
                stream.read_line(&mut nothing).await.ok()?;
                assert_eq!(nothing, "\r\n");
                format!("{tag} NO [AUTHENTICATIONFAILED] no\r\n")
            }
        } else if command.starts_with("SELECT") {
            format!("* 1 EXISTS\r\n* OK [UIDVALIDITY 7] UIDs\r\n{tag} OK [READ-WRITE] done\r\n")
        } else if command.contains("RFC822.SIZE") {
            format!("* 1 FETCH (UID 1 FLAGS (\\Recent) RFC822.SIZE {})\r\n{tag} OK\r\n", letter.len())
        } else if command.contains("BODY.PEEK[]") {
            let instead = world.lock().unwrap().instead.clone();
            if !instead.is_empty() {
                say(&mut stream, format!("* 1 FETCH (UID 1 BODY[] {instead})\r\n{tag} OK\r\n")).await?;
                continue;
            }
            let text = String::from_utf8(letter.clone()).unwrap();
            format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\n{text})\r\n{tag} OK\r\n", letter.len())
        } else {
            format!("{tag} OK\r\n")
        };
        say(&mut stream, answer).await?;
    }
}

both_databases! {
    async fn a_mail_that_the_server_does_not_hand_out_is_neither_taken_nor_deleted(database) {
        for nothing in ["NIL", "\"\"", "{0}\r\n"] {
            let world = Shared::default();
            world.lock().unwrap().instead = nothing.to_owned();
            let app = TestApp::start(database).await;
            let tokens = token_endpoint(world.clone()).await;
            let port = mail_server(world.clone(), mail("anna@customer.example").bytes()).await;
            let mailbox = json!({
                "name": "Cloud", "host": "127.0.0.1", "port": port, "security": "none", "login": "support@helpdesk.example",
                "auth": "oauth2", "client_id": "us", "client_secret": "hush", "refresh_token": "refresh-0",
                "token_url": format!("http://127.0.0.1:{tokens}/token"), "scope": "mail offline",
            });
            add(&app, mailbox, json!({ "after": "delete" })).await;
            tests::wait_until("the question for it", std::time::Duration::from_secs(10), async || {
                let said = world.lock().unwrap().said.clone();
                said.iter().any(|command| command.contains("BODY.PEEK[]")).then_some(())
            })
            .await;
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            assert!(app.tickets().await.is_empty(), "{nothing}");
            let said = world.lock().unwrap().said.clone();
            assert!(said.iter().all(|command| !command.contains("Deleted")), "{nothing}: {said:?}");
        }
    }

    async fn access_tokens_are_renewed_and_refresh_tokens_replaced(database) {
        let world = Shared::default();
        let mut app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").subject("By token");
        let tokens = token_endpoint(world.clone()).await;
        let port = mail_server(world.clone(), letter.bytes()).await;
        let mailbox = json!({
            "name": "Cloud", "host": "127.0.0.1", "port": port, "security": "none", "login": "support@helpdesk.example",
            "auth": "oauth2", "client_id": "us", "client_secret": "hush", "refresh_token": "refresh-0",
            "token_url": format!("http://127.0.0.1:{tokens}/token"), "scope": "mail offline",
        });
        let id = add(&app, mailbox, json!({})).await;
        assert_eq!(inbound(&app, 1).await[0]["subject"], "By token");
        let asked = world.lock().unwrap().asked.clone();
        assert_eq!(asked, ["grant_type=refresh_token&refresh_token=refresh-0&client_id=us&client_secret=hush&scope=mail+offline"]);
        // A second start needs no second token: it is kept, sealed.
        app.restart().await;
        wait_until("a second sign-in", Duration::from_secs(20), async || {
            (world.lock().unwrap().shown.len() >= 2).then_some(())
        })
        .await;
        assert_eq!(world.lock().unwrap().asked.len(), 1);
        // Shortly before it ends it is renewed, with the refresh token that came last.
        app.clock.advance(SignedDuration::from_mins(59));
        app.restart().await;
        wait_until("a renewal", Duration::from_secs(20), async || (world.lock().unwrap().asked.len() == 2).then_some(())).await;
        assert!(world.lock().unwrap().asked[1].contains("refresh_token=refresh-1&"));
        // The server refuses what should still be good: it is renewed once more.
        status(&app, &id, "is well", |status| status["error"].is_null()).await;
        world.lock().unwrap().good = "revoked".into();
        app.restart().await;
        wait_until("a renewal", Duration::from_secs(20), async || (world.lock().unwrap().asked.len() >= 3).then_some(())).await;
        status(&app, &id, "is well", |status| status["error"].is_null()).await;
        assert_eq!(app.root.get("/api/v1/inbound").await.items().len(), 1);
        let sealed = app.settings.data_directory();
        let found = std::process::Command::new("grep").arg("-rlE").arg("refresh-[0-9]|access-[0-9]").arg(sealed).output().unwrap();
        assert!(found.stdout.is_empty(), "a token lies about: {}", String::from_utf8_lossy(&found.stdout));
    }
}
