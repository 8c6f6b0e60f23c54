# Menus and panels of a ticket
more-acts = More actions
link-to = Link to a ticket
watch = Watch
unwatch = Stop watching
watchers = Watched by
change-customer = Change the customer
mark-spam = Mark as spam
delete-ticket = Delete
tags = Tags
tag-add = Add
tag-add-label = Add a tag
tag-remove = Take the tag { $tag } off
link-add = Link
link-remove = Take the link to { $number } away
bond-how = How they belong together
bond-related = Related to
bond-child_of = Part of
bond-parent_of = Contains
link-child_of = This one is a part of that one
link-child_of-reverse = A part of this one
refused-link-kind = Tickets are linked as “related”, “child_of” or “parent_of”.
refused-links = A ticket has at most { $most } links. Take some away first.

# What can be undone: as a thing, after “Undo:”
act-locked = taking the lock
act-moved = the move
act-state_changed = the change of state
act-closed = the closing
act-assigned = the change of owner
act-priority_changed = the change of priority
act-tagged = the tag
act-untagged = taking the tag off
act-customer_changed = the change of customer
act-removed = the deletion
act-spam = the spam mark
act-restored = the return from the bin
act-undone = the undoing

# The same as news, right after it was done
did-locked = Ticket { $ticket } locked
did-moved = Ticket { $ticket } moved
did-state_changed = State of ticket { $ticket } changed
did-closed = Ticket { $ticket } closed
did-assigned = Owner of ticket { $ticket } changed
did-priority_changed = Priority of ticket { $ticket } changed
did-tagged = Ticket { $ticket } tagged
did-untagged = Tag taken off ticket { $ticket }
did-customer_changed = Customer of ticket { $ticket } changed
did-removed = Ticket { $ticket } deleted
did-spam = Ticket { $ticket } marked as spam
did-restored = Ticket { $ticket } taken out of the bin
did-undone = Undone on ticket { $ticket }

# The page that asks before something is undone
undo-title = Undo { $what }
undo-when = { $who } did this on { $date }.
undo-clean = Nothing of it has changed since: it is set back to what it was.
undo-asks = Some of it has changed since. That stays as it is now, unless you say otherwise.
undo-idle = It is as it was before already. Nothing needs to be set back.
undo-table = What was changed
undo-field = What
undo-before = Before
undo-after = Changed to
undo-now = Now
undo-changed = changed since
undo-anyway = Changed since
undo-anyway-hint = Choose what is set back all the same.
undo-anyway-one = { $field }: from “{ $now }” back to “{ $before }”
undo-anyway-do = Undo this much
undo-since = What happened since
undo-field-queue = Queue
undo-field-state = State
undo-field-owner = Owner
undo-field-priority = Priority
undo-field-customer = Customer
undo-field-tag = Tag
refused-undone = This was undone before. Reload the page to see how it is now.
refused-undo-changed = It has changed since: { $fields }. Say which of that is set back all the same; the rest stays.

# The bin
bin = Bin
bin-intro = What lies here is in no list and no search, gets no mail and sends none. After { $days } days it is thrown away for good.
bin-empty = The bin is empty.
bin-why = Why
bin-keeps = Kept until
bin-restore = Take out of the bin
bin-reason-deleted = Deleted
bin-reason-spam = Spam
bin-is-deleted = { $who } deleted this ticket ({ $date }).
bin-is-spam = { $who } marked this ticket as spam ({ $date }). Nothing is ever answered to its sender.
bin-until = It is kept until { $date }.
bin-gone = This ticket was deleted, and its texts were thrown away for good.
bin-gone-short = Thrown away
refused-in-bin = This ticket is in the bin. Take it out first.
refused-not-in-bin = This ticket is not in the bin.
refused-gone-for-good = This ticket lay in the bin too long: its texts were thrown away for good.

# Another customer
customer-title = Whose is ticket { $number }?
customer-intro = So far it is of { $name } ({ $address }). Replies go to the new customer. Who wrote here before stays in the list of people, and gets nothing until somebody takes him into the conversation.
customer-new = New customer
customer-save = Change the customer

# History
event-removed = { $who } deleted the ticket
event-spam = { $who } marked the ticket as spam
event-restored = { $who } took the ticket out of the bin
event-customer_changed = { $who } changed the customer from { $old } to { $new }
event-undone = { $who } undid { $old }
cause-web = Browser
cause-api = Program
cause-cli = Command line
cause-mail = Mail
cause-deadline = Deadline
cause-rule = Filter
cause-system = Turnstone

# Keys
keys-undo = Undo what you just did

# Lists

# Many tickets at once
bulk-all = All of this view
bulk-all-count = All of this view
bulk-more = More
bulk-back = Back to the list
bulk-tickets = { $n ->
    [one] 1 ticket
   *[other] { $n } tickets
  }
bulk-choose-title = What shall be done?
bulk-do = To each of these tickets
bulk-chosen = Chosen tickets
bulk-changed = Changed tickets
bulk-refusals = Stayed as they were
bulk-unlisted = { $n ->
    [one] One more is not listed here.
   *[other] { $n } more are not listed here.
  }
bulk-progress = How far it is
bulk-running = { $n ->
    [one] 1 ticket still waits.
   *[other] { $n } tickets still wait.
  }
bulk-refresh = Look again
bulk-over = Finished.
bulk-undo = Undo all of it
bulk-did = { $n ->
    [one] { $what }: 1 ticket
   *[other] { $what }: { $n } tickets
  }
bulk-assign = Give to
bulk-set = Set
bulk-wait = Remind
bulk-untag = Take off
bulk-number = Another ticket’s number
bulk-reply = Reply
bulk-files-kept = These go along already: { $names }
bulk-files-much = These files go with each mail, which makes more than { $most } MB in all. They were put away. Send smaller files, none, or write to fewer tickets.
bulk-reply-hint = A mail of its own goes to the customer of each ticket and whoever takes part there, with your signature. Tickets that a colleague has locked are left out.
bulk-reply-do = { $n ->
    [one] Send 1 reply
   *[other] Send { $n } replies
  }
bulk-then = State afterwards
bulk-then-as-is = New ones become open
bulk-then-open = All become open
bulk-then-close = All are closed
bulk-note = Internal note
bulk-deed-lock = Lock
bulk-deed-unlock = Unlock
bulk-deed-state = Set the state
bulk-deed-close = Close
bulk-deed-wait = Remind
bulk-deed-move = Move
bulk-deed-assign = Change the owner
bulk-deed-priority = Set the priority
bulk-deed-tag = Tag
bulk-deed-untag = Take a tag off
bulk-deed-watch = Watch
bulk-deed-unwatch = Stop watching
bulk-deed-link = Link
bulk-deed-merge = Merge
bulk-deed-note = Internal note
bulk-deed-reply = Reply
bulk-deed-customer = Change the customer
bulk-deed-spam = Mark as spam
bulk-deed-delete = Delete
bulk-deed-restore = Take out of the bin
bulk-deed-undo = Undo
bulk-why-gone = It is not there any more, or you may not see it.
bulk-why-fault = This one failed. The fault is ours and is written down. Try it alone.
bulk-no-ticket = Say the number of the other ticket.
bulk-no-queue = Choose a queue.
bulk-no-priority = Choose a priority from very low to urgent.
bulk-too-many = At most { $most } tickets at once. Choose a smaller view.
bulk-begun = This has begun already.
bulk-undone = This is undone already, or being undone.
bulk-not-undoable = There is nothing of this to undo.
bulk-note-stays = A note that was written stays.
bulk-changed-since = It has changed since. Undo it on the ticket, where you see what changed.

# Reminders
remind = Remind me
remind-tomorrow = Tomorrow morning
remind-monday = Monday morning
remind-week = In a week
remind-set = Set

# A call
call-note = Note a call
call-title = A call about ticket { $number }
call-who = Who called?
call-us = We did
call-text = What was said
call-hint = Part of the conversation. Nothing is sent.
call-then-as-is = As it is; a new or reopened one is open
call-save = Note the call
event-called = { $who } noted a call

# Split
split = Split into a new ticket
split-title = A ticket of its own
split-intro = The message stays in ticket { $number } and begins a new ticket as well. The two are linked.
split-do = Start the ticket
refused-split-system = This entry was written by Turnstone itself. Choose a message of a person.
event-split = { $who } started ticket { $new } from a message
event-split_from = { $who } started this ticket from a message of { $old }

# After sending
after-sending = After a reply is sent
after-sending-ticket = Stay on the ticket
after-sending-done = Stay; after closing or waiting, open the next ticket
after-sending-next = Open the next ticket
after-sending-list = Open the queue’s list

# History and paper
history-whole = Whole history
history-of = History of ticket { $number }
history-what = What happened
history-when = When
history-after = After
history-cause = Cause
printout = Print or save as PDF
printout-hint = Print this page with your browser.
printout-with = { $n ->
    [one] With 1 internal entry
   *[other] With { $n } internal entries
  }
printout-without = Without internal entries
printout-opened = Opened
printout-printed = Printed
