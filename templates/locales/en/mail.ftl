# The recorder and the outbox.
recorder-title = Inbound mail
recorder-intro = Every mail that reached us, what it became, and why. Nothing is dropped without a line here.
recorder-received = Received
recorder-show = Show
recorder-all = All
recorder-new = New tickets
recorder-follow-up = Answers
recorder-quarantined = Quarantined
recorder-empty = No mail has arrived yet
recorder-empty-hint = Send a mail to the address of a queue. It becomes a ticket within seconds.
quarantine = Quarantine
quarantine-hint = These could not be filed. They stay here until you retry them.
from-at-size = From { $sender }, { $clock }, { $size }
sender-null = an automatic sender
no-subject = (no subject)
retry = Retry
look = Look
open-ticket = Open ticket { $number }
mail-quarantined = This mail waits in quarantine.
mail-steps = What happened to it
mail-envelope = How it came
mail-source = Source
mail-envelope-from = Envelope sender
mail-recipients = Recipients
mail-message-id = Message-ID
mail-auto-response = Confirmation
mail-raw = The mail as received
mail-raw-cut = Only the beginning is shown. Download the mail to see all of it.
download = Download
disposition-none = Waits to be processed
disposition-new = New ticket { $ticket }
disposition-follow_up = Added to { $ticket }
disposition-duplicate = Same mail as before, kept once
disposition-ignored = Ignored
disposition-quarantined = In quarantine

outbox-title = Outgoing mail
outbox-intro = Every mail that leaves us, and where it stands.
outbox-mails = Mails
outbox-all = All
outbox-kind = Kind
outbox-kind-reply = Reply
outbox-kind-auto_response = Confirmation
outbox-kind-notification = Notification
outbox-of-digest = News, gathered into one mail
outbox-of-security = News about somebody’s way in
outbox-of-another = About a ticket that is not yours to read
outbox-when = When
outbox-empty = Nothing here
outbox-empty-hint = Replies, confirmations and notifications appear here while and after they leave.

# Mails that Turnstone writes
mail-hello = Hello { $name },
mail-ticket = Ticket:
mail-subject = Subject:
mail-queue = Queue:
mail-customer = Customer:
mail-switch-off = You get this mail because of your preferences:

# What a notification says, also its subject's beginning
notice-new-ticket = New ticket { $number } in { $queue }:
notice-follow-up = New answer to ticket { $number }:
notice-follow-ups = { $count } new answers to ticket { $number }:
notice-lock-timeout = Your lock on ticket { $number } ran out:
notice-move = Ticket { $number } was moved to { $queue }:
notice-reminder = Reminder for ticket { $number }:
notice-delivery-failure = An answer on ticket { $number } did not arrive:
notice-taken-over = Ticket { $number } was taken over from you:
notice-mention = You are named in a note on ticket { $number }:
notice-assigned = Ticket { $number } was given to you:
# What one deed did to many tickets
notice-bulk-move = { $count } tickets were moved to { $queue }
notice-bulk-assigned = { $count } tickets were given to you
notice-bulk-mention = You are named in a note on { $count } tickets
notice-bulk-other = { $count } tickets changed at once
mail-digest = { $n ->
    [one] { $n } thing happened since the last mail
   *[other] { $n } things happened since the last mail
}
mail-digest-more = { $n ->
    [one] … and { $n } more:
   *[other] … and { $n } more:
}

# What changed about how an agent gets in; the subject and the first sentence of a mail
security-passkey-added = The passkey “{ $name }” was added to your account
security-passkey-removed = The passkey “{ $name }” was removed from your account
security-app-added = An authenticator app was added to your account
security-app-removed = The authenticator app was removed from your account
security-factor-reset = Your second factor was reset: app, passkeys and recovery codes are gone
security-codes-renewed = New recovery codes were made for your account; the earlier ones no longer work
security-token-made = The API token “{ $name }” was made for your account
security-token-ended = The API token “{ $name }” no longer works
security-password = The password of your account was changed
security-address = The mail address of your account was changed to { $name }
security-tied = Your account was tied to another sign-in: { $name }
security-untied = Your account is no longer tied to another sign-in: { $name }
security-when = When:
security-from = From the address:
security-browser = Browser or program:
security-by = Done by:
security-machine = Done on the server itself: from the command line, or by a directory.
security-you = If you know of this, there is nothing to do.
security-not-you = If you do not, choose another password at once (first link), look through your passkeys and codes (second link), and tell an administrator of your helpdesk.
security-always = This mail protects your account and cannot be switched off.
