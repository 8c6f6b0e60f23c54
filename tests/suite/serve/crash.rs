//! kill -9 at random moments while mails arrive: every acknowledged mail is stored exactly once.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tests::app::{SUPPORT, encoded};
use tests::{Binary, Client, Database, Dialogue, Mail, Settings, mail};

/// A small generator with a seed: a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[derive(Default)]
struct Journal {
    acknowledged: BTreeSet<String>,
    /// Sent without an answer: their senders try again, as an MTA does.
    unanswered: Vec<Mail>,
}

/// One sender that hands over mail after mail until the server goes.
async fn keep_sending(lmtp: std::net::SocketAddr, journal: Arc<Mutex<Journal>>, sender: usize) {
    let from = format!("sender{sender}@customer.example");
    let Ok(mut dialogue) = Dialogue::lmtp(lmtp).await else { return };
    loop {
        let again = journal.lock().unwrap().unanswered.pop();
        let letter = again.unwrap_or_else(|| mail(&from).text(&"A line of an ordinary mail.\n".repeat(60)));
        let reply = dialogue.deliver(&from, SUPPORT, &letter.bytes()).await;
        let mut journal = journal.lock().unwrap();
        if reply.is_ok() {
            journal.acknowledged.insert(letter.id().to_owned());
        } else {
            journal.unanswered.push(letter);
            if reply.code == 0 {
                return;
            }
        }
    }
}

async fn crash(database: Database, cycles: usize, seed: u64) {
    let settings = Settings::new(database).with("LOG", "warn");
    let token = settings.set_up();
    let mut random = Random(seed);
    let journal = Arc::new(Mutex::new(Journal::default()));
    for cycle in 0..cycles {
        let mut server = Binary::serve(&settings).await;
        let senders: Vec<_> = (0..4)
            .map(|sender| tokio::spawn(keep_sending(settings.lmtp(), journal.clone(), sender)))
            .collect();
        tokio::time::sleep(Duration::from_millis(20 + random.below(180))).await;
        server.kill();
        for sender in senders {
            sender.await.unwrap_or_else(|error| panic!("cycle {cycle}, seed {seed}: {error}"));
        }
    }
    let server = Binary::serve(&settings).await;
    let root = Client::with_token(&settings.base(), &token);
    let journal = std::mem::take(&mut *journal.lock().unwrap());
    let acknowledged = journal.acknowledged.len();
    println!("{database:?}: {cycles} kills, {acknowledged} mails acknowledged, seed {seed}");
    assert!(
        acknowledged >= 5 * cycles,
        "only {acknowledged} mails in {cycles} cycles: the test proves too little"
    );
    for id in &journal.acknowledged {
        tests::wait_until(&format!("the ticket of {id}, seed {seed}"), Duration::from_secs(30), async || {
            let articles = root.get(&format!("/api/v1/articles?message_id={}", encoded(id))).await.items();
            assert!(articles.len() <= 1, "{id} is there {} times, seed {seed}", articles.len());
            (articles.len() == 1).then_some(())
        })
        .await;
    }
    for letter in &journal.unanswered {
        let articles =
            root.get(&format!("/api/v1/articles?message_id={}", encoded(letter.id()))).await.items();
        assert!(articles.len() <= 1, "{} is there {} times, seed {seed}", letter.id(), articles.len());
    }
    drop(server);
}

fn seed() -> u64 {
    let nanos =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_nanos();
    u64::try_from(nanos % u128::from(u64::MAX)).expect("just limited").max(1)
}

#[test]
fn two_hundred_kills_lose_and_double_nothing_on_sqlite() {
    tests::run(crash(Database::Sqlite, 200, seed()));
}

#[test]
fn forty_kills_lose_and_double_nothing_on_postgres() {
    tests::run(crash(Database::Postgres, 40, seed()));
}

#[test]
#[ignore = "long: tests/run --long"]
fn a_thousand_kills_lose_and_double_nothing_on_sqlite() {
    tests::run(crash(Database::Sqlite, 1000, seed()));
}

#[test]
#[ignore = "long: tests/run --long"]
fn five_hundred_kills_lose_and_double_nothing_on_postgres() {
    tests::run(crash(Database::Postgres, 500, seed()));
}
