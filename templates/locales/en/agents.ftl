# Agents: their pages, links, refusals; rights in words.
people-side = People
people-title = Agents
people-intro = People who answer tickets. Roles say what each of them may do.
people-show = Which agents
people-all = In use
people-tab-active = Active
people-tab-invited = Invited
people-tab-expired = Expired
people-tab-retired = Retired
people-is-active = Active
people-is-invited = Invited
people-is-expired = Expired
people-is-retired = Retired
people-find = Find an agent
people-find-hint = Name, login or address
people-search = Search
people-none = Nobody is found
people-none-hint = Look at another list, or type less.
agent-add = Add agent
person-add-another = Add another agent
person-added = { $name } is added
person-open = Open { $name }
person-name = Name
person-roles = Roles
person-last = Last sign-in
person-never = Never
person-never-yet = Has never signed in.
person-away = Away until
person-no-role = No role: sees nothing
person-check = Something needs a change before this can be saved. Look at the marked fields.
person-who = Who
person-email-hint = Invitations and notifications go there.
person-email-in = In { $domains }. Invitations and notifications go there.
person-login-hint = Left empty: what stands before the @ of the address.
person-roles-hint = Without a role an agent sees no ticket.
person-role-manages = Gives rights of administration.
person-role-retired = { $name } (retired: gives nothing)
person-way-in = Signing in
person-by-invitation = Invite
person-by-invitation-hint = A link with which the agent sets a password. It works once, for seven days.
person-send = Send the link by mail
person-send-hint = You also see it once on the next page.
person-by-password = Generate a password
person-by-password-hint = You see it once and pass it on. The agent has to choose another when signing in.
person-habits = Habits
person-zone-hint = For example Europe/Berlin. Left empty: the one of the installation.
person-notify = Mail when
person-expiry = May sign in until
person-expiry-hint = From then on the agent is shut out, as if retired. Left empty: for good.
person-expiry-wrong = Write a date and a time, or leave it empty.
person-mailed = The link is on its way to { $address }.
person-once = Shown this once
person-link-invitation = Invitation
person-link-reset = Link for a new password
person-invitation-once = It works once, for seven days, and is shown only now. A new one ends it.
person-reset-once = It works once, for an hour, and is shown only now. A new one ends it.
person-new-password = A new password
person-password-once = It is shown only now. The agent has to choose another when signing in.
person-save = Save
person-there = Added already, a moment ago. If you have not seen the link or the password, make a new one below.
person-saved = Saved. It is in force from now on.
person-roles-saved = The roles are changed, in force from now on.
person-ties = Known elsewhere
person-ties-hint = Name, address, roles from groups and the end of the account come from there. To untie signs out whoever came in that way; to tie takes the command turnstone agent link.
person-untie = Untie
person-untie-of = Untie from { $method }
person-untied = Untied. What came from there stays until somebody changes it. Whoever signs in there again is tied again by the address.
person-sessions-ended = Signed out there.
person-token-revoked = The token works no more.
person-restored = Back. A new password or link is needed to sign in where the old one is lost.
person-retired = Retired. Sessions and tokens have ended; the name stays on what was done.
person-retired-given = { $n ->
    [one] One open ticket went to the colleague.
   *[other] { $n } open tickets went to the colleague.
  }
person-retired-free = { $n ->
    [one] One open ticket has no owner now.
   *[other] { $n } open tickets have no owner now.
  }
person-roles-look = See what changes
person-roles-sure = Roles of { $name }
person-roles-save = Change roles
person-invited-until = Invited. The link works until:
person-reset-until = There is a link for a new password. It works until:
person-must-change = A new password has to be chosen at the next sign-in.
person-invite-again = New invitation
person-reset = Link for a new password
person-generate = Generate a password
person-generate-hint = All sessions end. You see the password once.
person-no-way-in = While retired or expired, nobody signs in with this account.
person-sessions = Signed in
person-this-session = this browser
person-end-session = Sign out
person-end-session-of = Sign out at { $address }
person-end-all = Sign out everywhere
person-no-sessions = Signed in nowhere.
person-tokens = API tokens
person-revoke = Revoke
person-revoke-of = Revoke { $name }
person-no-tokens = There are none.
person-out = Out of use
person-retire = Retire …
person-retire-hint = Shut out at once; open tickets are handed over. The name stays on old tickets.
person-restore = Bring back
person-restore-hint = The roles are still there. Old sessions and tokens stay ended.
retire-title = Retire { $name }
retire-text = Sessions, tokens and notifications end at once.
retire-open = { $n ->
    [one] One open ticket goes
   *[other] { $n } open tickets go
  } to
retire-open-hint = What lies in queues where the colleague may not work goes to nobody.
retire-nobody = nobody: offered in the queues
retire-none = There is no open ticket to hand over.
retire-own-templates = Their own templates are seen by nobody, and thrown away after 30 days unless they come back.
retire-do = Retire
domains-title = Allowed e-mail domains
domains-intro = Agents have their address in one of these. Nobody is invited to any other.
domains-label = Domains
domains-hint = One on each line, without @. Empty: any. Agents who are there already stay.
domains-save = Save
domains-are = Addresses only in { $domains }.
domains-any = Addresses in any domain.
domains-change = Change
rights-changes = What changes
rights-no-change = No agent gains or loses anything by this.
rights-gain-in = { $n ->
    [one] { $who } gains
   *[other] { $who } gain
  } in { $queue }: { $what }
rights-lose-in = { $n ->
    [one] { $who } loses
   *[other] { $who } lose
  } in { $queue }: { $what }
rights-gain = { $n ->
    [one] { $who } gains
   *[other] { $who } gain
  }: { $what }
rights-lose = { $n ->
    [one] { $who } loses
   *[other] { $who } lose
  }: { $what }
rights-and-more = { $names } and { $n } more
right-read = read
right-note = note
right-reply = reply
right-move_into = move into
right-create = create
right-owner = owner
right-priority = priority
right-full = everything (full)
installation-people = manage people and roles
installation-queues_and_mail = manage queues and mail
installation-recorder = see the mail log
installation-export = export
installation-api = make API tokens of their own
login-password-set = Your password is set. Sign in with it.
link-gone-title = This link works no more
link-gone-text = It was used, a newer one took its place, or its time is over. An administrator of your helpdesk can send you another.
new-password-title = Choose a password
new-password-text = Hello { $name }, choose a new password. You are signed out everywhere else.
own-password-text = Hello { $name }, somebody else knows the password with which you signed in. Choose one of your own.
new-password-set = Set password
invitation-heading = Welcome to { $org }
invitation-text = Hello { $name }, choose a password, then sign in.
password-same = That is the password somebody else knows. Choose another.
password-own-first = Choose a password of your own first.
mail-link-subject-invitation = Your account at { $organisation }
mail-link-subject-reset = A new password at { $organisation }
mail-link-invitation = You have an account at the helpdesk of { $organisation }. Your login name is { $login }. Open this link to choose your password:
mail-link-reset = An administrator of { $organisation } lets you choose a new password for the login name { $login }. Open this link:
mail-link-end-invitation = It works once, for seven days.
mail-link-end-reset = It works once, for an hour. If you did not ask for it, tell an administrator.
refused-last-admin = This would take away the last agent who can sign in and manage people. Give that right to another agent first.
refused-agent-gone = { $name } is retired or expired. Bring the account back first.
refused-agent-there = { $name } is not retired.
refused-hand-over = Choose a colleague who can sign in.
refused-role-gone = One of these roles is not in use. Load the page again.
refused-language = Choose one of the languages offered.
refused-domain = “{ $name }” is no domain. Write it like example.org.
refused-domains = At most { $most } domains.
refused-foreign-domain = Agents have their address in { $domains }. Use such an address, or allow another domain.
former-agent = Former agent { $n }
erase-agent-login = Login name
erase-agent-tickets = Tickets that name this person
erase-agent-intro = This cannot be undone. What this person did stays, as done by “Former agent”.
erase-agent-goes = Name, login, address, password, passkeys, sessions, tokens, preferences, own templates, drafts and saved searches go; so do original mails that hold the name or the address. The full name, former ones too, and the address are taken out of texts and of outgoing mails; a first name alone stays, and so does a name or an address that somebody else has as well.
erase-agent-stays = What was written to customers stays, without name. The audit log keeps the login until its own time is over: it proves who did what. Your rules and backups are not looked through. Somebody with the same address in Customers is erased there.
erase-agent-hint = Where nobody needs to know any more who this was, the account can be erased for good.
refused-erase-agent-unsure = Say that you are sure.
refused-erase-agent-there = { $name } is not retired. Retire the account first; then it can be erased.
agent-erased = Erased. What this person did stays, without name.
