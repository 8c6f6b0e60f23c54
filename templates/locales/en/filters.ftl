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
filter-result-temperror = temporary error
filter-result-permerror = permanent error
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
