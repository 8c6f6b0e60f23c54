//! Open a ticket: by a customer's mail, or by an agent after a call or as the first mail to somebody.

use super::{
    Article, Formatted, Moment, NewArticle, NewFile, Person, Recipients, Ticket,
    model::NewTicket,
    reply::{domain_of, send_later, with_signature},
    store,
};
use crate::{
    access::{Actor, QueueAccess},
    clock::public_id,
    db::{Channel, CustomerId, EventKind, Priority, Right, Sender, State, Status, Tx, backend},
    error::{Error, Result, say},
    notify, outbox, people, queues,
    terms::priorities,
};

/// The longest title, in characters.
const TITLE: usize = 250;

/// A ticket that an agent opens.
#[derive(Clone, Debug)]
pub struct OpenInput {
    /// One line.
    pub title: String,
    /// For whom.
    pub customer: Person,
    /// [`Channel::Phone`]: notes of a call, nothing is sent. [`Channel::Mail`]: the text goes to the customer.
    pub channel: Channel,
    /// The text.
    pub body_text: String,
    /// The same with its format, where it has one.
    pub body_html: Option<Formatted>,
    /// Its files.
    pub files: Vec<NewFile>,
    /// How urgent.
    pub priority: Priority,
    /// The state afterwards.
    pub state: Option<Status>,
    /// For how long a mail can be taken back, in seconds; `None`: as the queue says.
    pub hold_seconds: Option<i32>,
}

/// Opens a ticket for a customer.
///
/// # Errors
/// [`Error::Invalid`] for a missing title, text or address, and for a priority that is offered no more.
pub fn open(
    tx: &mut Tx<'_>,
    access: &QueueAccess,
    actor: &Actor,
    input: &OpenInput,
    at: &Moment,
) -> Result<(Ticket, Article)> {
    let customer = check(access, input)?;
    priorities::must_be_offered(tx, "priority", input.priority)?;
    let id = people::customers::by_address(tx, &customer, at.ts())?;
    let new = Opening {
        title: &input.title,
        customer: &customer,
        customer_id: Some(id),
        priority: input.priority,
        state: if input.channel == Channel::Mail { State::Open } else { State::New },
    };
    let who = actor.who();
    let mut ticket = create(tx, access, &new, at)?;
    if input.channel == Channel::Mail {
        // Whoever writes first to a customer is on it, as with a reply.
        super::locking::take(tx, &mut ticket, &who, actor.agent.id, at)?;
    }
    let article = first_article(tx, &mut ticket, actor, input, &customer, at)?;
    if let Some(state) = input.state {
        super::state::change(tx, &mut ticket, &who, state, None, at)?;
    }
    store::record(tx, &ticket, &who, at.ts(), store::Change::of(EventKind::Opened).article(article.id))?;
    store::save(tx, &mut ticket, at.ts())?;
    super::read::mark(tx, actor, &ticket)?;
    notify::new_ticket(tx, &ticket, &who, at.ts())?;
    Ok((ticket, article))
}

fn check(access: &QueueAccess, input: &OpenInput) -> Result<Person> {
    if access.right() != Right::Create {
        return Err(Error::Forbidden(say!("refused-queue-right", right = Right::Create)));
    }
    let mut problems = Vec::new();
    let mut refuse = |field: &str, message: crate::error::Sentence| {
        problems.push(crate::error::FieldError { field: field.into(), message });
    };
    let address = mail_ingest::address::normalise(&input.customer.address);
    if input.title.trim().is_empty() {
        refuse("title", say!("refused-no-title"));
    }
    if input.body_text.trim().is_empty() {
        refuse("body_text", say!("refused-no-text"));
    }
    if let Err(Error::Invalid(left)) = super::templates::complete(&input.body_text) {
        left.into_iter().for_each(|one| refuse(&one.field, one.message));
    }
    if input.channel == Channel::Note {
        refuse("channel", say!("refused-channel"));
    }
    if address.is_none() {
        refuse("customer", say!("refused-address"));
    }
    match address {
        Some(address) if problems.is_empty() => {
            Ok(Person { name: input.customer.name.trim().to_owned(), address })
        }
        _ => Err(Error::Invalid(problems)),
    }
}

fn first_article(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    actor: &Actor,
    input: &OpenInput,
    customer: &Person,
    at: &Moment,
) -> Result<Article> {
    let queue = queues::get(tx, ticket.queue_id)?;
    let from = queues::sender(tx, &queue)?;
    let by_mail = input.channel == Channel::Mail;
    let recipients = Recipients { to: vec![customer.clone()], ..Recipients::default() };
    let new = NewArticle {
        ticket_id: ticket.id,
        sender: if by_mail { Sender::Agent } else { Sender::Customer },
        channel: input.channel,
        visible: true,
        automatic: false,
        agent_id: Some(actor.agent.id),
        from_name: if by_mail {
            format!("{} ({})", actor.agent.name, from.name)
        } else {
            customer.name.clone()
        },
        from_address: if by_mail { from.address.clone() } else { customer.address.clone() },
        recipients: if by_mail { serde_json::to_string(&recipients)? } else { "{}".into() },
        subject: input.title.trim().to_owned(),
        message_id: if by_mail {
            format!("{}@{}", public_id(at.now).simple(), domain_of(&from.address))
        } else {
            String::new()
        },
        body_text: if by_mail {
            with_signature(&input.body_text, &actor.agent.signature, &queue.signature)
        } else {
            input.body_text.clone()
        },
        html_digest: Formatted::store(input.body_html.as_ref(), tx)?,
        inbound_id: None,
        created_at: at.ts(),
    };
    let article = store::add_article(tx, ticket, new, &input.files)?;
    if by_mail {
        send_later(tx, ticket, &article, vec![customer.address.clone()], input.hold_seconds, at)?;
    } else {
        ticket.unanswered_since = Some(at.ts());
    }
    Ok(article)
}

/// What [`create`] needs to know.
pub(crate) struct Opening<'a> {
    pub title: &'a str,
    pub customer: &'a Person,
    pub customer_id: Option<CustomerId>,
    pub priority: Priority,
    pub state: State,
}

/// Makes the ticket's row with its number; articles and events are the caller's.
pub(crate) fn create(
    tx: &mut Tx<'_>,
    access: &QueueAccess,
    new: &Opening<'_>,
    at: &Moment,
) -> Result<Ticket> {
    let queue = queues::at_hand(tx, access.queue())?;
    let number = backend::next_ticket_number(tx)?;
    let root = format!("{}.ticket@{}", public_id(at.now).simple(), domain_of(&queue.sender.address));
    let ticket = store::insert_ticket(
        tx,
        NewTicket {
            number,
            title: title_of(new.title),
            queue_id: queue.queue.id,
            state: new.state,
            active: new.state.is_active(),
            priority: new.priority,
            owner_id: None,
            customer_id: new.customer_id,
            customer_name: new.customer.name.clone(),
            customer_address: new.customer.address.clone(),
            root_message_id: root.clone(),
            created_at: at.ts(),
            updated_at: at.ts(),
        },
    )?;
    backend::put_message_id(tx, &root, ticket.id, None, at.ts())?;
    if let Some(conversation) = outbox::thread::own_key(&root, ticket.created_at.0) {
        backend::put_message_id(tx, &conversation, ticket.id, None, at.ts())?;
    }
    Ok(ticket)
}

/// A subject as a ticket's title: one line, no `Re:`, not too long.
pub(crate) fn title_of(subject: &str) -> String {
    let line = store::without_nul(without_prefixes(subject).split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(TITLE) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Takes reply marks off a subject, in the languages in which mail programs put them. Marks of a forward stay.
pub(crate) fn without_prefixes(subject: &str) -> &str {
    const MARKS: [&str; 19] = [
        "re",
        "aw",
        "sv",
        "vs",
        "antw",
        "antwort",
        "odp",
        "odpowiedź",
        "rif",
        "ris",
        "ynt",
        "res",
        "vá",
        "ang",
        "svar",
        "回复",
        "答复",
        "回覆",
        "返信",
    ];
    let mut rest = subject.trim();
    while let Some((mark, after)) = rest.split_once([':', '：']) {
        let mark = mark.trim().to_lowercase();
        // Some programs count: `Re[2]:`, `Re(3):`.
        let word = mark.split(['[', '(']).next().unwrap_or_default();
        if !MARKS.contains(&word) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}
