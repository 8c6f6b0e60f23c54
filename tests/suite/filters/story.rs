//! A dry run foretells matching as well: policies, strict queues, merges, forwards, learned threads, signed addresses,
//! Outlook's conversations, the loop brake. Between the mails people act; the same story is told in a second installation.

use std::collections::HashMap;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{SUPPORT, TestApp, text};
use tests::{Database, Mail, both_databases, mail};
use turnstone::postmaster::{self, Accepted};

use super::dry_run::{facts, many};
use super::rules;

const OUTLOOK: &str = "AdcABCDEFGHIJKLMNOPQRSTUVWXYZw==";
const OUTLOOK_GOES_ON: &str = "AdcABCDEFGHIJKLMNOPQRSTUVWXYZwAAAAAB";
const STRICT: &str = "strict@helpdesk.example";
const REJECTING: &str = "rejecting@helpdesk.example";
const ANEW: &str = "anew@helpdesk.example";
const LONG: &str = "long@helpdesk.example";

/// What is told in an installation.
struct Story {
    app: TestApp,
    /// The records of all mails so far.
    mails: Vec<Value>,
    /// When a person last acted on a ticket, as the number of mails before that.
    acted: HashMap<String, usize>,
}

impl Story {
    async fn begin(database: Database) -> Self {
        let app = super::dry_run::installation(database).await;
        for (name, address, change) in [
            ("Strict", STRICT, json!({ "strict_matching": true })),
            ("Rejecting", REJECTING, json!({ "follow_up_policy": "reject" })),
            ("Anew", ANEW, json!({ "follow_up_policy": "new_ticket" })),
            ("Long", LONG, json!({ "closed_days": 30 })),
            ("Support", SUPPORT, json!({ "reply_token": true })),
        ] {
            if name != "Support" {
                app.queue(name, address).await;
            }
            let queues = app.root.get("/api/v1/queues").await.items();
            let id = text(&queues.iter().find(|queue| queue["name"] == name).unwrap()["id"]);
            let request = app.root.request(reqwest::Method::PATCH, &format!("/api/v1/queues/{id}"));
            app.root.send(request.json(&change)).await.assert(200);
        }
        Self { app, mails: Vec::new(), acted: HashMap::new() }
    }

    async fn comes(&mut self, to: &str, letter: &Mail) -> usize {
        let accepted = Accepted {
            raw: letter.bytes(),
            envelope_from: letter.sender().to_owned(),
            envelope_to: vec![to.to_owned()],
            source: "test".to_owned(),
            ..Accepted::default()
        };
        let id = postmaster::accept(self.app.desk(), accepted).await.expect("kept");
        let path = format!("/api/v1/inbound/{id}");
        let record = tests::wait_until("a mail processed", std::time::Duration::from_secs(20), async || {
            let record = self.app.root.get(&path).await.assert(200).json();
            (!record["disposition"].is_null()).then_some(record)
        });
        let record = record.await;
        self.mails.push(record);
        self.mails.len() - 1
    }

    /// The ticket of a mail.
    fn ticket(&self, mail: usize) -> String {
        text(&self.mails[mail]["ticket"])
    }

    async fn acts(&mut self, mail: usize) -> String {
        let number = self.ticket(mail);
        self.acted.insert(number.clone(), self.mails.len());
        number
    }

    async fn close(&mut self, mail: usize) {
        let number = self.acts(mail).await;
        self.app.root.set(&number, "state", "closed").await;
    }

    async fn merge(&mut self, from: usize, into: usize) {
        let (from, into) = (self.acts(from).await, self.acts(into).await);
        let path = format!("/api/v1/tickets/{from}/merges");
        self.app.root.post(&path, json!({ "into": into })).await.assert(201);
    }

    /// The id of the newest article of a ticket.
    async fn newest(&self, number: &str) -> Value {
        self.app.articles(number).await.pop().expect("an article")
    }
}

async fn close_and_answer(story: &mut Story, to: &str, from: &str) {
    let question = mail(from).to(to).subject("A matter of its own");
    let first = story.comes(to, &question).await;
    story.close(first).await;
    let late = mail(from).to(to).subject("Re: A matter of its own").answering([question.id()]);
    story.comes(to, &late).await;
    // What it became is found by the old mail's id, by the new one's, and by the number.
    story.comes(to, &mail(from).to(to).subject("Re: again").answering([question.id()])).await;
    story.comes(to, &mail(from).to(to).subject("Re: again").answering([late.id()])).await;
    let number = story.ticket(first);
    story.comes(to, &mail(from).to(to).subject(&format!("[Ticket#{number}]"))).await;
}

/// The whole story.
async fn tell(story: &mut Story) {
    for (to, from) in [
        (REJECTING, "rita@customer.example"),
        (ANEW, "nina@customer.example"),
        (SUPPORT, "olga@customer.example"),
    ] {
        close_and_answer(story, to, from).await;
    }
    strangers(story).await;
    merged_and_forwarded(story).await;
    learned(story).await;
    signed(story).await;
    looping(story).await;
    closed_for_long(story).await;
}

async fn strangers(story: &mut Story) {
    for (to, mark) in [(SUPPORT, "1"), (STRICT, "2")] {
        let question =
            mail("anna@customer.example").to(to).cc("friend@elsewhere.example").subject("Broken key");
        let first = story.comes(to, &question).await;
        let number = story.ticket(first);
        // Whom she named takes part, the others are strangers: to an id, and to a number.
        let friend = mail("friend@elsewhere.example").to(to).answering([question.id()]);
        story.comes(to, &friend).await;
        let stranger = mail("mallory@elsewhere.example").to(to).answering([question.id()]);
        story.comes(to, &stranger).await;
        story.comes(to, &mail("mallory@elsewhere.example").to(to).answering([stranger.id()])).await;
        let guess = mail("eve@elsewhere.example").to(to).subject(&format!("Re: [Ticket#{number}]"));
        story.comes(to, &guess).await;
        let by_number = mail("friend@elsewhere.example").to(to).subject(&format!("Re: [Ticket#{number}]"));
        story.comes(to, &by_number).await;
        let outlook = mail("anna@customer.example").to(to).subject("By Outlook");
        story.comes(to, &outlook.header("Thread-Index", &OUTLOOK.replace('X', mark))).await;
        let goes_on = mail("anna@customer.example").to(to).subject("No id at all");
        story.comes(to, &goes_on.header("Thread-Index", &OUTLOOK_GOES_ON.replace('X', mark))).await;
    }
}

async fn merged_and_forwarded(story: &mut Story) {
    let letters: Vec<Mail> =
        (0..3).map(|at| mail("carl@customer.example").subject(&format!("Part {at}"))).collect();
    let mut tickets = Vec::new();
    for letter in &letters {
        tickets.push(story.comes(SUPPORT, letter).await);
    }
    story.merge(tickets[0], tickets[1]).await;
    story.merge(tickets[1], tickets[2]).await;
    let number = story.ticket(tickets[0]);
    story.comes(SUPPORT, &mail("carl@customer.example").answering([letters[0].id()])).await;
    story.comes(SUPPORT, &mail("carl@customer.example").subject(&format!("Ticket {number}"))).await;

    let question = mail("dora@customer.example").subject("Which part?");
    let first = story.comes(SUPPORT, &question).await;
    let number = story.acts(first).await;
    let article = text(&story.newest(&number).await["id"]);
    let body = json!({ "article": article, "to": ["parts@supplier.example"], "body_text": "Do you have one?", "hold_seconds": 0 });
    story.app.root.post(&format!("/api/v1/tickets/{number}/forwards"), body).await.assert(201);
    let forward =
        story.app.articles(&number).await.into_iter().rev().find(|one| one["visible"] == false).unwrap();
    let forward = text(&forward["message_id"]);
    story.close(first).await;
    // Internal answers join what is closed, be they known by id or by who wrote them.
    let answer = mail("parts@supplier.example").answering([forward.trim_matches(['<', '>'])]);
    story.comes(SUPPORT, &answer).await;
    story.comes(SUPPORT, &mail("depot@supplier.example").answering([answer.id()])).await;
    story.comes(SUPPORT, &mail("parts@supplier.example").subject(&format!("[Ticket#{number}]"))).await;
    story.comes(SUPPORT, &mail("dora@customer.example").answering([question.id()])).await;
}

async fn learned(story: &mut Story) {
    let (old, new) =
        (mail("emil@customer.example").subject("Old"), mail("emil@customer.example").subject("New"));
    let (first, second) = (story.comes(SUPPORT, &old).await, story.comes(SUPPORT, &new).await);
    let strayed = mail("emil@customer.example").answering([old.id()]);
    let strayed = strayed.header("Thread-Index", &OUTLOOK.replace('X', "3"));
    story.comes(SUPPORT, &strayed).await;
    let before = mail("emil@customer.example").answering([strayed.id()]);
    story.comes(SUPPORT, &before).await;
    let (from, into) = (story.acts(first).await, story.acts(second).await);
    let articles = story.app.articles(&from).await;
    let article = articles.iter().find(|one| text(&one["message_id"]).contains(strayed.id())).unwrap();
    let path = format!("/api/v1/articles/{}/ticket", text(&article["id"]));
    story.app.root.put(&path, json!({ "value": into })).await.assert(200);
    story.comes(SUPPORT, &mail("emil@customer.example").answering([old.id(), strayed.id()])).await;
    let by_conversation = mail("emil@customer.example").subject("Without ids");
    let by_conversation = by_conversation.header("Thread-Index", &OUTLOOK_GOES_ON.replace('X', "3"));
    story.comes(SUPPORT, &by_conversation).await;
    story.comes(SUPPORT, &mail("emil@customer.example").answering([old.id()])).await;
}

async fn signed(story: &mut Story) {
    let question = mail("fred@customer.example").subject("Signed");
    let first = story.comes(SUPPORT, &question).await;
    let number = story.acts(first).await;
    story.app.hush().await;
    story.app.root.reply(&number, "We look into it.").await;
    let sent = story.app.relay.wait_for("fred@customer.example", 1).await.pop().unwrap();
    let header = sent.mail().header("Reply-To").unwrap_or_default().to_owned();
    let address =
        header.rsplit_once('<').map_or(header.clone(), |(_, rest)| rest.trim_end_matches('>').to_owned());
    assert!(address.contains('+'), "{address}");
    story.comes(&address, &mail("fred@private.example").to(&address).subject("From elsewhere")).await;
    story.comes(SUPPORT, &mail("fred@private.example").subject(&format!("[Ticket#{number}]"))).await;
    let ours = sent.mail().message_id();
    story.comes(SUPPORT, &mail("fred@customer.example").answering([ours.as_str()])).await;
}

async fn looping(story: &mut Story) {
    for number in 0..14 {
        let alarm = mail("monitor@host.example").subject(&format!("Disk {number} is full"));
        story.comes(SUPPORT, &alarm.header("Auto-Submitted", "auto-generated")).await;
    }
}

async fn closed_for_long(story: &mut Story) {
    for days in [29, 31] {
        let question = mail("gina@customer.example").to(LONG).subject(&format!("After {days} days"));
        let first = story.comes(LONG, &question).await;
        story.close(first).await;
        story.app.advance(SignedDuration::from_hours(days * 24)).await;
        story.comes(LONG, &mail("gina@customer.example").to(LONG).answering([question.id()])).await;
    }
}

/// Tries rules on the first story, and compares with what they do in a second one.
async fn compare(database: Database, first: &Story, list: Value) {
    let wish = json!({ "rules": list, "before": "none", "mails": 1000, "all": true });
    let report = first.app.root.post("/api/v1/filters/dry-runs", wish).await.assert(201).json();
    assert_eq!(report["mails"], first.mails.len());
    let mut foretold: Vec<Value> = report["items"].as_array().unwrap().clone();
    foretold.reverse();

    let mut second = Story::begin(database).await;
    rules(&second.app, list).await;
    tell(&mut second).await;
    let mut tickets: HashMap<u64, String> = HashMap::new();
    let mut standing: HashMap<String, (usize, Value)> = HashMap::new();
    for (at, (told, real)) in foretold.iter().zip(&second.mails).enumerate() {
        let (said, told) =
            (format!("mail {at}, {} of {}: {real}", told["subject"], told["sender"]), &told["after"]);
        assert_eq!(told["disposition"], real["disposition"], "{said}: {told}");
        let placed = real["disposition"] == "new" || real["disposition"] == "follow_up";
        match (told["conversation"].as_u64(), placed) {
            (Some(conversation), true) => {
                let ticket = text(&real["ticket"]);
                let known = tickets.entry(conversation).or_insert_with(|| ticket.clone());
                assert_eq!(*known, ticket, "{said}: {told}");
                standing.insert(ticket, (at, told.clone()));
            }
            (None, false) => {}
            other => panic!("{said}: {other:?}"),
        }
    }
    let numbers: std::collections::HashSet<&String> = tickets.values().collect();
    assert_eq!(numbers.len(), tickets.len(), "two conversations are two tickets");
    for (number, (at, told)) in standing {
        // What a person did after its last mail is not the mail's doing.
        if second.acted.get(&number).is_none_or(|acted| *acted <= at) {
            assert_eq!(facts(&second.app.ticket(&number).await), facts(&told), "ticket {number}");
        }
    }
}

both_databases! {
    async fn a_dry_run_matches_as_a_second_real_ingest_does(database) {
        let mut first = Story::begin(database).await;
        tell(&mut first).await;
        // What has to occur, so that it is compared at all.
        let is = |disposition: &str| first.mails.iter().filter(|mail| mail["disposition"] == disposition).count();
        assert!(is("new") > 25 && is("follow_up") > 25 && is("ignored") >= 3, "{} {} {}", is("new"), is("follow_up"), is("ignored"));
        let steps = Value::from(first.mails.clone()).to_string();
        for said in [
            "an answer to what was forwarded internally", "the queue is strict", "takes no follow-ups then",
            "goes on there", "which an agent took there", "its Thread-Index is of", "signed for this ticket",
            "no further ticket", "closed for more than 30 days", "takes no part in it",
        ] {
            assert!(steps.contains(said), "{said} does not occur");
        }
        compare(database, &first, json!([])).await;
        compare(database, &first, many()).await;
    }
}
