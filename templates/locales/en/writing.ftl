# Writing: what is asked before a text leaves
composer-unattached = The text speaks of an attachment, and there is none. Attach it, or send again without one.
composer-unseen = Show what came meanwhile
composer-send-at = Choose when to send it, at a time to come.
send-later = Send later
send-later-at = Send at
send-later-hint = Comes back to the draft if somebody writes before.
refused-send-at = Choose a moment to come, within a year.
refused-placeholder-left = Something is still to be filled in: { $names }. Put in what is meant, or take it out.
refused-draft-elsewhere = You have changed this text on another device.
refused-draft-gone = This text was sent or thrown away on another device.
draft-clash-theirs = It reads there:
draft-clash-take = Take that text
draft-clash-keep = Keep the text below
delivery-planned = Goes out { $date }
event-reply_handed_back = The planned reply of { $new } is a draft again, because somebody wrote.

# Templates in the composer
templates-insert = Templates
templates-choose = Template
templates-insert-button = Insert
templates-list = Templates, chosen with the arrow keys
composer-missing = Still to be filled in:
composer-macro = Together with this text:
days = { $n ->
    [one] 1 day
   *[other] { $n } days
  }
effect-open = Open
effect-closed = Close
effect-pending_reminder = Wait { $days }
effect-pending_auto = Wait { $days }, then close
effect-queue = Move to { $name }
effect-priority = Priority { $word }
effect-tags = Tag { $tags }

# Templates in the administration
templates-title = Templates and macros
templates-intro = Texts that agents insert with / while they write.
templates-saved = Saved.
templates-empty = No templates yet
templates-empty-hint = Write down an answer that is given often, and everybody can insert it.
templates-everybody = Everybody
templates-in-queues = Queues: { $names }
templates-for-roles = Roles: { $names }
templates-some-roles = Holders of certain roles
template-personal = yours alone
templates-any-language = Any language
templates-unchanged = Stays as it is
templates-retired = Retired
templates-retired-hint = Offered to nobody
template-new = New template
template-check = Something has to be corrected. Look at the marked fields.
template-is-retired = This template is retired: nobody is offered it.
template-text = Text
template-name = Name
template-name-hint = Short, so that it is found by typing a part of it.
template-text-hint = Names in double braces are filled in for each ticket. A name without a value stays and stops the text from being sent.
template-names = Names that are filled in
template-means-customer-name = The customer’s name
template-means-customer-address = The customer’s address
template-means-customer-organisation = The customer’s organisation
template-means-ticket-number = The number of the ticket
template-means-ticket-subject = The subject of the ticket
template-means-queue-name = The queue
template-means-agent-name = Your name, as the one who writes
template-means-agent-email = Your address
template-means-organisation-name = This organisation
template-where = Who can use it
template-where-hint = It is offered to them in each ticket in which they write. What only you need is better kept under Your preferences.
template-queues = Whoever writes in tickets of these queues
template-roles = Whoever has one of these roles
template-roles-hidden = Which roles is known to those who manage people. They stay as they are.
template-readers = { $n ->
    [0] Nobody can use it as it is saved.
    [one] One agent can use it as it is saved:
   *[other] { $n } agents can use it as it is saved:
}
template-does = What happens besides
template-does-hint = Then it is a macro. The writer sees all of it before sending, and can leave parts out.
template-days = Wait for
template-days-unit = days
template-days-hint = For a state that waits.
template-tags = Tags
template-tags-hint = With commas between them.
template-save = Save template
template-retire-title = Retire
template-retire-hint = It is offered no more. What was written with it stays.
template-retire = Retire template
template-restore = Offer it again
refused-templates = There are { $most } templates already. Retire one first.
refused-template-name = A template needs a name of 1 to { $most } characters.
refused-template-taken = There is a template called “{ $name }” in this language already. Choose another name.
refused-template-empty = Write a text, or choose something that happens.
refused-template-days = Say for how many days it waits, from 1 to { $most }.
refused-template-nobody = Choose at least one queue or role, or everybody.
refused-template-scope = Choose queues or roles, not both.
refused-template-role = One of these roles does not exist any more. Load the page anew.
refused-template-role-unknown = There is no role called “{ $name }”.
refused-own-templates = You have { $most } templates already. Throw one away first.
own-templates-title = Your templates and macros
own-templates-see = See and write templates
own-templates-hint = Texts that only you see and insert.
own-templates-intro = Texts that only you see and insert, with / or from the menu below the box, in every ticket. Nobody else is told of them.
own-templates-empty = No templates of your own yet
own-templates-empty-hint = Write down what you often type yourself. Everybody’s templates are kept by the administration.
own-template-gone = The template is gone.
own-template-end-title = Throw away
own-template-end-hint = It is gone for good. What was written with it stays.
own-template-end = Throw this template away
refused-template-queue = One of these queues does not exist any more. Load the page anew.

# Together
presence-writing = { $name } is writing
presence-viewing = { $name } is looking at this ticket
presence-taken = { $name } has taken this ticket over. Your text is kept as a draft.
mention-hint = Write @ and a login to tell a colleague.
mentions-list = Colleagues, chosen with the arrow keys

# The editor

rich-toggle = Formatting
rich-bar = Formatting
rich-bold = Bold
rich-italic = Italic
rich-link = Link
rich-ul = Bulleted list
rich-ol = Numbered list
rich-quote = Quote
rich-pre = Preformatted
rich-link-address = Address
rich-link-set = Set link
rich-link-remove = Remove link
rich-link-wrong = Type a web or mail address, such as https://example.org or ann@example.org.
rich-loss = Without formatting, bold, italics, images and the words of links are lost. Go on?
rich-failed = The editor could not be loaded. You can go on in plain text.
refused-long-html = This is too long to be sent with formatting. Switch the formatting off.
rich-image = Image
rich-image-words = Description
rich-image-hint = For those who do not see the image. Leave it empty if it only adorns.
rich-image-done = Done
composer-signature = Signature
take-over-and-send-to = Take over and send to { $to }
file-again = Try again
file-cancel = Cancel { $name }
file-broken = The connection broke. Try again.
refused-upload-size = A file has between 1 byte and { $most } MB.
refused-uploads = Too much is on its way already. Wait until it has arrived, or take some files out.
refused-upload-long = More arrived than the file was to have. Send it again.
refused-upload-offset = The file stands elsewhere by now. Ask how far it is, and go on from there.
