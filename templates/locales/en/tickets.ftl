# Lists
open-count = { $n ->
    [one] 1 open
   *[other] { $n } open
  }
list-views = Views
list-view-all = All open
list-view-nobody = Nobody’s
list-view-mine = Mine
list-view-new = New
list-view-us = Waiting for us
list-view-customer = Waiting for the customer
list-view-waiting = Pending
list-view-watched = Watched
list-view-closed = Closed
list-view-any = All states
list-order = Order
list-sort-changed = Newest change first
list-sort-created = Newest ticket first
list-sort-waiting = Longest waiting first
list-sort-due = Due first
list-sort-priority = Most urgent first
list-filters = Filters
list-filter-remove = Remove filter: { $filter }
list-narrow = Narrow down
list-turn-customer = Answered: waits for the customer
list-select = Select ticket { $number }
list-select-all = Select all
list-messages = { $n ->
    [one] 1 message
   *[other] { $n } messages
  }
list-messages-unit = messages
list-has-files = Has attachments
list-news = New tickets: show
list-empty = Nothing left here
list-empty-hint = Everyone who wrote has an answer. New tickets appear here by themselves.
unread = unread
locked = locked
nobody-yet = Nobody yet
bulk-label = Selected tickets
bulk-selected = Selected
bulk-count-pattern = # selected
bulk-clear = Clear selection
bulk-none = Select at least one ticket first.
bulk-done = { $n ->
    [one] 1 ticket changed.
   *[other] { $n } tickets changed.
  }
bulk-refused = { $n ->
    [one] 1 ticket stayed as it was.
   *[other] { $n } tickets stayed as they were.
  }
lock-to-me = Lock to me
move = Move
move-to = Move to
close = Close
hint-move = move
hint-open = open
hint-select = select
hint-lock = lock
hint-all = all shortcuts

# Words of a ticket
queue = Queue
state = State
state-new = New
state-open = Open
state-pending_reminder = Waiting
state-pending_auto = Waiting, then closed
state-closed = Closed
state-merged = Merged
state-removed = Removed
priority = Priority
priority-1 = Very low
priority-2 = Low
priority-3 = Normal
priority-4 = High
priority-5 = Urgent
owner = Owner
nobody = Nobody
me = Me
owner-you = { $name } (you)
lock = Lock
lock-ticket = Lock
until = Until
customer = Customer
subject = Subject
message = Message
attachments = Attachments
history = History
linked = Linked
other-tickets = Other tickets
details = Details
ticket-details = Ticket details
save-details = Save details

# One ticket
conversation = Conversation
unlock = Unlock
take-over = Take over
reopen = Reopen
pending-until = until { $date }
lock-free = Not locked
lock-free-owner = Not locked, belongs to { $name }
lock-free-yours = Not locked, belongs to you
lock-mine = Locked by you since { $since }
lock-other = Locked by { $name } since { $since }
lock-short-mine = You
lock-short-free = Nobody
read-only = You can read this ticket. Answering it needs another role.
internal-note = Internal note
only-agents = Only agents see this
new-badge = New
new-in-conversation = New in this conversation
stranger-hint = { $address } took no part so far and gets no replies.
stranger-accept = Take into the conversation
badge-automatic = Automatic
badge-phone = Phone call
badge-system = System
article-more = More about this message
article-from-to = { $from } to { $to }
article-from-to-cc = { $from } to { $to }, Cc { $cc }
article-to = to { $to }
article-to-cc = to { $to }, Cc { $cc }
reply-quoting = Reply and quote
show-html = Show HTML
mail-as-received = Show the mail as received
show-quoted = Show quoted text
no-text = This mail has no text.
html-mail-from = Mail from { $name } as HTML
remote-hint = Pictures from the Internet stay out. Showing them tells the sender that and where the mail was read.
remote-show = Show remote pictures
file-kind-image = Picture
file-kind-pdf = PDF
file-kind-text = Text
file-kind-mail = Mail
file-kind-calendar = Calendar entry
file-kind-archive = Archive
file-kind-other = File

# What became of our mail
delivery-held = Goes out in a few seconds
delivery-due = Waits to go out
delivery-sending = Being sent
delivery-sent = Sent
delivery-sent-at = Handed to the relay { $date }
delivery-deferred = Not yet taken
delivery-deferred-why = The relay did not take this mail yet. It is tried again by itself.
delivery-uncertain = Uncertain
delivery-uncertain-why = The connection broke at the last moment. The mail may have left; it is tried once more.
delivery-bounced = Came back
delivery-bounced-why = This mail came back. Check the address, then send again.
delivery-cancelled = Taken back
delivery-failed = Not sent
delivery-failed-why = The relay refused this mail. Check the address, then send again.
send-again = Send again

# Writing
composer-kind = What do you want to write?
composer-from = from { $address }
composer-locked = { $name } is on this ticket. You can add a note, or take it over to answer.
composer-note-warning = Only agents of { $org } can read notes. Nothing is sent.
composer-news = The customer wrote again while you were typing. Read it above before you send.
composer-empty = There is no text yet. Write something first.
composer-enter = Nothing was sent. Press the button that says what you mean.
new-files-again = Choose your files again: they were not kept.
composer-mixed = It was not clear whether this is a reply or a note. Choose one, then send again.
composer-no-recipient = Nobody would get this. Write at least one address.
composer-bad-address = “{ $address }” is not an email address. Write it like name@example.org.
composer-until = Choose when to remind you, at a time to come.
reply = Reply
note = Note
to = To
cc = Cc
attach = Attach
files = files
file-remove = Remove { $name }
file-remove-plain = Remove
file-too-big = Larger than this server takes. Send a link instead.
quote = Quote
quote-intro = On { $date }, { $name } wrote:
draft-saved = Draft saved
draft-unsaved = Not saved yet
draft-restored = Draft restored
add-note = Add note
send = Send
send-other = Other ways to send
send-hint = The ticket stays open and yours
send-and-close = Send and close
send-and-close-hint = A later answer reopens it
send-and-wait = Send and remind me
send-wait = Send and wait
remind-me = Remind me at
take-over-and-send = Take over and send

# New ticket
new-intro = For calls, letters and anything you want to start yourself.
new-kind = How does it start?
new-phone = Phone call
new-mail = I write a mail
new-phone-hint = Noted in the ticket. Nothing is sent.
new-mail-hint = Sent to the customer from the queue’s address.
new-customer-hint = Name and address, like Ruth Calloway <ruth@example.org>.
new-no-queue = You may not open tickets in any queue. An administrator can change that.
new-check = Something is missing. Look at the marked fields.
attachments-hint = optional
create-ticket = Create ticket

# Dashboard
greeting-morning = Good morning, { $name }
greeting-day = Good afternoon, { $name }
greeting-evening = Good evening, { $name }
dash-mine = My tickets
dash-mine-hint = open and yours
dash-mine-empty = Tickets that you lock or own are listed here.
dash-nobody = Nobody’s
dash-nobody-hint = open, without an owner
dash-nobody-empty = Every open ticket has somebody.
dash-reminders = Reminders
dash-reminders-hint = waiting, with a date
dash-reminders-empty = No reminder is set.
see-all = See all

# Search
search-all = Search all tickets
search-title = Search: { $q }
search-hint = Words, names, a number, closed tickets included. Narrow it down:
search-count = { $n ->
    [one] 1 ticket
   *[other] { $n } tickets
  }
search-none = No ticket matches “{ $q }”
search-none-hint = Try fewer words, the beginning of a word, or take a filter away.
