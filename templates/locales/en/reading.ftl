# Reading what hangs at a mail: mails within mails, invitations.
show-signature = Show signature
show-repeated = Show text from an earlier message
attached-read = Read<span class="vh"> { $name }</span>
attached-mail = Attached mail
attached-calendar = Calendar entry
attached-text = Text
attached-text-cut = Only the beginning is shown. Download the file for the rest.
attached-in = Attached to this message
attached-from = From
attached-to = To
attached-cc = Cc
attached-date = Date
attached-empty = This mail has no text.
attached-download = Download
attached-invitation = Invitation
attached-appointment = Appointment
attached-cancelled = Cancelled
attached-accepted = Accepted
attached-declined = Declined
attached-tentative = Accepted with reservation
attached-answer = Answer
attached-counter = Another time proposed
attached-when = When
attached-your-time = In your time zone
attached-where = Where
attached-organiser = Invited by
attached-who = Invited
attached-repeats = Repeats
attached-every-day = { $n ->
    [1] every day
   *[other] every { $n } days
}
attached-every-week = { $n ->
    [1] every week
   *[other] every { $n } weeks
}
attached-every-month = { $n ->
    [1] every month
   *[other] every { $n } months
}
attached-every-year = { $n ->
    [1] every year
   *[other] every { $n } years
}
attached-on-days = on { $days }
attached-last-day = the last { $day }
attached-nth-day = { $day } no. { $number }
attached-until = until { $day }
attached-times = { $n ->
    [one] once
   *[other] { $n } times
}
attached-link = Link
attached-said-accepted = { $name } (accepted)
attached-said-declined = { $name } (declined)
attached-said-tentative = { $name } (perhaps)
attached-span = { $start } to { $end }
attached-due = due { $end }
attached-day-time = { $date }, { $clock }
attached-in-zone = { $time } ({ $zone })
thread-gap = { $n ->
    [one] 1 earlier message
   *[other] { $n } earlier messages
}
thread-gap-more = Show the last 20 of them
thread-gap-all = Show all
