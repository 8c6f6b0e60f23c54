//! The demo's customers: they answer what agents write to them, and now and then somebody has a new question.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use lettre::address::Envelope;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use mail_ingest::Mail;
use tokio::sync::mpsc;

use super::cast::{CUSTOMERS, Customer, DESKS};
use super::dice::Dice;
use super::letter::Letter;
use super::sink::Caught;
use super::story::Story;

/// What customers answer, by how often they answered in this conversation before. After the last they are content.
const ANSWERS: [&[&str]; 2] = [
    &[
        "Thanks for the quick answer! I'll try that this afternoon and let you know.\n\nOne more thing: does it matter \
         that we use this address on two computers?",
        "Ah, I see. I did what you wrote, but now it asks me for a \"recovery code\". Where do I find that?",
        "Thank you. Before I break anything: can I undo this if it goes wrong?",
        "Good to know. My colleague says she has the same problem; is it the same for her, or does she need a ticket \
         of her own?",
    ],
    &[
        "That worked. Thank you very much for your patience!",
        "All clear now, you can close this. Have a nice day!",
        "Perfect, solved. Thanks a lot!",
    ],
];

/// How many lines of a mail a customer quotes.
const QUOTED_LINES: usize = 8;

/// Everybody who writes to the demo.
pub(super) struct Customers {
    relay: AsyncSmtpTransport<Tokio1Executor>,
    stories: Vec<Story>,
    dice: Dice,
    /// How often they answered, by the first Message-ID of a conversation.
    answered: HashMap<String, usize>,
    written: u64,
}

impl Customers {
    /// Customers who send their mail to the helpdesk's SMTP listener.
    pub(super) fn new(helpdesk: SocketAddr, stories: Vec<Story>) -> Self {
        let relay = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(helpdesk.ip().to_string())
            .port(helpdesk.port())
            .build();
        Self { relay, stories, dice: Dice::new(0x0007_0a57), answered: HashMap::new(), written: 0 }
    }

    /// Lives until dropped.
    pub(super) async fn live(mut self, mut news: mpsc::UnboundedReceiver<Caught>) {
        loop {
            let pause = Duration::from_secs(self.dice.between(45, 120).unsigned_abs());
            let written = tokio::select! {
                caught = news.recv() => match caught {
                    Some(caught) => self.answer(&caught).await,
                    None => return,
                },
                () = tokio::time::sleep(pause) => self.ask().await,
            };
            if let Err(error) = written {
                tracing::warn!("a customer of the demo can't write: {error:#}");
            }
        }
    }

    /// Answers an agent's reply; automatic mail and notifications draw nothing.
    async fn answer(&mut self, caught: &Caught) -> anyhow::Result<()> {
        let mail = mail_ingest::parse(&caught.raw);
        let machine =
            mail.header("Auto-Submitted").is_some_and(|value| !value.trim().eq_ignore_ascii_case("no"));
        let customer = CUSTOMERS.iter().find(|customer| caught.to.contains(&customer.address()));
        let desk = mail.from.as_ref().and_then(|from| DESKS.iter().find(|desk| desk.address == from.address));
        let (false, Some(customer), Some(desk), Some(id)) =
            (machine, customer, desk, mail.message_id.clone())
        else {
            return Ok(());
        };
        let thread = mail.references.first().cloned().unwrap_or_else(|| id.clone());
        let count = self.answered.entry(thread).or_default();
        let Some(answers) = ANSWERS.get(*count) else { return Ok(()) };
        *count += 1;
        let text = format!("{}\n\n{}\n\n{}", self.dice.pick(answers), customer.first_name(), quote(&mail));
        let references: Vec<String> = mail.references.iter().cloned().chain([id]).collect();
        let subject = format!("Re: {}", mail.subject.trim_start_matches("Re: "));
        let pause = Duration::from_millis(self.dice.between(3_000, 7_000).unsigned_abs());
        tokio::time::sleep(pause).await;
        self.send(customer, desk.address, &subject, &text, &references).await
    }

    /// A new question, from somebody.
    async fn ask(&mut self) -> anyhow::Result<()> {
        let story = self.dice.pick(&self.stories).clone();
        let customer = self.dice.pick(CUSTOMERS);
        let desk =
            DESKS.iter().find(|desk| desk.queue == story.queue).context("a story in an unknown queue")?;
        let told = story.tell(customer, "yesterday", &mut self.dice);
        let text = told.steps.first().map(|step| step.text.clone()).unwrap_or_default();
        self.send(customer, desk.address, &told.subject, &text, &[]).await
    }

    async fn send(
        &mut self,
        from: &Customer,
        to: &str,
        subject: &str,
        text: &str,
        references: &[String],
    ) -> anyhow::Result<()> {
        self.written += 1;
        let message_id = format!("live-{}@{}", self.written, from.domain);
        let raw = Letter {
            from,
            to,
            subject,
            text,
            at: crate::clock::Clock::System.now(),
            message_id: &message_id,
            references,
            html: false,
            auto: false,
            attachment: None,
        }
        .raw()?;
        let envelope = Envelope::new(Some(from.address().parse()?), vec![to.parse()?])?;
        self.relay.send_raw(&envelope, &raw).await.context("the helpdesk takes no mail")?;
        Ok(())
    }
}

/// The beginning of a mail, as mail programs quote it.
fn quote(mail: &Mail) -> String {
    let name = mail.from.as_ref().map(|from| from.name.clone()).unwrap_or_default();
    let lines: Vec<String> = mail.text.lines().take(QUOTED_LINES).map(|line| format!("> {line}")).collect();
    format!("{name} wrote:\n{}", lines.join("\n"))
}
