//! What a password costs: as much as the machine allows, and for a refusal the same whatever was stored.

use std::time::{Duration, Instant};

use argon2::PasswordHash;
use tests::binary::PASSWORD;
use tests::{Binary, Client, Settings, both_databases};
use turnstone::config::DatabaseUrl;
use turnstone::db::Db;
use turnstone::people::effort::Rounds;
use turnstone::people::{password, sessions};

#[test]
fn as_many_rounds_as_fit_and_never_fewer_than_are_safe() {
    let of = |milliseconds| Rounds::fitting(Duration::from_millis(milliseconds)).count();
    assert_eq!([of(0), of(1), of(20), of(49), of(500)], [10, 10, 5, 2, 2]);
    let hash = password::hash_of(PASSWORD, Rounds::fitting(Duration::from_millis(20))).unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=5,p=1$"), "{}", hash.as_str());
    assert_eq!(Rounds::of(&PasswordHash::new(hash.as_str()).unwrap()).count(), 5);
}

#[test]
fn who_is_refused_waits_as_long_whatever_his_hash_cost() {
    let today = Rounds::fitting(Duration::from_millis(20));
    let stored = password::hash_of(PASSWORD, Rounds::LEAST).unwrap();
    let stored = PasswordHash::new(stored.as_str()).unwrap();
    assert!(password::belongs(PASSWORD, Some(&stored), today).unwrap());
    let took = |hash: Option<&PasswordHash>| {
        let begun = Instant::now();
        assert!(!password::belongs("wrong password", hash, today).unwrap());
        begun.elapsed().as_secs_f64()
    };
    // In pairs, so that what else the machine does falls on both; where it does too much, once more.
    let mut medians = Vec::new();
    for _ in 0..3 {
        let mut ratios: Vec<f64> = (0..40).map(|_| took(Some(&stored)) / took(None)).collect();
        ratios.sort_by(f64::total_cmp);
        medians.push(ratios[20]);
        if (ratios[20] - 1.0).abs() < 0.1 {
            return;
        }
    }
    panic!("a weaker hash against none: {medians:?}");
}

fn open(settings: &Settings) -> Db {
    let directory = settings.data_directory();
    let url = match settings.postgres_url() {
        Some(url) => DatabaseUrl::Postgres(url),
        None => DatabaseUrl::Sqlite(directory.join("turnstone.db")),
    };
    Db::open(&url, &directory).unwrap()
}

async fn stored(db: &Db, login: &'static str) -> String {
    let now = jiff::Timestamp::now();
    db.read(move |conn| sessions::candidate(conn, login, now)).await.unwrap().unwrap().1.unwrap()
}

/// How many rounds the last server that said so found.
async fn found(server: &Binary, times: usize) -> u32 {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let log = server.log();
        let told: Vec<&str> = log.lines().filter(|line| line.contains("argon2id")).collect();
        if told.len() >= times {
            let rounds = told.last().unwrap().split_once("rounds=").expect("a number").1;
            return rounds.split(' ').next().unwrap().parse().unwrap();
        }
        assert!(Instant::now() < deadline, "nothing is said of passwords:\n{log}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

both_databases! {
    async fn a_server_finds_out_what_passwords_may_cost_and_goes_below_nobodys(database) {
        let settings = Settings::new(database);
        settings.set_up();
        settings.agent("dana", "Agent");
        let db = open(&settings);
        assert!(stored(&db, "dana").await.contains("t=2,"), "a command measures nothing");
        let mut server = Binary::serve(&settings).await;
        let rounds = found(&server, 1).await;
        Client::visitor(&settings.base()).sign_in("dana", PASSWORD).await;
        assert!(stored(&db, "dana").await.contains(&format!("t={rounds},")), "{rounds}: {}", stored(&db, "dana").await);
        server.terminate();
        // However busy the machine is today, it asks for what somebody's password cost on a better day.
        let costly = password::hash_of(PASSWORD, Rounds::MOST).unwrap();
        let sql = format!("UPDATE agents SET password_hash = '{}' WHERE login = 'root'", costly.as_str());
        db.write(move |tx| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql.as_str()), &mut **tx)?)).await.unwrap();
        let server = Binary::serve(&settings).await;
        assert_eq!(found(&server, 2).await, Rounds::MOST.count());
        Client::visitor(&settings.base()).sign_in("dana", PASSWORD).await;
        assert!(stored(&db, "dana").await.contains("t=10,"), "{}", stored(&db, "dana").await);
    }
}
