//! Carries mail between two installations, as the world's mail servers would.

use diesel::RunQueryDsl;
use std::time::Duration;

use crate::app::TestApp;
use crate::net::wait_until;
use crate::smtp_peer::Received;

/// What a gateway on the way does to a mail.
pub type Gateway = fn(&Received) -> Received;

/// A gateway that changes nothing.
pub fn honest(mail: &Received) -> Received {
    mail.clone()
}

/// A gateway that takes off every mark of a machine and every trace of a conversation.
pub fn rude(mail: &Received) -> Received {
    const MARKS: [&str; 8] = [
        "auto-submitted:",
        "precedence:",
        "x-auto-response-suppress:",
        "in-reply-to:",
        "references:",
        "thread-index:",
        "thread-topic:",
        "message-id:",
    ];
    let text = String::from_utf8_lossy(&mail.data).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").expect("a header and a body");
    let mut kept = Vec::new();
    let mut dropped = false;
    for line in head.split("\r\n") {
        if !line.starts_with([' ', '\t']) {
            dropped = MARKS.iter().any(|mark| line.to_ascii_lowercase().starts_with(mark));
        }
        if !dropped {
            kept.push(line);
        }
    }
    // No null sender either: whoever wrote it, as its From says.
    let (_, from) = mail.mail().from();
    Received { from, data: format!("{}\r\n\r\n{body}", kept.join("\r\n")).into_bytes(), ..mail.clone() }
}

/// Two installations and the way between them.
#[derive(Default)]
pub struct Bridge {
    seen: [usize; 2],
    /// So many mails went over it, from the first and from the second.
    pub carried: [usize; 2],
}

impl Bridge {
    /// Carries mail to and fro until neither has anything more to say.
    ///
    /// # Panics
    /// When they are still talking after fifty rounds.
    pub async fn settle(&mut self, apps: [&TestApp; 2], gateway: Gateway) {
        for _ in 0..50 {
            let mut moved = 0;
            for side in [0, 1] {
                quiet(apps[side]).await;
                let mails = apps[side].relay.received();
                for mail in &mails[self.seen[side]..] {
                    moved += self.carry(side, gateway(mail), apps[1 - side]).await;
                }
                self.seen[side] = mails.len();
            }
            for app in apps {
                quiet(app).await;
            }
            let unseen = (0..2).any(|side| apps[side].relay.received().len() > self.seen[side]);
            if moved == 0 && !unseen {
                return;
            }
        }
        panic!("still talking: {:?}", self.carried);
    }

    /// To those of its recipients whom the other side knows.
    async fn carry(&mut self, side: usize, mail: Received, to: &TestApp) -> usize {
        let mut moved = 0;
        for recipient in &mail.to {
            let reply = to.hand_over(&mail.from, recipient, &mail.data).await;
            assert!(reply.is_ok() || reply.is_permanent(), "{recipient}: {reply:?}");
            moved += usize::from(reply.is_ok());
        }
        self.carried[side] += moved;
        moved
    }
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// Waits until nothing waits to be read and nothing waits to leave.
pub async fn quiet(app: &TestApp) {
    let sql = "SELECT CAST((SELECT count(*) FROM inbound_mails WHERE status = 'waiting') \
               + (SELECT count(*) FROM outbox WHERE state IN ('due', 'sending')) AS BIGINT) AS n";
    wait_until("a helpdesk at rest", Duration::from_secs(20), async || {
        let waiting = app.db().read(move |conn| Ok(diesel::sql_query(sql).get_result::<Count>(conn)?));
        (waiting.await.ok()?.n == 0).then_some(())
    })
    .await;
}

/// Runs a statement behind the curtain.
///
/// # Panics
/// When the database refuses it.
pub async fn sql(app: &TestApp, statement: &str) {
    let statement = statement.to_owned();
    app.db()
        .write(move |tx| Ok(diesel::sql_query(statement.clone()).execute(&mut **tx)?))
        .await
        .expect("a statement that the database takes");
}
