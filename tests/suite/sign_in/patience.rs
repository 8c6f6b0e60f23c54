//! A directory that takes its time: what it takes tells nobody who is there, and whoever does not wait for it leaves
//! nothing behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tests::app::TestApp;
use tests::{Slapd, both_databases};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{ROLES, agent, app_with, tried};

/// A slow line to a directory.
struct Slow {
    method: String,
    millis: Arc<AtomicU64>,
    open: Arc<AtomicUsize>,
}

impl Slow {
    async fn to(slapd: &Slapd) -> Self {
        let method = slapd.method("none", ROLES);
        let real =
            method.split("localhost:").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (millis, open) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicUsize::new(0)));
        let (delay, lines, to) = (Arc::clone(&millis), Arc::clone(&open), format!("127.0.0.1:{real}"));
        tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                let (delay, lines, to) = (Arc::clone(&delay), Arc::clone(&lines), to.clone());
                tokio::spawn(async move {
                    lines.fetch_add(1, Ordering::SeqCst);
                    if let Ok(there) = TcpStream::connect(to).await {
                        carry(here, there, &delay).await;
                    }
                    lines.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            method: method.replace(&format!("localhost:{real}"), &format!("localhost:{port}")),
            millis,
            open,
        }
    }

    fn takes(&self, millis: u64) {
        self.millis.store(millis, Ordering::SeqCst);
    }

    /// Waits until nobody talks to the directory any more.
    async fn is_left(&self) {
        tests::wait_until("lines to the directory that end", Duration::from_secs(20), async || {
            (self.open.load(Ordering::SeqCst) == 0).then_some(())
        })
        .await;
    }
}

/// What is asked goes through at once, what is answered a while later.
async fn carry(here: TcpStream, there: TcpStream, delay: &AtomicU64) {
    let ((mut from_us, mut to_us), (mut from_it, mut to_it)) = (here.into_split(), there.into_split());
    let asks = async {
        let _ = tokio::io::copy(&mut from_us, &mut to_it).await;
        let _ = to_it.shutdown().await;
    };
    let answers = async {
        let mut bytes = [0; 4_096];
        while let Ok(count @ 1..) = from_it.read(&mut bytes).await {
            tokio::time::sleep(Duration::from_millis(delay.load(Ordering::SeqCst))).await;
            if to_us.write_all(&bytes[..count]).await.is_err() {
                break;
            }
        }
        let _ = to_us.shutdown().await;
    };
    tokio::join!(asks, answers);
}

/// What there is in the tables of people: agents, ties, sessions, noted failures.
async fn rows(app: &TestApp) -> [i64; 4] {
    app.db()
        .read(|conn| {
            use diesel::prelude::*;
            use turnstone::db::schema::{agents, identities, sessions, sign_in_failures};
            Ok([
                agents::table.count().get_result(conn)?,
                identities::table.count().get_result(conn)?,
                sessions::table.count().get_result(conn)?,
                sign_in_failures::table.count().get_result(conn)?,
            ])
        })
        .await
        .unwrap()
}

both_databases! {
    async fn whoever_hangs_up_while_the_directory_thinks_leaves_nothing_half_done(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let slow = Slow::to(&slapd).await;
        let app = app_with(database, &slow.method).await;
        slow.takes(400);
        let before = rows(&app).await;
        // More than conversations that are held at once, right ones and wrong ones.
        let hang_up = async |login: String, password: &str| {
            let visitor = app.visitor();
            let form = [("login", login.as_str()), ("password", password)];
            let request = visitor.request(reqwest::Method::POST, "/login").form(&form);
            let gone = visitor.try_send(request.timeout(Duration::from_millis(150))).await;
            assert!(gone.is_err_and(|error| error.is_timeout()));
        };
        let wrong: Vec<_> = (0..20).map(|n| hang_up(format!("guess-{n}"), "wrong")).collect();
        for one in wrong {
            one.await;
        }
        for _ in 0..4 {
            hang_up("dana".to_owned(), "a tide of words").await;
        }
        slow.is_left().await;
        tests::wait_until("each wrong try noted", Duration::from_secs(20), async || {
            (rows(&app).await[3] >= before[3] + 20).then_some(())
        }).await;
        // Nobody is in; what became of her is whole: an agent with her tie, or neither.
        let [agents, ties, sessions, _] = rows(&app).await;
        assert_eq!(sessions, before[2]);
        assert_eq!(agents - before[0], ties - before[1]);
        if agents > before[0] {
            assert_eq!(agent(&app, "dana").await.unwrap()["roles"], serde_json::json!(["Agent"]));
        }
        slow.takes(0);
        app.advance(jiff::SignedDuration::from_mins(20)).await;
        let (dana, answer) = tried(&app, "dana", "a tide of words").await;
        answer.assert(303);
        dana.get("/tickets").await.assert(200);
        assert_eq!(rows(&app).await[1], before[1] + 1);
        slow.is_left().await;
    }
}

/// A directory that keeps passwords well takes its time for accounts that are there.
#[test]
fn a_directory_s_time_tells_nobody_whom_it_knows() {
    tests::run(async {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let hash = std::process::Command::new("openssl")
            .args(["passwd", "-6", "-salt", "rounds=240000$turnstone", "a tide of words"])
            .output()
            .expect("openssl");
        slapd.set(
            "dana",
            "userPassword",
            &format!("{{CRYPT}}{}", String::from_utf8_lossy(&hash.stdout).trim()),
        );
        let app = app_with(tests::Database::Sqlite, &slapd.method("none", ROLES)).await;
        let took = async |login: &str, password: &str| {
            let start = Instant::now();
            let answer = turnstone::sign_in::by_password(app.desk(), login, password).await.unwrap();
            (start.elapsed().as_secs_f64(), matches!(answer, turnstone::sign_in::Answer::In(_)))
        };
        assert!(took("dana", "a tide of words").await.1, "the hash is one that slapd reads");
        // In pairs, so that what else the machine does falls on both; where it does too much, once more.
        let mut medians = Vec::new();
        for _ in 0..3 {
            let mut ratios = Vec::new();
            for _ in 0..100 {
                let (known, unknown) = (took("dana", "wrong").await, took("nobody", "wrong").await);
                assert!(!known.1 && !unknown.1);
                ratios.push(known.0 / unknown.0);
            }
            ratios.sort_by(f64::total_cmp);
            medians.push(ratios[50]);
            if (ratios[50] - 1.0).abs() < 0.1 {
                return;
            }
        }
        panic!("known against unknown: {medians:?}");
    });
}
