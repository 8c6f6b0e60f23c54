use tests::smtp_peer::Behaviour;
use tests::{Dialogue, SmtpPeer, mail};

#[test]
fn the_peer_does_what_it_is_told() {
    tests::run(async {
        let mut peer = SmtpPeer::start().await;
        peer.next([
            Behaviour::Accept,
            Behaviour::RefuseRecipient(450, "later"),
            Behaviour::RefuseData(554, "never"),
            Behaviour::DropAfterDot,
        ]);
        let letter = mail("anna@customer.example").text(".a line with a dot\nend").bytes();
        let mut dialogue = Dialogue::smtp(peer.address()).await.unwrap();
        let mut codes = Vec::new();
        for _ in 0..4 {
            codes.push(dialogue.deliver("a@b.example", "c@d.example", &letter).await.code);
        }
        assert_eq!(codes, [250, 450, 554, 0]);
        let received = peer.received_by("c@d.example");
        assert_eq!(received.iter().map(|mail| mail.acknowledged).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(received[0].data, letter);
        assert_eq!(received[0].mail().text().trim_end(), ".a line with a dot\nend");

        peer.down().await;
        assert!(Dialogue::smtp(peer.address()).await.is_err());
        peer.up().await;
        assert!(Dialogue::smtp(peer.address()).await.is_ok());
    });
}
