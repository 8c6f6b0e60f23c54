//! The search language, what it finds, whom it tells, and what it costs.

mod cost;
mod export;
mod finding;
mod language;
mod permission;
mod suggestions;
mod views;

use tests::Client;
use tests::app::encoded;

/// Numbers of the tickets that a search finds by the API's list, in order.
pub async fn numbers(client: &Client, q: &str) -> Vec<String> {
    let items = client.get(&format!("/api/v1/tickets?q={}", encoded(q))).await.assert(200).items();
    items.iter().map(|ticket| ticket["number"].as_str().unwrap().to_owned()).collect()
}

/// What is wrong with a search, as the API says it.
pub async fn refusal(client: &Client, q: &str) -> String {
    let answer = client.get(&format!("/api/v1/search?q={}", encoded(q))).await.assert(422).json();
    assert_eq!(answer["errors"][0]["field"], "q", "{answer}");
    answer["errors"][0]["message"].as_str().unwrap().to_owned()
}
