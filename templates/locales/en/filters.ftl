# What a condition looks at
filter-on-subject = subject
filter-on-from = sender
filter-on-to = recipient
filter-on-address = any address
filter-on-body = text
filter-on-header = header
filter-on-named-header = header { $name }
filter-on-envelope_from = envelope sender
filter-on-envelope_to = envelope recipient
filter-on-classification = kind of mail
filter-on-attachment_name = attachment name
filter-on-attachment_type = attachment type
filter-on-spam = spam verdict
filter-on-spam_score = spam score
filter-on-spf = SPF
filter-on-dkim = DKIM
filter-on-dmarc = DMARC
filter-on-size = size

# How it compares
filter-test-contains = contains
filter-test-contains_not = does not contain
filter-test-is = is
filter-test-is_not = is not
filter-test-begins = begins with
filter-test-ends = ends with
filter-test-matches = matches the pattern
filter-test-matches_not = does not match the pattern
filter-test-exists = is there
filter-test-missing = is missing
filter-test-at_least = is at least
filter-test-at_most = is at most
filter-says = { $on } { $test } { $value }
filter-says-bare = { $on } { $test }
filter-quoted = “{ $text }”
filter-kb = { $n } kB

# With what
filter-kind-person = from a person
filter-kind-auto_reply = an automatic reply
filter-kind-bounce = a delivery report
filter-kind-list = a mailing list
filter-kind-own_echo = from our own address
filter-spam-yes = spam
filter-spam-no = not spam
filter-spam-unknown = not checked
filter-result-pass = pass
filter-result-fail = fail
filter-result-softfail = softfail
filter-result-neutral = neutral
filter-result-none = none
filter-result-unknown = unknown

# What a rule does
filter-gone = (gone)
filter-does-ignore = ignore it
filter-does-quarantine = put it into quarantine
filter-does-queue = queue { $name }
filter-does-priority = priority { $name }
filter-does-state = state { $name }
filter-does-state-hours = state { $name } for { $n } h
filter-does-owner = owner { $name }
filter-does-tag = tag { $tag }
filter-does-customer = customer { $address }
filter-does-customer-header = customer from header { $name }
filter-does-quiet = no automatic answer

# What is refused
filter-refused-many = There can be { $most } rules at most. Delete some, or bring several together.
filter-refused-name = Give the rule a name. The recorder shows it with each mail that it matched.
filter-refused-name-long = A name has up to { $most } characters, on one line.
filter-refused-name-taken = Another rule has this name. Choose a different one.
filter-refused-conditions = A rule has up to { $most } conditions. Make a second rule of the rest.
filter-refused-header = Name the header as it stands in the mail, without the colon: X-Priority.
filter-refused-test = This cannot be compared so. Choose one of: { $words }.
filter-refused-word = Choose one of: { $words }.
filter-refused-number = Enter a number that is not negative: 500 for a size in kB, 5.5 for a score.
filter-refused-empty = Enter what to compare with.
filter-refused-pattern-long = Enter up to { $most } characters.
filter-refused-pattern-large = This pattern is too large. Shorten its repetitions, such as {"{"}1,1000{"}"}.
filter-refused-pattern = This is no pattern: { $why }.
filter-refused-together = All patterns for one part of a mail are too large together. Shorten some, or delete rules.
filter-refused-nothing = Choose at least one thing that the rule does.
filter-refused-queue = There is no such queue. Choose another.
filter-refused-owner = There is no such agent. Choose another.
filter-refused-priority = Choose a priority from very low to urgent.
filter-refused-state = A rule can set open, pending and closed.
filter-refused-hours = Enter for how many hours the ticket waits, 1 to { $most }.
filter-refused-tags = Enter up to { $most } tags of up to { $long } characters, with commas between them.
filter-refused-customer = Enter a mail address, or the name of a header without the colon.
filter-refused-stale = { $name } has saved version { $version } meanwhile. Load the page again and make your change there.
refused-not-aside = No rule put this mail aside, so there is nothing to let in. Retry it if it waits in quarantine.

# What is pointed out
filter-remark-behind-all = Never reached: “{ $name }” above matches every mail and ends the list.
filter-remark-behind = Never reached: “{ $name }” above matches each of these mails and ends the list.
filter-remark-contradiction = Never matches: “{ $one }” and “{ $other }” cannot both be true.
filter-remark-empty-class = Never matches: no text can match the pattern “{ $pattern }”.
filter-remark-queue-gone = Its queue is gone. Choose another.
filter-remark-queue-retired = The queue { $name } is retired and takes no tickets. Choose another.
filter-remark-owner-gone = Its agent is gone. Choose another.
filter-remark-owner-retired = { $name } may not sign in and gets no tickets. Choose somebody else.
filter-remark-customer = The customer is set for new tickets only, and this rule speaks of answers only.
filter-remark-aside = The mail goes nowhere, so the rest of what this rule does is never done.

# The page
filters-title = Filters
filters-intro = Rules look at each mail before it becomes a ticket or joins one. They are asked from top to bottom; what a later one says outdoes an earlier one.
filters-empty = No rule yet
filters-empty-hint = A rule can send invoices to their own queue, tag mail from a partner, or keep a monitoring system's mail out. Add one, and try it on the mail you have before it counts.
filter-rules = Rules
filter-version-by = Version { $n } by { $name }
filter-add = Add a rule
filter-new = New
filter-edit = Change a rule
filter-off = switched off
filter-stops = ends the list
filter-if = If
filter-then = then
filter-and = { " and " }
filter-or = { " or " }
filter-every-mail = it is any mail
filter-does-nothing = nothing, but end the list
filter-up = Move { $name } up
filter-down = Move { $name } down
filter-switch-off = Switch off
filter-switch-off-name = Switch off { $name }
filter-switch-on = Switch on
filter-switch-on-name = Switch on { $name }
filter-delete = Delete
filter-delete-name = Delete { $name }
filter-deleted = The rule is deleted.
filter-saved = Saved as version { $n }. It counts for each mail from now on.
filter-yes = yes
filter-no = no

# The form of a rule
filter-rule = Rule
filter-name = Name
filter-name-hint = The recorder names it with each mail that it matches.
filter-enabled = Switched on
filter-mails-new = new tickets
filter-mails-follow_up = answers to tickets
filter-mails-both = all mail
filter-all-hold = All of these hold
filter-any-holds = One of these holds
filter-condition = Condition { $n }
filter-no-conditions = Without a condition the rule speaks of every mail.
filter-c-on = What to look at
filter-c-choose = Choose…
filter-c-header = Name of the header
filter-c-test = How to compare
filter-c-value = With what
filter-c-result = Result
filter-c-add = Add a condition
filter-c-drop = Take condition { $n } away
filter-c-hint = Upper and lower case are the same. A size is in kB. A pattern is a regular expression, as in invoice\s+\d+.
filter-aside = The mail
filter-aside-none = becomes a ticket or joins one
filter-aside-ignore = is ignored; the recorder keeps it
filter-aside-quarantine = waits in quarantine for a person
filter-unchanged = Leave as it is
filter-retired-choice = { $name } (retired)
filter-hours = Waits for, in hours
filter-hours-hint = For the pending states: when the owner is reminded, or the ticket closes.
filter-tags-hint = With commas between them.
filter-customer = Customer
filter-customer-hint = An address. New tickets only.
filter-customer-header = Customer from header
filter-customer-header-hint = Its name, as X-Customer-Email.
filter-stop = End the list here
filter-stop-hint = Rules below are not asked for a mail that this one matches.
filter-save = Save rule
filter-check = Something needs a change before this can be saved.

# Parts of a rule and of what is foretold
filter-part-enabled = Switched on
filter-part-mails = Speaks of
filter-part-when = When
filter-part-does = What happens
filter-part-stop = Ends the list
filter-part-becomes = Becomes
filter-part-queue = Queue
filter-part-priority = Priority
filter-part-state = State
filter-part-owner = Owner
filter-part-tags = Tags
filter-becomes-new = a new ticket
filter-becomes-follow_up = an answer
filter-becomes-duplicate = a copy, kept once
filter-becomes-ignored = ignored
filter-becomes-quarantined = in quarantine
filter-nobody = nobody
filter-no-tags = none

# Trying
filter-try = Try it out
filter-try-hint = What would the rules do with the mail that came? It is read again and played through, once without and once with the rules. Nothing is changed.
filter-try-how-many = How many mails
filter-newest = { $n ->
    [one] the newest mail
   *[other] the newest { $n } mails
  }
filter-try-do = Try it
filter-try-again = Try again
filter-try-no-right = To try rules on stored mail you need the right to see the recorder and to read all queues as well: it shows subjects, senders and how their tickets stood.
filter-try-current = The rules in force, compared with no rules.
filter-try-version = Version { $n }, compared with the rules in force.
filter-try-version-hint = What would this version change, compared with the rules in force?
filter-try-draft = The list with this rule as it stands above, compared with the rules in force.
filter-try-nothing-written = Nothing was changed.
filter-tried = { $n ->
    [0] There is no mail yet.
    [one] One mail was looked at.
   *[other] { $n } mails were looked at.
  }
filter-report = Mails for which something changes
filter-report-took = It took { $n } s.
filter-report-mail = Mail
filter-report-before = Before
filter-report-after = After
filter-report-more = { $n } more are not shown.
filter-report-nothing = Nothing changes for any of these mails.
filter-report-rules = How often each rule spoke
filter-matched = { $n ->
    [one] for one mail
   *[other] for { $n } mails
  }
filter-not-seen = { $n ->
    [one] not seen in one mail
   *[other] not seen in { $n } mails
  }

# Versions
filter-versions = Versions
filter-versions-intro = Each change of the rules is kept. Any version can be brought back.
filter-versions-empty = Nothing was saved yet
filter-versions-empty-hint = The first rule that you save becomes version 1.
filter-version = Version { $n }
filter-in-force = in force
filter-restored = Brought back version { $n }
filter-restore = Bring this version back
filter-version-changes = What it changed
filter-version-rules = All of its rules
filter-version-none = This version has no rules.
filter-no-changes = Nothing differs from the version before.
filter-change-added = “{ $name }” was added
filter-change-removed = “{ $name }” was deleted
filter-change-edited = “{ $name }” was changed
filter-change-moved = “{ $name }” moved from place { $from } to { $to }

# In the recorder
filter-let-in = Let it in
filter-let-in-hint = A rule put this mail aside. Let it in, and it is filed as if that rule were not there; the other rules count.
step-filter = Filter
