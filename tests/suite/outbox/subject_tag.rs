//! A queue may put the ticket's number into the Subject of what leaves: once, however often it goes to and fro.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::mail::Parsed;
use tests::{both_databases, mail};

const ANNA: &str = "anna@customer.example";

/// Whether the queue Support puts numbers into subjects.
async fn tagged(app: &TestApp, on: bool) {
    let queues = app.root.get("/api/v1/queues").await.items();
    let support = queues.iter().find(|queue| queue["name"] == "Support").expect("Support");
    let path = format!("/api/v1/queues/{}", text(&support["id"]));
    let changed = app.root.patch(&path, json!({ "subject_tag": on })).await.assert(200).json();
    assert_eq!(changed["subject_tag"], on);
}

/// What Anna gets when an agent answers her now.
async fn answered(app: &TestApp, number: &str) -> Parsed {
    app.hush().await;
    app.root.reply(number, "We look into it.").await;
    app.relay.wait_for(ANNA, 1).await.remove(0).mail()
}

/// She answers this mail under this subject, and it joins the ticket.
async fn answers(app: &TestApp, letter: &Parsed, subject: &str, number: &str) {
    let id = letter.message_id();
    let inbound = app.deliver(&mail(ANNA).subject(subject).text(subject).answering([id.as_str()])).await;
    assert_eq!((&inbound["disposition"], text(&inbound["ticket"])), (&json!("follow_up"), number.to_owned()));
}

both_databases! {
    async fn the_number_stands_in_the_subject_once_however_often_it_goes_to_and_fro(database) {
        let app = TestApp::start(database).await;
        tagged(&app, true).await;
        let number = app.ticket_from(&mail(ANNA).subject("Broken key [Case 77]")).await;
        let tag = format!("[#{number}]");
        let wanted = format!("Re: {tag} Broken key [Case 77]");
        let mut letter = answered(&app, &number).await;
        assert_eq!(letter.subject(), wanted);
        for prefix in ["AW: ", "", "RE[2]: AW: "] {
            answers(&app, &letter, &format!("{prefix}{}", letter.subject()), &number).await;
            letter = answered(&app, &number).await;
            assert_eq!(letter.subject(), wanted, "after {prefix:?}");
        }
        // A gateway of hers writes before it; a program of hers has cut it off.
        for (came, leaves) in [
            (format!("[EXTERNAL] Re: {tag} Broken key"), format!("Re: {tag} [EXTERNAL] Broken key")),
            ("Re: Broken key".to_owned(), format!("Re: {tag} Broken key")),
            (format!("{tag} Re: Broken key"), format!("Re: {tag} Broken key")),
            (format!("Re: {tag} AW: {tag} Re: Broken key"), format!("Re: {tag} Broken key")),
            // Nothing but marks is left: the title says what it is about.
            (format!("Re: {tag}"), wanted.clone()),
        ] {
            answers(&app, &letter, &came, &number).await;
            letter = answered(&app, &number).await;
            assert_eq!(letter.subject(), leaves, "{came}");
        }
        assert_eq!(app.ticket(&number).await["title"], "Broken key [Case 77]");
    }

    async fn without_it_none_stands_there_and_a_change_counts_from_the_next_answer_on(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail(ANNA).subject("Broken key")).await;
        let letter = answered(&app, &number).await;
        assert_eq!(letter.subject(), "Re: Broken key");
        answers(&app, &letter, "AW: Re: Broken key", &number).await;
        assert_eq!(answered(&app, &number).await.subject(), "Re: Broken key");
        tagged(&app, true).await;
        assert_eq!(answered(&app, &number).await.subject(), format!("Re: [#{number}] Broken key"));
        tagged(&app, false).await;
        let letter = answered(&app, &number).await;
        assert_eq!(letter.subject(), "Re: Broken key");
        // A number that comes back from before goes no further.
        answers(&app, &letter, &format!("Re: [#{number}] Broken key"), &number).await;
        assert_eq!(answered(&app, &number).await.subject(), "Re: Broken key");
    }
}
