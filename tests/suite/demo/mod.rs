//! The demo: it starts by itself, shows what it promises, and leaves nothing behind.

mod pictures;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tests::{Client, Database, Settings, wait_until};

/// A demo that runs.
struct Demo {
    child: Child,
    helpdesk: String,
    outgoing: String,
    tickets: usize,
    /// Where it keeps what it throws away.
    scratch: tempfile::TempDir,
}

impl Demo {
    fn start() -> Self {
        let settings = Settings::new(Database::Sqlite);
        let scratch = tempfile::tempdir().unwrap();
        let mut child = settings
            .command(&["demo"])
            .env("TMPDIR", scratch.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let introduction: Vec<String> =
            said.lines().map_while(Result::ok).take_while(|line| !line.contains("Ctrl C")).collect();
        let urls: Vec<&str> = introduction
            .iter()
            .filter_map(|line| line.split_whitespace().find(|word| word.starts_with("http")))
            .collect();
        let [helpdesk, outgoing] = urls[..] else { panic!("two addresses were promised: {introduction:?}") };
        let [helpdesk, outgoing] = [helpdesk, outgoing].map(|url| url.trim_end_matches('/').to_owned());
        let tickets = introduction
            .iter()
            .find_map(|line| line.strip_prefix("Turnstone demo: ")?.split(' ').next()?.parse().ok())
            .unwrap();
        Self { child, helpdesk, outgoing, tickets, scratch }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_demo_lives_and_leaves_nothing_behind() {
    let mut demo = Demo::start();
    assert!(demo.tickets > 100, "{} tickets", demo.tickets);

    tests::run(async {
        let agent = Client::visitor(&demo.helpdesk);
        agent.sign_in("ben", "turnstone-demo").await;
        let list = agent.get("/tickets").await.assert(200).text();
        let link = list.split("href=\"/tickets/1").nth(1).unwrap().split('"').next().unwrap();
        let number = format!("1{}", link.split(['?', '#']).next().unwrap());
        agent.get(&format!("/tickets/{number}")).await.assert(200);
        // Somebody asks a new question within two minutes, or, here, at least the outgoing page is there.
        let sink = Client::visitor(&demo.outgoing);
        wait_until("the page of outgoing mail", Duration::from_secs(10), async || {
            sink.get("/").await.assert(200).text().contains("Outgoing mail").then_some(())
        })
        .await;
    });

    assert!(Command::new("kill").args(["-TERM", &demo.child.id().to_string()]).status().unwrap().success());
    assert!(demo.child.wait().unwrap().success());
    let left: Vec<_> =
        std::fs::read_dir(demo.scratch.path()).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(left.is_empty(), "{left:?}");
}
