# The set-up behind its first page
wizard-intro = Leave out what you like: it waits for you, and each step is a page of the administration as well.
wizard-progress = { $done } of { $all } steps are done.
wizard-look = Organisation and look
wizard-in = Mail in
wizard-out = Mail out
wizard-queues = Queues
wizard-people = Colleagues
wizard-done = Done.
wizard-agents = { $n ->
    [one] One agent
   *[other] { $n } agents
  }
wizard-left = Left for later.
wizard-open = Not yet.
wizard-closed = Whoever may manage queues and mail does this step. You can leave it.
wizard-go = Go there
wizard-on = Nothing to add here
wizard-later = Later
wizard-leave = To the dashboard; the set-up waits
wizard-dashboard = To the dashboard
wizard-dismiss = Do not remind me any more
wizard-notice = Set-up: { $done } of { $all } steps are done.
wizard-notice-link = Go on
wizard-addresses = Addresses of the queue { $queue }
wizard-addresses-hint = One in a line. Mail to them becomes tickets.
wizard-in-save = Save and go on
wizard-server = From a mail server
wizard-server-hint = A mail server on this machine or in front of it hands mail over here:
wizard-server-none = No listener is on: set SMTP_LISTEN or LMTP_LISTEN, or fetch mail from a mailbox.
wizard-postfix = With Postfix, let it take mail for the domain (relay_domains), write this into /etc/postfix/transport, name that in transport_maps, and run postmap:
wizard-mailbox = From a mailbox
wizard-mailbox-hint = Or mail is fetched by IMAP from where it arrives today. What lies there becomes tickets.
wizard-mailbox-add = Save and look into it
wizard-mailbox-more = POP3, Maildir, OAuth2 …
wizard-queue-hint = Such as Billing. Support is there already.
wizard-queue-address = Its address
wizard-queue-add = Add queue
wizard-colleagues = Colleagues
wizard-colleagues-hint = One in a line, such as: Dana Kim, dana@example.org.
wizard-role = What they may do
wizard-role-none = Choose a role
wizard-invite = Invite them
wizard-no-relay = No relay is set: mails wait until one is. Pass the links on yourself meanwhile.
wizard-invited = { $n ->
    [one] One colleague is invited. Pass the link on:
   *[other] { $n } colleagues are invited. Pass the links on:
  }
wizard-invited-mailed = { $n ->
    [one] One colleague is invited by mail. The link, in case it does not arrive:
   *[other] { $n } colleagues are invited by mail. The links, in case they do not arrive:
  }
refused-addresses-changed = Somebody has changed the addresses meanwhile. Look at them on the queue’s page, and open this step anew.
refused-colleagues = Write one colleague in each line, { $most } at most.
refused-colleague = There is no address in “{ $line }”. Write it like: Dana Kim, dana@example.org.
refused-colleague-there = There is an agent with the address { $address } already.
refused-colleague-because = “{ $line }”: { $why } Nobody was invited.
