//! The stories of the demo: short scripts in text files, told many times with other people and other words.
//!
//! ```text
//! @ QUEUE END [FLAG…]          END: new, open, closed, or pending DAYSd
//! # SUBJECT                    FLAG: html, auto, priority N, attach=FILE
//! customer:                    a step; the first is the mail that opens the ticket
//! TEXT
//! agent 2h:                    a reply, this long after the step before (m, h, d)
//! note 10m:                    an internal note
//! ```
//! In texts `[this|that]` is one of several and `{name}` a placeholder.

use anyhow::{Context, bail, ensure};
use jiff::SignedDuration;

use super::cast::Customer;
use super::dice::Dice;

const FILES: &[&str] = &[
    include_str!("stories/support.txt"),
    include_str!("stories/assurance.txt"),
    include_str!("stories/hosting.txt"),
];

/// One script.
#[derive(Clone, Debug)]
pub(super) struct Story {
    pub(super) queue: String,
    pub(super) end: End,
    pub(super) html: bool,
    /// Written by a machine: carries `Auto-Submitted`.
    pub(super) auto: bool,
    pub(super) priority: Option<i32>,
    pub(super) attachment: Option<String>,
    subject: String,
    steps: Vec<Step>,
}

/// How a story ends when all of it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    New,
    Open,
    Closed,
    PendingDays(i64),
}

/// Who does a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Customer,
    Agent,
    Note,
}

/// One entry of the conversation.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) who: Who,
    /// Time since the step before.
    pub(super) after: SignedDuration,
    pub(super) text: String,
}

/// A story as it happened to somebody.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) subject: String,
    pub(super) steps: Vec<Step>,
}

/// All stories.
///
/// # Errors
/// Where a script breaks the rules above.
pub(super) fn all() -> anyhow::Result<Vec<Story>> {
    let scripts =
        FILES.iter().flat_map(|file| file.split("\n@ ")).map(|script| script.trim_start_matches("@ "));
    scripts
        .map(|script| parse(script).with_context(|| format!("in the story {:?}", first_line(script))))
        .collect()
}

impl Story {
    /// The steps as they are in the script.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    /// Tells the story about `customer`; `weekday` is a day shortly before.
    pub(super) fn tell(&self, customer: &Customer, weekday: &str, dice: &mut Dice) -> Told {
        let facts = facts(customer, weekday, dice);
        let mut text = |template: &str| fill(&choose(template, dice), &facts);
        Told {
            subject: text(&self.subject),
            steps: self.steps.iter().map(|step| Step { text: text(&step.text), ..step.clone() }).collect(),
        }
    }
}

fn parse(script: &str) -> anyhow::Result<Story> {
    let mut lines = script.lines();
    let mut words = lines.next().unwrap_or_default().split_whitespace();
    let queue = words.next().context("the queue is missing")?.to_owned();
    let end = match words.next() {
        Some("new") => End::New,
        Some("open") => End::Open,
        Some("closed") => End::Closed,
        Some("pending") => End::PendingDays(duration(words.next().unwrap_or_default())?.as_hours() / 24),
        other => bail!("{other:?} is no end"),
    };
    let subject =
        lines.next().and_then(|line| line.strip_prefix("# ")).context("the subject is missing")?.to_owned();
    let mut story = Story {
        queue,
        end,
        html: false,
        auto: false,
        priority: None,
        attachment: None,
        subject,
        steps: Vec::new(),
    };
    story.take_flags(&mut words)?;
    for line in lines {
        if let Some((who, after)) = step_head(line) {
            story.steps.push(Step { who, after: after?, text: String::new() });
        } else if let Some(step) = story.steps.last_mut() {
            step.text.push_str(line);
            step.text.push('\n');
        } else {
            story.take_flags(&mut line.split_whitespace())?;
        }
    }
    for step in &mut story.steps {
        step.text = step.text.trim().to_owned();
    }
    ensure!(story.steps.first().is_some_and(|step| step.who == Who::Customer), "a customer has to begin");
    Ok(story)
}

impl Story {
    fn take_flags<'a>(&mut self, words: &mut impl Iterator<Item = &'a str>) -> anyhow::Result<()> {
        while let Some(word) = words.next() {
            match word {
                "html" => self.html = true,
                "auto" => self.auto = true,
                "priority" => self.priority = Some(words.next().context("which priority?")?.parse()?),
                _ => match word.strip_prefix("attach=") {
                    Some(file) => self.attachment = Some(file.to_owned()),
                    None => bail!("{word:?} is no flag"),
                },
            }
        }
        Ok(())
    }
}

fn step_head(line: &str) -> Option<(Who, anyhow::Result<SignedDuration>)> {
    let (who, after) = line.strip_suffix(':')?.split_once(' ').unwrap_or((line.strip_suffix(':')?, "0m"));
    let who = match who {
        "customer" => Who::Customer,
        "agent" => Who::Agent,
        "note" => Who::Note,
        _ => return None,
    };
    Some((who, duration(after)))
}

fn duration(text: &str) -> anyhow::Result<SignedDuration> {
    let unit = text.chars().last().context("a duration is missing")?;
    let count: i64 =
        text.trim_end_matches(unit).parse().with_context(|| format!("{text:?} is no duration"))?;
    match unit {
        'm' => Ok(SignedDuration::from_mins(count)),
        'h' => Ok(SignedDuration::from_hours(count)),
        'd' => Ok(SignedDuration::from_hours(24 * count)),
        _ => bail!("{text:?} is no duration"),
    }
}

fn first_line(script: &str) -> &str {
    script.lines().nth(1).unwrap_or_default()
}

/// `[this|that]` becomes one of them; brackets without a bar stay.
fn choose(template: &str, dice: &mut Dice) -> String {
    let mut told = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, tail)) = rest.split_once('[') {
        told.push_str(before);
        match tail.split_once(']') {
            Some((choices, after)) if choices.contains('|') => {
                let choices: Vec<&str> = choices.split('|').collect();
                told.push_str(dice.pick::<&str>(&choices));
                rest = after;
            }
            _ => {
                told.push('[');
                rest = tail;
            }
        }
    }
    told.push_str(rest);
    told
}

type Facts = Vec<(&'static str, String)>;

fn facts(customer: &Customer, weekday: &str, dice: &mut Dice) -> Facts {
    const STREETS: &[&str] =
        &["Lindenweg", "Rue des Tanneurs", "Mill Lane", "Kirkegata", "Via Garibaldi", "Nová"];
    const FUNCTIONS: &[&str] = &["treasurer", "office", "youth", "secretary", "events"];
    let number = dice.between(12, 98);
    vec![
        ("name", customer.name.to_owned()),
        ("first", customer.first_name().to_owned()),
        ("address", customer.address()),
        ("login", customer.login.to_owned()),
        ("domain", customer.domain.to_owned()),
        ("org", customer.organisation.to_owned()),
        ("city", customer.city.to_owned()),
        ("street", format!("{} {}", dice.pick(STREETS), dice.between(1, 120))),
        ("phone", format!("+49 30 555 {:04}", dice.between(0, 10_000))),
        (
            "serial",
            format!("{:02X}:{:02X}:{:02X}", dice.between(0, 256), dice.between(0, 256), dice.between(0, 256)),
        ),
        ("n", number.to_string()),
        ("role", (*dice.pick(FUNCTIONS)).to_owned()),
        ("weekday", weekday.to_owned()),
    ]
}

fn fill(template: &str, facts: &Facts) -> String {
    facts.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
