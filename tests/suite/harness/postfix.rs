use tests::{Postfix, SmtpPeer, mail};

/// The peer plays the helpdesk: it speaks enough LMTP for Postfix once it takes LHLO.
#[test]
fn postfix_hands_the_helpdesks_domain_to_lmtp_and_all_others_to_the_maildir() {
    tests::run(async {
        let helpdesk = SmtpPeer::start().await;
        let postfix = Postfix::start("helpdesk.example", helpdesk.address()).await;
        let question = mail("anna@customer.example").subject("Inbound");
        postfix.take("anna@customer.example", "support@helpdesk.example", &question.bytes()).await;
        let arrived = helpdesk.wait_for("support@helpdesk.example", 1).await;
        assert_eq!(arrived[0].from, "anna@customer.example");
        assert_eq!(arrived[0].mail().message_id(), question.id());

        let answer =
            mail("support@helpdesk.example").subject("Outbound").attach("a.bin", "application/pdf", b"%PDF");
        postfix.take("support@helpdesk.example", "anna@customer.example", &answer.bytes()).await;
        let delivered = postfix.wait_for("anna@customer.example", 1).await;
        assert_eq!(delivered[0].subject(), "Outbound");
        assert_eq!(delivered[0].attachments()[0].data, b"%PDF");
        assert!(postfix.delivered_to("bert@customer.example").is_empty());
    });
}
