# Figures: the dashboard's charts and the reports page.
reports = Reports
report-intro = What came in, what was closed, and how long people waited.
report-period = Period
report-days = { $n } days
report-from = From
report-to = To
report-all-queues = All queues
report-show = Show
report-csv = Save as CSV
report-usual = The last 14 days are shown.
report-counts = Created and closed
report-counts-label = Tickets created and closed
report-created = Created
report-closed = Closed
report-created-n = Created { $n }
report-closed-n = Closed { $n }
report-answers = Time to first reply
report-answers-label = Time to the first reply
report-answered = First replies
report-solution = Time to close
report-median = Median
report-as-table = Show as table
report-day = Day
report-of-tickets = { $n ->
    [one] median of 1 ticket
   *[other] median of { $n } tickets
}
report-by-queue = By queue
report-by-agent = By agent
report-agent = Agent
report-only-you = You see your own figures here.
report-nothing = Nothing happened
report-nothing-hint = No ticket was created, answered or closed in these days. Choose a longer period.
report-how = A reply counts once a customer can see it; notes and automatic answers do not. A ticket that was opened again counts as closed when it is closed for good. Times run day and night.
refused-day = This is no day. Write it like 2026-11-26.
refused-period-order = The last day lies before the first.
refused-period-long = That is more than { $days } days. Choose a shorter period.
dash-new = New
dash-new-hint = nobody has looked at them
dash-new-empty = Nothing new. Mail that comes in is listed here.
dash-by-queue = Open by queue
dash-by-agent = Open by agent
took-moment = under 1 min
took-hours = { $large } h { $small } min
took-days = { $n } d
took-days-hours = { $large } d { $small } h
