//! A kill at the n-th write to disk or network, for every n until one mail is through: where a random
//! moment rarely strikes, this one does.

use std::time::Duration;

use tests::app::{SUPPORT, encoded};
use tests::{Binary, Client, Database, Dialogue, Settings, mail};

#[test]
#[ignore = "long: tests/run --long"]
fn a_kill_at_every_system_call_of_one_mail_loses_and_doubles_nothing() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite).with("LOG", "warn");
        let token = settings.set_up();
        for call in ["fdatasync,fsync", "pwrite64", "sendto,writev,write", "ftruncate,rename,unlink"] {
            for number in 1..200 {
                let letter = mail("anna@customer.example").subject(&format!("{call} {number}"));
                if survived(&settings, call, number, &letter).await {
                    break;
                }
                check(&settings, &token, &letter).await;
            }
        }
    });
}

/// Delivers the mail to a server that dies at its n-th call of this kind; true when it lived.
async fn survived(settings: &Settings, call: &str, number: usize, letter: &tests::Mail) -> bool {
    let inject = format!("inject={call}:signal=SIGKILL:when={number}");
    let trace = format!("trace={call}");
    let mut server = Binary::spawn_traced(settings, &["-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject]);
    let mut acknowledged = false;
    for _ in 0..400 {
        if let Ok(mut dialogue) = Dialogue::lmtp(settings.lmtp()).await {
            acknowledged = dialogue.deliver("anna@customer.example", SUPPORT, &letter.bytes()).await.is_ok();
            break;
        }
        if server.has_ended() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The processing after the "250" may be what is struck.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let lived = !server.has_ended();
    server.kill();
    if !acknowledged {
        // As an MTA does: it kept the mail and tries again.
        let _server = Binary::serve(settings).await;
        let mut dialogue = Dialogue::lmtp(settings.lmtp()).await.expect("the restarted server");
        assert!(dialogue.deliver("anna@customer.example", SUPPORT, &letter.bytes()).await.is_ok());
    }
    lived
}

async fn check(settings: &Settings, token: &str, letter: &tests::Mail) {
    let _server = Binary::serve(settings).await;
    let root = Client::with_token(&settings.base(), token);
    let path = format!("/api/v1/articles?message_id={}", encoded(letter.id()));
    tests::wait_until("the ticket", Duration::from_secs(20), async || {
        let articles = root.get(&path).await.items();
        assert!(articles.len() <= 1, "doubled: {articles:?}");
        (articles.len() == 1).then_some(())
    })
    .await;
}
