# Roles: the table of rights, what a change does, why somebody may do something.
roles-title = Roles
roles-intro = A role says what agents may do in which queue. Whoever has several may do what any of them gives.
roles-retired = Retired
roles-retired-hint = They give nothing and are offered nowhere.
role-new = New role
role-new-intro = Nobody has it until you give it to somebody.
role-duplicate = Duplicate
role-everywhere = Rights in all queues
role-queues = { $n ->
    [0] No queue
    [one] Rights in one queue
   *[other] Rights in { $n } queues
  }
role-members = { $n ->
    [one] one agent
   *[other] { $n } agents
  }
role-like = Begin with
role-like-agent = Agent
role-like-lead = Team lead
role-like-auditor = Reads only
role-like-admin = Administrator
role-about = About
role-description = What it is for
role-installation = For the whole installation
role-who = Who has it
role-nobody = Nobody yet. Give it on an agent’s page.
role-only = only this role
role-also = also { $names }
role-create = Create role
role-save = Save role
role-saved = Saved. It is in force from now on.
role-sure = Change { $name }
role-itself = The role itself
role-gives = { $queue }: { $what } added
role-takes = { $queue }: { $what } removed
role-retire = Retire role
role-retire-title = Retire { $name }
role-retire-text = It gives nothing from that moment on. Who has it keeps its name, and it can be brought back.
role-retired = The role is retired: it gives nothing any more.
role-is-retired = This role is retired: it gives nothing, whoever has it.
role-restore = Bring back
role-restore-title = Bring { $name } back
role-restore-text = It gives its rights again to all who have it.
role-restored = The role is back in use.
matrix-title = What this role may do in each queue
matrix-caption = One row for each queue, one column for each right
matrix-all = All queues
matrix-retired = retired
matrix-in = { $right } in { $queue }
matrix-from = comes with { $name }
matrix-legend = Tinted ticks come along: full brings everything, reply brings note, each brings read, and queues below take over what is ticked above.
matrix-read = Read
matrix-note = Note
matrix-reply = Reply
matrix-move_into = Move into
matrix-create = Create
matrix-owner = Owner
matrix-priority = Priority
matrix-full = Full
matrix-hint-read = See tickets and notes
matrix-hint-note = Write internal notes
matrix-hint-reply = Answer, lock, forward, wait, close
matrix-hint-move_into = Put tickets here
matrix-hint-create = Open new tickets
matrix-hint-owner = Give tickets to colleagues
matrix-hint-priority = Raise or lower the priority
matrix-hint-full = Everything, with customer and deletion
refused-role-description = What the role is for has at most { $most } characters.
refused-role-retired = { $name } is retired already.
refused-role-in-use = { $name } is in use.
why-open = Why may this agent do what?
why-title = What { $name } may do, and why
why-number = Ticket number
why-ask-queue = Show queue
why-ask-ticket = Show ticket
why-ticket = Ticket { $number } in { $queue }
why-here = The role { $role } gives “{ $what }” in { $queue }.
why-above = The role { $role } gives “{ $what }” in { $place }, and { $queue } takes it over from there.
why-everywhere = The role { $role } gives “{ $what }” in all queues, and so in { $queue }.
why-owner = { $name } owns the ticket, and an owner keeps read and note wherever it lies.
why-remedy-role = Take it out of { $role }, or { $role } from { $name }
why-remedy-owner = Give the ticket to somebody else
why-no-right = Nothing gives this right here.
why-all-facts = A right is gone once none of its facts is left.
