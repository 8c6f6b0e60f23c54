//! What the pages weigh on the wire, as a browser's first visit fetches them. A table for people; what is checked is that
//! all of it comes in one round, and that no page is heavier by far than it was meant to be.

use std::{collections::BTreeSet, fmt::Write as _};

use tests::{
    Client, Database,
    app::TestApp,
    binary::{PASSWORD, target_directory},
    mail,
};

const KB: f64 = 1_000.0;

/// What one page and its assets weigh, compressed, in bytes.
struct Weight {
    page: usize,
    assets: BTreeSet<String>,
}

async fn fetched(browser: &Client, path: &str) -> (usize, String) {
    let plain = browser.get(path).await.assert(200).text();
    let packed = browser.request(reqwest::Method::GET, path).header("Accept-Encoding", "br, gzip");
    let packed = browser.send(packed).await;
    assert!(!packed.assert(200).header("content-encoding").is_empty(), "{path} is sent as it is");
    (packed.body.len(), plain)
}

/// The addresses of ours in a text, whatever stands around them.
fn assets_in(text: &str) -> BTreeSet<String> {
    let ends = ['"', '\'', '#', ')', ' ', '`'];
    let found = text.split("/assets/").skip(1).map(|rest| rest.split(ends).next().unwrap_or_default());
    found.filter(|name| name.contains('.')).map(|name| format!("/assets/{name}")).collect()
}

/// What a page names is fetched in one round, side by side.
async fn weigh(browser: &Client, path: &str) -> Weight {
    let (page, text) = fetched(browser, path).await;
    Weight { page, assets: assets_in(&text) }
}

async fn bytes_of(browser: &Client, assets: &BTreeSet<String>) -> usize {
    let mut bytes = 0;
    for asset in assets {
        bytes += fetched(browser, asset).await.0;
    }
    bytes
}

/// Static imports that the page did not name would be fetched in a second round, once the first module is read.
async fn in_a_second_round(browser: &Client, assets: &BTreeSet<String>) -> BTreeSet<String> {
    let mut later = BTreeSet::new();
    for script in assets.iter().filter(|asset| asset.ends_with(".js")) {
        let text = browser.get(script).await.text();
        let imports = text.lines().filter(|line| line.starts_with("import ") || line.starts_with("} from "));
        later.extend(imports.flat_map(assets_in).filter(|import| !assets.contains(import)));
    }
    later
}

/// Scripts that import each other in a circle would be served, and run, twice: each key would then act twice.
#[test]
fn each_script_is_served_under_one_name() {
    let assets = turnstone::web::assets::Assets::load().unwrap();
    let mut seen = BTreeSet::new();
    for url in assets.all() {
        let stem = url.split('.').next().unwrap_or_default();
        assert!(seen.insert(stem.to_owned()), "{url} is there twice: its imports go in a circle");
    }
    assert!(seen.len() > 20, "{seen:?}");
}

#[test]
fn pages_weigh_little_and_come_in_one_round() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        for turn in 0..40 {
            let subject = format!("The certificate of server {turn} runs out");
            app.deliver(&mail(&format!("anna{turn}@customer.example")).subject(&subject)).await;
        }
        let question = mail("bert@customer.example").subject("How do I renew a certificate?");
        let number = app.ticket_from(&question).await;
        for turn in 0..6 {
            let answer = format!("Answer {turn}: as the handbook says, by the form on the second page.");
            app.root.reply(&number, &answer).await;
        }
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;

        let list = weigh(&browser, "/tickets").await;
        let ticket = weigh(&browser, &format!("/tickets/{number}")).await;
        let list_assets = bytes_of(&browser, &list.assets).await;
        let more: BTreeSet<String> = ticket.assets.difference(&list.assets).cloned().collect();
        let ticket_assets = bytes_of(&browser, &more).await;

        let (list_total, ticket_total) = (list.page + list_assets, ticket.page + ticket_assets);
        let mut table = String::new();
        let mut row = |what: &str, bytes: usize, wanted: &str| {
            writeln!(table, "{what:<44} {:>7.1} KB   {wanted}", bytes as f64 / KB).unwrap();
        };
        row("list of 25, the page", list.page, "");
        row(&format!("list, {} assets in one round", list.assets.len()), list_assets, "");
        row("list, first visit", list_total, "at most 120 KB");
        row("ticket with 7 articles, after the list", ticket_total, "at most 40 KB");
        std::fs::write(target_directory().join("weights.txt"), &table).unwrap();
        println!("{table}");

        for page in [&list, &ticket] {
            let later = in_a_second_round(&browser, &page.assets).await;
            assert!(later.is_empty(), "fetched in a second round: {later:?}");
        }
        // Twice what was meant is a mistake, not a change of taste.
        assert!(list_total < 240_000 && ticket_total < 80_000, "{table}");
    });
}
