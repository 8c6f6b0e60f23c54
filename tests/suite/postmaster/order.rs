use tests::app::{SUPPORT, TestApp, encoded};
use tests::{both_databases, mail};

both_databases! {
    async fn an_answer_never_overtakes_its_question(database) {
        let app = TestApp::start(database).await;
        let (mut bytes, mut ids) = (Vec::new(), Vec::new());
        for index in 0..10 {
            let question = mail("anna@customer.example").subject(&format!("Question {index}"));
            let answer = mail("bert@customer.example").answering([question.id()]);
            ids.push((question.id().to_owned(), answer.id().to_owned()));
            bytes.extend([question.bytes(), answer.bytes()]);
        }
        // All of them wait when the first is processed, as after an hour's outage.
        let mut dialogue = app.lmtp().await;
        for mail in &bytes {
            assert!(dialogue.deliver("anna@customer.example", SUPPORT, mail).await.is_ok());
        }
        for (question, answer) in ids {
            let question = app.processed(&format!("message_id={}", encoded(&question))).await;
            let answer = app.processed(&format!("message_id={}", encoded(&answer))).await;
            assert_eq!((&answer["disposition"], &answer["ticket"]), (&"follow_up".into(), &question["ticket"]));
        }
    }
}
