//! The demo: it starts by itself, shows what it promises, and leaves nothing behind.

mod pictures;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tests::{Client, Database, Settings, wait_until};

use crate::web::composer::field;

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
        let demo = settings.command(&["demo"]);
        // A suite that was started by nohup would have it live on, as it should, when its terminal closes.
        let mut command = Command::new("env");
        command.arg("--default-signal=HUP").arg(demo.get_program()).args(demo.get_args());
        command.current_dir(demo.get_current_dir().unwrap());
        for (name, value) in demo.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut child = command
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

/// A new ticket that nobody works on, whatever the day of the week, and its customer's address.
async fn somebodys_question(agent: &Client) -> (String, String) {
    let list = agent.get("/tickets?q=is%3Anew%20-is%3Alocked").await.assert(200).text();
    let numbers =
        list.split("href=\"/tickets/1").skip(1).filter_map(|rest| rest.split(['"', '?', '#']).next());
    for rest in numbers {
        let number = format!("1{rest}");
        let page = agent.get(&format!("/tickets/{number}")).await.assert(200).text();
        let to = page.split("id=\"to\" name=\"to\" type=\"text\" value=\"").nth(1);
        let to = to.and_then(|rest| rest.split('"').next()).unwrap_or_default().replace("&gt;", "");
        let address = to.rsplit("&lt;").next().unwrap_or_default().to_owned();
        if address.contains('@') && !to.contains(',') {
            return (number, address);
        }
    }
    panic!("nobody can be answered: {list}");
}

#[test]
fn a_demo_whose_terminal_is_closed_leaves_nothing_behind() {
    let mut demo = Demo::start();
    ended(&mut demo, "-HUP");
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
        // Who is answered reads it at the sink, and answers by himself.
        let (number, customer) = somebodys_question(&agent).await;
        let page = agent.get(&format!("/tickets/{number}")).await.assert(200).text();
        let seen = field(&page, "seen");
        let words = "Please start it once more, then tell me what it says.";
        let reply = [
            ("kind", "reply"),
            ("then", "open"),
            ("to", customer.as_str()),
            ("body", words),
            ("seen", &seen),
        ];
        agent.submit(&format!("/tickets/{number}/articles"), &reply).await.assert(303);
        let sink = Client::visitor(&demo.outgoing);
        let mail = wait_until("the answer at the sink", Duration::from_secs(40), async || {
            let list = sink.get("/").await.assert(200).text();
            let ids = list.split("href=\"/mails/").skip(1).filter_map(|rest| rest.split('"').next());
            for id in ids.map(str::to_owned).collect::<Vec<_>>() {
                let mail = sink.get(&format!("/mails/{id}")).await.assert(200).text();
                if mail.contains("Please start it once more") && mail.contains(&customer) {
                    return Some(id);
                }
            }
            None
        })
        .await;
        let raw = sink.get(&format!("/mails/{mail}/raw")).await.assert(200).text();
        assert!(raw.contains("In-Reply-To:") && raw.contains(&customer), "{raw}");
        wait_until("the customer's own answer", Duration::from_secs(40), async || {
            let page = agent.get(&format!("/tickets/{number}")).await.assert(200).text();
            // He quotes what he answers.
            (page.matches("Please start it once more").count() > 1).then_some(())
        })
        .await;
    });

    ended(&mut demo, "-TERM");
}

fn ended(demo: &mut Demo, end: &str) {
    assert!(Command::new("kill").args([end, &demo.child.id().to_string()]).status().unwrap().success());
    assert!(demo.child.wait().unwrap().success());
    let left: Vec<_> =
        std::fs::read_dir(demo.scratch.path()).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(left.is_empty(), "{left:?}");
}
