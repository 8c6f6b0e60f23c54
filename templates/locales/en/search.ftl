# Search: the page, and what can be typed.
search-as-list = As a list
search-page = { $n ->
    [one] 1 ticket on this page
   *[other] { $n } tickets on this page
  }

# Views: searches in the sidebar
views = Views
tickets-us = Waiting for us
waiting-unit = waiting for us
tickets-unit = tickets
view-pin = Keep as view
view-pin-title = Keep this list in the sidebar
view-pin-save = Keep view
view-unpin = Take this view out of the sidebar
view-name = Name
view-team = For the whole team
view-team-hint = Each sees in it what he may read.
list-export = Take out as CSV
list-one-line = One line for each ticket
list-two-lines = Two lines for each ticket

# Quick open
palette = Quick open
palette-hint = Number, subject, name, or what you want to do
palette-found = Found
palette-tickets = Tickets
palette-verbs = On this page
palette-go = Go to
palette-words = Go on typing
palette-all = Search all tickets
palette-count-pattern = # found

# Each line of the explanation: what is typed, and what it finds. The words before the colon are the same in each language.
search-help-words-typed = confirmation link
search-help-words = all of these words, or words that begin like this, anywhere in the ticket: titles, texts, people, files
search-help-phrase-typed = "confirmation link"
search-help-phrase = exactly these words, one after the other
search-help-without-typed = -word
search-help-without = without this; works before everything below too
search-help-queue-typed = queue:"Account access",Support
search-help-queue = in one of these queues
search-help-state-typed = state:open
search-help-state = new, open, pending, closed, merged; active is all but closed ones, any is all
search-help-owner-typed = owner:me
search-help-owner = by login or name, me, nobody
search-help-from-typed = from:anna
search-help-from = who wrote: name or address
search-help-is-typed = is:unassigned
search-help-is = also mine, assigned, locked, unread, watched, new, open, pending, closed
search-help-waiting-typed = waiting:us
search-help-waiting = who spoke last was the customer; waiting:customer is the opposite
search-help-tag-typed = tag:spam
search-help-tag = has this tag
search-help-title-typed = title:invoice
search-help-title = words of the title
search-help-file-typed = file:report.pdf
search-help-file = words of a file’s name
search-help-has-typed = has:attachment
search-help-has = with files
search-help-priority-typed = priority:high,urgent
search-help-priority = very low, low, normal, high, urgent
search-help-number-typed = number:10023
search-help-number = the ticket of this number
search-help-changed-typed = after:2026-11-01 before:7d
search-help-changed = last changed on this day or later, and before that day; also 2026-11, today, yesterday, 7d
search-help-created-typed = created:2026-11-01..2026-11-22
search-help-created = opened on these days, or on one day
