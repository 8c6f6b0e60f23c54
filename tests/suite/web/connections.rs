//! One stranger does not take the lines of everybody else.

use std::time::Duration;

use tests::Database;
use tests::app::TestApp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn silent(app: &TestApp, count: usize) -> Vec<TcpStream> {
    let address = app.base().trim_start_matches("http://").to_owned();
    let mut lines = Vec::new();
    for _ in 0..count {
        lines.push(TcpStream::connect(&address).await.unwrap());
    }
    lines
}

async fn is_hung_up(line: &mut TcpStream) -> bool {
    let mut read = [0; 64];
    let read = tokio::time::timeout(Duration::from_millis(20), line.read(&mut read));
    matches!(read.await, Ok(Ok(0) | Err(_)))
}

#[test]
fn an_address_that_has_not_signed_in_keeps_its_youngest_twenty_lines() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        // The admin's own line has shown a token: it stays, though it is the oldest.
        app.tickets().await;
        let mut lines = silent(&app, 30).await;
        for _ in 0..60 {
            if is_hung_up(&mut lines[9]).await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let mut gone = 0;
        for line in &mut lines {
            gone += usize::from(is_hung_up(line).await);
        }
        assert!((10..=11).contains(&gone), "{gone} of 30 are gone");
        let youngest = lines.last_mut().unwrap();
        youngest.write_all(b"GET /login HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut answer = [0; 12];
        youngest.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        app.tickets().await;
    });
}
