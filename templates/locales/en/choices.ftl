# What an agent chooses besides: keys, the first page, who stands in, news of queues.
keys-down = The next one
keys-up = The one before
keys-go = Go to a place
keys-change = Lay keys elsewhere
keys-intro = Each act has one key. An empty field switches a key off. Ctrl K, Ctrl Enter and Esc stay where they are.
keys-saved = Your keys are saved.
keys-usual = usually
keys-all-usual = All as usual
keys-save = Save keys
refused-key = One character, neither a blank nor “=”.
refused-key-twice = “{ $key }” already does something else.

prefs-start = After signing in, open
prefs-stand-in = Stands in while you are away
prefs-stand-in-nobody = Nobody
prefs-stand-in-hint = Hears of your tickets instead of you, where he may read them. If he is away too, whoever stands in for him does.
refused-stand-in-circle = This goes round in a circle: whoever you name is away and leads back to you. Choose somebody else.
refused-stand-in = This agent cannot sign in any more. Choose somebody else.

queue-news = News of queues
queue-news-hint = For queues in which you answer. What concerns your own tickets and those that you watch you hear anyway.
queue-news-new_ticket = New tickets
queue-news-move = Tickets that are moved here
queue-news-follow_up = Answers to tickets that nobody owns
queue-news-save = Save news of queues

away-until = Away until: { $date }
away-with-stand-in = Away until: { $date }. { $name } stands in.
owner-away = { $name } ({ $away })
mail-stands-in = You hear of this because you stand in for { $name }.

files-all = All as ZIP
files-all-ticket = All attachments as ZIP
refused-archive = These are too many files for one archive (2,000 files, 2 GB). Save them message by message.

take-title = To which ticket does this message belong?
take-intro = The message goes there with its files. You can bring it back.
take-search = Search for the ticket

# What one hears of, and by which ways
ways-title = What you hear of
ways-intro = For each event: when a mail tells you, and whether the bell in your browser does.
ways-event = When
ways-mail = By mail
ways-browser = In the browser
ways-hint = Gathered mail leaves at the quarters of an hour, at the full hour, or at 8 in the morning, as one mail; none where nothing came. Single queues are switched off in the preferences.
ways-save = Save what you hear of
ways-saved = What you hear of is saved.
pace-now = As it happens
pace-quarter = Every 15 minutes
pace-hour = Every hour
pace-day = Once a day
pace-off = No mail
system-title = Messages of your system
system-hint = While no window of Turnstone is before you, your browser can show what the bell says as a message of your system. Only you can allow that, and only for this browser.
system-allow = Allow messages
system-end = Show no messages
system-on = Messages are shown.
system-off = No messages are shown.
system-refused = Your browser refuses them: allow messages for this address in its settings, then load this page again.

# What one was told
notices = Notices
notices-intro = What you were told in the last 30 days, the newest first.
notices-choose = Choose what you hear of
notices-read-all = Mark all as read
notices-new = New:
notices-unread-unit = unread
notices-empty = Nothing yet
notices-empty-hint = New tickets in your queues, answers to your tickets and what colleagues want of you appear here as they happen.
