//! Twenty agents at work while mail comes in: how long their pages take on a full helpdesk, and how soon they see a mail.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tests::binary::PASSWORD;
use tests::{Client, Dialogue};

use super::{ADDRESS, Mail, World, ms, percentile, row};

const AGENTS: usize = 20;
/// Mail per second.
const MAILS: u64 = 5;
const SECONDS: u64 = 45;
/// The first number that an installation gives.
const FIRST: usize = 10_001;

/// What an agent opens, how often of ten times, and what is to be reached at the 95th percentile.
const PAGES: [(&str, usize, &str); 4] = [
    ("list", 4, "under 20 ms"),
    ("ticket", 4, "under 20 ms"),
    ("search", 1, "under 100 ms"),
    ("dashboard", 1, ""),
];

type Times = Arc<Mutex<BTreeMap<&'static str, Vec<f64>>>>;

pub async fn run(world: &mut World, tickets: usize) {
    world.fill(tickets).await;
    // Each a person of his own: what they have read, follow and are told of is not one's twenty times.
    for agent in 0..AGENTS {
        let (login, email) = (login(agent), format!("{}@helpdesk.example", login(agent)));
        let add = ["agent", "add", "--login", &login, "--name", &login, "--email", &email, "--role", "Agent"];
        world.settings.must(&[&add[..], &["--password-stdin"]].concat(), PASSWORD);
    }
    let times = Times::default();
    let ends = Instant::now() + Duration::from_secs(SECONDS);
    let base = world.settings.base();
    let listener = tokio::spawn(listen(base.clone(), "root".to_owned(), ends));
    let agents: Vec<_> = (0..AGENTS)
        .map(|agent| tokio::spawn(work(base.clone(), agent, tickets, ends, times.clone())))
        .collect();
    // Signing in costs each of them a tenth of a second of hashing: that is no page.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let sent = send(world, ends).await;
    for agent in agents {
        agent.await.unwrap();
    }
    let seen = listener.await.unwrap();
    println!("\n{AGENTS} agents, {MAILS} mails a second, {tickets} tickets, {SECONDS} s");
    for (name, _, wanted) in PAGES {
        let mut list = times.lock().unwrap().remove(name).unwrap_or_default();
        list.sort_by(f64::total_cmp);
        let (half, most) = (percentile(&list, 50), percentile(&list, 95));
        row(
            &format!("{name}, {} times: p50 / p95", list.len()),
            &format!("{half:.1} / {most:.1} ms"),
            wanted,
        );
    }
    let mut delays: Vec<f64> =
        sent.iter().filter_map(|(number, at)| Some(ms(seen.get(number)?.duration_since(*at)))).collect();
    delays.sort_by(f64::total_cmp);
    let (half, most) = (percentile(&delays, 50), percentile(&delays, 95));
    let name = format!("final dot to event stream, {} of {} mails: p50 / p95", delays.len(), sent.len());
    row(&name, &format!("{half:.0} / {most:.0} ms"), "under 1 s");
}

fn login(agent: usize) -> String {
    format!("agent{agent}")
}

/// One agent: a page about every second.
async fn work(base: String, agent: usize, tickets: usize, ends: Instant, times: Times) {
    let client = Client::visitor(&base);
    client.sign_in(&login(agent), PASSWORD).await;
    let stream = tokio::spawn(listen(base, login(agent), ends));
    let mut turn = agent * 7;
    while Instant::now() < ends {
        turn += 1;
        let ticket = FIRST + turn.wrapping_mul(7_919) % tickets;
        let mut at = turn % 10;
        let (name, ..) = PAGES
            .iter()
            .find(|(_, often, _)| {
                let here = at < *often;
                at = at.saturating_sub(*often);
                here
            })
            .unwrap();
        let path = match *name {
            "list" => "/tickets".to_owned(),
            "ticket" => format!("/tickets/{ticket}"),
            "search" => "/search?q=certificate+heliograph".to_owned(),
            _ => "/dashboard".to_owned(),
        };
        let begun = Instant::now();
        client.get(&path).await.assert(200);
        times.lock().unwrap().entry(name).or_default().push(ms(begun.elapsed()));
        tokio::time::sleep(Duration::from_millis(600 + (turn as u64 * 37) % 800)).await;
    }
    stream.abort();
}

/// Hears the event stream of one browser: when each ticket was first spoken of.
async fn listen(base: String, login: String, ends: Instant) -> HashMap<usize, Instant> {
    let client = Client::visitor(&base);
    client.sign_in(&login, PASSWORD).await;
    let mut seen = HashMap::new();
    let request = client.request(reqwest::Method::GET, "/events").header("accept", "text/event-stream");
    let mut answer = request.send().await.unwrap();
    let left = ends.saturating_duration_since(Instant::now()) + Duration::from_secs(1);
    let reading = async {
        while let Ok(Some(bytes)) = answer.chunk().await {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            for part in text.split("\"ticket\":\"").skip(1) {
                if let Ok(number) = part.split('"').next().unwrap_or_default().parse::<usize>() {
                    seen.entry(number).or_insert_with(Instant::now);
                }
            }
        }
    };
    // The end of the time is the end of the stream.
    let _ = tokio::time::timeout(left, reading).await;
    seen
}

/// Mail at its pace; when the final dot of each was sent, by the number its ticket gets.
async fn send(world: &mut World, ends: Instant) -> Vec<(usize, Instant)> {
    let mut line = Dialogue::lmtp(world.settings.lmtp()).await.unwrap();
    let mut sent = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_millis(1_000 / MAILS));
    while Instant::now() + Duration::from_secs(2) < ends {
        pace.tick().await;
        let mail = Mail::number(world.written);
        sent.push((FIRST + world.written, Instant::now()));
        world.written += 1;
        let reply = line.deliver(&mail.from, ADDRESS, mail.raw.as_bytes()).await;
        assert!(reply.is_ok(), "{reply:?}");
    }
    sent
}
