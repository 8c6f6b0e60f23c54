use serde_json::Value;
use tests::app::{SUPPORT, TestApp, text};
use tests::both_databases;
use tests::mutate::corpus as mails;
use turnstone::postmaster::{self, Accepted};

both_databases! {
    async fn the_whole_corpus_is_ingested_and_none_is_lost(database) {
        let app = TestApp::start(database).await;
        let mut dialogue = app.lmtp().await;
        let files = mails();
        for (index, file) in files.iter().enumerate() {
            let raw = std::fs::read(file).unwrap();
            let from = format!("corpus{index}@customer.example");
            let reply = dialogue.deliver(&from, SUPPORT, &raw).await;
            if reply.code == 554 {
                // A CR alone could smuggle a mail: the listener refuses it. A mailbox or a pipe may hold it all the same.
                let piped = Accepted { raw, envelope_from: from, envelope_to: vec![SUPPORT.into()], ..Accepted::default() };
                postmaster::accept(app.desk(), piped).await.expect("kept");
                continue;
            }
            assert!(reply.is_ok(), "{}: {reply:?}", file.display());
        }
        dialogue.quit().await;
        for (index, file) in files.iter().enumerate() {
            let record = app.processed(&format!("envelope_from=corpus{index}%40customer.example")).await;
            let disposition = record["disposition"].as_str().unwrap();
            let by_a_machine = file.parent().unwrap().ends_with("machine");
            let recorded_only = by_a_machine && disposition == "ignored" && !record["auto_response"].as_str().unwrap().is_empty();
            assert!(
                ["new", "follow_up", "duplicate"].contains(&disposition) || recorded_only,
                "{}: {record}",
                file.display()
            );
            let golden: Value = std::fs::read_to_string(file.with_extension("json"))
                .map(|golden| serde_json::from_str(&golden).unwrap())
                .unwrap();
            if let Some(expected) = golden["disposition"].as_str() {
                assert_eq!(disposition, expected, "{}: {record}", file.display());
            }
            if recorded_only {
                continue;
            }
            let article = app.root.get(&format!("/api/v1/articles/{}", text(&record["article"]))).await;
            let article: Value = article.assert(200).json();
            assert!(article["body_text"].is_string(), "{}: {article}", file.display());
            assert!(!article["subject"].as_str().unwrap().contains(['\n', '\r']), "{}", file.display());
            for attachment in article["attachments"].as_array().unwrap() {
                let url = attachment["url"].as_str().unwrap();
                let answer = app.root.get(url).await;
                assert_eq!(answer.assert(200).body.len() as u64, attachment["size"].as_u64().unwrap(), "{}", file.display());
            }
            let raw = app.root.get(&format!("/api/v1/inbound/{}/raw", text(&record["id"]))).await;
            assert!(!raw.assert(200).body.is_empty() || std::fs::read(file).unwrap().is_empty());
        }
    }
}
