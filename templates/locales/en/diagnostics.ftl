# What works and what does not
diagnostics-title = Diagnostics
diagnostics-side = System
diagnostics-intro = What works, what does not, and what to do about it: the same as “turnstone doctor” on the command line.
diagnostics-here = This installation
diagnostics-outside = Relay, name servers, where people sign in
diagnostics-outside-text = They are asked when you want it: it takes up to six seconds.
diagnostics-ask = Ask them now
diagnostics-again = Look again
diagnostics-all-good = Everything works.
diagnostics-todo = { $n ->
    [one] One thing wants your attention.
   *[other] { $n } things want your attention.
  }
weight-good = Good
weight-warning = Look at it
weight-bad = Does not work
doctor-about-version = Version
doctor-about-data-directory = Data directory
doctor-about-disk = Disk
doctor-about-server = Server
doctor-about-certificate = Certificate
doctor-about-origin-of-mail = Origin of mail
doctor-about-address = Address
doctor-about-roles = Roles of the process
doctor-about-database = Database
doctor-about-clock = Clock
doctor-about-audit = Audit log
doctor-about-search = Search index
doctor-about-people = People
doctor-about-queues = Queues
doctor-about-backup = Backup
doctor-about-mail-in = Mail in
doctor-about-mail-out = Mail out
doctor-about-mailbox = Mailbox
doctor-about-relay = Relay
doctor-about-returns = Returns
doctor-about-signature = Signature
doctor-about-dns = DNS
doctor-about-directory = Directory
doctor-about-sign-in = Signing in
doctor-version = Turnstone { $version }
doctor-directory = { $folder } can be written
doctor-directory-locked = { $folder } can't be written ({ $error })
doctor-do-directory-locked = Create it and give it to the user that runs Turnstone, run this command as that user, or set DATA_DIR.
doctor-disk = enough room: { $gigabytes } GB are free
doctor-disk-full = { $folder } has { $free } MB free, less than the { $reserve } MB that stay free: no mail is taken
doctor-do-disk-full = Make room: until then no mail is accepted. Nothing else is needed.
doctor-disk-unseen = the free space can't be looked at ({ $error })
doctor-do-disk-unseen = Let the server read the data directory and the database's folder.
doctor-server = turnstone serve is running
doctor-server-elsewhere = not asked: with PostgreSQL it may run on any machine; see its /readyz
doctor-server-none = turnstone serve is not running in this data directory
doctor-do-server-none = Start it: turnstone serve.
doctor-certificate = { $file } can be used
doctor-certificate-until = { $file } is good for { $n } more days, until { $end }
doctor-certificate-wrong = { $error }
doctor-do-certificate-wrong = Correct TLS_CERT and TLS_KEY.
doctor-certificate-ends = { $file } ends in { $n } days, at { $end }
doctor-do-certificate-ends = Renew it, and look at why nothing has renewed it by itself. The new file is taken without a restart.
doctor-certificate-over = { $file } ended at { $end }: browsers refuse it
doctor-do-certificate-over = Renew it now. The new file is taken without a restart.
doctor-origin = SMTP_LISTEN takes mail from other machines, and nobody looks at SPF, DKIM and DMARC
doctor-do-origin = Set DNS_RESOLVER to system, or AUTHSERV_ID to the name of the mail server in front that does.
doctor-address = links in mails lead to { $url }, which works on this machine only
doctor-do-address = Set PUBLIC_URL to the address people type, such as https://help.example.org.
doctor-roles = this process only does { $roles }, and with SQLite no other can do the rest
doctor-do-roles = Remove ROLES, or use PostgreSQL.
doctor-database = { $database } answers
doctor-no-database = { $database } can't be used: { $error }
doctor-do-no-database = Correct DATABASE_URL, or start the database.
doctor-clock = it does not stand before what was written last
doctor-clock-back = it says { $now }, but something was written at { $newest }: it was set back
doctor-do-clock-back = Set the machine's clock, and let it be kept right (chrony, systemd-timesyncd).
doctor-clock-apart = it says { $now }, the clock of the database server { $there }: one of them is wrong
doctor-do-clock-apart = Let the clocks of both machines be kept right (chrony, systemd-timesyncd).
doctor-clock-behind = it seems to be behind: of { $n } people whose mail came last, more than half have dated it at least { $minutes } min later than it came
doctor-do-clock-behind = Compare it with another clock, and let it be kept right (chrony, systemd-timesyncd). Once it is right, this goes away with the next mails.
doctor-index = every ticket can be found
doctor-index-left = { $n ->
    [one] one ticket is not found yet
   *[other] { $n } tickets are not found yet
  }
doctor-do-index-left = The index is being made. If the number stays, a process with the role worker is missing; its log says what stops it.
doctor-people = { $n ->
    [one] 1 agent
   *[other] { $n } agents
  }
doctor-nobody = there is no agent
doctor-do-nobody = Run turnstone setup, or open the link that turnstone serve prints.
doctor-queues = queues in use: { $queues }, their addresses: { $addresses }
doctor-no-queue = there is no queue
doctor-do-no-queue = Make one in Administration, or: turnstone queue add --name Support --address support@…
doctor-no-address = no queue has a mail address, so every mail is put off with 451
doctor-do-no-address = Give one an address: in Administration, or turnstone queue add --name … --address ….
doctor-backup = { $n ->
    [0] made today
    [1] made yesterday
   *[other] made { $n } days ago
  }
doctor-backup-old = the last one is { $n } days old
doctor-do-backup-old = Look at why the backup does not run. When it is done it has to touch { $file }.
doctor-backup-unknown = nobody knows whether there is one
doctor-do-backup-unknown = Back the installation up each day: turnstone backup create --to FOLDER, or as the operator's manual says, with a script that touches { $file } when it is done.
doctor-in = nothing waits
doctor-in-waits = { $n ->
    [one] one accepted mail waits, for { $minutes } min
   *[other] { $n } accepted mails wait, the oldest for { $minutes } min
  }
doctor-do-in-waits = Is a process with the role worker running? Its log says what stops it.
doctor-quarantine = { $n ->
    [one] one mail could not be processed
   *[other] { $n } mails could not be processed
  }
doctor-do-quarantine = Look at them in the mail log; each has its reason and a retry button.
doctor-out = nothing waits
doctor-out-on-its-way = { $n } on their way
doctor-out-waits = { $n ->
    [one] one mail waits to leave, for { $minutes } min
   *[other] { $n } mails wait to leave, the oldest for { $minutes } min
  }
doctor-do-out-waits = The outbox page says what the relay answered. They leave by themselves when it is back.
doctor-out-failed = { $n ->
    [one] one mail was refused for good
   *[other] { $n } mails were refused for good
  }
doctor-do-out-failed = Their tickets show why, with a button to send them again.
doctor-mailbox = { $name } is looked into
doctor-mailbox-rests = { $name } rests
doctor-mailbox-silent = { $name } gives no mail for { $minutes } min. { $trouble }
doctor-do-mailbox-silent = It is tried again by itself. Administration, Mailboxes shows each step with a test mail.
doctor-mailbox-left = { $name } was not looked into for { $minutes } min
doctor-do-mailbox-left = Is a process with the role mail running? Its log says what stops it.
doctor-mailbox-stuck = { $name }: its server does not give out { $n } mails
doctor-do-mailbox-stuck = Look at them with a mail program; what cannot be opened there is damaged on the server.
doctor-relay = { $relay } answers at { $address }
doctor-no-relay = none is set; outgoing mail waits in the outbox
doctor-do-no-relay = Set one in the administration, under Relay, or SMTP_RELAY, such as smtp://127.0.0.1:25.
doctor-relay-sealed = the password of the relay cannot be opened; outgoing mail waits in the outbox
doctor-do-relay-sealed = Type it again in the administration, under Relay, or restore secret.key.
doctor-relay-away = { $relay } can't be reached ({ $error }); outgoing mail waits
doctor-do-relay-away = Start the mail server there, correct SMTP_RELAY, or let the firewall pass.
doctor-silent = no answer within { $seconds } s
doctor-nameless = the name has no address
doctor-returns = the relay takes what comes back for { $address }
doctor-returns-refused = the relay refuses what comes back for { $address } behind a +: { $why }
doctor-do-returns-refused = Set recipient_delimiter = + in the mail server in front, or RECIPIENT_DELIMITER to off.
doctor-signature = mails from { $domain } are signed; this has to be in the DNS: { $record }
doctor-signature-wrong = { $error }
doctor-do-signature-wrong = Correct DKIM_KEY; until then serve does not start.
doctor-dns = { $domain } says who may send for it
doctor-audit = no entry is missing at the end of the audit log
doctor-audit-cut = the end of the audit log is missing: the entry that was the newest a while ago is not there any more
doctor-do-audit-cut = If the database was restored from an older backup, or copied before { $file } was, remove that file. If not, somebody took entries away: run turnstone audit verify, and compare with where AUDIT_LOG sends them.
doctor-audit-blind = nobody knows whether the end of the audit log is there: { $file } cannot be read: { $error }
doctor-do-audit-blind = Make { $file } readable for Turnstone. Where it is spoilt, find out who did that, run turnstone audit verify, and remove the file: it is written anew.
doctor-dns-off = not asked: DNS_RESOLVER is off
doctor-dns-silent = nothing was found out about { $domain }: { $error }
doctor-do-dns-silent = Look at the name servers in /etc/resolv.conf, or set DNS_RESOLVER to one that answers.
doctor-dns-spf = { $domain } has no SPF record: other servers may take our mails for forged
doctor-do-dns-spf = Publish a TXT record for { $domain } that names the relay, such as "v=spf1 mx -all".
doctor-dns-uncovered = the SPF record of { $domain } does not cover the relay { $relay } ({ $addresses }): other servers may take our mails for forged
doctor-do-dns-uncovered = Add { $mechanism } to the record, or what the relay’s keeper says to include.
doctor-dns-spf-broken = the SPF record of { $domain } cannot be evaluated: it has a mistake, or asks for more than ten look-ups
doctor-do-dns-spf-broken = Correct it, or remove what it includes and does not need; until then it counts for nobody.
doctor-dns-dkim = the key with which mails from { $domain } are signed is not published: signatures do not hold
doctor-do-dns-dkim = Publish the record that stands at “Signature”.
doctor-dns-dmarc = { $domain } has no DMARC record
doctor-do-dns-dmarc = Publish a TXT record for _dmarc.{ $domain }, to begin with "v=DMARC1; p=none".
doctor-directory-answers = { $id } answers at { $address }
doctor-directory-away = { $id } cannot be asked: { $why }
doctor-do-directory-away = Correct it on Administration, Sign-in or in SIGN_IN_FILE, or mend the directory. Until then only passwords that are kept here work.
doctor-directory-compared = { $id } was compared with the agents at { $at }
doctor-directory-late = { $id } was last compared with the agents at { $at }
doctor-do-directory-late = Is a process with the role worker running?
doctor-directory-left = { $id } was not compared with the agents. { $why }
doctor-do-directory-left = Administration, Sign-in, or turnstone directory sync --dry-run shows what a comparison would do.
doctor-site-answers = { $id } answers at { $address }
doctor-site-away = { $id } cannot be asked: { $why }
doctor-do-site-away = Correct it on Administration, Sign-in or in SIGN_IN_FILE, or mend the site. Until then its button leads nowhere.
doctor-way-sealed = { $id } cannot be used: its password is missing, or was sealed with another key
doctor-do-way-sealed = Type it once more on Administration, Sign-in. Until then nobody comes in by this way.
doctor-roles-unknown = { $id } gives roles that do not exist: { $roles }
doctor-do-roles-unknown = Make these roles, or correct their names on Administration, Sign-in or in SIGN_IN_FILE.
doctor-trust = { $id } believes { $authorities }
doctor-trust-wrong = { $id } cannot say which certificates count: { $why }
doctor-do-trust-wrong = Correct the file, or fetch it again; it is read again by itself. Until then the last one that could be read counts, and none after a restart. Passwords go on working.
doctor-trust-ends = { $id } believes { $authorities }, which ends at { $end }
doctor-do-trust-ends = Put the authority’s next certificate into the same file, beside the old one.
doctor-trust-unlisted = { $id } does not look at whether certificates were revoked
doctor-do-trust-unlisted = Name the list of your authority in SIGN_IN_FILE: crl = "…".
doctor-revoked = { $id } has the list of revoked certificates of { $issuer }; the next one is due at { $next }
doctor-revoked-due = { $id }: the next list of revoked certificates of { $issuer } is due at { $next }
doctor-do-revoked-due = Look at why { $file } has not been renewed yet. From then on nobody signs in with a certificate.
doctor-revoked-late = { $id }: the next list of revoked certificates of { $issuer } was due at { $next }; the old one counts all the same
doctor-do-revoked-late = Fetch the new list into { $file }, and look at why that does not happen by itself.
doctor-revoked-over = { $id }: the next list of revoked certificates of { $issuer } was due at { $next }, so nobody signs in with a certificate
doctor-do-revoked-over = Fetch the new list into { $file }, and look at why that does not happen by itself. It is taken without a restart. Passwords go on working.
doctor-trust-listless = { $id } has no list of revoked certificates of { $issuer }: nobody signs in whom it has certified
doctor-do-trust-listless = Name its list in SIGN_IN_FILE (crl) as well: one for each authority.

# Why a directory, a site or an authority cannot be asked; the end of another sentence
why-busy = too many sign-ins at once wait for it
why-late = no answer in time
why-late-within = no answer within { $seconds } s
why-unreadable = an answer that cannot be read
why-no-line = no connection to { $address }: { $said }
why-no-line-in-time = no connection to { $address } in time
why-no-service = without a bind_dn nobody can look people up
why-service-refused = it does not let { $dn } in ({ $said })
why-service-not-again = it does not let { $dn } in again
why-no-passwords = it does not check passwords ({ $said })
why-no-search = it does not answer a search ({ $said })
why-many-entries = more than { $most } entries match the filter
why-base-empty = there is nothing at the base { $base }
why-base-elsewhere = it refers elsewhere for { $base }; referrals are not followed
why-many-gone = { $going } of { $tied } agents are not in the directory { $directory } any more. That looks like a mistake in its base or filter, so nothing was changed. If it is right, run turnstone directory sync --force.
why-site-name = it calls itself { $said }, not { $name }
why-plain = { $address } is not encrypted
why-no-address = { $address } is no address
why-status = { $address } answers { $status }
why-cannot-read = { $file } cannot be read ({ $said })
why-host-late = { $host }: no answer in time
why-no-key = it publishes no key for RS256 or ES256
why-no-certificate = { $file } holds no certificate in PEM form
why-no-list = { $file } holds no list of revoked certificates
why-certificate-unreadable = { $file }: a certificate cannot be read ({ $said })
why-no-authority = { $file }: { $name } is no authority
why-authority-unusable = { $file }: an authority cannot be used ({ $said })
why-none-valid = { $file }: no authority in it is valid now
why-namesakes = { $file }: too many authorities of one name
why-list-unusable = a list of revoked certificates cannot be used ({ $said }); it has to be of version 2
why-list-unreadable = { $file }: a list of revoked certificates cannot be read
why-list-endless = { $file }: the list does not say when the next one comes
why-list-older = { $file }: the list is older than the one that counts
