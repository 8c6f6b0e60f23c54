# The recorder: what happened to a mail, what would happen now, and the balance.
refused-forgotten = The original of this mail was deleted because of its age (the setting MAIL_RETENTION_DAYS). Its text and files are in the ticket.
refused-filed = This mail is in ticket { $number } already: processing it again would put it there twice. Look at a preview instead.
refused-copy = This mail is a copy of one that was filed: processing it again would only find that once more.
refused-waits-already = This mail waits to be processed. Look again in a moment.

# The list
recorder-search = Search received mail
recorder-search-hint = Subject, address, Message-ID or ticket number
recorder-day = Day
recorder-day-wrong = This is no day. Write it like 2026-11-26.
recorder-any-source = Any source
recorder-kind = Kind
recorder-kind-any = Any kind
recorder-kind-automatic = Written by a machine
recorder-kind-bounce = Delivery reports
recorder-clear = Clear
recorder-duplicate = Copies
recorder-ignored = Ignored
recorder-waiting = Waiting
recorder-newest = Newest
recorder-none = No mail is like that
recorder-none-hint = Take a filter away, or look for fewer words. Each word may be just the beginning of one.
recorder-whole = Everything about this mail
recorder-result = Result

# One mail
mail-preview = What would happen now?
mail-again = Process again
mail-took = { $ms } ms in all
mail-step-took = { $ms } ms
mail-no-steps = It has not been processed yet. Its steps appear here by themselves.
mail-forgotten = The original and its steps were deleted because of their age ({ $at }). What became of the mail is in its ticket.
mail-origin = Does it come from whom it says?
mail-origin-us = Looked up by Turnstone.
mail-origin-front = { $server } says so.
mail-origin-nobody = Nobody looked.
mail-peer = Handed in by
mail-raw-claims = Anybody can write any header: what Authentication-Results and Received say here are claims. Invisible characters are shown by name.
step-parse = Read
step-classify = Sort of sender
step-authentication = Origin
step-duplicate = Seen before?
step-echo = Our own mail?
step-bounce = Delivery report
step-match = Ticket
step-policy = Closed tickets
step-queue = Queue
step-ticket = New ticket
step-article = Article
step-state = State
step-notification = Who was told
step-auto_response = Confirmation
step-quarantine = Quarantine

# What would happen now
preview-title = What would happen now
preview-back = Back to the mail
preview-same = The same as before.
preview-differs = Something else would happen than did.
preview-compare = Then and now
preview-nothing = Only a look: nothing was written, nobody was told.
preview-step = Step
preview-before = What happened
preview-after = What would happen now
preview-changed = differs

# The balance
balance-title = Mail balance
balance-intro = Every mail that came in or went out, and what became of it. Each line adds up: nothing disappears.
balance-csv = Download as CSV
balance-in = Received
balance-in-hint = Received = new + answers + copies + ignored + quarantined + waiting
balance-out = Written
balance-out-hint = Written = sent + came back + failed + taken back + waiting
balance-day = Day
balance-received = Received
balance-new = New
balance-follow-up = Answers
balance-duplicate = Copies
balance-ignored = Ignored
balance-quarantined = Quarantined
balance-waiting = Waiting
balance-written = Written
balance-sent = Sent
balance-bounced = Came back
balance-failed = Failed
balance-cancelled = Taken back
balance-sum = Sum
balance-none-in = No mail came in these days
balance-none-out = No mail was written these days
balance-none-hint = Look at older days below.
balance-older = Older
balance-newer = Newer
