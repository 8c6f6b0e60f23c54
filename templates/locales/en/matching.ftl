# Merging
merge = Merge
merge-these = Look at both and merge
merge-with = Merge with { $number } …
merge-title = Merge ticket { $number }
merge-intro = Its messages, people, tags and links go to the other ticket, and its number leads there from then on.
merge-search = Into which ticket?
merge-search-hint = Words, a name, an address or a ticket number.
merge-same-customer = Of the same customer
merge-found = Found
merge-none-same = This customer has no other ticket that you may answer. Look for words or a number above.
merge-none-found = Nothing that you may answer matches. Try fewer words, or the ticket’s number.
merge-unknown = There is no ticket { $number }, or none that you may see.
merge-goes = This one goes
merge-stays = This one stays
merge-two-customers = These tickets have two customers. After the merge both take part in one conversation, and replies go to both unless you change the recipients.
merge-can-be-undone = This can be undone later.
merge-choose-again = Choose another
merge-do = Merge into { $other }
merged-here = Merged into this ticket
unmerge-title = Take { $number } out again
unmerge-when = { $who } merged { $number } into { $other } on { $date }.
unmerge-when-nobody = { $number } was merged into { $other } on { $date }.
unmerge-intro = The ticket stands on its own again, with the messages, the state and the owner that it had.
unmerge-news = What came since
unmerge-news-hint = Choose what goes along with { $number }. The rest stays in { $other }.
unmerge-do = Undo the merge
refused-merge-itself = Ticket { $number } would be merged into itself: the other ticket is the same one, or was merged into it.
refused-merge-removed = Ticket { $number } is deleted. Choose another one.
refused-not-merged = This ticket is not merged: there is nothing to undo.
refused-unmerge-news = { $n ->
    [one] 1 message
   *[other] { $n } messages
  } came since the merge. Say what goes along.
refused-unmerge-article = One of these messages did not come since the merge. Look at the list again.

# Where an article belongs
belongs-to = This belongs to ticket
ticket-number = Number
take-there = Take it there
guess-hint = This may belong to ticket { $number }, “{ $subject }”: its subject names it, but its sender takes no part there.
guess-accept = It belongs to { $number }
brought-hint = Brought here from ticket { $number }. Later answers to it come here as well.
brought-undo = Put it back
internal-answer = Internal answer
internal-answer-hint = Answers something that was forwarded internally. The customer does not see it, and it is in no reply.
claims-hint = The sender claims to be { $name }, but nothing proves it. It counts as mail from outside.
link-related = Related
link-related-reverse = Related
link-possibly_belongs_to = This one possibly belongs there
link-possibly_belongs_to-reverse = Possibly belongs here
link-continues = This one goes on where that one was closed
link-continues-reverse = Goes on where this one was closed
link-split_from = Split from that one
link-split_from-reverse = Split from this one
refused-take-itself = The message is in ticket { $number } already.
refused-take-unknown = There is no ticket { $number }, or none that you may see.
refused-take-leaving = This mail is on its way. Take it there once it has left.
event-merged_into = { $who } merged this ticket into { $new }
event-merged = { $who } merged { $old } into this ticket
event-unmerged = { $who } took this ticket out of { $old } again
event-merge_ended = { $who } took { $old } out again
event-article_taken = { $who } took a message to { $new }
event-article_brought = { $who } brought a message from { $old }
event-participant_removed = { $who } took { $old } out of the conversation

# What is refused about a queue
refused-number = Write a whole number from 0 to { $most }.
refused-sender-name = The name has at most { $most } characters on one line.
refused-queue-circle = The queue “{ $name }” is this one, or lies below it. Choose another one.
refused-no-default = Some queue has to take the mail that belongs nowhere else. Choose it there instead.
refused-retire-default = “{ $name }” takes the mail that belongs nowhere else. Choose another queue for that first.

# Who takes part
people-taking-part = Also in the conversation
person-waits = { $address }, waits to be accepted
person-accept = Take { $address } into the conversation
person-remove = Take { $address } out of the conversation
person-add-label = Name and address
person-add = Add
stranger-is-customer = This address is also of { $name }
refused-own-address = { $address } is an address of ours. It takes part in no conversation.
refused-participant-customer = { $address } is the customer, who gets every reply.
refused-participants = A conversation has at most { $most } people. Take some out first.
refused-customer-address = { $address } belongs to the customer { $name } already. Take it away from that one first, or take it over with his tickets.
refused-last-address = { $address } is the customer’s only address. Add another one first.
refused-customer-unknown = No customer writes from { $address }.
